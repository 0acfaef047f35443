from __future__ import annotations

import pytest

from metier.documents.masking.candidates import candidates
from metier.documents.masking.name_scores import ENOUGH, SURE, judge
from metier.documents.masking.place import Region


def score(text: str, local: str = "", language: str = "en") -> float:
    """Return the score of the first candidate of a text."""
    candidate = next(iter(candidates(text, Region(len(text), ()))))
    judged = judge(text, candidate, local=local, language=language)
    return judged.score if judged else 0.0


@pytest.mark.parametrize(
    "text", ["Anna Lind", "Иванов Иван Иванович", "Цой В. Р.", "홍길동", "דנה לוי", "Ngozi Okonkwo"]
)
def test_a_known_name_on_top_is_sure(text):
    assert score(text) >= SURE


@pytest.mark.parametrize(
    "text", ["Backend Developer", "Rails", "маркетинг", "서울시 강남구", "מפתח תוכנה", "12", "of the"]
)
def test_other_words_are_not_enough(text):
    assert next(iter(candidates(text, Region(len(text), ()))), None) is None or score(text) < ENOUGH


def test_unknown_words_are_enough_only_where_the_name_stands():
    assert score("Xoliswa Qwertz\nNurse") >= ENOUGH
    assert score("Xoliswa Qwertz | Acme Works | Lund Byn") < ENOUGH


def test_the_address_supports_a_name():
    assert score("Xoliswa Qwertz", local="x.qwertz") > score("Xoliswa Qwertz")
    assert score("igor sokolov", local="igor.sokolov") >= ENOUGH


def test_a_surname_may_be_a_word_beside_a_given_name():
    assert score("Анна Кирова\nэкономист", language="ru") >= ENOUGH
    assert score("Киров\nэкономист", language="ru") < ENOUGH


def test_a_foreign_name_in_hangul_is_told_by_its_latin_spelling():
    assert score("응우옌 티 란 (Nguyen Thi Lan)", language="ko") >= SURE


def test_a_name_in_latin_letters_counts_a_little_less_elsewhere():
    assert score("Anna Lind", language="ko") < score("Anna Lind")
