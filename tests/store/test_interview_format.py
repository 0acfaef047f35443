import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import StoreDamaged, StoreUnavailable
from metier.store.interview_contract import sample_interview
from metier.store.interview_format import FORMAT, from_text, to_text


def read(text):
    return from_text(text, interview_id="a", source="a.json")


@given(st.text(st.characters(codec=None)))
def test_any_answer_survives(answer):
    interview = sample_interview("a", answer=answer)
    text = to_text(interview)
    assert text.isascii()
    assert read(text) == read(text.encode()) == interview


def changed(**changes):
    return json.dumps(json.loads(to_text(sample_interview("a"))) | changes)


def with_field(**fields):
    content = json.loads(to_text(sample_interview("a")))
    return json.dumps(content | {"interview": content["interview"] | fields})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff\xfe",
        "[" * 100_000,
        changed(kind="other"),
        changed(format="1"),
        changed(format=0),
        changed(format=None),
        changed(interview=None),
        changed(interview={}),
        with_field(turns=[1]),
        with_field(started_at="yesterday"),
        with_field(started_at="2026-01-01T00:00:00"),
        with_field(id="b"),
        to_text(sample_interview("a"))[:-20],
    ],
)
def test_what_is_no_interview_is_damaged_and_named(text):
    with pytest.raises(StoreDamaged, match=r"a\.json is damaged"):
        read(text)


def test_a_later_format_says_to_update():
    with pytest.raises(StoreUnavailable, match=f"format {FORMAT + 1}"):
        read(changed(format=FORMAT + 1))


def test_messages_hold_no_words_of_a_candidate():
    text = to_text(sample_interview("a", answer="MARKER")).replace('"earned"', '"MARKER"')
    with pytest.raises(StoreDamaged) as caught:
        read(text.replace('"move": "ask"', '"move": "MARKER"'))
    assert "MARKER" not in str(caught.value)
