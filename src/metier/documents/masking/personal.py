"""Birth date, age, gender, family, citizenship and photo: labelled, and as headers say them freely."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.documents.masking.citizenship import find_citizenship
from metier.documents.masking.family import find_family
from metier.documents.masking.place import Region, line_before, mentions, stands_alone, without
from metier.types import Mask, MaskKind, Span

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|январ[ьяе]|феврал[ьяе]|марта?|апрел[ьяе]|ма[йяе]|июн[ьяе]|июл[ьяе]"
    r"|августа?"
    r"|сентябр[ьяе]|октябр[ьяе]|ноябр[ьяе]|декабр[ьяе]|янв|фев|мар|апр|июн|июл|авг|сен|сент|окт|ноя|дек"
    r"|ב?(?:ינואר|פברואר|מרץ|מרס|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר))\b\.?"
)
_YEAR = r"(?:19[3-9]\d|20[01]\d)"
_GOD = r"(?:[ ]?(?:г\.(?![ ]?р)|год(?:а|у)?\b(?![ ]рожд)|г\b(?!\.?[ ]?р)))?"
_FULL_DATE = (
    rf"(?:\d{{1,2}}[ ]?[./\-–][ ]?\d{{1,2}}[ ]?[./\-–][ ]?{_YEAR}(?!\d){_GOD}"
    rf"|\d{{1,2}}[ ]?[./\-][ ]?{_MONTH}[ ]?[./\-][ ]?{_YEAR}(?!\d)"
    rf"|{_YEAR}[ ]?[./\-–][ ]?\d{{1,2}}[ ]?[./\-–][ ]?\d{{1,2}}(?!\d)\.?"
    rf"|\d{{1,2}}월[ ]?\d{{1,2}}일,?[ ]{_YEAR}(?!\d)"
    rf"|{_YEAR}년[ ]?\d{{1,2}}월[ ]?\d{{1,2}}일"
    rf"|\d{{1,2}}(?:st|nd|rd|th|-?го)?[ ]?(?:of[ ])?{_MONTH},?[ ]?{_YEAR}(?!\d){_GOD}"
    rf"|{_MONTH}[ ]?\d{{1,2}}(?:st|nd|rd|th)?,?[ ]{{1,2}}{_YEAR}(?!\d)"
    rf"|{_YEAR},?[ ]{_MONTH}[ ]\d{{1,2}}(?!\d))"
)
_SHORT_DATE = (
    rf"(?:\d{{1,2}}[./\-]\d{{1,2}}[./\-]\d\d(?!\d)|\d\d[./]\d\d[./]\d\d(?!\d)"
    rf"|\d\d년[ ]?\d{{1,2}}월[ ]?\d{{1,2}}일"
    rf"|\d{{1,2}}[ ]{_MONTH}[ ]['’]?\d\d(?!\d)|{_MONTH},?[ ]{_YEAR}(?!\d){_GOD}|{_YEAR}년(?:[ ]?\d{{1,2}}월)?"
    rf"|\d{{6}}(?!\d)(?:-[1-4*][\d*]{{0,6}})?|\d{{8}}(?!\d)|\d{{1,2}}[./]{_YEAR}(?!\d)|{_YEAR}(?!\d){_GOD})"
)
_BIRTH_LABEL = (
    r"(?:date of birth|birth[ ]?date|birth[ ]?day|d\.?[ ]?o\.?[ ]?b\b\.?|year of birth|birth year"
    r"|date[ ]?/[ ]?place of birth"
    r"|date and place of birth|place and date of birth|born|дата рождения|дата и место рождения"
    r"|д\.?[ ]?/?[ ]?р\b\.?|день рождения|год рождения|г\.[ ]?р\.|дата рожд\.?"
    r"|родил(?:ся|ась)|생년[ ]?월일|생[ ]?일|주민(?:등록)?번호|출생(?:일자?|년도|연도)?|생년"
    r"|תאריך[ ]לידה|ת\.?[ ]?לידה|ת[\"״']ל"
    r"|שנת[ ]לידה|יליד(?:ת)?|נולד(?:ה|תי)?)"
)
_LABELLED_BIRTH = re.compile(
    rf"(?<!\w){_BIRTH_LABEL}(?:[ ]?\([^()\n]{{0,24}}\))?"
    rf"[ \t]{{0,6}}[:：=–—\-|.]?[ \t]{{0,8}}(?:\n[ \t]{{0,4}}(?=\S))?"
    rf"(?:(?:on|in|at|в|ב-?|about)[ ]?)?(?:(?P<place>[^\W\d][^\d\n|;]{{0,40}}?)[ ,(]{{1,3}}(?:in[ ]|on[ ]"
    rf"|в[ ]|ב-?)?)?"
    rf"(?P<value>(?:20\d\d-\d\d-\d\d[ ]?B\.?S\.?[ ]?\(?)?(?:{_FULL_DATE}|{_SHORT_DATE}))",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(
    rf"(?<![\w.])(?:(?P<value>{_FULL_DATE}|{_YEAR}|\d\d)[ ]?(?:г\.?[ ]?р\b\.?|года?[ ]рожд\w*\.?"
    rf"|г\.[ ]рожд\w*\.?)"
    rf"|(?P<ko>(?:{_YEAR}|\d\d)[ ]?년(?:[ ]?\d{{1,2}}월(?:[ ]?\d{{1,2}}일)?)?[ ]?생)(?!\w)"
    rf"|b\.[ ]?(?P<en>{_YEAR})\b|(?P<ko2>(?:{_FULL_DATE})[ ]?생)(?!\w)"
    rf"|(?P<year>{_YEAR}년?)[ ]?(?=\((?:만[ ]?)?\d\d[ ]?(?:세|лет|год|years)))",
    re.IGNORECASE,
)
_BIRTH_HINTS = "г.р birth born dob d.o d. рожд родил д.р др д/р д. 생 주민 출생 לידה יליד נולד ת\"ל ת״ל ת'ל"
_BORN_HINT = re.compile(r"\d년?[ ]?\(|г\.?[ ]?р|рожд|생|\bb\.")
# "Students born post 1982", "the birthday ball in 2005": prose.
_LOOSE_LABEL = re.compile(
    r"born[ ](?!(?:on|in|at)?[ ]?\d)|birth[ ]?day(?![ ]?[:：])|(?:день рождения|생[ ]?일|출생)(?![ ]?[:：])",
    re.IGNORECASE,
)
_ANY_FULL_DATE = re.compile(rf"(?<![\w./\-])(?P<value>{_FULL_DATE})", re.IGNORECASE)
_MONTH_ALONE = re.compile(rf"(?<![\w./\-])(?P<value>{_MONTH},?[ ]{_YEAR})(?!\d)", re.IGNORECASE)
_NOT_BIRTH = re.compile(
    r"(?:available|from|since|until|till|date|updated?|обновлен\w*|дата|начал\w*|с|от|до|готов\w*|visa"
    r"|valid|issued|start"
    r"|последн\w*|создан\w*|작성일|입사일?|지원일자?|기준|עודכן|תאריך|מתאריך|החל)[ :.]{0,3}$",
    re.IGNORECASE,
)

_AGE_LABEL = re.compile(
    r"(?<!\w)(?:age|возраст|полных лет|나이|연령|만나이"
    r"|גיל)(?:[ ]?\([^()\n]{0,20}\))?[ \t]{0,4}[:：=–—\-|]?[ \t]{0,6}(?:\n[ \t]{0,4})?"
    r"(?P<value>(?:만[ ]?)?(?:1[4-9]|[2-8]\d)(?![\d\-–+%])(?:[ ]?(?:years?[ ]old|years?|yrs?\.?|y\.?o\.?"
    r"|y/o|лет|года?|полных лет|세|살|שנים|שנה))?)"
    r"(?![ ]?[-–+]|[ ]?(?:to|до)[ ])",
    re.IGNORECASE,
)
_AGE_FREE = re.compile(
    r"(?<![\w.,\-–])(?P<value>(?:aged?[ ])?(?:1[4-9]|[2-8]\d)[ -]?(?:years?[ -]old|yrs?[ -]old"
    r"|y\.[ ]?o\.?|yo\b|y/o\b)"
    r"|aged[ ](?:1[4-9]|[2-8]\d)\b|만[ ]?(?:1[4-9]|[2-8]\d)[ ]?[세살]|(?:1[4-9]|[2-8]\d)[ ]?[세살](?![\w])"
    r"|(?<!\w)(?:בן|בת)[ -]{1,2}(?:1[4-9]|[2-8]\d)(?![\d%]))",
    re.IGNORECASE,
)
_AGE_ALONE = re.compile(
    r"(?<![\w.,\-–])(?P<value>(?:1[4-9]|[2-8]\d)[ \u00a0]?(?:полны[хй][ ])?(?:лет|года?)\b|(?:1[4-9]"
    r"|[2-8]\d)[ ]years?\b)",
    re.IGNORECASE,
)
_SAID_AGE = re.compile(
    r"(?<!\w)(?:i am|i['’]m(?: an?)?|мне|저는|אני)[ ](?P<value>(?:만[ ]?)?(?:1[4-9]"
    r"|[2-8]\d)(?:[ -]years?[ -]old|[ ](?:лет|года?)\b|[세살])|(?:בן|בת)[ ]\d\d)",
    re.IGNORECASE,
)
_NO_AGE = re.compile(
    r"опыт|стаж|experience|경력|ניסיון|over|more than|более|свыше|больше|work|работ|history|company|компани"
    r"|founded|за\b|last|в[ ]+it",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[ ,]{0,2}(?:опыт|стаж|experience|в[ ]|of[ ]|in[ ]|с[ ]опыт|работ(?!ающ)|и[ ]?\d|\d)", re.IGNORECASE
)

_GENDER_WORD = (
    r"(?:non-?binary|nonbinary|female|male|woman|man|other|prefer not to say|мужской|женский|мужчина"
    r"|женщина|муж\b\.?|жен\b\.?|남성|여성|남자|여자"
    r"|남|여|זכר|נקבה|גבר|אישה|m|f|м|ж)(?!\w)"
)
_GENDER = re.compile(
    rf"(?<!\w)(?:gender|sex|пол|성[ ]?별|מין"
    rf"|מגדר)(?:[ ]?\([^()\n]{{0,12}}\))?[ \t]{{0,6}}[:：=–—\-|]?[ \t]{{0,6}}(?:\n[ \t]{{0,4}})?"
    rf"(?P<value>{_GENDER_WORD})\.?",
    re.IGNORECASE,
)
_GENDER_FREE = re.compile(
    r"(?<!\w)(?P<value>female|male|woman|мужчина|женщина|мужской|женский|муж\.|жен\.|муж|жен|남성|여성|남자|여자"
    r"|남|여|זכר|נקבה|גבר|אישה|[mf](?=[,/]? ?\d\d\b)"
    r"|(?:she/her|he/him|they/them)(?:/(?:hers|his|theirs))?)(?!\w)",
    re.IGNORECASE,
)
_KOREAN_NAME = re.compile(r"[^가-힣]{0,4}[가-힣]{2,4}[ ]{1,6}\(?")

_IMAGE_NAME = r"[^\s,;|<>()\[\]\"«»\x00]{1,120}\.(?:jpe?g|png|gif|bmp|webp|heic|tiff?)(?!\w)"
_IMAGE = re.compile(rf"(?<![\w/.:\-])(?P<value>{_IMAGE_NAME})", re.IGNORECASE)
_IMAGE_HINTS = ".jp .png .gif .bmp .web .hei .tif ]("
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\((?P<value>[^()\s]{1,300})\)")
_PHOTO_LABEL = re.compile(
    r"(?:photo(?:graph)?|picture|фото(?:графия)?|사진|증명사진|תמונה)[^\n]{0,12}$", re.IGNORECASE
)


def find_photos(text: str, region: Region) -> Iterator[Mask]:
    """Yield names and addresses of image files: any in the header, elsewhere those labelled a photo."""
    done = 0
    if not mentions(text, _IMAGE_HINTS):
        return
    for pattern in (_MARKDOWN_IMAGE, _IMAGE):
        end = 0
        for match in pattern.finditer(text):
            if match.start("value") < done and pattern is _IMAGE and text[match.start("value") - 1] == "(":
                continue
            if region.holds(match.start()) or _PHOTO_LABEL.search(line_before(text, match.start("value"))):
                yield Mask(Span(*match.span("value")), MaskKind.PHOTO)
                end = match.end()
        done = max(done, end)


def find_personal(text: str, region: Region) -> tuple[Mask, ...]:
    """Return age, family, citizenship and gender.

    Behind a label a fact counts anywhere; freely said ones count in the header and in personal sections.

    Args:
        text: the text, with contacts taken out.
        region: its header and personal sections.
    """
    found: list[Mask] = []
    for finder in (_ages, find_family, find_citizenship, _genders):
        masks = list(finder(text, region))
        text = without(text, masks)
        found += masks
    return tuple(found)


def find_births(text: str, region: Region) -> Iterator[Mask]:
    """Yield dates and years of birth: labelled, said, or the only date of a header."""
    taken: set[int] = set()
    patterns = [_LABELLED_BIRTH] if mentions(text, _BIRTH_HINTS) else []
    if _BORN_HINT.search(text):
        patterns.append(_BORN_AFTER)
    for pattern in patterns:
        for match in pattern.finditer(text):
            name = next(key for key, words in match.groupdict().items() if words and key != "place")
            start, end = match.span(name)
            if taken.isdisjoint(range(start, end)) and _is_birth(match, region):
                taken.update(range(start, end))
                yield Mask(Span(start, end), MaskKind.BIRTH_DATE)
    for pattern in (_ANY_FULL_DATE, _MONTH_ALONE):
        for match in pattern.finditer(text, 0, region.header_end):
            start, end = match.span("value")
            if taken.isdisjoint(range(start, end)) and _is_lone_date(
                text, start, end, whole=pattern is _ANY_FULL_DATE
            ):
                taken.update(range(start, end))
                yield Mask(Span(start, end), MaskKind.BIRTH_DATE)


def _is_birth(match: re.Match[str], region: Region) -> bool:
    """Tell whether a date is one of birth; below the header only right behind its label."""
    if region.holds(match.start()):
        return True
    if "\n" in match.group():
        return False
    if match.re is _BORN_AFTER:
        return True
    return not match["place"] and not _LOOSE_LABEL.match(match.group())


def _is_lone_date(text: str, start: int, end: int, *, whole: bool) -> bool:
    """Tell whether a date in a header is likely one of birth: of no period, and of someone grown up."""
    year = int(next(iter(re.findall(_YEAR, text[start:end]))))
    if not whole and (year > 2000 or not stands_alone(text, start, end) or text[start - 1 : start] == "("):
        return False
    if year > 2009 or _NOT_BIRTH.search(line_before(text, start)):
        return False
    around = text[max(0, start - 4) : start] + "\x01" + text[end : end + 4]
    return not re.search(r"\d[ ]?[-–—~][ ]?\x01|\x01[ ]?[-–—~]", around)


def _ages(text: str, region: Region) -> Iterator[Mask]:
    taken: set[int] = set()
    for pattern in (_AGE_LABEL, _SAID_AGE, _AGE_FREE, _AGE_ALONE):
        anywhere = pattern in (_AGE_LABEL, _SAID_AGE)
        for match in pattern.finditer(text) if anywhere else region.matches(pattern, text):
            start, end = match.span("value")
            if taken.isdisjoint(range(start, end)) and _is_age(text, match, region):
                taken.update(range(start, end))
                yield Mask(Span(start, end), MaskKind.AGE)


def _is_age(text: str, match: re.Match[str], region: Region) -> bool:
    start, end = match.span("value")
    personal = region.holds(start)
    if match.re is _AGE_LABEL:
        return personal or ("\n" not in match.group() and stands_alone(text, match.start(), end))
    if match.re is _SAID_AGE:
        return True
    if not personal or _NO_AGE.search(_segment_before(text, start)) or _GOES_ON.match(text, end):
        return False
    if match.re is _AGE_FREE:
        return True
    if match["value"].lower().endswith(("year", "years")):
        return stands_alone(text, start, end) and bool(
            re.search(r"\x00|male|born", line_before(text, start), re.IGNORECASE)
        )
    return stands_alone(text, start, end) or text[end : end + 1] in ("", "\n", ",", ")")


def _segment_before(text: str, offset: int) -> str:
    return re.split(r"[|;•·\t\x00,]", line_before(text, offset, 60))[-1]


def _genders(text: str, region: Region) -> Iterator[Mask]:
    taken: set[int] = set()
    for match in _GENDER.finditer(text):
        start, end = match.span("value")
        if region.holds(start) or ("\n" not in match.group() and stands_alone(text, match.start(), end)):
            taken.add(start)
            yield Mask(Span(start, end), MaskKind.GENDER)
    for match in region.matches(_GENDER_FREE, text):
        start, end = match.span("value")
        if start in taken:
            continue
        if stands_alone(text, start, end) or _follows_korean_name(text, start):
            yield Mask(Span(start, end), MaskKind.GENDER)


def _follows_korean_name(text: str, start: int) -> bool:
    """Tell whether "남" or "여" stands behind a name that starts its line, as on job boards."""
    return text[start] in "남여" and _KOREAN_NAME.fullmatch(line_before(text, start)) is not None
