"""The words of a vacancy that give its level away, to be taken out before a model learns from it.

Who trains on vacancies with a level, or measures on them, learns nothing of experience from "Senior" in a
title or "5+ years" in a text. In English and Russian these count: names of levels (of the own level and of
the people around it, for a text does not say which), marks of levels after titles ("Engineer II", "L5",
"2 категории"), any stretch of years, experience that is stated or declared needless, and lines such as
"Exp: ...". Of Polish, which vacancies in English mix in, names of levels count.

Words that only look like a level stay, as far as their neighbours tell: lead generation, market leaders,
leading companies, middle school, regular expressions, ведущий банк, главное. Главный бухгалтер stays too:
that is an occupation, one to a firm, and no step of a ladder as главный специалист is. And so does what a job
has one do (to lead, to mentor, to learn): that is what experience is to be told from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from metier.types import Span

_JOB: Final = (
    r"(?:engineers?|developers?|programmers?|architects?|analysts?|scientists?|testers?|designers?|consultants?"
    r"|specialists?|administrators?|managers?|recruiters?|accountants?|writers?|researchers?|editors?|artists?"
    r"|devops|qa|sre|sdet|dev|ux|ui|front[-\s]?end|back[-\s]?end|full[-\s]?stack|software|data|product|project"
    r"|security|technical|cloud|mobile|web|android|ios|java|javascript|python|php|ruby|golang|scala|react|angular"
    r"|node|\.net|c\#|c\+\+|sap|salesforce|automation|test)(?!\w)"
)
_JOB_RU: Final = (
    r"[\w/+\#.-]*(?:инженер|програм|разработчик|специалист|аналитик|менеджер|эксперт|администратор|юрист|дизайн"
    r"|тестировщик|консультант|архитектор|технолог|конструктор|экономист|маркетолог|методист|механик|энергетик"
    r"|редактор|продюсер|художник|советник|секретарь|оператор|исследовател|проектировщик|рекрут|devops|develop"
    r"|engineer|analyst|qa|java|python|backend|frontend|web|1[cс]|системн|сетев|бизнес|научн|техническ|продуктов"
    r"|финансов|веб)"
)
_UNIT: Final = r"\s*[-\s]?(?:years?|yrs?|yoe|y\.o\.e)(?!\w)\.?(?:['’´`]s?(?!\w))?"
_EXPERIENCE: Final = r"(?:\s*(?:of\s+)?(?:[\w/-]+\s+){0,3}?(?:experience|exp)(?!\w))?"
_NUMBER: Final = r"\d{1,2}(?:[.,]\d)?(?!\d)"
_COUNT: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|several|many|few|couple\s+of"
    r"|multiple)(?!\w)"
)
_TO: Final = r"(?:\s*(?:-|–|—|−|/|to(?!\w)|or(?!\w)|and(?!\w)|до|или|и(?!\w))\s*(?:до\s+)?"
_MORE: Final = r"(?:\s*\(\s*\d+\s*\+?\s*\))?\s*(?:\+|plus(?!\w)|or\s+more)?"
_YEARS: Final = (
    rf"(?:{_NUMBER}|{_COUNT}){_MORE}{_TO}(?:{_NUMBER}|{_COUNT}){_MORE})?(?:\s+(?:full|solid|good|long))?"
    rf"{_UNIT}{_EXPERIENCE}"
)
_AT_LEAST: Final = (
    r"(?:a\s+minimum\s+of|at\s+least|minimum(?:\s+of)?|min\.?|more\s+than|over|above|around|about|approximately"
    r"|maximum(?:\s+of)?|max\.?|up\s+to|less\s+than|from|with|ideally|typically)\s+(?:a\s+)?"
)
_COUNT_RU: Final = (
    r"(?:одного|один|дв(?:ух|а)|тр(?:[её]х|и)|четыр(?:[её]х|е)|пят[иь]|шест[иь]|сем[иь]|вос(?:ьми|емь)|десят[иь]"
    r"|пол(?:у|)тора|нескольк(?:их|о)|многих|много)(?!\w)"
)
_CASE_RU: Final = r"(?:\s*-?\s*(?:х|ми|ти|ух|[её]х|го|й)(?!\w))?(?:\s*\([^()\n]{1,12}\))?\s*\+?"
_UNIT_RU: Final = (
    r"\s*(?:полных\s+)?(?:год(?:а|у|ом|ы|ов|ик|)|лет)(?!\w)(?:\s+(?:\w+\s+)?опыта(?!\w)(?:\s+работы)?)?"
)
_YEARS_RU: Final = rf"(?:{_NUMBER}|{_COUNT_RU}){_CASE_RU}{_TO}(?:{_NUMBER}|{_COUNT_RU}){_CASE_RU})?{_UNIT_RU}"
_AT_LEAST_RU: Final = (
    r"(?:(?:не\s+менее|не\s+меньше|более|больше|свыше|минимум|около|примерно|от|до|порядка|хотя\s+бы)\s+"
    r"(?:чем\s+)?)+"
)
# What stands in the genitive after "руководитель" tells of it when it is gone: "группы мобильной разработки"
_GOVERNED: Final = (
    r"(?:\s+(?:[\w-]+(?:ого|его|ой|ей|ых|их)\s+)?(?:под)?[\w-]*(?:групп|команд|отдел|направлени|департамент|управлени"
    r"|служб|подразделени|сектор|центр|блок|стрим|проект|продукт|продаж|разработк|аналитик|тестировани|анализ"
    r"|эксплуатаци|администрировани|внедрени|сопровождени|поддержк)(?:ы|и|а|я|ов|ей|)(?!\w)){0,3}"
)
_CHIEF_RU: Final = r"(?:(?:техническ|исполнительн|генеральн|коммерческ|операционн)\w+\s+)"
_LEVEL: Final = (
    r"(?:senior|junior|mid|entry|intern|associate|director|executive|lead|expert|fresher|старш|младш|стаж[её]р"
    r"|мидл|джун|\d)"
)
_REST: Final = rf"\s*[:\-–—][ \t*]*(?=[^\n;.]{{0,30}}?{_LEVEL})[^\n;.]{{0,60}}"
_NUMBERS: Final = (
    _YEARS,
    _YEARS_RU,
    rf"{_NUMBER}\s*\+?{_TO}{_NUMBER}\s*\+?)?\s*(?:months?\s+(?:of\s+)?)?(?:[\w-]+\s+){{0,2}}(?:experience|exp)(?!\w)",
    r"\d\s*-?\s*(?:я|й|ой|ая|ей)?\s+(?:квалификационн\w+\s+)?категори\w+",
    r"\d\s*-?\s*(?:го|й)?(?:\s*-\s*\d)?\s+разряд\w*",
)
_ENGLISH: Final = (
    rf"(?:seniority|experience|exp|career|job|position|grade)\s*(?:level|range|required|needed)?{_REST}",
    r"(?:seniority|experience|career)\s+levels?(?!\w)|seniority",
    rf"{_AT_LEAST}{_YEARS}|{_COUNT}{_MORE}{_TO}(?:{_NUMBER}|{_COUNT}){_MORE})?{_UNIT}{_EXPERIENCE}",
    rf"(?:experience|exp)\.?\s*(?:(?:of|in|level|required|range|from|is|with)\s*|[-:–(]\s*)*{_NUMBER}\s*\+?"
    rf"{_TO}{_NUMBER}\s*\+?)?",
    r"(?:years?|yrs?)['’]?\s+(?:of\s+)?(?:[\w/-]+\s+){0,2}?(?:experience|exp)(?!\w)|yrs(?!\w)",
    r"(?:no|zero|without(?:\s+any)?|little(?:\s+or|\s+to)?\s+no|limited)\s+(?:(?:prior|previous|relevant|work|working"
    r"|professional|commercial|industry)\s+){0,3}experience(?:\s+(?:is\s+)?(?:required|needed|necessary))?",
    r"experience\s+(?:is\s+|are\s+)?(?:not|isn['’]t)\s+(?:required|needed|necessary|a\s+must|mandatory|essential)",
    r"freshers?(?!\w)|fresh(?:ly)?\s+(?:out\s+of|graduated)(?!\w)",
    r"(?:senior|sr|snr|junior|jr|jnr)s?(?!\w)\.?[+-]?",
    r"mid(?:dle)?\s*[-\s/&]*(?:to\s+)?(?:senior|level)s?(?!\w)(?:[-\s]+level(?!\w))?",
    r"middle(?!\w|\s*-?\s*(?:east|school|office|mile|layer|tier|name|end|class|age|market|ground|man(?!\w)|of|management))[+-]?",
    r"mid(?!\w|\s*-?\s*(?:size|market|term|day|week|year|month|point|cap|scale|large|range|atlantic|west|east"
    r"|career|stage|night|of|funnel))[+-]?",
    rf"regular(?!\w)(?=\s*[/|)+&-]\s*(?:senior|mid|junior|sen|$|\s{_JOB})|(?:\s+[\w.+\#/-]+){{0,2}}\s+{_JOB})",
    r"(?<=[/|(])regular(?!\w)",
    r"(?:intern|internship|trainee|traineeship|apprentice|apprenticeship|student|undergraduate)s?(?!\w)(?:['’]s?)?",
    r"(?:recent|fresh|new|young|college|university|engineering|mba|20\d\d)\s+(?:\w+\s+)?grad(?:uate)?s?(?!\w)",
    rf"graduates?(?=\s+(?:(?:trainee|program|programme|scheme|role|position|intern)s?(?!\w)|{_JOB}))",
    r"entry(?:[-\s]+(?:to|and)[-\s]+mid)?[-\s]*levels?(?!\w)",
    r"associates?(?!\w|['’]?s?\s+degree|\s+with(?!\w))",
    r"(?:assistant|deputy|asst\.?|dy\.?)\s+(?=(?:general\s+)?(?:manager|director|vice|head|lead))",
    rf"(?:team\s*|tech\s*)?lead(?=\s+[а-яё]){_GOVERNED}",
    r"(?:team|tech(?:nical|nology)?|engineering|project|squad|chapter|tribe|group|practice|area|delivery|functional"
    r"|shift|platform|hr)(?:\s*[\\/|&]\s*tech)?[-\s]*lead(?:er)?s?(?!\w|\s*(?:gen|magnet|nurtur))",
    r"młodsz\w*|starsz\w*|stażyst\w*|praktykant\w*|ekspert\w*|kierowni\w*",
    r"(?:account|sales|marketing|content|finance)[-\s]*lead(?:er)?(?!\w|\s*(?:gen|magnet|nurtur))",
    rf"{_JOB}[-\s–—,/(]*(lead(?:er)?s?)(?!\w|\s+(?:to|gen))",
    r"lead(?!\s+(?:gen|the|an?|our|to|in|by|and|your|all|with|for|cross|on|their|this|time|nurtur|through|of)(?!\w))"
    rf"(?!\s+gen)(?=\s+(?:[\w.+\#/&-]+\s+){{0,3}}?{_JOB})",
    r"(?:an?|the|as|our|your|with|of|other|by)\s+(leads?)(?=\s*(?:[.,;:)/\n]|$|(?:for|on|in|role|position)(?!\w)))",
    r"lead(?=\s*[-–—:/(|)&]|\s*$)|(?<=[/&(|])leads?(?!\w|\s+gen)|(?<=[-–—/&(|]\s)lead(?=\s*(?:[-–—,)/|]|$))",
    r"chief(?:\s+[\w&]+){1,3}?\s+officers?(?!\w)|vice[-\s]president(?:\s+of(?!\w))?",
    r"(?:principal|expert|executive|exec|director|chief|president)s?(?!\w)(?:\s+of(?!\w))?|directorial",
    r"(?:vp|svp|evp|avp)(?!\w)(?:\s+of(?!\w))?|(?:agm|dgm|ceo|cto|cfo|coo|cio|cmo|cpo|chro|ciso|cdo|cxo)s?(?!\w)|c[-\s](?:level|suite|xo)(?!\w)",
    rf"staff(?=\s+(?:[\w.+\#/-]+\s+){{0,2}}?{_JOB})",
    r"heads?\s+of(?!\w)|head(?=\s*[-–—:|(,]|\s*$)",
    r"(?:department|departmental|functional|business|unit|team|group|sales|marketing|hr|it|finance|technology|product"
    r"|engineering|regional|zonal|country|branch|vertical|practice|operations?)[-–,\s]*(heads?)(?!\w|\s*(?:off|quart|cou))",
    r"head(?=[-–—,/\s]+(?:hr|it|sales|marketing|finance|operations|product|engineering|legal|supply|business)(?!\w))",
    r"(?:ii|iii)(?=\s*[-–—,)(/|]|\s*$)",
    r"(?:engineer|developer|sde|swe|analyst|scientist|specialist|programmer|administrator|designer|tester)s?"
    r"[-\s,(]*((?:(?:level|grade|lvl|ic)\s*)?(?:[1-6](?!\w)(?:\s*[&/,-]\s*[1-6](?!\w))*|i{1,3}(?!\w)|iv(?!\w)))",
    r"(?:level|grade|lvl|band|tier)\s*[-:]?\s*(?:[1-9]|i{1,3}|iv)(?!\w)(?:\s*[&/,-]\s*[1-9](?!\w))*",
    r"(?:[lte]|ic|sde|p)-?[1-9](?!\w)(?:\s*[&/,-]\s*[ltep]?[1-9](?!\w))*",
)
_RUSSIAN: Final = (
    rf"(?:(?:требуем\w+\s+)?опыт(?:\s+работы)?|стаж(?:\s+работы)?|грейд|уровень){_REST}",
    rf"(?:опыт\w*|стаж\w*)\s*(?:работы\s*)?(?:{_AT_LEAST_RU}|[-–—:]\s*)?{_YEARS_RU}",
    rf"{_AT_LEAST_RU}{_YEARS_RU}|{_COUNT_RU}{_CASE_RU}{_TO}{_COUNT_RU}{_CASE_RU})?{_UNIT_RU}",
    r"(?:от|более|больше|свыше|не\s+менее|не\s+меньше|минимум|около|до)\s+(?:одного\s+)?(?:полу)?год(?:а|)(?!\w)",
    r"(?:год|лет|года)\s+(?:\w+\s+)?опыта(?!\w)",
    rf"(?:опыт\w*|стаж\w*)\s*(?:работы\s*)?(?:{_AT_LEAST_RU}|[-–—:]\s*)?{_NUMBER}\s*\+?{_TO}{_NUMBER}\s*\+?)?"
    r"(?:\s*мес\w*\.?)?",
    rf"{_AT_LEAST_RU}(?:{_NUMBER}{_CASE_RU}{_TO}{_NUMBER})?\s*мес\w*\.?|полугод\w+)(?:\s+опыта(?!\w))?",
    r"многолетн\w+|грейд\w*",
    r"(?:без|нет|отсутстви\w+)\s+(?:\w+\s+)?опыта(?:\s+работы)?(?!\w)",
    r"опыт\w*\s+(?:работы\s+)?(?:\w+\s+){0,2}?(?:не\s*(?:требуется|нужен|обязател\w+|важен|имеет\s+значения"
    r"|необходим)|необязател\w+|неважен)",
    r"(?:с\s+|можно\s+)?(?:минимальн\w+|небольш\w+)\s+опыт\w+",
    r"старш(?:ий|его|ему|им|ем|ая|ей|ую|ие|их|ими)(?!\w)|младш\w+",
    rf"ведущ(?:ий|его|ему|им|ем|ая|ей|ую|ие|их|ими)(?=(?:\s+[\w/+\#.-]+){{0,2}}?\s+{_JOB_RU})",
    rf"главн(?:ый|ого|ому|ым|ом|ая|ой|ую|ые|ых|ыми)(?=(?:\s+[\w/+\#.-]+){{0,2}}?\s+{_JOB_RU})",
    r"(?:стаж[её]р|стажиро|практикант|начинающ|студент|студенч|выпускник)\w*|молод\w+\s+специалист\w*",
    r"(?:сень?[её]р|синь?[её]р|сеньор|синьор|мидд?л|джун|интерн(?!е))\w*[+-]?",
    rf"(?:тим|тех)[-\s]?лид\w*{_GOVERNED}",
    rf"лид(?:а|у|ом|е)?(?!\w|\s*-?\s*(?:ген|менедж|форм|магнит)){_GOVERNED}",
    rf"{_CHIEF_RU}?(?:руководител|начальник|директор|лидер(?=\w*\s+(?:команд|групп|направлен)))\w*{_GOVERNED}",
    rf"{_CHIEF_RU}лидер\w*",
    r"(?:заместител|заведующ|эксперт(?!из|н)|гендир|топ-?менедж)\w*|зам\.",
    r"(?:перв|втор|треть|высш)\w+\s+(?:квалификационн\w+\s+)?категори\w*",
)
_PATTERN: Final = re.compile(
    r"(?<!\w)(?:(?=\d)(?<![\d.,])(?:{})|(?=[a-z])(?:{})|(?=[а-яё])(?:{}))".format(
        "|".join(_NUMBERS), "|".join(_ENGLISH), "|".join(_RUSSIAN)
    ),
    re.MULTILINE,
)
_MARK: Final = "\0"
_BRACKETS: Final = re.compile(rf"[(\[][\s,/|&+–—-]*(?:{_MARK}[\s,/|&+–—-]*)+[)\]]")
_MARKS: Final = re.compile(
    rf"[^\S\n]*{_MARK}(?:[^\S\n]*[/|,&+]?[^\S\n]*{_MARK})*[^\S\n]*(?:[/|&+](?!\w)[^\S\n]*)?"
)


def find_giveaways(text: str) -> tuple[Span, ...]:
    """Return where a text gives a level away, in order, without overlaps; nothing for an empty text.

    Args:
        text: a title, a description, or both, in English or Russian; others are searched all the same.

    >>> find_giveaways("Senior Java Developer, 5+ years")
    (Span(start=0, end=6), Span(start=23, end=31))
    """
    found = (match.span(match.lastindex or 0) for match in _PATTERN.finditer(_lower(text)))
    return tuple(_trimmed(text, start, end) for start, end in found)


def mask_giveaways(text: str) -> str:
    """Return a text without the words that give a level away; a blank stands where they stood.

    It is a blank and no word, for a mark would tell that a level was named there: titles of middle levels
    name none. Brackets and slashes that held nothing else go with the words. What is left holds none of them,
    so masking it again changes nothing.

    >>> mask_giveaways("Senior/Lead Java Developer (5+ years of commercial experience)")
    'Java Developer'
    """
    while spans := find_giveaways(text):
        text = _without(text.replace(_MARK, " "), spans)
    return text


def _lower(text: str) -> str:
    """Return a text in small letters, with every letter in its place."""
    small = text.lower()
    return (
        small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    first = start + len(words) - len(words.lstrip())
    return Span(first, first + len(words.strip()))


def _without(text: str, spans: Sequence[Span]) -> str:
    pieces, end = [], 0
    for span in spans:
        pieces += [text[end : span.start], _MARK]
        end = span.end
    marked = _BRACKETS.sub(_MARK, "".join([*pieces, text[end:]]))
    return "\n".join(_closed(line) if _MARK in line else line for line in marked.split("\n"))


def _closed(line: str) -> str:
    """Return a line without its marks; what they leave hanging at its end goes, and blanks at its start."""
    closed = _MARKS.sub(" ", line).rstrip(" \t-–—,/|&")
    return closed.lstrip() if line.lstrip().startswith(_MARK) else closed
