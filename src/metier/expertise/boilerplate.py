"""What templates and job boards leave in texts that is not the person's own, with reasons.

Placeholders go wherever they stand, and the sentence around them stays; lines go only as wholes. A real
sentence with the same words in it is left alone.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from metier.documents.placeholders import PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Words that say nothing of a person.

    Attributes:
        reason: why they are no words of the person.
        pattern: regular expression, read without case; blanks in it are any blanks.
    """

    reason: str
    pattern: str


_SLOT: Final = (
    r"(?:job title|position title|your title|job position|number|amount|company(?: name)?|employer(?: name)?|"
    r"city|state(?: name)?|country|location|address|website|url|month|year|years|year to present|dates?|"
    r"start date|end date|time period|type|topic|medium|language|other language|issue|goals?|objectives?|"
    r"industry|fields?|area|areas of expertise|skill|skills|skill set|skill name|software|project|"
    r"project name|project type|program|program or process|process|positive outcome|outcome|results?|"
    r"actions?|actions? taken|activit(?:y|ies)|techniques?|operation|school name|university(?: name)?|degree|"
    r"major|award name|club name|student club name|foundation name|scholarship name|publication name|"
    r"show name|product|product name|team|team size|departments?|machine type|data type|report type|"
    r"analysis type|first name|last name|full name|name|phone number|email address|xx+|"
    r"должность|название должности|название компании|компания|название организации|организация|фио|имя|"
    r"фамилия|город|период|период работы|даты|дата|месяц|год|годы|число|количество|название|сумма|"
    r"название проекта|проект|результат|навык|обязанности|достижения|вуз|специальность)"
)
_OPEN: Final = r"(?<!\w)(?:\[{1,2}|<<|{{) ?"
_CLOSE: Final = r" ?(?:\]{1,2}|>>|}})"
_DASH: Final = r"(?:ï¼\S?|â€“|[－,|–—-])"  # the first two are dashes that were decoded wrongly
_NAME: Final = r"(?-i:Company Name|COMPANY NAME)"
_MONTH: Final = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
PLACES: Final = (
    Boilerplate(
        "a slot of a template in brackets that was never filled in",
        rf"{_OPEN}(?:your |ваш[аеи]? |the )?{_SLOT}(?: ?\d)?{_CLOSE}",
    ),
    Boilerplate(
        "an instruction of a template in brackets",
        rf"{_OPEN}(?:(?:insert|enter|add|describe|specify|list|type) (?:your|here|an?|the|any|some|area|"
        rf"duties|accomplishments?|achievements?|skills?|names?|number)\b|укажите|указать|впишите|вставьте|введите|"
        rf"опишите|добавьте)[^\[\]<>{{}}\n]{{0,80}}{_CLOSE}",
    ),
    Boilerplate(
        "what a public collection of resumes wrote in place of employers and towns",
        rf"\b{_NAME} ?{_DASH}? ?(?-i:City) ?, ?(?-i:State)\b|\b(?-i:City ,) ?(?-i:State)\b",
    ),
    Boilerplate(
        "the same, of employers alone",
        rf"\b{_NAME}(?= ?(?:$|\n|{_DASH}|{_MONTH}|\d))(?: ?{_DASH})?",
    ),
    Boilerplate(
        "text that fills a template",
        r"\blorem ipsum dolor[^\n]{0,400}?(?:\.(?= |\n|$)|$|(?=\n))",
    ),
)
"""Taken out wherever they stand."""

_BUILDER: Final = (
    r"(?:\S{1,40}\.(?:com|ru|io|net|me|app|org)\S{0,60}|canva|live ?career|zety|novor[eé]sum[eé]|visualcv|"
    r"resume ?(?:builder|genius|lab|now)|microsoft word|google docs|hh\.ru|superjob)\.?"
)
LINES: Final = (
    Boilerplate(
        "an instruction of a resume builder",
        r"(?:enter|insert|describe|type|add) (?:your |any |some |the )?(?:outstanding |key |main |relevant )?"
        r"(?:achievements?|accomplishments?|responsibilities|duties|job title|name|text|skills?|experience|"
        r"summary|education|company(?: name)?)(?: here| that show[^\n]{0,200}| in this[^\n]{0,100})?\.{0,3}",
    ),
    Boilerplate(
        "a button or a link of a resume builder or a job board",
        r"see examples?|view examples?|click here(?: to [^\n]{0,60})?|read more|show more|"
        r"save (?:&|and) next|back save & next[^\n]{0,200}|download (?:resume|cv|pdf)|"
        r"your text here|placeholder text|"
        r"показать (?:ещ[её]|все|контакты)|подробнее|читать далее|развернуть|свернуть|скачать(?: резюме)?|"
        r"распечатать|редактировать|пожаловаться|откликнуться|пригласить|в избранное|сохранить(?: в pdf)?",
    ),
    Boilerplate(
        "a footer of a resume builder or a job board",
        rf"(?:powered by|(?:created|made|generated|built) (?:with|by|on|in|using)) {_BUILDER}|"
        r"(?:©|\(c\)|copyright)(?: ?(?:©|\(c\)))? ?\d{4}[^\n]{0,80}|all rights reserved\.?|"
        rf"все права защищены\.?|(?:сделано|создано) (?:на|в|с помощью) {_BUILDER}|"
        r"terms (?:&|and) conditions|privacy policy",
    ),
    Boilerplate("the number of a page", r"(?:page|стр(?:аница|\.)?) ?\d{1,3}(?: ?(?:of|/|из) ?\d{1,3})?"),
    Boilerplate(
        "a footer that hh.ru prints on resumes",
        r"резюме обновлено [^\n]{1,60}|[^\n]{0,120}• +резюме обновлено [^\n]{1,60}|"
        r"последний раз был[аи]? на сайте[^\n]{0,60}|сейчас на сайте|был[аи]? онлайн [^\n]{1,40}",
    ),
    Boilerplate(
        "what hh.ru asks of everybody and prints whatever the answer",
        r"(?:не )?(?:готов|готова)(?: \([^)\n]{1,60}\))? к переезду[^\n]{0,80}|"
        r"(?:не )?(?:готов|готова) к (?:редким )?командировкам|"
        r"желательное время в пути до работы: [^\n]{1,40}|"
        r"занятость: (?:полная|частичная|проект|стаж)[^\n]{0,80}|"
        r"график работы: (?:полный|сменный|гибкий|удал|вахт)[^\n]{0,80}",
    ),
    Boilerplate(
        "words that stand for no answer",
        r"n/a|none|null|nan|tbd|todo|xxx+|\.{3,}|references available (?:up)?on request\.?|"
        r"рекомендации (?:предоставлю )?по (?:запросу|требованию)\.?|не указан[аоы]?\.?",
    ),
)
"""Taken out where they are all of a line."""

SKILL_HEADINGS: Final = Boilerplate(
    "a heading that the name of the field says already",
    r"(?:key |core |technical |professional |my |main )?skills?|"
    r"(?:ключевые |профессиональные |основные )?навыки|ключевые компетенции|навыки и умения|"
    r"стек(?: технологий)?",
)
"""At the beginnings of lines of key skills."""

_TAG: Final = re.compile(
    r"</?(?:p|div|span|ul|ol|li|br|b|i|u|s|em|strong|a|h[1-6]|table|tbody|thead|tr|td|th|font|small|hr|img|"
    r"section|article|header|footer|highlighttext|pre|code|blockquote|o:p)(?:\s[^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
_LINE_TAG: Final = re.compile(
    r"<(?:br\s{0,3}/?|/?(?:p|div|ul|ol|h[1-6]|tr|table|section|hr)(?:\s[^<>\n]{0,300})?/?)>", re.IGNORECASE
)
_ITEM_TAG: Final = re.compile(r"\s{0,9}<li(?:\s[^<>\n]{0,300})?>\s{0,9}", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"&(?:amp;)*(?P<name>#\d{1,6};|#x[0-9a-f]{1,5};|[a-z]{2,8}\d{0,2};)", re.IGNORECASE
)
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b\u2060\ufeff]")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_BLANKS: Final = re.compile(r"(?<=\S)[ \t]{2,}")
_BULLETS: Final = " \t\u00a0•‣▪●◦○■∙·*–—-|,;:"
_BLANK: Final = re.compile(r" ([?+])?")
_COUNTS: Final = {"": "1,3", "?": "0,3", "+": "1,9"}
_MASKS: Final = frozenset(PLACEHOLDERS.values())


def without_tags(text: str) -> str:
    """Return a text without remnants of HTML; "List<String>", "a < b" and "R&D" stay as they are."""
    text = _LINE_TAG.sub("\n", _ITEM_TAG.sub("\n• ", text))
    text = _ENTITY.sub(_character, _TAG.sub("", text))
    return _HIDDEN.sub("", text.replace("\u00a0", " "))


def without_boilerplate(text: str) -> str:
    """Return a text without what templates and job boards left in it.

    metier's own placeholders of personal facts, such as [NAME], stay.
    """
    places, lines = _compiled(PLACES), _compiled(LINES)
    kept = []
    for line in text.split("\n"):
        rest = places.sub(_kept_mask, line)
        if rest != line:
            rest = _BLANKS.sub(" ", rest)
        if not line.strip():
            kept.append("")
        elif rest.strip(_BULLETS) and not lines.fullmatch(rest.strip(_BULLETS)):
            kept.append(rest.rstrip())
    return _EMPTY_LINES.sub("\n\n", "\n".join(kept)).strip()


def without_skill_headings(text: str) -> str:
    """Return key skills without headings such as "Ключевые навыки:"."""
    heading = _skill_heading()
    kept = (heading.sub("", line) for line in text.split("\n"))
    return "\n".join(line for line in kept if line.strip(_BULLETS))


@lru_cache(maxsize=4)
def _compiled(table: tuple[Boilerplate, ...]) -> re.Pattern[str]:
    parts = (f"(?:{_blanks(entry.pattern)})" for entry in table)
    return re.compile("|".join(parts), re.IGNORECASE)


@lru_cache(maxsize=1)
def _skill_heading() -> re.Pattern[str]:
    words = _blanks(SKILL_HEADINGS.pattern)
    return re.compile(rf"^\s*(?:{words})\s*(?::\s*|$)", re.IGNORECASE)


def _blanks(pattern: str) -> str:
    return _BLANK.sub(lambda blank: rf"[ \t]{{{_COUNTS[blank[1] or '']}}}", pattern)


def _kept_mask(match: re.Match[str]) -> str:
    return match.group() if match.group() in _MASKS else ""


def _character(match: re.Match[str]) -> str:
    # What was escaped several times over is "&amp;amp;lt;".
    return html.unescape(f"&{match['name']}")
