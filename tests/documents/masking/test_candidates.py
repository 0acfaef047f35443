from __future__ import annotations

import pytest

from metier.documents.masking.candidates import candidates
from metier.documents.masking.place import Region


def written(text: str) -> list[str]:
    return [
        " ".join(word.text for word in candidate.words)
        for candidate in candidates(text, Region(len(text), ()))
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna Lind | Nurse", ["Anna Lind", "Nurse"]),
        ("Lind, Anna", ["Lind", "Lind Anna", "Anna"]),
        ("Anna (Anya) Lind", ["Anna", "Anna Anya Lind", "Anya", "Lind"]),
        ("ANNA\nLIND", ["ANNA", "LIND", "ANNA LIND"]),
        ("ANNA\n\nLIND", ["ANNA", "LIND"]),
        ("Curriculum vitae\nAnna Lind", ["Anna Lind"]),
        ("CV of Anna Lind", ["Anna Lind"]),
        ("사람인 이력서\n홍길동", ["홍길동"]),
        ("", []),
        ("12 - 34", []),
    ],
)
def test_stretches_between_separators_are_candidates(text, found):
    assert written(text) == found


def test_a_candidate_knows_what_stands_before_it():
    text = "Nurse\n\nAnna Lind\n\nMalmö\n"
    job, name, *_, place = candidates(text, Region(len(text), ()))
    assert (job.first, name.first, place.first) == (True, True, False)
    assert (job.line, name.line, place.line) == (0, 1, 2)


def test_a_name_beside_a_job_is_as_good_as_alone():
    assert next(iter(candidates("Anna Lind | Nurse", Region(17, ())))).whole_line
    assert not next(iter(candidates("Anna Lind | Bob Berg", Region(20, ())))).whole_line


def test_only_the_header_and_its_first_lines_are_looked_at():
    assert written("Anna\n" * 40).count("Anna") == 12
    assert list(candidates("Anna Lind", Region(0, ()))) == []


def test_a_place_and_its_state_are_no_surname_and_given_name():
    assert "Austin TX" not in written("Lakisha Jefferson\nAustin, TX\n")
    assert "Lind Anna" in written("Lind, Anna\n")
