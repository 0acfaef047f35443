from metier.skills import examples as ex
from metier.skills.taxonomy_files import default_taxonomy


def test_parts_are_decided_by_the_text_and_cover_all():
    texts = [f"text {i}" for i in range(400)]
    parts = [(0.0, 0.7), (0.7, 0.85), (0.85, 1.0)]
    counts = [sum(ex.in_part(text, low=low, high=high) for text in texts) for low, high in parts]
    assert sum(counts) == 400
    assert 240 < counts[0] < 320


def test_the_written_data_are_for_practices_of_the_default_taxonomy():
    taxonomy = default_taxonomy()
    sentences = ex.written_sentences()
    ids = {sentence.skill for sentence in sentences} - {""}
    assert ids <= {entry.skill.id for entry in taxonomy.entries if entry.practice}
    assert len({sentence.text for sentence in sentences}) == len(sentences)


def test_each_ambiguous_name_has_forty_sentences_for_and_against():
    sentences = ex.ambiguous_sentences()
    for name in ("Go", "R", "Spring", "Spark", "React", "Rust", "Swift", "Chef"):
        for shows in (True, False):
            assert sum(s.name == name and s.shows is shows for s in sentences) >= 40
