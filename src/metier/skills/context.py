"""Whether a text claims a skill that it names, denies it, wishes for it, or says it of someone else.

The rules read the clause around a mention and nothing beyond it, so text added after the clause
changes nothing.
"""

from __future__ import annotations

import re
from collections import deque
from enum import StrEnum

from metier.types import Section, SectionKind, Span


class MentionContext(StrEnum):
    """What a text says of a skill that it names."""

    CLAIMED = "claimed"
    DENIED = "denied"
    WISHED = "wished"
    OTHERS = "others"


_REACH = 160  # characters of a clause that are read on either side of a mention
_CLAUSE_END = re.compile(
    r"[.!?](?=\s|$)|[;•▪●◦]|\n[^\S\n]*\n|\n[^\S\n]*(?:[-–—*·•▪●◦]|\d{1,2}[.)])[^\S\n]"
    r"|\b(?:but|however|although|though|yet|whereas|while|но|однако|зато|хотя|при этом|하지만|지만|אבל|אך)\b",
    re.IGNORECASE,
)
_OTHER_SECTIONS = frozenset({SectionKind.EMPLOYER, SectionKind.OFFER})

# Before the mention, up to the mention itself.
_DENIED_BEFORE = re.compile(
    r"""
      \b(?:no|without(?:\ any)?|lack(?:s|ing)?(?:\ of)?|zero|little\ or\ no)\s+(?:[\w-]+\s+){0,3}?
        (?:experience|knowledge|exposure|background|familiarity|skills?|expertise|practice)\b
    | \b(?:never|not|cannot|\w{2,6}n['’]t)\s+(?:yet\s+|ever\s+|really\s+|had\s+to\s+|been\s+)?
        (?:use[ds]?|work(?:ed|ing)?|know|known|familiar|experienced|proficient|touched|tried|written|
           wrote|programm?ed|programming|coded|learn(?:ed|t)|skilled|need(?:ed)?|required?)\b
    | \b(?:not|\w{2,6}n['’]t)\s+(?:yet\s+)?(?:have|had)\s+(?:any\s+|much\s+)?
        (?:experience|knowledge|exposure|background|skills?|practice)\b
    | (?:^|[,;:(]\s*|\b(?:and|with|have|i|but)\s+)(?:no|without|zero)\s+
        (?:(?!doubt|problem)[\w+\#./-]+(?:,\s*|\s+(?:or|and|nor)\s+)){0,4}$
    | (?<!\w)без\s+(?:[\w+\#./-]+(?:,\s*|\s+(?:и|или)\s+)){0,4}$
    | \b(?:нет|без|отсутствует|отсутствие|не\ было|не\ имею)\s+(?:\w+\s+){0,3}?
        (?:опыта?|знани[яй]|навык\w{0,3}|практик\w)\b
    | \b(?:опыта|знаний)\s+нет\b
    | \bне\s+(?:\w+\s+){0,2}?
        (?:работал\w?|использовал\w?|знаю|знаком\w?|владею|применял\w?|писал\w?|изучал\w?|сталкивал\w{1,3}|
           умею|требуется|нужен|нужно|обязател\w{2,4})\b
    | (?:ללא|אין(?:\s+לי)?|חסר)\s+(?:ניסיון|ידע|היכרות)
    | לא\s+(?:עבדתי|מכיר|מכירה|השתמשתי)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# After the mention, within the same list item.
_DENIED_AFTER = re.compile(
    r"""
      ^[^,.;:!?\n]{0,30}?\b(?:is|are)\s+not\s+(?:required|necessary|needed|mandatory)\b
    | ^\s*[:(–—-]\s*(?:no(?:ne)?|no\s+experience|never\s+used|нет|не\s+знаю|нет\s+опыта)\b
    | ^[^,.;:!?\n]{0,25}?\bне\s+(?:знаю|владею|умею|работал\w?|использовал\w?|применял\w?|
        требуется|обязател\w{2,4}|нужн?\w{0,2})\b
    | ^[^,.;:!?\n]{0,20}?\b(?:опыта|знаний)\s+нет\b
    | ^[^,.;:!?\n]{0,20}?(?:경험|지식)(?:은|이|도)?\s*(?:없|전무)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "Опыта разработки на Java нет": the noun stands before the mention, the denial after it.
_LACKED_BEFORE = re.compile(r"\b(?:опыта|знаний|навыков)\b[^,.;:!?]*$", re.IGNORECASE)
_LACKED_AFTER = re.compile(r"^\s*(?:\w+\s+){0,2}?(?:пока\s+)?(?:нет|не\s+имею)\b", re.IGNORECASE)
# "No Python or Java experience": the noun stands after the mention.
_NO_BEFORE = re.compile(
    r"\b(?:no|without(?:\s+any)?|zero|lack(?:s|ing)?(?:\s+of)?)\s+(?:prior\s+|previous\s+|real\s+|commercial\s+)?"
    r"(?:[\w+#./-]+(?:,\s*|\s+(?:or|and|nor)\s+)){0,4}$",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(
    r"^(?:(?:,|\s+or|\s+and|\s+nor)?\s+[\w+#./-]+){0,3}?\s+(?:experience|knowledge|exposure|background|skills?)\b",
    re.IGNORECASE,
)
_NOT_A_DENIAL = re.compile(
    r"\b(?:since|not\s+only|not\s+just|no\s+less|no\s+doubt|not\s+limited|не\s+только|не\s+менее)\b",
    re.IGNORECASE,
)
_WISHED_BEFORE = re.compile(
    r"""
      \b(?:want(?:s|ed|ing)?|would\s+(?:like|love)|eager|keen|hop(?:e|es|ing)|plan(?:s|ning)?|look(?:ing)?(?:\s+forward)?|
         aim(?:s|ing)?|interested|curious|excited|ready|willing)\s+(?:\w+\s+){0,3}?
         (?:learn(?:ing)?|study(?:ing)?|master(?:ing)?|explor(?:e|ing)|pick(?:ing)?\s+up|get(?:ting)?\s+into)\b
    | \blearning\s+goals?\b
    | \b(?:хочу|хотел\w?\s+бы|планирую|мечтаю|собираюсь|готов\w?|желаю|намерен\w?)\s+(?:\w+\s+){0,2}?
        (?:изуч\w{2,4}|освоить|осваивать|выучить|учить|научиться|учиться|познакомиться)\b
    | (?:רוצה|מעוניין|מעוניינת|מתכנן)\s+ללמוד
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OTHERS_BEFORE = re.compile(
    r"""
      \b(?:leading|largest|biggest|major|global|top|well-known|international)\s+(?:\w+\s+){0,2}?
        (?:provider|vendor|supplier|developer|manufacturer|player|company|firm|producer|maker)s?\b
    | \b(?:market\s+)?leaders?\s+(?:in|of)\b
    | \b(?:company|firm|startup|vendor|employer)\s+(?:that|which|who)?\s*
        (?:speciali[sz]\w{1,4}|develops|builds|makes|provides|sells|produces)\b
    | \bthey\s+(?:\w+\s+)?(?:work(?:ed)?|used?|wr[io]te|know|develop(?:ed)?|run|maintain(?:ed)?)\b(?:\s+with)?
    | \bлидер\w{0,2}\s+(?:рынка|отрасли|в|среди|по)\b
    | \b(?:крупнейш\w{2,3}|ведущ\w{2,3})\s+(?:\w+\s+){0,2}?
        (?:компани\w{1,3}|разработчик\w{0,3}|поставщик\w{0,3}|производител\w{1,3})\b
    | \bкомпани[яи]\s*[,—–-]?\s*(?:котор\w{2,3}\s+)?
        (?:занимается|разрабатывает|специализируется|производит|предоставляет)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A means named after the employer's praise is the writer's own again: "for a leading bank, using Java".
_OWN_AGAIN = re.compile(
    r"\b(?:using|with|by\s+means|built|written|developed|implemented|wrote|responsible|looking\s+for|seeking|hiring|"
    r"join\s+as|где|используя|с\s+помощью|с\s+использованием|разработал\w?|написал\w?|ищем|ищет|приглаша\w{2,3})\b",
    re.IGNORECASE,
)
# "For lack of company knowledge I wrote a load test": what was done is there.
_SINCE = re.compile(r"^\s+(?:since|after)\b", re.IGNORECASE)  # "not used Java since 2015" had used it before
_DONE = re.compile(
    r"\b(?:wrote|built|created|developed|implemented|introduced|designed|led|написал\w?|создал\w?|внедрил\w?)\b",
    re.IGNORECASE,
)
# A colleague's job is not the writer's: "with the business analysts", "совместно с тимлидом".
_ROLE = re.compile(
    r"(?:managers?|analysts?|engineers?|developers?|designers?|masters?|architects?|testers?|administrators?|"
    r"leads?|leaders?|scientists?|аналитик\w{0,3}|разработчик\w{0,3}|менеджер\w{0,3}|тестировщик\w{0,3}|"
    r"архитектор\w{0,3}|дизайнер\w{0,3}|инженер\w{0,3}|лид\w{0,3})$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:with|between|alongside|supporting|supported|assisting|assisted|report(?:ed|ing)?\s+to|teams?\s+of|from|"
    r"совместно\s+с|вместе\s+с|взаимодействие\s+с|взаимодействовать\s+с|работа\s+с)\s+"
    r"(?:(?:the|our|other|certified|senior|all|a|an|and|\w+,|\w+ами|\w+ом)\s+){0,4}$",
    re.IGNORECASE,
)
# Within a section on the employer, the tools that it works with are still those of the job.
_TOOLS = re.compile(
    r"\b(?:stack|technolog\w{1,5}|we\s+(?:use|work\s+with)|tools|you|стек\w?|технологи\w{1,3}|используем|"
    r"пишем|работаем|ты|вы)\b",
    re.IGNORECASE,
)
_ABOUT_OTHERS_CHARS = 600
# "Хочу изучить Go, пишу на Java": the wish ends where the writer says what is done now.
_OWN_ACT = re.compile(
    r",\s*(?:(?:i|now|сейчас|я|уже)\s+)?(?:use|work|write|develop|know|пишу|работаю|использую|знаю|владею|разрабатываю)\b",
    re.IGNORECASE,
)


def mention_context(text: str, span: Span, section: Section | None = None) -> MentionContext:
    """Return what the clause around a mention says of it.

    Args:
        text: the whole text.
        span: the mention.
        section: the one that holds the mention; what one on the employer begins with is said of the
            employer.
    """
    before, after = _clause(text, span)
    if _is_denied(before, after):
        return MentionContext.DENIED
    wish = _last(_WISHED_BEFORE, before)
    if wish is not None and not _OWN_ACT.search(before, wish.end()):
        return MentionContext.WISHED
    if _is_of_others(before, text[span.start : span.end]):
        return MentionContext.OTHERS
    if _stands_in_other_section(span, section) and not _TOOLS.search(before):
        return MentionContext.OTHERS
    return MentionContext.CLAIMED


def _is_denied(before: str, after: str) -> bool:
    denial = _last(_DENIED_BEFORE, before)
    if denial is not None and not _DONE.search(before, denial.end()):
        return not _NOT_A_DENIAL.search(before, denial.start()) and not _SINCE.search(after)
    around = (_LACKED_BEFORE, _LACKED_AFTER), (_NO_BEFORE, _NOUN_AFTER)
    lacked = any(left.search(before) and right.search(after) for left, right in around)
    return lacked or _DENIED_AFTER.search(after) is not None


def _is_of_others(before: str, words: str) -> bool:
    if _ROLE.search(words) and _BESIDE.search(before):
        return True
    praise = _last(_OTHERS_BEFORE, before)
    return praise is not None and not _OWN_AGAIN.search(before, praise.end())


def _stands_in_other_section(span: Span, section: Section | None) -> bool:
    """Tell whether a mention stands in what a vacancy says of the employer and its offer.

    Few vacancies end that section with a heading, so only its beginning counts.
    """
    if section is None or section.kind not in _OTHER_SECTIONS:
        return False
    return span.start < section.span.start + _ABOUT_OTHERS_CHARS


def _clause(text: str, span: Span) -> tuple[str, str]:
    """Return the parts of the clause before and after a mention, on one line each."""
    start = max(0, span.start - _REACH)
    for match in _CLAUSE_END.finditer(text, start, span.start):
        start = match.end()
    # The look-ahead of a full stop needs one character more than the reach.
    limit = min(len(text), span.end + _REACH)
    closing = _CLAUSE_END.search(text, span.end, limit)
    end = closing.start() if closing else limit
    return text[start : span.start].replace("\n", " "), text[span.end : end]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)
