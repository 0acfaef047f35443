"""Marital status and children."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.documents.masking.place import Region, mentions, stands_alone, tight
from metier.types import Mask, MaskKind, Span

_COUNT = (
    r"(?:\d|one|two|three|four|five|an?|один|одна|одно|двое|трое|четверо|пятеро|две|два|три|четыре|первый)"
)
_CHILDREN = (
    rf"(?:(?:{_COUNT}|no|with|without|have|has|имею|есть|без|маленький|взрослый|взрослая"
    rf"|несовершеннолетний|young|small|adult)[ ]){{0,3}}"
    r"(?:child(?:ren)?|kids?|sons?|daughters?|дет(?:и|ей)|реб[её]н(?:ок|ка)|доч(?:ь|ери|ерей|ка)|сын(?:а"
    r"|ов(?:ья|ей)?)?)\b"
    r"(?:[ ]?\([^()\n]{1,30}\)|[ ](?:нет|есть|один|одна|двое|трое|четверо"
    r"|aged[ ][\d ,and]{1,12}|\d{1,2}[ ](?:лет|года?)"
    r"|\d{4}[ ]?г\.?[ ]?р\.?))?"
    rf"|(?:father|mother|parent|отец|мать|мама|папа)[ ](?:of[ ])?{_COUNT}(?:[ ](?:детей|child(?:ren)?"
    rf"|kids?))?|childless"
    r"|자녀[ ]?(?:\d[ ]?명?|없음|있음)|\d남[ ]?\d녀|\d[남녀]"
    r"|\+[ ]?\d(?!\d)|פלוס[ ](?:\d|אחד|אחת|שניים|שתיים|שלושה|שלוש|ארבעה)|ללא[ ]ילדים|(?:אב|אם|אמא|אבא"
    r"|הורה)[ ]ל[\w־-]{1,12}"
    r"|(?:\d|שני|שתי|שלושה|שלוש|ארבעה)[ ]ילד(?:ים|ות)|ילד(?:ה|ים|ות)?(?:[ ]אחד|[ ]אחת)?"
)
_STATUS = (
    r"(?:(?:happily|newly|legally|officially|not|never|не|официально)[ ])?(?:married|single|divorced"
    r"|widow(?:ed|er)?|engaged|separated|unmarried|in a relationship"
    r"|civil partnership|domestic partnership|cohabiting|женат|замужем|холост(?:ой|ая)?|незамужем"
    r"|разведен[аы]?|разведён|разведенн?(?:ый|ая)|в разводе"
    r"|вдов(?:а|ец)|(?:состою|нахожусь)?[ ]?в (?:гражданском |зарегистрированном |официальном )?браке"
    r"|гражданский брак|брак|свободен|свободна|(?:не состою в браке)"
    r"|미혼|기혼|이혼|사별|נשוי|נשואה|רווק|רווקה|גרוש|גרושה|אלמן|אלמנה|בזוגיות"
    r"|ידוע בציבור|ידועה בציבור)(?!\w)"
)
_JOINT = r"[ ]{0,2}(?:[,;/(&+—–-]|and|with|и|с|ו-?)?[ ]{0,2}"
_VALUE = (
    rf"(?:(?:{_STATUS})(?:{_JOINT}(?:{_CHILDREN})\)?){{0,3}}"
    rf"|(?:{_CHILDREN})(?:{_JOINT}(?:{_CHILDREN})){{0,2}})"
)
_LABEL = (
    r"(?:marital[ ]status|family[ ]status|civil[ ]status|marital|martial[ ]status|relationship[ ]status"
    r"|children|kids|dependents|семейное[ ]положение|сем\.?[ ]?положение|семья|семейный статус|дети"
    r"|(?:결혼|기혼)[ ]?(?:여부|상태|유무)|결혼|혼인[ ]?(?:여부|상태|관계)?|자녀(?:[ ]?수)?"
    r"|가족[ ]?관계|מצב[ ]משפחתי|ילדים"
    r"|סטטוס[ ]משפחתי)"
)
_LABELLED = re.compile(
    rf"(?<!\w){_LABEL}(?:[ ]?\([^()\n]{{0,14}}\))?"
    rf"(?P<joint>[ \t]{{0,6}}[:：=–—\-|]?[ \t]{{0,6}}(?:\n[ \t]{{0,4}})?)"
    rf"(?P<value>{_VALUE}|(?<=[:：])[^\n\t|;•·,.:\x00]{{1,40}}(?=[\n\t|;•·,.\x00]|$)"
    rf"|(?<=[:：][ ])[^\n\t|;•·,.:\x00]{{1,40}}(?=[\n\t|;•·,.\x00]|$)|\d(?!\d))",
    re.IGNORECASE,
)
_FREE = re.compile(rf"(?<!\w)(?P<value>{_VALUE})", re.IGNORECASE)


_HINTS = (
    "marital martial status children kids dependents семей сем. сем семья дети 혼 자녀 가족 מצב ילדים סטטוס"
)


def find_family(text: str, region: Region) -> Iterator[Mask]:
    """Yield marital status and children: behind a label anywhere, by themselves in the header."""
    done = 0
    for match in _LABELLED.finditer(text) if mentions(text, _HINTS) else ():
        start, end = match.span("value")
        if region.holds(start) or _is_line_of_facts(text, match):
            span = tight(text, start, end)
            if span.end > span.start:
                done = span.end
                yield Mask(span, MaskKind.MARITAL_STATUS)
    labelled = done
    for match in region.matches(_FREE, text):
        start, end = match.span("value")
        if (
            stands_alone(text, start, end)
            and not match["value"].startswith("+")
            and not _LABELLED.match(text, start)
            and not _follows_label(text, start, labelled)
        ):
            yield Mask(Span(start, end), MaskKind.MARITAL_STATUS)


def _is_line_of_facts(text: str, match: re.Match[str]) -> bool:
    """Tell whether the label starts its line or segment and the fact ends it: a statement, not prose."""
    if "\n" in match.group() or not re.search(r"[:：–—\-=|\t]", match["joint"]):
        return False
    return re.fullmatch(_VALUE, match["value"], re.IGNORECASE) is not None and stands_alone(
        text, match.start(), match.end("value")
    )


def _follows_label(text: str, start: int, labelled: int) -> bool:
    """Tell whether a labelled fact holds this offset."""
    if start >= labelled:
        return False
    line_start = text.rfind("\n", 0, start) + 1
    return any(
        match.start("value") <= start < match.end("value")
        for match in _LABELLED.finditer(text, max(0, line_start - 60), start + 80)
    )
