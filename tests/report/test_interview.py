"""The HTML report of an interview: what it says, and that nobody's words can break it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.dialogue import (
    Doubt,
    Grade,
    Interview,
    InterviewReport,
    Manner,
    Move,
    PointGrade,
    PointLine,
    QuestionLine,
    Reason,
    Remark,
    Step,
    TopicLine,
    Turn,
    Verdict,
    Wording,
)
from metier.report.interview import fact_names, render_interview_html, render_interview_part
from metier.types import Span
from tests.report.test_html import HOSTILE, Page

ASKED, ANSWERED = "2026-03-01T10:00:00Z", "2026-03-01T10:02:30Z"
ANSWER = "It learns from data, I think. It is magic."


def grade(**changes):
    made = Grade(
        "what-is-ml",
        Verdict.PARTLY,
        0.5,
        (PointGrade("data", "learns from data", 0.91, (Span(3, 19),)),),
        (
            PointGrade("rules", "nobody writes rules", 0.12),
            PointGrade("goal", "has a goal", 0.4, (Span(30, 41),)),
        ),
        (Remark(Manner.HEDGES, 1.0, (Span(21, 28),)), Remark(Manner.CONTRADICTS, 0.8, (Span(36, 41),))),
        (Doubt.CONTRADICTION,),
        "grader-model",
        "c" * 64,
    )
    return replace(made, **changes)


def turn(number=1, **changes):
    step = Step(Move.ASK, "ml", "what-is-ml", "", (Reason("next-topic", (("topic", "ml"),)),))
    made = Turn(number, step, Wording("What is machine learning?"), ASKED, ANSWER, ANSWERED, grade())
    return replace(made, **changes)


def question(**changes):
    points = (
        PointLine("data", "learns from data", True, 0.91, 1, ("learns from data",)),
        PointLine("rules", "nobody writes rules", False, 0.12, 1),
        PointLine("goal", "has a goal", False, 0.4, 1, ("It is magic",)),
    )
    remarks = ((Manner.HEDGES, 1),)
    return replace(QuestionLine("what-is-ml", 3, Verdict.PARTLY, 0.5, points, remarks, (1,)), **changes)


def report(*turns, **changes):
    interview = Interview("anna-1", "ml", "b" * 64, "en", ASKED, (), turns or (turn(),), ANSWERED)
    topics = (
        TopicLine("ml", "Learning", 0.5, (question(),)),
        TopicLine("llm", "Language models", None, ()),
    )
    return replace(InterviewReport(interview, "Small bank", topics, 0.5, 3, 1, (1,), 2.5), **changes)


def html(made=None, language="en"):
    return render_interview_html(made or report(), language=language)


def text(made=None, language="en"):
    return re.sub(r"\s+", " ", Page(html(made, language)).text)


def test_doubts_come_before_the_figures_of_topics():
    page = text()
    assert page.index("it says a key point and its contrary") < page.index("Question by question")
    assert "No answer needs a second look" in text(report(to_review=()))


def test_the_summary_says_what_was_reached():
    page = text()
    for words in ("50%", "1 of 3", "2.5 min", "2026-03-01 10:00:00 UTC", "anna-1", "Small bank", "not asked"):
        assert words in page


def test_it_says_that_a_person_decides_and_what_it_does_not_judge():
    assert "Grades are help for a person who decides" in text()
    assert "Nothing here speaks of confidence, mood, voice or personality" in text()


def test_each_point_has_its_mark_and_the_words_in_the_transcript():
    page = html()
    assert '<a href="#t1-3" title="Show in the transcript">learns from data</a>' in page
    assert '<a href="#t1-30" title="Show in the transcript">It is magic</a>' in page
    assert 'id="t1-3"' in page
    assert 'id="t1-30"' in page
    for words in (
        "said",
        "not said",
        "near, not enough",
        "Nothing in the answers comes near",
        "probability 0.91",
    ):
        assert words in text()


def test_every_link_leads_somewhere():
    page = Page(html(report(turn(1), turn(2, answer="", grade=grade(matched=(), missing=(), remarks=())))))
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert {link.removeprefix("#") for link in links} <= ids
    assert len(ids) == sum("id" in attributes for _, attributes in page.elements)


def test_why_each_question_was_chosen_is_told_in_words():
    assert "Why this question: The next topic in the order of the bank: Learning." in text()
    step = replace(turn().step, reasons=(Reason("brand-new-rule", (("odds", "0.3"),)),))
    assert "brand-new-rule (odds 0.3)" in text(report(turn(step=step)))
    assert "Почему этот вопрос: Следующая тема по порядку банка: Learning." in text(language="ru")
    assert "질문 은행 순서의 다음 주제: Learning." in text(language="ko")


def test_who_worded_a_question_is_told_unless_it_was_the_bank():
    wording = Wording("What is it?", "tiny-model", 3, ("length", "leaks-answer"))
    page = text(report(turn(wording=wording)))
    assert "Worded by tiny-model; refused before: length, leaks-answer" in page
    assert "Worded by" not in text()


def test_marks_say_what_the_words_do():
    page = html()
    assert (
        'class="mark explicit opens" id="t1-3" title="makes a key point: learns from data (probability 0.91)"'
        in page
    )
    assert 'title="hedges"' in page
    assert "contradicts a key point" in page


def test_what_is_not_there_says_so():
    unanswered = turn(answer=None, answered_at=None, grade=None)
    lines = tuple(replace(point, turn=0, earned=False, quotes=()) for point in question().points)
    asked = question(verdict=Verdict.NOT_GRADED, points=lines, remarks=(), to_review=())
    made = report(unanswered, topics=(TopicLine("ml", "Learning", None, (asked,)),), score=None, to_review=())
    page = text(replace(made, interview=replace(made.interview, ended_at=None)))
    for words in (
        "not finished",
        "(no answer yet)",
        "The question has no answer.",
        "not graded",
        "no answer",
    ):
        assert words in page
    empty = report(turn(answer=" \n", grade=grade(matched=(), missing=(), remarks=())))
    assert "(an empty answer)" in text(empty)


def test_an_interview_without_a_turn_has_a_page():
    made = report(topics=(TopicLine("ml", "Learning", None, ()),), score=None, n_points=0, to_review=())
    page = text(replace(made, interview=replace(made.interview, turns=())))
    assert "Nothing was asked yet." in page
    assert "written rules" in page


def test_the_footer_names_what_it_was_made_with():
    for words in ("b" * 64, "grader-model", "c" * 64, "metier "):
        assert words in text()


@pytest.mark.parametrize("language", ["en", "ru", "ko", "he", "xx"])
def test_the_page_is_whole_in_each_language(language):
    page = Page(html(language=language))
    assert page.open == []
    assert ("html", {"lang": language if language in ("en", "ru", "ko") else "en"}) in page.elements


def hostile_report(words):
    evil = turn(
        answer=words,
        wording=Wording(words, words, 1, (words,)),
        step=Step(Move.ASK, "ml", "what-is-ml", "", (Reason(words, ((words, words),)),)),
        grade=grade(model=words, matched=(PointGrade("data", words, 0.9, (Span(0, len(words)),)),)),
    )
    line = question(points=(PointLine("data", words, True, 0.9, 1, (words,)),))
    made = report(evil, topics=(TopicLine("ml", words, 0.5, (line,)),), title=words)
    return replace(made, interview=replace(made.interview, bank=words, language=words))


def test_no_words_of_anybody_become_markup():
    page = Page(html(hostile_report(HOSTILE)))
    assert page.open == []
    plain = Page(html(hostile_report("p" * len(HOSTILE))))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert {tag for tag, _ in page.elements} & {"script", "img"} == set()
    assert not set("\x00\x0b\x1b\u202e\ud800") & set(html(hostile_report(HOSTILE)))


@settings(max_examples=25)
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_words_give_a_page_that_can_be_written(words):
    made = html(hostile_report(words))
    made.encode("utf-8")
    assert Page(made).open == []


def test_a_page_admits_its_own_style_and_nothing_else():
    page = html()
    css = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "http" not in re.sub(r'http-equiv="|http://www.w3.org/2000/svg', "", page)


def test_the_same_report_gives_the_same_page():
    assert html() == html()


def test_facts_are_named_by_topic_and_by_the_points_of_the_question():
    other = turn(2, step=Step(Move.ASK, "llm", "elsewhere"))
    names = fact_names(report(turn(), other))
    assert names[1]["point", "data"] == "learns from data"
    assert names[1]["topic", "llm"] == names[2]["after", "llm"] == "Language models"
    assert ("point", "data") not in names[2]


def test_a_part_says_what_the_whole_page_says_without_a_page_around_it():
    made = report(turn())
    part = render_interview_part(made, language="en")
    assert not any(mark in part for mark in ("<!doctype", "<style", "<body", "<main", "</html>"))
    header = part[part.index("<header") : part.index("</header>")]
    assert header in render_interview_html(made, language="en")
