"""Phone numbers, told from dates, periods, sums of money and numbers of laws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from metier.documents.masking.place import Region, line_before
from metier.types import Mask, MaskKind, Span

_RUN = re.compile(r"(?<![\w.,@/:=§№#])(?:\(?\+[ ]?)?\(?\d(?:[ \u00a0\u2009().\-‐‑–—/]{0,3}\d)*")
_BLANKS = " \u00a0\u2009"
_GROUP = re.compile(r"\d+")
_DATE = re.compile(
    r"(?:(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
    r"|(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d|(?:19|20)\d\d[./](?:0?[1-9]|1[0-2])"
    r"|(?:19|20)\d\d(?=[ ]?[-–—/.][ ]?(?:19|20)\d\d)|(?<=[-–—/. ])(?:19\d\d|20[0-3]\d))(?!\d)"
)
_GLUED_DATE = re.compile(rf"[ ](?={_DATE.pattern})")
_EXTENSION = re.compile(
    r"[ ,;]{0,3}\(?(?:ext(?:ension)?|доб(?:авочный)?|вн(?:утр)?|внутренний|내선(?:번호)?|שלוחה|x"
    r"|#)\.?[ :№]{0,2}\d{1,6}\b\)?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:phone|phones|tel|telephone|mob|mobile|cell|cel|cellular|fax|whats ?app|viber|signal|sms|imo|zalo"
    r"|kakaotalk|ph|hp|wa|[mtpch](?=[.:：])|contact|contacts|(?:contact|tel|phone|mobile|telephone|cell"
    r"|whatsapp)[ ](?:no|numbers?|num)"
    r"|т(?=[.:])|тел|тел\.? моб|телефон|телефоны|моб|мобильный|сот|сотовый|дом|домашний|раб|рабочий"
    r"|звонить|вотсап|ватсап"
    r"|вайбер|телеграм|telegram|контакты|контакт|связь|номер[ ]телефона"
    r"|전화|전화번호|휴대폰|휴대전화|핸드폰|연락처|휴대폰번호|폰|טלפון|נייד|טל|פלאפון|סלולרי|פקס|ווטסאפ|וואטסאפ)"
    r"['׳’]?[ ]?(?:\([^()\n]{0,20}\))?[ ]?#?[.:：)|\t/=–—-]{0,3}[ \t]{0,3}\(?$",
    re.IGNORECASE,
)
_WORD_EDGE = re.compile(r"(?:^|[^\w])$")
_OTHER_NUMBER = re.compile(
    r"(?:(?:licen[sc]e|passport|id|job|requisition|req|policy|roll|registration|account|reference"
    r"|certificate|case|course|student)[ ](?:number|no|num|code)|iso|iec|гост(?:\s?р)?|rfc|ieee|din|en"
    r"|снип|сп|ту|№|#|no|nr|инн|огрн|кпп|снилс|паспорт|passport|isbn|issn|doi"
    r"|id|ид|версия|version|ver|v|licen[sc]e|лиценз\w*|certificate|cert|сертификат|удостоверение|индекс"
    r"|zip|postal"
    r"|postcode|patent|патент|ip|order|account|счет|счёт|р/с|бик|окпо|серия|приказ|закон|фз|vin|ssn|tin"
    r"|ticket"
    r"|ת\.?ז\.?|ח\.?פ\.?|מיקוד|우편번호|사업자\S*|등록번호)[ .:№#-]{0,3}$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    r"(?:[$€£₽₪₩¥₴₸]|usd|eur|rub|руб|ils|krw|salary|зарплат\w*|зп|연봉|שכר)[.: ]{0,3}$", re.I
)
_MONEY_AFTER = re.compile(
    r"[ ]?(?:[$€£₽₪₩¥₴₸%+]|руб|р\.|тыс|млн|млрд|usd|eur|rub|kzt|ils|nis|krw|uah|тг\b|тенге|k\b|gross|net"
    r"|원|만|천|ש[\"״]ח"
    r"|users|people|customers|clients|records|rows|пользовател|клиент|человек|чел\b|שקל|dollars|euros?)",
    re.IGNORECASE,
)
# Digits with the country's code, where it is certain; elsewhere 9 to 13.
_LENGTHS = {
    (10,): "47 45 65",
    (10, 11): "372 32",
    (10, 11, 12): "82 46 64",
    (11,): "7 1 33 34 48 993 374 373 371 370 27 31 41 852 66 61 40",
    (11, 12): "972 971 84 81 60 353 381",
    (11, 12, 13): "62",
    (12,): "380 375 44 91 998 996 992 994 995 420 421 90 20 254 966 351 63 30 359",
    (12, 13): "55 52",
    (13,): "86 234",
}
_WITH_CODE = {code: frozenset(lengths) for lengths, codes in _LENGTHS.items() for code in codes.split()}
_LEAST_WHOLE = 9  # digits of a number that may stand by itself before another one
_MOST_DIGITS = 15  # of an international number, ITU-T E.164
_OTHER_WITH_CODE = frozenset(range(9, 14))


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits with blanks, brackets and hyphens between them."""

    text: str
    start: int
    groups: tuple[Span, ...]
    plus: bool
    labelled: bool
    personal: bool

    def digits(self, first: int, last: int) -> str:
        return "".join(self.text[group.start : group.end] for group in self.groups[first:last])

    def shape(self, first: int, last: int) -> list[int]:
        return [group.end - group.start for group in self.groups[first:last]]

    def between(self, first: int, last: int) -> str:
        """Return the characters between the groups."""
        parts = self.groups[first:last]
        return "".join(self.text[a.end : b.start] for a, b in pairwise(parts))


def find_phones(text: str, region: Region) -> Iterator[Mask]:
    """Yield the phone numbers of a text, with their extensions.

    With a plus or a label every style counts. Without, a number must be written as a phone number is; in the
    header more ways of writing are taken for one than below it.
    """
    for match in _RUN.finditer(text):
        if match.end() - match.start() < 5:
            continue
        for piece in _pieces(text, match.start(), match.end()):
            yield from _phones_in(text, piece, region)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a run of digits, cut before each date in it; a whole number with its country's code has none."""
    digits = re.sub(r"\D", "", text[start:end])
    if text[start] == "+" and len(digits) in _with_code(digits):
        yield Span(start, end)
        return
    for glued in _GLUED_DATE.finditer(text, start, end):
        if glued.start() > start:
            yield Span(start, glued.start())
        start = glued.end()
    yield Span(start, end)


def _phones_in(text: str, piece: Span, region: Region) -> Iterator[Mask]:
    before = line_before(text, piece.start)
    groups = tuple(Span(*group.span()) for group in _GROUP.finditer(text, piece.start, piece.end))
    if not groups or _is_sum(text, before, groups[-1].end):
        return
    plus = "+" in text[piece.start : groups[0].start]
    if not plus and _is_other_number(before):
        return
    run = _Run(text, piece.start, groups, plus, _is_labelled(before), region.holds(piece.start))
    first, start = 0, piece.start
    while first < len(groups):
        date = _DATE.match(text, groups[first].start)
        if date is not None and not (plus and first == 0):
            first = _next_group(groups, date.end())
        else:
            last = _phone_end(run, first)
            if last:
                yield _mask(text, start if first == 0 else groups[first].start, groups[last - 1].end)
            first = max(first + 1, last)


def _next_group(groups: tuple[Span, ...], offset: int) -> int:
    return next((i for i, group in enumerate(groups) if group.start >= offset), len(groups))


def _is_labelled(before: str) -> bool:
    label = _LABEL.search(before)
    return label is not None and bool(_WORD_EDGE.search(before[: label.start()]))


def _is_other_number(before: str) -> bool:
    other = _OTHER_NUMBER.search(before)
    return other is not None and bool(_WORD_EDGE.search(before[: other.start()])) and not _is_labelled(before)


def _is_sum(text: str, before: str, end: int) -> bool:
    return bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(text, end))


def _mask(text: str, start: int, end: int) -> Mask:
    extension = _EXTENSION.match(text, end)
    end = extension.end() if extension else end
    words = text[start:end]
    while words.startswith("(") and words.count("(") > words.count(")"):
        words = words[1:]
    if words.endswith(")") and words.count(")") > words.count("("):
        words = words[:-1]
    start = text.index(words, start)
    return Mask(Span(start, start + len(words)), MaskKind.PHONE)


def _phone_end(run: _Run, first: int) -> int:
    """Return the group behind the last one of the phone number that starts at `first`, or 0."""
    found, n_digits = 0, 0
    for last in range(first + 1, len(run.groups) + 1):
        n_digits += run.groups[last - 1].end - run.groups[last - 1].start
        if n_digits > _MOST_DIGITS or (found and _is_wide(run, first, last - 1)):
            break
        if _is_phone(run, first, last):
            found = last
    return found


def _is_wide(run: _Run, first: int, last: int) -> bool:
    """Tell whether a gap before a group parts two numbers: wider than those inside what was found."""
    gap = run.text[run.groups[last - 1].end : run.groups[last].start]
    if "/" in gap and " " in gap:
        return True
    is_whole = len(run.digits(first, last)) >= _LEAST_WHOLE
    return " " in gap and " " not in run.between(first, last) and last - first > 1 and is_whole


def _is_phone(run: _Run, first: int, last: int) -> bool:
    digits = run.digits(first, last)
    if run.plus and first == 0:
        allowed = _with_code(digits)
        # "+44 (0)20": the zero is left out when dialled from abroad.
        if last == len(run.groups) and 8 <= len(digits) <= _MOST_DIGITS:
            return True
        spare = 1 if "(0)" in run.text[run.start : run.groups[last - 1].end] else 0
        return len(digits) - spare in allowed or len(digits) in allowed
    shape, between = run.shape(first, last), run.between(first, last)
    if _is_national(digits, shape, between):
        return True
    if run.labelled and first == 0:
        most = _MOST_DIGITS if digits.startswith("00") else 13
        return 6 <= len(digits) <= most and (len(shape) > 1 or len(digits) > 6) and not _is_zip(shape)
    return run.personal and _looks_personal(digits, shape, between)


def _with_code(digits: str) -> frozenset[int]:
    for n in (3, 2, 1):
        if digits[:n] in _WITH_CODE:
            return _WITH_CODE[digits[:n]]
    return _OTHER_WITH_CODE


def _is_national(digits: str, shape: list[int], between: str) -> bool:
    """Tell whether digits are grouped as only phone numbers are."""
    if "/" in between and not set(between) - {"/"}:
        return False
    match len(digits):
        case 10:
            return shape == [3, 3, 4] and set(between) <= set("-.() ") and bool(set(between) & set("-.()"))
        case 11 if digits[0] == "8" and digits[1] in "3489":
            return len(shape) > 2 or digits[1] == "9"
        case 11 if digits[0] == "1":
            return shape == [1, 3, 3, 4]
    return (
        digits[0] == "0" and shape in ([3, 4, 4], [3, 3, 4], [2, 4, 4], [2, 3, 4], [3, 7]) and "-" in between
    )


def _looks_personal(digits: str, shape: list[int], between: str) -> bool:
    """Tell whether digits in a header are a phone number, though nothing says so."""
    n = len(digits)
    if len(shape) == 1:
        return (n == 10 and digits[:2] != "20") or (n in (9, 11, 12) and digits[0] in "0789")
    if _is_zip(shape) or (shape[0] == 1 and digits[0] == "0" and between[:1] == "."):
        return False
    if digits[0] == "0":
        return 11 <= n <= 15 if digits.startswith("00") else 9 <= n <= 12
    if digits[0] in "78" and n == 11:
        return True
    if set(between) <= set(_BLANKS):
        # "150 000" and "1 200 000" are sums.
        return n == 10 or (7 <= n <= 11 and any(size != 3 for size in shape[1:]))
    return 7 <= n <= 12 and set(between) != {"."}


def _is_zip(shape: list[int]) -> bool:
    return shape in ([5, 4], [4, 3])
