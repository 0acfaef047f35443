"""Citizenship and nationality, but neither work permits nor languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.documents.masking.place import Region, mentions, stands_alone, tight
from metier.types import Mask, MaskKind, Span

_COUNTRY = (
    r"(?:(?:the[ ])?(?:russian federation|united states(?: of america)?|united kingdom|great britain"
    r"|south korea|republic of korea|south africa|saudi arabia|new zealand|sri lanka|czech republic"
    r"|european union|usa?|uk|u\.s\.a?\.?|u\.k\.|eu|uae"
    r"|russian?|american?|british|english|irish|ireland|scottish|canad(?:a|ian)|austral(?:ia|ian)|indian?"
    r"|pakistani?|bangladeshi?|chin(?:a|ese)|taiwan(?:ese)?|japan(?:ese)?|korean?|vietnam(?:ese)?"
    r"|thai(?:land)?|filipin[oa]|philippines|indonesian?|malaysian?|singapore(?:an)?"
    r"|german(?:y)?|french|france|spanish|spain|italian|italy|portug(?:al|uese)|dutch|netherlands"
    r"|belgi(?:um|an)|swiss|switzerland|austrian?|swed(?:en|ish)|norw(?:ay|egian)|dan(?:ish|mark)|denmark"
    r"|finn(?:ish|land)|finland|iceland(?:ic)?|polish|poland|czech|slovak(?:ia|ian)?|sloven(?:ia|ian|e)"
    r"|hungar(?:y|ian)|romanian?|bulgarian?|greek|greece|cypr(?:us|iot)|serbian?|croat(?:ia|ian)|bosnian?"
    r"|albanian?|macedonian?|montenegrin"
    r"|ukrain(?:e|ian)|belarus(?:ian)?|moldov(?:a|an)|georgian?|armenian?|azerbaijan(?:i)?|kazakh(?:stan"
    r"|stani)?|uzbek(?:istan|istani)?|kyrgyz(?:stan|stani)?|tajik(?:istan|istani)?|turkmen(?:istan)?"
    r"|latvian?|lithuanian?|estonian?|israeli?|palestinian?|jordan(?:ian)?|leban(?:on|ese)|syrian?|iraqi?"
    r"|iran(?:ian)?|turk(?:ey|ish)|türkiye|egypt(?:ian)?|moroccan|morocco|tunisian?|algerian?|libyan?"
    r"|sudan(?:ese)?|ethiopian?|eritrean?|kenyan?|nigerian?|ghanaian|ghana|south african|ugandan?"
    r"|tanzanian?|rwandan?|cameroon(?:ian)?|senegal(?:ese)?|zimbabwe(?:an)?"
    r"|brazil(?:ian)?|argentin(?:a|e|ian)|chile(?:an)?|colombian?|peruvian|peru|venezuelan?|mexic(?:o|an)"
    r"|cuban?|ecuador(?:ian)?|nepal(?:ese|i)?|mongolian?|emirati|afghan(?:istan)?)"
    r"|(?:российск(?:ая|ой)[ ]федераци[яи]|росси[яию]|рф|россиян(?:ин|ка)|русск(?:ий|ая)|украин[аы]"
    r"|украин(?:ец|ка)|беларус[ьи]|республик[аи][ ](?:беларусь|казахстан|узбекистан|армения|молдова|корея"
    r"|таджикистан|кыргызстан)|рб|рк|белорус(?:сия|сии|ка)?|казахстан[а]?|узбекистан[а]?|кыргызстан[а]?"
    r"|киргизи[яи]|таджикистан[а]?|туркменистан[а]?|армени[яи]|азербайджан[а]?|грузи[яи]|молдов[аы]"
    r"|молдави[яи]|латви[яи]|литв[аы]|эстони[яи]|израил[ья]|германи[яи]|сша|китай|китая|инди[яи]"
    r"|серби[яи]|турци[яи]|франци[яи]|польш[аи]|болгари[яи]|румыни[яи]|чехи[яи]|финлянди[яи]|кипр"
    r"|канад[аы]|великобритани[яи]|оаэ|ес|вьетнам|нигери[яи]|сири[яи]|монголи[яи]|куб[аы]|мексик[аи]|бразили[яи]|египет|египта|марокко|иран[а]?|ирак[а]?|афганистан[а]?|абхази[яи]"
    r"|итали[яи]|испани[яи]|португали[яи]|греци[яи]|швеци[яи]|норвеги[яи]|австри[яи]|швейцари[яи]|хорвати[яи]"
    r"|черногори[яи]|япони[яи]|коре[яи]|таиланд[а]?|пакистан[а]?|австрали[яи]|аргентин[аы]|татар(?:ин|ка)"
    r"|армян(?:ин|ка)|казах|казашка|узбек|грузин(?:ка)?|еврей(?:ка)?|немец|немка)"
    r"|대한민국|한국|미국|중국|일본|베트남|인도(?:네시아)?|우즈베키스탄|카자흐스탄|몽골|러시아|캐나다|호주|영국|독일|프랑스|필리핀|태국|네팔|파키스탄|이스라엘|브라질|나이지리아"
    r"|우크라이나|터키|튀르키예"
    r"|ישראלית?|ישראל|רוסית?|רוסיה|אוקראינית?|אוקראינה|אמריקאית?|אמריקנית|ארה[\"״]ב|ארצות הברית|צרפתית?"
    r"|צרפת|גרמנית?|גרמניה|בריטית?|בריטניה|פולנית?|פולין|רומנית?|רומניה|קנדית?|קנדה|ארגנטינאית?|אתיופית?"
    r"|איטלקית?|איטליה|פורטוגלית?|פורטוגל|ספרדית?|ספרד|אירופאית?|אירופית?|גאורגית?|הודית?|הודו)(?!\w)"
)
_LABEL = (
    r"(?:citizenships?|nationalit(?:y|ies)|гражданство|национальность|подданство|국[ ]?적|אזרחו(?:ת|יות)|לאום"
    r"|נתינות)"
)
_ANY = r"[^\W\d_][^\n\t|;•·,./()\x00:]{1,30}(?=[ ]*(?:[\n\t|;•·,./()\x00]|$))"
_AND = r"[ ]{0,2}(?:,[ ]?|/|&|\+|;[ ]?|and|и|및|ו-?)[ ]{0,2}(?:also[ ]|dual[ ])?"
_LABELLED = re.compile(
    rf"(?<!\w){_LABEL}(?:[ ]?\([^()\n]{{0,14}}\))?"
    rf"(?P<joint>[ \t]{{0,6}}[:：=–—\-|]?[ \t]{{0,6}}(?:\n[ \t]{{0,4}})?)"
    rf"(?P<value>(?:{_COUNTRY})(?:[ ]?\((?:{_COUNTRY})\))?(?:{_AND}(?:{_COUNTRY})){{0,3}}"
    rf"|(?<=[:：])[ ]?(?:{_ANY})|(?<=[:：][ ])(?:{_ANY})|(?<=\t)(?:{_ANY}))",
    re.IGNORECASE,
)
_FREE = re.compile(
    rf"(?<!\w)(?P<value>(?:(?:dual|double)[ ])?(?:{_COUNTRY})(?:(?:[ ]?[/&–-][ ]?"
    rf"|[ ]and[ ]){_COUNTRY})?[ ](?:citizens?|nationals?|citizenship|nationality"
    rf"|passport(?:[ ]holder)?)(?!\w)"
    rf"|(?:citizenship|citizen|national)[ ]of[ ](?:{_COUNTRY})(?:{_AND}(?:{_COUNTRY}))?"
    rf"|(?:гражданин|гражданка|гражданство|гражд\.|гр\.|паспорт)[ ](?:{_COUNTRY})(?:{_AND}(?:{_COUNTRY}))?"
    rf"|(?:{_COUNTRY})[ ](?:국적|국민)|אזרח(?:ית|ות)?[ ](?:{_COUNTRY})(?:[ ]ו(?:{_COUNTRY}))?)",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(r"(?:and|и|or|или|,|work|разрешение|permit|time|время)\b", re.IGNORECASE)


_HINTS = "citizen nationalit граждан национальн подданств 국적 국 אזרח לאום נתינ"


def find_citizenship(text: str, region: Region) -> Iterator[Mask]:
    """Yield citizenships: behind a label anywhere, "citizen of" and the like in the header."""
    taken: set[int] = set()
    for match in _LABELLED.finditer(text) if mentions(text, _HINTS) else ():
        start, end = match.span("value")
        if _NO_VALUE.match(text[start:end].strip()) or not _is_stated(text, match, region):
            continue
        span = tight(text, start, end)
        taken.update(range(span.start, span.end))
        yield Mask(span, MaskKind.CITIZENSHIP)
    for match in region.matches(_FREE, text):
        span = Span(*match.span("value"))
        if taken.isdisjoint(range(span.start, span.end)):
            yield Mask(span, MaskKind.CITIZENSHIP)


def _is_stated(text: str, match: re.Match[str], region: Region) -> bool:
    if region.holds(match.start()):
        return True
    before = text[max(0, match.start() - 1) : match.start()]
    return (
        "\n" not in match.group()
        and bool(re.search(r"[:：\t]", match["joint"]))
        and (before in ("", "\n") or stands_alone(text, match.start(), match.end("value")))
    )
