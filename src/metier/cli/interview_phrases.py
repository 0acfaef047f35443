"""What a candidate reads in the terminal beside the questions, in the language of the interview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from metier.report.interview_words import InterviewWords, Said
from metier.report.page import showable

PHRASES: Final = {
    "begun": Said(
        "Interview {id}: {title}. Every turn is saved.",
        "Собеседование {id}: {title}. Каждая реплика сохраняется.",
        "면접 {id}: {title}. 모든 문답이 저장됩니다.",
    ),
    "resumed": Said(
        "Interview {id}: {title}, going on after {n} answers.",
        "Собеседование {id}: {title}, продолжаем; ответов уже {n}.",
        "면접 {id}: {title}. 답변 {n}개 이후부터 이어 갑니다.",
    ),
    "how": Said(
        "End your answer with an empty line. /skip, /repeat, /pause, /end and /help are commands.",
        "Ответ заканчивается пустой строкой. Команды: /skip, /repeat, /pause, /end, /help.",
        "빈 줄을 입력하면 답변이 끝납니다. 명령: /skip, /repeat, /pause, /end, /help.",
    ),
    "help": Said(
        "/skip    go on without an answer\n/repeat  show the question again\n"
        "/pause   stop here and go on later\n"
        "/end     end the interview for good\nAn empty line ends an answer; pasted text may hold some.",
        "/skip    дальше без ответа\n/repeat  показать вопрос ещё раз\n"
        "/pause   прерваться и продолжить позже\n"
        "/end     закончить собеседование совсем\nПустая строка заканчивает ответ; во вставленном тексте она "
        "допустима.",
        "/skip    답하지 않고 넘어가기\n/repeat  질문 다시 보기\n/pause   멈추고 나중에 이어 가기\n"
        "/end     면접 끝내기\n빈 줄은 답변의 끝입니다. 붙여 넣은 글에는 빈 줄이 있어도 됩니다.",
    ),
    "covered": Said("Covered", "Раскрыто", "다룬 내용"),
    "missing": Said("Missing", "Не раскрыто", "빠진 내용"),
    "open": Said(
        "Something is still open; the next question is about it.",
        "Кое-что ещё не раскрыто; следующий вопрос — об этом.",
        "아직 남은 내용이 있습니다. 다음 질문에서 다룹니다.",
    ),
    "doubtful": Said(
        "A person should look at this grade",
        "На эту оценку должен взглянуть человек",
        "이 평가는 사람이 확인해야 합니다",
    ),
    "paused": Said(
        "Saved. Go on: {command}", "Сохранено. Продолжить: {command}", "저장했습니다. 이어 가기: {command}"
    ),
    "ended": Said(
        "The interview has ended. Its report: {command}",
        "Собеседование завершено. Отчёт: {command}",
        "면접이 끝났습니다. 보고서: {command}",
    ),
}


def phrase(words: InterviewWords, key: str, facts: Mapping[str, object] | None = None) -> str:
    """Return a phrase with its facts, which are shown as text whatever they hold."""
    shown = {name: plain(str(fact)) for name, fact in (facts or {}).items()}
    return words.choose(PHRASES[key]).format_map(shown)


def plain(text: str) -> str:
    """Return a text that only shows on a terminal: no character of it moves the cursor or sets a colour."""
    return showable(text.replace("\r\n", "\n")).replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}")


def one_line(text: str) -> str:
    """Return a text for a cell of a table: as `plain`, in one line."""
    return " ".join(plain(text).split())
