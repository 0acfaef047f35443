import csv

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills import examples as ex
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy_files import default_taxonomy
from tests.skills.heads import ENCODER, practice_taxonomy

TAXONOMY = practice_taxonomy()
CENTER = np.zeros(ENCODER.dim, np.float32)


def test_names_are_cut_out_and_their_places_kept():
    rest, cuts = ex.cut_names("Nightly copies with Restic on six servers.", MentionFinder(TAXONOMY))
    assert rest == "Nightly copies with  on six servers."
    assert cuts == [(20, "restic", 6)]


def test_cut_sentences_are_labelled_with_what_the_names_imply():
    text = "Nightly copies with Restic on all six servers.\nWalked the dog in the park on Sundays."
    found = ex.cut_examples([text], TAXONOMY, ENCODER, CENTER)
    assert found.labels == [(1,), ()]
    assert found.x.shape == (2, ENCODER.dim)
    assert found.groups.tolist() == [0, 0]


def test_a_sentence_that_is_mostly_names_is_left_out():
    found = ex.cut_examples(["Restic Restic Restic Restic on a box or two"], TAXONOMY, ENCODER, CENTER)
    assert len(found) == 0


def test_no_texts_give_no_examples():
    found = ex.cut_examples([], TAXONOMY, ENCODER, CENTER)
    assert found.x.shape == (0, ENCODER.dim)


def test_written_sentences_are_read_in_groups_and_labelled():
    sentences = [
        ex.WrittenSentence("support", "en", "Calmed callers whose screens went dark."),
        ex.WrittenSentence("", "en", "Free fruit and a gym card for everyone."),
    ]
    found = ex.written_examples(sentences, TAXONOMY, ENCODER, CENTER, seed=1)
    assert set(found.labels) == {(2,), ()}
    assert len(found) % 2 == 0
    again = ex.written_examples(sentences, TAXONOMY, ENCODER, CENTER, seed=1)
    assert found.x.tobytes() == again.x.tobytes()


def test_a_written_sentence_for_no_practice_is_refused():
    with pytest.raises(InvalidInput, match="no practice 'go' in taxonomy practices"):
        ex.written_examples([ex.WrittenSentence("go", "en", "Ran fast.")], TAXONOMY, ENCODER, CENTER, seed=1)


def test_labelled_rows_keep_their_labels(tmp_path):
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sentence", "skills"])
        writer.writerow(["Keeps order in the shop.", "['tidiness', 'sales']"])
        writer.writerow(["Smiles a lot.", "[]"])
    found, names = ex.labelled_examples(path, ENCODER, CENTER)
    assert names == ["sales", "tidiness"]
    assert found.labels == [(0, 1), ()]


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
