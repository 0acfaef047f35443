from __future__ import annotations

import pytest

from metier.documents.masking.name_words import MAX_WORDS, is_shaped, name_of, trimmed, words_of


def words(text):
    return words_of(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("O'Brien-Smith, J. R.", ["O'Brien-Smith", "J.", "R."]),
        ('ד"ר דנה לוי', ['ד"ר', "דנה", "לוי"]),
        ("Anna 12 Lind", ["Anna", "Lind"]),
        ("", []),
    ],
)
def test_words_keep_hyphens_apostrophes_and_stops(text, found):
    assert [word.text for word in words(text)] == found


def test_no_more_words_are_read_than_a_name_may_have():
    assert len(words("Anna " * 50)) == MAX_WORDS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Dr. Anna Lind PhD", "Anna Lind"),
        ("Backend Developer Anna Lind", "Anna Lind"),
        ("Менеджер по туризму Светлана Ким", "Светлана Ким"),
        ("Anna Lind", "Anna Lind"),
        ("Julien Do", "Julien Do"),
        ("Wei Ma MBA", "Wei Ma"),
        ("Anna Lind MA", "Anna Lind"),
        ("Backend Developer", "Backend Developer"),
        ("Dr.", ""),
    ],
)
def test_titles_jobs_and_degrees_are_cut(text, kept):
    assert " ".join(word.text for word in trimmed(words(text))) == kept


@pytest.mark.parametrize(
    "text", ["Anna Lind", "ANNA LIND", "Jan van der Berg", "Ali al-Rashid", "А. С. Пушкин", "דנה לוי"]
)
def test_names_have_capitals_but_for_particles_and_hebrew(text):
    assert is_shaped(words(text))


@pytest.mark.parametrize("text", ["anna lind", "Anna writes", "A. B.", "van der", ""])
def test_other_words_have_not_the_shape(text):
    assert not is_shaped(words(text))


def test_a_name_takes_its_title_and_leaves_its_full_stop():
    text = "Prof. Dr. Jan van Berg. Chemist"
    name = name_of(text, words_of(text, 10, 23))
    assert text[name.span.start : name.span.end] == "Prof. Dr. Jan van Berg"
    assert [text[part.start : part.end] for part in name.parts] == ["Jan", "Berg"]


@pytest.mark.parametrize(("text", "stops"), [("Developer", True), ("Lind", False), ("van", False)])
def test_words_of_headers_stop_a_name(text, stops):
    assert words(text)[0].stops is stops
