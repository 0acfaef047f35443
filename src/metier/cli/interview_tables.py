"""Interviews, grades and banks for a terminal; no word of a candidate or a model can steer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.interview_phrases import one_line
from metier.cli.tables import rendered
from metier.dialogue import Grade, InterviewReport, PointGrade, PointLine, QuestionLine, Turn, Verdict
from metier.interview.bank import Bank
from metier.interview.bank_files import Advice
from metier.report.interview_words import InterviewWords
from metier.store.interviews import InterviewSummary
from metier.types import Span

_STYLES = {
    Verdict.EARNED: "green",
    Verdict.PARTLY: "yellow",
    Verdict.NOT_EARNED: "red",
    Verdict.OFF_TOPIC: "red",
    Verdict.NOT_GRADED: "dim",
}
_MOST_QUOTED_CHARS = 160


def report_table(report: InterviewReport, words: InterviewWords) -> str:
    """Return the report of an interview: what to look at first, topics, and each point with its words."""
    interview = report.interview
    facts = [
        f"{words['score']} {words.percent(report.score)}",
        f"{words['points']} {words.count(report.n_earned, report.n_points)}",
        words["minutes_value"] % words.number(report.minutes, 1),
        f"{words['interview']} {interview.id}",
    ]
    if interview.ended_at is None:
        facts.append(words["unfinished"])
    turns = {turn.number: turn for turn in interview.turns}
    parts: list[RenderableType] = [Text(one_line(report.title), style="bold"), Text(", ".join(facts))]
    parts += _review_lines([turns[n] for n in report.to_review if n in turns], words)
    parts += ["", _topics(report, words)]
    for topic in report.topics:
        for line in topic.questions:
            parts += ["", *_question(topic.title, line, turns, words)]
    parts += ["", Text(words["caution"], style="dim")]
    return rendered(Group(*parts))


def grade_table(grade: Grade, answer: str, words: InterviewWords) -> str:
    """Return a grade with the words of the answer that made it."""
    head = Text.assemble(
        (words.verdict(grade.verdict), _STYLES[grade.verdict]), f"  {words.percent(grade.score)}"
    )
    lines: list[RenderableType] = [head]
    lines += [
        Text(f"{words['remarks']}: {words.manner(remark.manner)} {_quoted(answer, remark.spans)}".rstrip())
        for remark in grade.remarks
    ]
    if grade.doubts:
        doubts = "; ".join(words.doubt(doubt) for doubt in grade.doubts)
        lines.append(Text(f"{words['review']}: {doubts}", style="yellow"))
    if grade.matched or grade.missing:
        lines.append(_grade_points(grade, answer, words))
    if grade.model:
        lines.append(
            Text(f"{words['grader']} {one_line(grade.model)} {grade.model_sha256[:12]}", style="dim")
        )
    return rendered(Group(*lines))


def sessions_table(summaries: Sequence[InterviewSummary]) -> str:
    """Return kept interviews, one in a row."""
    if not summaries:
        return "No interview is kept there.\n"
    table = _table("Interview", "Bank", "Language", "Started", "Answers", "State")
    for item in summaries:
        state = "damaged" if item.damaged else "ended" if item.ended_at else "can go on"
        table.add_row(
            item.id, one_line(item.bank), item.language, item.started_at, str(item.n_answers), state
        )
    return rendered(table)


def banks_table(banks: Iterable[Bank]) -> str:
    """Return banks, one in a row."""
    table = _table("Bank", "Language", "Title", "Topics", "Questions", "Points")
    for bank in banks:
        table.add_row(bank.name, bank.language, one_line(bank.title), *map(str, bank_sizes(bank)))
    return rendered(table)


def bank_table(bank: Bank) -> str:
    """Return a bank: its topics in order, their questions, and the points of each."""
    parts: list[RenderableType] = [
        Text(f"{one_line(bank.title)} ({bank.name}, {bank.language})", style="bold")
    ]
    for topic in bank.topics:
        after = f", after {', '.join(topic.requires)}" if topic.requires else ""
        parts += ["", Text(f"{topic.id}: {one_line(topic.title)} ({topic.stage.value}{after})", style="bold")]
        for question in topic.questions:
            about = f"{question.kind.value}, difficulty {question.difficulty}"
            parts.append(Text(f"  {question.id} ({about}): {one_line(question.ask[0])}"))
            parts += [Text(f"    - {point.id}: {one_line(point.label)}") for point in question.points]
    return rendered(Group(*parts))


def advice_table(bank: Bank, advice: Sequence[Advice]) -> str:
    """Return what could be better in a bank that is in order."""
    n_topics, n_questions, n_points = bank_sizes(bank)
    head = f"{bank.name} is in order: {n_topics} topics, {n_questions} questions, {n_points} key points."
    if not advice:
        return f"{head}\n"
    table = _table("Where", "Advice")
    for item in advice:
        table.add_row(item.where, one_line(item.message))
    return rendered(Group(Text(head), table))


def bank_sizes(bank: Bank) -> tuple[int, int, int]:
    """Return how many topics, questions and points a bank has."""
    questions = [question for _, question in bank.each()]
    return len(bank.topics), len(questions), sum(len(question.points) for question in questions)


def _table(*headings: str) -> Table:
    """Return an empty table that breaks long words instead of cutting them off."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _review_lines(turns: Sequence[Turn], words: InterviewWords) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for turn in turns:
        doubts = turn.grade.doubts if turn.grade is not None else ()
        why = "; ".join(words.doubt(doubt) for doubt in doubts)
        lines.append(Text(f"! {words['review']}: {words['turn'] % turn.number}: {why}", style="yellow"))
    return lines


def _topics(report: InterviewReport, words: InterviewWords) -> Table:
    table = _table(words["topic"], words["score"], words["points"], words["questions"])
    for topic in report.topics:
        points = [
            point
            for line in topic.questions
            for point in line.points
            if line.verdict is not Verdict.NOT_GRADED
        ]
        if topic.score is None:
            note = words["ungraded"] if topic.questions else words["not_asked"]
            table.add_row(one_line(topic.title), Text(note, style="dim"), "", "")
        else:
            earned = words.count(sum(point.earned for point in points), len(points))
            table.add_row(
                one_line(topic.title), words.percent(topic.score), earned, str(len(topic.questions))
            )
    return table


def _question(
    title: str, line: QuestionLine, turns: dict[int, Turn], words: InterviewWords
) -> list[RenderableType]:
    asked = next((turn for turn in turns.values() if turn.step.question == line.question), None)
    text = one_line(asked.wording.text) if asked else line.question
    head = Text.assemble(
        (f"{one_line(title)}: ", "dim"),
        (text, "bold"),
        "  ",
        (words.verdict(line.verdict), _STYLES[line.verdict]),
    )
    table = _table(words["point"], words["mark"], words["words"])
    for point in line.points:
        table.add_row(one_line(point.label), *_standing(point, words))
    remarks = [f"{words.manner(manner)} ({words['turn'] % n})" for manner, n in line.remarks]
    return [head, *([Text(f"{words['remarks']}: {'; '.join(remarks)}")] if remarks else []), table]


def _standing(point: PointLine, words: InterviewWords) -> tuple[Text, Text]:
    """Return the mark of a point and the words that earned it, or that came nearest."""
    where = f" ({words['turn'] % point.turn})" if point.turn else ""
    quotes = " … ".join(f"“{_short(quote)}”" for quote in point.quotes)
    if point.earned:
        return Text(f"✓ {words['said']}", style="green"), Text((quotes or words["no_single_words"]) + where)
    if not point.turn:
        return Text(f"– {words['unanswered']}", style="dim"), Text(words["no_answer"], style="dim")
    if quotes:
        return Text(f"~ {words['near']}", style="yellow"), Text(quotes + where)
    return Text(f"✗ {words['unsaid']}", style="red"), Text(words["no_words"], style="dim")


def _grade_points(grade: Grade, answer: str, words: InterviewWords) -> Table:
    table = _table(words["point"], words["mark"], words["words"], "p")
    rows: list[tuple[PointGrade, str, str]] = [(point, "✓", "green") for point in grade.matched]
    rows += [(point, "✗", "red") for point in grade.missing]
    for point, sign, style in rows:
        words_of = _quoted(answer, point.spans) or words["no_words"]
        table.add_row(
            one_line(point.label), Text(sign, style=style), Text(words_of), words.number(point.probability)
        )
    return table


def _quoted(answer: str, spans: Sequence[Span]) -> str:
    return " … ".join(f"“{_short(answer[span.start : span.end])}”" for span in spans)


def _short(quote: str) -> str:
    text = one_line(quote)
    return text if len(text) <= _MOST_QUOTED_CHARS else f"{text[:_MOST_QUOTED_CHARS]}…"
