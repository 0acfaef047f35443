"""What a question must look like, whoever words it: rules on its form, each with a name.

None of them needs a model, and none looks at what is asked; `wording_meaning` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from metier.interview.wording_language import speaks

FEWEST_CHARS, MOST_CHARS = 8, 320
FEWEST_WORDS, MOST_WORDS = 2, 60
MOST_SENTENCES: Final = 3


class Rule(StrEnum):
    """A rule that a wording breaks; the first seventeen are about its form, the others about what it says."""

    EMPTY = "empty"
    SEVERAL_LINES = "several-lines"
    LEADING_NUMBER = "leading-number"
    LIST_MARK = "list-mark"
    QUOTED = "quoted"
    DATE = "date"
    ROLE_NAME = "role-name"
    PREAMBLE = "preamble"
    MARKUP = "markup"
    EMOJI = "emoji"
    ADDRESS = "address"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    SEVERAL_QUESTIONS = "several-questions"
    NO_QUESTION = "no-question"
    SEVERAL_SENTENCES = "several-sentences"
    LANGUAGE = "language"
    VERDICT = "verdict"
    OFF_TOPIC = "off-topic"
    LEAKED_ANSWER = "leaked-answer"
    ECHO = "echo"
    REPEATED = "repeated"
    FAILED = "failed"


_THOUGHT: Final = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_CODE: Final = re.compile(r"`[^`]*`")
_NUMBER: Final = re.compile(r"^[(\[#№]?\d")
_LIST: Final = re.compile(r"^(?:[-–—*•·▪►>+]|\(?(?:[a-hA-H]|[ivxIVX]{1,4}|[а-гА-Г])[.)]\s|[①-⑳])")
_QUOTES: Final = (('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"), ("„", "“"), ("‘", "’"), ("「", "」"))
_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december|январ[яь]|феврал[яь]"
    "|марта?|апрел[яь]|ма[яй]|июн[яь]|июл[яь]|августа?|сентябр[яь]|октябр[яь]|ноябр[яь]|декабр[яь]"
)
_DATE: Final = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}\b|\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})\b|\d{{4}}\s?년\s?\d{{1,2}}\s?월|^(?:date|дата|날짜|תאריך)\s*:",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"^(?:interviewer|assistant|ai|bot|system|user|human|candidate|question|answer|q|a"
    r"|next(?: question| topic)?|topic|follow[- ]?up(?: question)?|интервьюер|ассистент|кандидат|вопрос|ответ"
    r"|тема|следующий вопрос|면접관|질문|다음 질문|답변|지원자|주제|מראיין|מראיינת|שאלה|תשובה|מועמד|נושא)"
    r"\s*(?:№|#)?\s*\d*\s*(?:[:：]|[.)]\s|[-–—]\s)",
    re.IGNORECASE,
)
_PREAMBLE: Final = re.compile(
    r"^(?:sure|certainly|of course|okay|ok|absolutely|here(?:'s|’s| is| are| comes)|as an? (?:ai|interviewer)"
    r"|i(?:'m| am) (?:sorry|an? ai|unable|afraid)|конечно|вот (?:вопрос|ваш)"
    r"|хорошо[,!]|물론|다음은|בוודאי|בטח|הנה)(?!\w)"
    r"|^[^:?]{0,60}(?:\b(?:questions?|topics?|answer|asking)\b|вопрос|\bтем[аыу]\b|질문|주제|שאלה|נושא)[^:?]{0,40}:",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(
    r"\*\*\S[^*]*\*\*|^#{1,6}\s|```|\[[^\]]+\]\([^)]*\)|</?[a-z]+[^>]*>|<\||\|>|\[/?INST\]|<<|>>|\{\{|\\n|�|^\|"
    r"|[\x00-\x08\x0b-\x1f\x7f]",
)
_EMOJI: Final = re.compile("[\U0001f000-\U0001faff☀-➿⬀-⯿️]")
_ADDRESS: Final = re.compile(r"(?:https?|ftp)://|\bwww\.|\b[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?？…])\s+(?=\S)")
_ABBREVIATED: Final = re.compile(r"\b(?:e\.g|i\.e|etc|vs|т\.\s?е|т\.\s?д|т\.\s?п|напр)\.$", re.IGNORECASE)

_POLITE: Final = r"(?:please,?\s+|now,?\s+|then,?\s+|and\s+|also,?\s+|next,?\s+|in your own words,?\s+)*"
_COMMANDS: Final = {
    "en": re.compile(
        rf"^{_POLITE}(?:explain|describe|tell|walk|compare|give|name|list|outline|sketch|summari[sz]e|define"
        r"|discuss|share|show|talk|think of|take me|contrast|say|state|choose|pick|argue|justify|suggest"
        r"|propose|let(?:'s|’s| us) (?:talk|discuss)|help me|imagine|suppose|recall|put)\b",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"^(?:пожалуйста,?\s+|а\s+|и\s+|теперь\s+|тогда\s+|своими словами,?\s+|кратко\s+|коротко\s+"
        r"|подробно\s+)*"
        r"(?:расскажи|объясни|опиши|назови|приведи|сравни|перечисли|поясни|определи|дайте|дай|сформулируй|покажи"
        r"|поделись|поделитесь|скажи|предложи|представь|вспомни|обоснуй|раскрой|изложи|выбери)",
        re.IGNORECASE,
    ),
    "ko": re.compile(r"(?:세요|십시오|시오|시죠|바랍니다|봅시다|까|나요|가요|지요|죠|어요|래요)[.!]?$"),
    "he": re.compile(
        r"^(?:אנא,?\s+|בבקשה,?\s+|עכשיו,?\s+|במילים שלך,?\s+)*"
        r"(?:הסב[יר]|הסבר|תאר|תאור|ספר|תן|תני|תנו|השוו|השווה|השווי|ציין|ציינ|פרט|פרטי|מנה|מני|מנו|הגדר|הדגם|הדגימ|נמק|הצג|אמור"
        r"|אמרי|שתף|שתפ|תן|הבא|בחר)"
    ),
}


def clean(text: str) -> str:
    """Return what a model said without blanks around it and without what it thought aloud before it.

    Nothing else is mended: a wording that breaks a rule is refused.

    >>> clean("<think>Which one?</think> What is overfitting? ")
    'What is overfitting?'
    """
    return _THOUGHT.sub("", text, count=1).strip()


def broken_form(text: str, language: str) -> tuple[Rule, ...]:
    """Return the rules on form that a wording breaks, in the order of `Rule`; none for a good one.

    Args:
        text: the wording; blanks around it do not count.
        language: that it must be in, one of `LANGUAGES`.

    >>> broken_form("What is overfitting?", "en")
    ()
    >>> [str(rule) for rule in broken_form("1. What is overfitting? How do you fight it?", "en")]
    ['leading-number', 'several-questions']
    """
    text = clean(text)
    if not text:
        return (Rule.EMPTY,)
    broken = [rule for rule, breaks in _BREAKS.items() if breaks(text)]
    broken += _question_rules(text, language)
    if not speaks(text, language):
        broken.append(Rule.LANGUAGE)
    return tuple(broken)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text of one line.

    >>> sentences("You know SQL, e.g. joins. What is an index?")
    ['You know SQL, e.g. joins.', 'What is an index?']
    """
    found: list[str] = []
    for piece in _SENTENCE.split(text.strip()):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [piece for piece in found if piece]


def _question_rules(text: str, language: str) -> list[Rule]:
    """Return what is wrong with how a text asks: one question at its end, or one request."""
    plain = _CODE.sub("x", text)
    pieces = sentences(plain)
    broken = []
    n_marks = len(re.findall(r"[?？]+", plain))
    if n_marks > 1 or re.search(r"[?？]{2,}|[?？]!", plain):
        broken.append(Rule.SEVERAL_QUESTIONS)
    elif not plain.endswith(("?", "？")) and (n_marks or not _COMMANDS[language].search(pieces[-1])):
        broken.append(Rule.NO_QUESTION)
    if len(pieces) > MOST_SENTENCES:
        broken.append(Rule.SEVERAL_SENTENCES)
    return broken


def _is_quoted(text: str) -> bool:
    """Tell whether quotation marks stand around all of a text, or open it and never close."""
    for opening, closing in _QUOTES:
        if text.startswith(opening):
            inner = text[1:]
            return inner.rstrip(".?!").endswith(closing) or closing not in inner
    return text.endswith(('"', "”", "»")) and not re.search(r'["“„«]', text[:-1])


_BREAKS: Final[dict[Rule, Callable[[str], object]]] = {
    Rule.SEVERAL_LINES: lambda text: len(text.splitlines()) > 1,
    Rule.LEADING_NUMBER: _NUMBER.search,
    Rule.LIST_MARK: _LIST.search,
    Rule.QUOTED: _is_quoted,
    Rule.DATE: _DATE.search,
    Rule.ROLE_NAME: _ROLE.search,
    Rule.PREAMBLE: _PREAMBLE.search,
    Rule.MARKUP: _MARKUP.search,
    Rule.EMOJI: _EMOJI.search,
    Rule.ADDRESS: _ADDRESS.search,
    Rule.TOO_SHORT: lambda text: len(text) < FEWEST_CHARS or len(_SPACE.split(text)) < FEWEST_WORDS,
    Rule.TOO_LONG: lambda text: len(text) > MOST_CHARS or len(_SPACE.split(text)) > MOST_WORDS,
}
