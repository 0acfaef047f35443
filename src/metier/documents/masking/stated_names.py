"""Names that a resume states as such: behind a label, or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from metier.documents.masking.korean_names import korean_name_at, said_korean_name
from metier.documents.masking.name_lists import is_given, is_no_name, script_of
from metier.documents.masking.name_words import FoundName, is_shaped, name_of, trimmed, words_of
from metier.documents.masking.place import Region
from metier.types import Span

_NAME_LABEL = (
    r"full[ ]?name|first[ ]?name|last[ ]?name|middle[ ]?name|family[ ]?name|given[ ]?names?|surname|forename"
    r"|name[ ]?(?:and[ ]surname|/[ ]?surname|in english|of[ ]candidate)?|candidate(?:['’]s)?(?:[ ]name)?"
    r"|applicant(?:['’]s)?(?:[ ]name)?|legal[ ]name|preferred[ ]name|maiden[ ]name|resume[ ]of|cv[ ]of"
    r"|contact[ ]person|фио|ф\.[ ]?и\.[ ]?о\.?|имя[ ]и[ ]фамилия|фамилия[ ]и[ ]имя"
    r"|фамилия,?[ ]имя(?:,?[ ](?:и[ ])?отчество)?|фамилия|имя|отчество|девичья[ ]фамилия|кандидат|соискатель"
    r"|имя[ ]кандидата|(?:국문[ ]|영문[ ]|지원자[ ])?(?:이[ ]?름|성[ ]{0,4}명)|성[ ]?함"
    r"|한글(?:[ ]?(?:이름|성명))?|영문(?:[ ]?(?:이름|성명|명))?|한문|한자(?:[ ]?(?:이름|성명))?"
    r"|지원자(?:[ ]?명)?|본명|שם[ ]מלא(?:[ ]באנגלית)?|שם[ ]ושם[ ]משפחה|שם[ ]ומשפחה"
    r"|שם[ ]פרטי(?:[ ]ו(?:שם[ ])?משפחה)?"
    r"|שם[ ]משפחה|שם[ ]המועמדת?|שם[ ]באנגלית|שם"
)
_LABEL = re.compile(
    r"(?:(?<=^)|(?<=[\n\t|;•·,/(\x00])|(?<=[|;•·,/][ ])|(?<=[ ]{2}))[ ]{0,4}"
    rf"(?P<label>{_NAME_LABEL})"
    r"(?:[ ]?[/·][ ]?(?:name|성명|이름|나이|연령|성별|생년월일|영문))?(?:[ ]?\([^()\n:]{1,24}\))?"
    r"(?P<joint>\)[ ]{0,3}[:：]?[ ]{0,3}|[ ]{0,6}[:：=–—\-|\t][ \t]{0,40}(?:\n[ \t]{0,4})?"
    r"|[ ]{0,4}\n[ \t]{0,4}|[ ]{1,8})(?:\((?:한글|영문|한자|한문)\)[ ]*)?(?=[^\s\x00])",
    re.IGNORECASE,
)
_NEXT_LABEL = (
    r"marital|father|mother|spouse|gender|sex|date|age|nationality|address|phone|e-?mail|mobile|tel"
    r"|status|passport|dob|d\.o\.b|citizenship|location|position|title|role"
    r"|пол|возраст|дата|телефон|тел|адрес|город|гражданство|почта|должность|생년|생년월일|성별|나이|연락처|주소"
    r"|영문|한문|한자|이메일|휴대폰|국적|גיל|טלפון|נייד|כתובת|מייל|דוא|ת\.ז|מין"
)
_LABEL_END = re.compile(
    rf"[ ]+(?=(?:{_NEXT_LABEL})(?:['’]s)?(?!\w))|[\n\t|;•·●▪■/\[\]{{}}<>:：\x00\d@,]|[ ]{{3,}}|[ ][–—-][ ]"
    r"|[ ]\((?![^()\n]{1,30}\))",
    re.IGNORECASE,
)
_VALUE_CHARS = 80
# "Anna (Anya) Lind" goes on behind its bracket, "Anna Lind (née Berg)" does not.
_BRACKET = re.compile(r"[ ]?\((?![^\W\d_]+\)[ ]*[^\W\d_])")
_GIVEN_BEHIND = re.compile(
    r",[ ][^\W\d_][^\W\d_.’'-]{0,30}(?:[ ][^\W\d_][^\W\d_.’'-]{0,30}\.?){0,2}(?=[ ]*(?:[\n\t|;(]|$))"
)
_HANJA = re.compile(r"[\u4e00-\u9fff]+(?:[ ][\u4e00-\u9fff]+)*")
_FOREIGN_REST = re.compile(r"(?:[ ][가-힣]{1,5}){1,3}(?![가-힣])(?=[ ]*(?:[(\n]|$))")
_SAID = re.compile(
    r"(?<!\w)(?:(?P<surely>my name is|меня зовут)|i am|i['’]m|this is|제 이름은|שמי|קוראים לי|אני)[ ]+",
    re.IGNORECASE,
)
_SAID_END = re.compile(r"[\n,.;|\x00\d]|[ ][–—-][ ]")
_SAID_CHARS = 60


def labelled_names(text: str, region: Region) -> Iterator[FoundName]:
    """Yield the names behind labels such as "Full name:", "ФИО", "성명" and "שם:" in a header."""
    for match in region.matches(_LABEL, text):
        start = match.end()
        ending = _LABEL_END.search(text, start, start + _VALUE_CHARS)
        end = ending.start() if ending else min(len(text), start + _VALUE_CHARS)
        if ending and ending.group() == ",":
            end = _behind_comma(text, start, end)
        # "Name" and a blank may start a sentence; labels of the other languages do not.
        said = bool(match["joint"].strip(" ") or script_of(match["label"]) != "en")
        name = _value(text, start, end, said=said)
        if name is not None:
            yield name


def _behind_comma(text: str, start: int, comma: int) -> int:
    """Return where "Lindqvist, Anna Maria" ends, and the comma where something else stands behind it."""
    given = _GIVEN_BEHIND.match(text, comma)
    if given is None or len(words_of(text, start, comma)) != 1:
        return comma
    words = words_of(text, *given.span())
    return comma if any(word.stops for word in words) or not is_shaped(words) else given.end()


def _value(text: str, start: int, end: int, *, said: bool) -> FoundName | None:
    script = script_of(text[start:end])
    if script == "ko":
        return _korean_value(text, start, end, said=said)
    if script == "zh":
        hanja = _HANJA.search(text, start, end)
        return FoundName(Span(*hanja.span()), (Span(*hanja.span()),)) if hanja else None
    bracket = _BRACKET.search(text, start + 1, end)
    words = trimmed(words_of(text, start, bracket.start() if bracket else end))
    if not 1 <= len(words) <= 6 or (not said and not any(is_given(word.text) for word in words)):
        return None
    if all(is_no_name(word.text) and not is_given(word.text) for word in words):
        return None
    return name_of(text, words)


def _korean_value(text: str, start: int, end: int, *, said: bool) -> FoundName | None:
    span = korean_name_at(text, start, end, foreign=said)
    if span is None:
        return None
    rest = _FOREIGN_REST.match(text, span.end, end) if said and span.end - span.start < 5 else None
    if rest is not None and not any(is_no_name(part) for part in rest.group().split()):
        span = Span(span.start, rest.end())
    return FoundName(span, (span,))


def said_name(text: str, region: Region) -> FoundName | None:
    """Return the name in "My name is Anna Lindqvist" and its like in a header, or None."""
    korean = said_korean_name(text, 0, region.header_end)
    if korean is not None:
        return FoundName(korean, (korean,))
    for match in _SAID.finditer(text, 0, region.header_end):
        start = match.end()
        ending = _SAID_END.search(text, start, start + _SAID_CHARS)
        words = trimmed(words_of(text, start, ending.start() if ending else start + _SAID_CHARS))
        kept = list(takewhile(lambda word: is_shaped([word]) and not word.stops, words))
        if not 1 <= len(kept) <= 4 or script_of(kept[0].text) == "ko":
            continue
        # Nobody knows all names; "my name is" says that one follows.
        if is_given(kept[0].text) or match["surely"]:
            return name_of(text, kept)
    return None
