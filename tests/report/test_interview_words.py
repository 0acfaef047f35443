import re
from pathlib import Path

import pytest

from metier.dialogue import Doubt, Manner, Reason, Verdict
from metier.report import interview_words
from metier.report.interview_words import (
    DOUBTS,
    MANNERS,
    PHRASES,
    VERDICTS,
    InterviewLanguage,
    InterviewWords,
)

PACKAGE = Path(interview_words.__file__).parents[1]
USERS = [
    PACKAGE / "report" / "interview.py",
    PACKAGE / "report" / "templates" / "interview.html.j2",
    *(PACKAGE / "cli").glob("interview*.py"),
]


@pytest.mark.parametrize(
    ("table", "kinds"), [(VERDICTS, Verdict), (MANNERS, Manner), (DOUBTS, Doubt)], ids=["v", "m", "d"]
)
def test_everything_a_grade_can_say_has_words(table, kinds):
    assert set(table) == set(kinds)


@pytest.mark.parametrize("key", PHRASES)
def test_a_phrase_is_told_in_each_language_with_the_same_gaps(key):
    said = PHRASES[key]
    assert all(said)
    assert re.search("[а-яё]", said.ru.lower())
    assert re.search("[가-힣]", said.ko) or key == "of"
    assert len({tuple(re.findall("%[sd]", text)) for text in said}) == 1


def test_no_phrase_is_idle():
    source = "".join(path.read_text(encoding="utf-8") for path in USERS)
    named = set(re.findall(r"\bw\.(\w+)", source)) | set(re.findall(r"[\"'](\w+)[\"']", source))
    named |= {f"legend_{kind}" for kind in ("explicit", "implied", "negated", "finding")} | {"of"}
    assert PHRASES.keys() - named == set()


@pytest.mark.parametrize(
    ("code", "language"),
    [("ru", InterviewLanguage.RU), ("ko", InterviewLanguage.KO), ("he", InterviewLanguage.EN)],
)
def test_a_language_without_words_gets_english(code, language):
    assert InterviewWords(code).language is language


def test_a_reason_is_told_with_titles_and_labels():
    reason = Reason("missing-point", (("turn", "2"), ("point", "rules"), ("earned", "1")))
    names = {("point", "rules"): "who writes {them}"}
    assert (
        InterviewWords("en").reason(reason, names)
        == "The answer in turn 2 left this open: who writes {them}."
    )
    assert "не раскрыто" in InterviewWords("ru").reason(reason, names)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason("some-new-rule"), "some-new-rule"),
        (Reason("some-new-rule", (("turn", "2"), ("odds", "0.5"))), "some-new-rule (turn 2, odds 0.5)"),
        (Reason("missing-point", (("turn", "2"),)), "missing-point (turn 2)"),
    ],
)
def test_a_rule_without_words_is_told_by_name_and_facts(reason, told):
    assert InterviewWords("en").reason(reason, {}) == told


def test_numbers_are_written_as_the_language_writes_them():
    en, ru, ko = (InterviewWords(code) for code in ("en", "ru", "ko"))
    assert (en.percent(0.256), ru.percent(0.256), en.percent(None)) == ("26%", "26\N{NO-BREAK SPACE}%", "–")
    assert (en.number(0.5), ru.number(0.5), ru.number(6, 1)) == ("0.50", "0,50", "6,0")
    assert (en.count(2, 3), ru.count(2, 3), ko.count(2, 3)) == ("2 of 3", "2 из 3", "3개 중 2개")
    assert (ru.language_name("ko"), ru.language_name("xx")) == ("корейский", "xx")
    assert en.verdict(Verdict.EARNED) == "earned"
    assert en.manner(Manner.HEDGES) == "hedges"
    assert "no model" in en.doubt(Doubt.NO_MODEL)
