from dataclasses import replace

from metier.cli.interview_tables import (
    bank_sizes,
    bank_table,
    banks_table,
    grade_table,
    report_table,
    sessions_table,
)
from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.interview.reporting import make_report
from metier.interview.session import Conduct, start_interview
from metier.report.interview_words import InterviewWords
from metier.store.interviews import InterviewSummary
from metier.types import Span
from tests.interview.interviews import Clock, MemoryInterviews, WordGrader, answers, said, small_bank

STEERING = set("\x00\x1b\x9b\u202e\r")


def table(texts, language="en"):
    conduct = Conduct(small_bank(language), WordGrader(), MemoryInterviews(), clock=Clock())
    with start_interview(conduct, "a") as session:
        said(session, texts)
        session.question()
    return report_table(make_report(session.interview, conduct.bank), InterviewWords(language))


def test_a_report_has_each_point_with_the_candidate_s_words():
    shown = table(answers())
    for words in ("Small bank", "50%", "2 of 3", "✓ said", "“learns from data” (Turn 2)", "✗ not said"):
        assert words in shown
    assert "Nothing in the answers comes near." in shown
    assert "Grades are help for a person who decides" in shown


def test_doubts_come_first():
    shown = table(["ok", "maybe it learns from data"])
    assert shown.index("! A person should look: Turn 2") < shown.index("Topic")


def test_what_is_not_there_says_so():
    shown = table(["ok"])
    for words in ("not finished", "not graded", "not asked", "– no answer", "The question has no answer."):
        assert words in shown


def test_a_report_is_in_the_language_of_the_interview():
    assert "✓ сказано" in table(answers("ru"), "ru")
    assert "✓ 언급함" in table(answers("ko"), "ko")


def test_a_grade_shows_its_words_remarks_and_doubts():
    grade = Grade(
        "q",
        Verdict.PARTLY,
        0.5,
        (PointGrade("a", "says a", 0.912, (Span(0, 3), Span(4, 7))),),
        (PointGrade("b", "says b", 0.1),),
        (Remark(Manner.HEDGES, 1.0, (Span(8, 11),)), Remark(Manner.STRAYS)),
        (Doubt.NEAR_THRESHOLD,),
        "model\x1b",
        "d" * 64,
    )
    shown = grade_table(grade, "one\x1btwo\x1bsix", InterviewWords("en"))
    for words in (
        "partly  50%",
        "“one” … “two”",
        "hedges “six”",
        "talks about something else",
        "0.91",
        "dddd",
    ):
        assert words in shown
    assert not STEERING & set(shown)


def test_no_words_of_anybody_steer_the_terminal():
    hostile = "learns from data\x1b[31m\x9b\u202e\x00\r"
    assert not STEERING & set(table(["ok", hostile]))
    bank = replace(small_bank(), title=hostile)
    assert not STEERING & set(bank_table(bank) + banks_table([bank]))
    assert not STEERING & set(sessions_table([InterviewSummary("a", hostile, "en", "2026")]))


def test_long_quotes_are_cut():
    grade = Grade("q", Verdict.EARNED, 1.0, (PointGrade("a", "a", 1.0, (Span(0, 5000),)),))
    shown = grade_table(grade, "x" * 5000, InterviewWords("en"))
    assert (shown.count("x"), "…" in shown) == (160, True)


def test_interviews_are_listed_with_their_state():
    shown = sessions_table(
        [
            InterviewSummary("a", "ml", "en", "2026-01-02T00:00:00Z", None, 3),
            InterviewSummary("b", "ml", "en", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", 9),
            InterviewSummary("c", damaged=True),
        ]
    )
    for words in ("can go on", "ended", "damaged"):
        assert words in shown
    assert sessions_table([]) == "No interview is kept there.\n"


def test_sizes_of_a_bank():
    assert bank_sizes(small_bank()) == (5, 5, 3)
