"""Words in prose that tell a person's gender, and the same words for the other one.

English: pronouns, titles and nouns. Russian: past tense, short and long adjectives, nouns. The rules take
what is likely said of the person; words about somebody else are changed too where they look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from metier.types import Span


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """Words of a text and what is put in their place."""

    span: Span
    words: str


def _pairs(rows: str) -> tuple[tuple[str, str], ...]:
    """Return words for a woman and for a man from `she:he`, parted by blanks."""
    return tuple((row.partition(":")[0], row.partition(":")[2]) for row in rows.split())


GENDERS: Final = ("female", "male")
_ENGLISH: Final = _pairs(
    "she:he herself:himself woman:man women:men women's:men's women’s:men’s girl:boy girls:boys "
    "mother:father daughter:son wife:husband sister:brother sorority:fraternity chairwoman:chairman "
    "spokeswoman:spokesman saleswoman:salesman businesswoman:businessman waitress:waiter stewardess:steward"
)
_QUALITIES: Final = _pairs(
    "ответственная:ответственный коммуникабельная:коммуникабельный целеустремлённая:целеустремлённый "
    "целеустремленная:целеустремленный исполнительная:исполнительный пунктуальная:пунктуальный "
    "внимательная:внимательный трудолюбивая:трудолюбивый аккуратная:аккуратный общительная:общительный "
    "стрессоустойчивая:стрессоустойчивый инициативная:инициативный активная:активный"
)
_RUSSIAN: Final = (
    *_QUALITIES,
    *_pairs(
        "сама:сам готова:готов уверена:уверен должна:должен способна:способен рада:рад нацелена:нацелен "
        "заинтересована:заинтересован ориентирована:ориентирован знакома:знаком согласна:согласен "
        "студентка:студент аспирантка:аспирант выпускница:выпускник отличница:отличник участница:участник "
        "победительница:победитель сотрудница:сотрудник помощница:помощник учительница:учитель "
        "преподавательница:преподаватель официантка:официант спортсменка:спортсмен г-жа:г-н "
        "госпожа:господин"
    ),
)
_IRREGULAR: Final = _pairs(
    "могла:мог смогла:смог помогла:помог выросла:вырос принесла:принёс внесла:внёс перенесла:перенёс "
    "вынесла:вынес привезла:привёз перевезла:перевёз достигла:достиг"
)
# The ends of verbs whose stem changes; those without ё are written too.
_ENDINGS: Final = (("шла", "шёл"), ("вела", "вёл"), ("обрела", "обрёл"), ("лась", "лся"), ("ла", "л"))

_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TITLE: Final = re.compile(r"(?<!\w)(?P<woman>Mrs|Ms)(?=\.?[ ][A-Z])|(?<!\w)(?P<man>Mr)(?=\.?[ ][A-Z])")
# "Reported to her and ..." is not "her team".
_OWNS: Final = re.compile(r"[ ]+(?!(?:and|or|to|in|on|at|for|with|as|by|from|that|who|when|while)\b)[^\W\d_]")
# "Ответственный" before a noun is said of the noun.
_NOUN_BEHIND: Final = re.compile(r"[ ](?!(?:и|или|а|но|в|на|с|к|за)\b)[а-яё]")
_PAST: Final = re.compile(
    r"(?<![\w-])(?:[а-яё]*[аяоеёиуыюш](?:ла|лась|лся|л)|"
    + "|".join(word for pair in _IRREGULAR for word in pair)
    + r")(?![\w-])",
    re.IGNORECASE,
)
# Where a sentence begins, behind "я", and behind what joins one verb to another.
_BEFORE: Final = re.compile(
    r"(?:^|[\n.!?;:,•·▪*–—\-()«]|(?<!\w)(?:я|и|а|но|также|затем|потом|сам|сама|самостоятельно|успешно|лично"
    r"|активно|не|дополнительно|параллельно|ранее|всегда))[ \t]*\Z",
    re.IGNORECASE,
)
_REACH: Final = 24
_NO_VERBS: Final = frozenset(
    "отдел канал материал персонал портал функционал потенциал журнал терминал капитал квартал филиал тел "
    "интервал сигнал финал оригинал раздел предел идеал зал вал протокол стол пол футбол волейбол гол урал "
    "баскетбол арсенал сериал скандал провал аврал интеграл визуал ритуал тыл узел угол посол символ глагол "
    "вокзал накал артикул караул разгул орёл перевал подвал мемориал криминал ареал минерал генерал адмирал "
    "школа сила дела скала шкала смола стрела правила села формула похвала был кабул павел михаил даниил "
    "людмила камила лейла наила джамила".split()
)


def gender_words(text: str, gender: str, *, language: str) -> Iterator[Replacement]:
    """Yield what has to change for a text to speak of a woman, or of a man, in order, without overlaps.

    Args:
        text: a resume.
        gender: female or male.
        language: ISO 639-1 code; English and Russian have rules, other languages yield nothing.
    """
    to = GENDERS.index(gender)
    found: set[Replacement] = set()
    if language == "ru":
        found = {*_listed(text, _RUSSIAN, to), *_verbs(text, to)}
    elif language == "en":
        found = {*_listed(text, _ENGLISH, to), *_titles(text, to), *_cases(text, to)}
    end = 0
    for item in sorted(found):
        if item.span.start >= end:
            end = item.span.end
            yield item


def like(words: str, model: str) -> str:
    """Return words in capitals, with a capital or without, as other words are written."""
    if len(model) > 1 and model.isupper():
        return words.upper()
    return words[:1].upper() + words[1:] if model[:1].isupper() else words


def _listed(text: str, pairs: tuple[tuple[str, str], ...], to: int) -> Iterator[Replacement]:
    other = {pair[1 - to]: pair[to] for pair in pairs}
    qualities = {pair[1 - to] for pair in _QUALITIES}
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word in other and not (word in qualities and _NOUN_BEHIND.match(text, match.end())):
            yield Replacement(Span(*match.span()), like(other[word], match.group()))


def _titles(text: str, to: int) -> Iterator[Replacement]:
    for match in _TITLE.finditer(text):
        if match["man" if to == 0 else "woman"]:
            yield Replacement(Span(*match.span()), "Mr" if to else "Ms")


def _cases(text: str, to: int) -> Iterator[Replacement]:
    """Yield "her" and "hers", and "his" and "him"."""
    for match in _WORD.finditer(text):
        word = match.group().lower()
        owns = _OWNS.match(text, match.end()) is not None
        turned = {"her": "his" if owns else "him", "hers": "his"} if to else {}
        turned = turned or {"his": "her" if owns else "hers", "him": "her"}
        if word in turned:
            yield Replacement(Span(*match.span()), like(turned[word], match.group()))


def _verbs(text: str, to: int) -> Iterator[Replacement]:
    for match in _PAST.finditer(text):
        word = match.group()
        lowered = word.lower()
        if lowered in _NO_VERBS or lowered.removesuffix("а") in _NO_VERBS or len(word) < 3:
            continue
        if _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()]):
            new = _turned(lowered, to)
            if new is not None:
                yield Replacement(Span(*match.span()), like(new, word))


def _turned(verb: str, to: int) -> str | None:
    """Return "работала" for "работал", or the other way round; None for what has that gender already."""
    for pair in _IRREGULAR:
        if verb in {pair[1 - to], pair[1 - to].replace("ё", "е")}:
            return pair[to]
        if verb in {pair[to], pair[to].replace("ё", "е")}:
            return None
    for pair in _ENDINGS:
        for ending in (pair[1 - to], pair[1 - to].replace("ё", "е")):
            if verb.endswith(ending):
                return verb[: -len(ending)] + pair[to]
    return None
