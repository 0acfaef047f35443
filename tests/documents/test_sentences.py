import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.sentences import find_sentences


def sentences(text):
    return [text[span.start : span.end] for span in find_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("Led a team. Wrote code!", ["Led a team.", "Wrote code!"]),
        (
            "Писал сервисы. Вёл команду из 5 чел. и т.д. Чинил.",
            ["Писал сервисы.", "Вёл команду из 5 чел. и т.д. Чинил."],
        ),
        ("Worked with e.g. Kafka and R. Smith.", ["Worked with e.g. Kafka and R. Smith."]),
        ("- first\n- second", ["first", "second"]),
        ("1. First thing\n2) Second thing", ["First thing", "Second thing"]),
        ("Wrote services in Go,\ntested them", ["Wrote services in Go,\ntested them"]),
        ("Ended here.\nnext in lower case", ["Ended here.", "next in lower case"]),
        ("Heading\nText below", ["Heading", "Text below"]),
        ("one; two; three", ["one;", "two;", "three"]),
        ("Версия 2.0 и .NET 6.", ["Версия 2.0 и .NET 6."]),
        ("팀을 이끌었습니다. 코드를 작성했습니다.", ["팀을 이끌었습니다.", "코드를 작성했습니다."]),
        ("הובלתי צוות. כתבתי קוד.", ["הובלתי צוות.", "כתבתי קוד."]),
    ],
)
def test_sentences_bullets_and_lines_are_told_apart(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="aБ1.!;- \n•e", max_size=80))
def test_sentences_are_in_order_apart_trimmed_and_lose_no_letter(text):
    spans = find_sentences(text)
    for before, after in pairwise(spans):
        assert before.end <= after.start
    found = sentences(text)
    assert all(sentence and sentence == sentence.strip() for sentence in found)
    assert sum(sentence.count("Б") for sentence in found) == text.count("Б")


@pytest.mark.parametrize("unit", [".", "!?", '...)"', ";", "- ", "т. ", "a\n", " ", "•"])
def test_a_text_of_marks_alone_costs_its_length_not_its_square(unit):
    began = time.process_time()
    find_sentences(unit * (200_000 // len(unit)) + " x")
    assert time.process_time() - began < 5


def test_every_gap_is_white_space_and_at_most_one_bullet():
    text = "Ended.  \n\n  - First thing;  second\n 2) third.\n\t• Fourth!\n"
    spans = find_sentences(text)
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    gaps = [text[end:start].strip() for end, start in zip(ends, starts, strict=True)]
    assert gaps == ["", "-", "", "2)", "•", ""]
