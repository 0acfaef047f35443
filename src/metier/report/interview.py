"""The report of an interview as one HTML page that needs nothing else: no network, script or other file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from metier import __version__
from metier.dialogue import (
    Doubt,
    Grade,
    InterviewReport,
    Manner,
    PointGrade,
    PointLine,
    QuestionLine,
    Turn,
    Verdict,
)
from metier.report.highlight import Mark, MarkKind, Segment, highlight
from metier.report.interview_words import InterviewWords
from metier.report.page import environment, style
from metier.types import Span

__all__ = ["fact_names", "render_interview_html", "render_interview_part"]

_LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}")
_TONES: Final = {
    Verdict.EARNED: "matched",
    Verdict.PARTLY: "implied",
    Verdict.NOT_EARNED: "missing",
    Verdict.OFF_TOPIC: "missing",
    Verdict.NOT_GRADED: "info",
}
_MOST_TITLES: Final = 6


@dataclass(frozen=True, slots=True)
class _Quote:
    """Words of the candidate, and the address of the marked words in the transcript."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class _TurnView:
    """One question with its answer as the template sees it."""

    turn: Turn
    reasons: tuple[str, ...]
    segments: tuple[Segment, ...]

    @property
    def key(self) -> str:
        return f"t{self.turn.number}"

    @property
    def kinds(self) -> list[MarkKind]:
        used = {mark.kind for segment in self.segments for mark in segment.marks}
        return [kind for kind in MarkKind if kind in used]

    @property
    def remarks(self) -> list[Manner]:
        return (
            list(dict.fromkeys(remark.manner for remark in self.turn.grade.remarks))
            if self.turn.grade
            else []
        )

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return self.turn.grade.doubts if self.turn.grade else ()

    def title(self, segment: Segment) -> str:
        titles = list(dict.fromkeys(mark.title for mark in segment.marks))
        return "; ".join(titles[:_MOST_TITLES]) + ("; …" if len(titles) > _MOST_TITLES else "")

    def href(self, span: Span) -> str:
        """Return the address of marked words; of the turn where the page does not mark them."""
        opened = any(segment.start == span.start and segment.opens for segment in self.segments)
        return f"#{self.key}-{span.start}" if opened else f"#{self.key}"


class _Page:
    """What the template asks about a report."""

    def __init__(self, report: InterviewReport, words: InterviewWords) -> None:
        self.report = report
        self.words = words
        names = fact_names(report)
        self.turns = [_turn_view(turn, words, names[turn.number]) for turn in report.interview.turns]
        self._by_number = {view.turn.number: view for view in self.turns}

    @property
    def language(self) -> str:
        """Return the code of the language of the answers, or nothing where no attribute could hold it."""
        code = self.report.interview.language
        return code if _LANGUAGE_CODE.fullmatch(code) else ""

    @property
    def to_review(self) -> list[_TurnView]:
        return [self._by_number[n] for n in self.report.to_review if n in self._by_number]

    @property
    def n_asked(self) -> int:
        return sum(len(topic.questions) for topic in self.report.topics)

    @property
    def models(self) -> list[tuple[str, str]]:
        graded = [turn.grade for turn in self.report.interview.turns if turn.grade is not None]
        return list(dict.fromkeys((grade.model, grade.model_sha256) for grade in graded if grade.model))

    @property
    def writers(self) -> list[str]:
        return list(dict.fromkeys(turn.wording.writer for turn in self.report.interview.turns))

    def asked(self, question: QuestionLine) -> str:
        """Return the words in which a question was asked first."""
        own = (turn for turn in self.report.interview.turns if turn.step.question == question.question)
        return next((turn.wording.text for turn in own), question.question)

    def turns_of(self, question: QuestionLine) -> list[int]:
        return [view.turn.number for view in self.turns if view.turn.step.question == question.question]

    def tone(self, verdict: Verdict) -> str:
        return _TONES[verdict]

    def standing(self, line: PointLine) -> str:
        if line.earned:
            return "said"
        if not line.turn:
            return "unanswered"
        return "near" if line.quotes else "unsaid"

    def quotes(self, line: PointLine) -> list[_Quote]:
        view = self._by_number.get(line.turn)
        if view is None:
            return []
        answer, spans = view.turn.answer or "", _spans(view.turn.grade, line.point)
        hrefs = {answer[span.start : span.end]: view.href(span) for span in reversed(spans)}
        return [_Quote(text, hrefs.get(text, f"#{view.key}")) for text in line.quotes]


def fact_names(report: InterviewReport) -> dict[int, dict[tuple[str, str], str]]:
    """Return what the reasons of each turn call topics and points, by the number of the turn."""
    titles = {topic.topic: topic.title for topic in report.topics}
    of_topics = {(fact, key): title for fact in ("topic", "after") for key, title in titles.items()}
    of_points = {
        line.question: {("point", point.point): point.label for point in line.points}
        for topic in report.topics
        for line in topic.questions
    }
    return {turn.number: of_topics | of_points.get(turn.step.question, {}) for turn in report.interview.turns}


def render_interview_html(report: InterviewReport, *, language: str) -> str:
    """Return a page with what a person should look at, a summary, each key point, and the transcript.

    The page is whole in itself. The same report gives the same characters; all of them can be written as
    UTF-8, and no words of a candidate, a bank or a model are read as markup.

    Args:
        report: what the interview came to.
        language: ISO 639-1, of the page's own words; English where it has none.
    """
    return _render(report, language, whole=True)


def render_interview_part(report: InterviewReport, *, language: str) -> str:
    """Return what `render_interview_html` says, as a part of a page that has its style.

    Args:
        report: what the interview came to.
        language: ISO 639-1, of the report's own words; English where it has none.
    """
    return _render(report, language, whole=False)


def _render(report: InterviewReport, language: str, *, whole: bool) -> str:
    words = InterviewWords(language)
    css, css_hash = style("report.css", "interview.css")
    page = environment().get_template("interview.html.j2")
    return page.render(
        report=report,
        interview=report.interview,
        page=_Page(report, words),
        words=words,
        w=words.phrases,
        version=__version__,
        css=css,
        css_hash=css_hash,
        whole=whole,
    )


def _turn_view(turn: Turn, words: InterviewWords, names: Mapping[tuple[str, str], str]) -> _TurnView:
    reasons = tuple(words.reason(reason, names) for reason in turn.step.reasons)
    marks = _marks(turn.grade, words) if turn.grade is not None else ()
    return _TurnView(turn, reasons, tuple(highlight(turn.answer or "", dict.fromkeys(marks))))


def _marks(grade: Grade, words: InterviewWords) -> Iterator[Mark]:
    for points, kind in ((grade.matched, MarkKind.EXPLICIT), (grade.missing, MarkKind.IMPLIED)):
        for point in points:
            yield from (Mark(span, kind, _title(point, kind, words)) for span in point.spans)
    for remark in grade.remarks:
        kind = MarkKind.NEGATED if remark.manner is Manner.CONTRADICTS else MarkKind.FINDING
        yield from (Mark(span, kind, words.manner(remark.manner)) for span in remark.spans)


def _title(point: PointGrade, kind: MarkKind, words: InterviewWords) -> str:
    probability = words["probability"] % words.number(point.probability)
    return f"{words[f'legend_{kind}']}: {point.label} ({probability})"


def _spans(grade: Grade | None, point_id: str) -> list[Span]:
    points = (*grade.matched, *grade.missing) if grade is not None else ()
    return [span for point in points if point.point == point_id for span in point.spans]
