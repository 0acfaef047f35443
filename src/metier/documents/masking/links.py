"""Links and handles that lead to the person, told from links to companies and projects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metier.documents.masking.name_lists import not_names
from metier.documents.masking.place import Region, line_before, stands_alone
from metier.types import Mask, MaskKind, Span

_TOPS = (
    "com|org|net|ru|рф|su|by|kz|ua|uz|am|ge|az|kg|md|lv|lt|ee|il|kr|de|uk|us|eu|fr|es|it|pl|nl|be|ch|at"
    "|se|no|dk"
    "|fi|cz|sk|hu|ro|bg|gr|pt|tr|in|cn|jp|sg|hk|tw|vn|th|ph|id|my|au|nz|ca|br|mx|ar|cl|co|za|ng|ke|gh|eg"
    "|ae|sa|ie"
    "|io|me|dev|ai|app|tech|info|biz|pro|xyz|site|online|page|design|works|work|studio|blog|art|cloud"
    "|digital|name"
    "|test|example|invalid|space|website|codes|team|ink|land|fyi|live|one|im|is|so|to|tv|cc|gg|ly|sh|рус"
    "|москва|онлайн"
)
_URL = re.compile(
    rf"(?<![\w@.\-/])(?P<scheme>https?://)?(?P<host>(?:[\wа-яё-]{{1,63}}\.){{1,6}}(?:{_TOPS}"
    rf"|[a-z]{{2,12}}(?=/)))"
    r"(?![\w-])(?P<port>:\d{2,5})?(?P<path>/[^\s<>\"'|,;\[\]{}()«»\x00]*)?",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"linkedin\.com/(?:in|pub|mwlite/in)/|hh\.(?:ru|kz|uz|by)/resume|superjob\.ru/resume|career\.habr\.com/\w"
    r"|habr\.com/(?:\w\w/)?users?/|stackoverflow\.com/users?/|stackexchange\.com/users/|facebook\.com/profile"
    r"|kaggle\.com/\w+/?$|orcid\.org/\d|scholar\.google\.|researchgate\.net/profile|xing\.com/profile|wa\.me/"
    r"|(?:leetcode|codeforces|hackerrank)\.com/(?:u/|profile/)?\w+/?$|medium\.com/@|moikrug\.ru/\w"
    r"|velog\.io/@",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(?:^|[/.])(?:github|gitlab|facebook|fb|instagram|twitter|x|vk|dribbble|behance|bitbucket|ok|t"
    r"|telegram|youtube"
    r"|kaggle|medium|dev|codepen|tiktok|linkedin)\.(?:com|org|net|me|ru|to)/@?(?P<slug>[\w.\-]{2,60})/?$"
    r"|^(?:https?://)?(?P<sub>[\w\-]{3,60})\.(?:github\.io|gitlab\.io|tistory\.com|notion\.site"
    r"|livejournal\.com|medium\.com)",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"/(?:company|companies|school|groups?|jobs?|vacanc\w+|topics|features|orgs)(?:/|$)", re.I
)
_PRODUCTS = frozenset(
    "asp.net vb.net ado.net ml.net socket.io draw.io booking.com mail.ru hh.ru avito.ru ozon.ru "
    "lenta.ru rbc.ru 1c.ru amazon.com monday.com salesforce.com yandex.ru ya.ru vk.com ok.ru rambler.ru "
    "bitrix24.ru wildberries.ru superjob.ru linkedin.com github.com gitlab.com google.com microsoft.com "
    "apple.com wix.com cars.com hotels.com expedia.com make.com domain.com joom.com lamoda.ru sports.ru "
    "drom.ru auto.ru cian.ru domclick.ru kolesa.kz kaspi.kz rabota.ru zarplata.ru epam.com diagrams.net "
    "protobuf.net world.com bet.com crypto.com c3.ai h2o.ai fast.ai spacy.io keras.io t.me".split()
)
_SITE_LABEL = re.compile(
    r"(?:blog|site|web|website|page|homepage|portfolio|url|www|блог|сайт|портфолио|страница|블로그|홈페이지"
    r"|포트폴리오|웹사이트|אתר|בלוג|תיק עבודות)[ ]{1,4}$",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…*_"
_NETWORK = (
    r"telegram|телеграмм?|телега|tg|тг|skype|скайп|whats ?app|discord"
    r"|instagram|insta|инста|инстаграмм?|twitter"
    r"|vk|вк|вконтакте"
    r"|facebook|fb|github|git|gitlab|bitbucket|linkedin|линкедин|kaggle|behance|dribbble|we ?chat"
    r"|kakao(?:talk)?|카카오톡"
    r"|카톡|텔레그램|인스타그램|깃허브|깃헙|링크드인|스카이프|위챗|טלגרם|סקייפ|לינקדאין|לינקדין|גיטהאב|אינסטגרם|viber|icq"
    r"|zalo|хабр(?: карьера)?|habr(?: career)?|leetcode|codeforces|stack ?overflow|medium|slack|matrix"
    r"|jabber|teams"
    r"|codepen|tiktok|mastodon"
)
_HANDLE = re.compile(
    rf"(?<![\w.])(?P<label>{_NETWORK}|line|x|signal|site|web)(?:[ ]?(?:id|nick|ник|аккаунт|account|handle"
    rf"|아이디))?"
    r"(?P<joint>[ \t]{0,3}[:：=–—-]?[ \t]{0,3})(?P<handle>@[A-Za-z0-9][\w.\-]{1,60}|(?:live:\.?|/?in/"
    r"|/)?[A-Za-z0-9](?:[\w.\-]|:(?=\w)){2,60})",
    re.IGNORECASE | re.ASCII,
)
_HANDLE_HINT = re.compile(r"@|[Ss]kype|SKYPE|[Сс]кайп")
_HINT_CHARS = 40
_LABEL_ONLY = re.compile(r"(?:line|x|signal|site|web|git|matrix|teams|medium)$", re.IGNORECASE)
_BARE_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z][A-Za-z0-9_]{2,40}(?:\.\w{1,30})?")
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp|heic|tiff?|svg)$", re.IGNORECASE)
_MARK = re.compile(r"[\d._@/-]")


def find_pages(text: str, region: Region, owner: Iterable[str]) -> Iterator[Mask]:
    """Yield the addresses of pages that lead to the person.

    In the header every address counts but those of known products. Below it a page counts that can only be a
    person's, or a profile whose name holds one of the words in `owner`.

    Args:
        text: the text, without its e-mail addresses.
        region: its header and personal sections.
        owner: words in lower case that belong to the person, from `own_words`.
    """
    owner = frozenset(owner)
    for match in _URL.finditer(text):
        span = _trimmed(match)
        if _leads_to_person(text, match, span, region, owner):
            yield Mask(span, MaskKind.LINK)


def find_handles(text: str, region: Region) -> Iterator[Mask]:
    """Yield names of accounts: behind the name of a network, and those with an @ in the header.

    Args:
        text: the text, without its e-mail addresses and pages.
        region: its header and personal sections.
    """
    labelled: set[int] = set()
    for match in _labelled_handles(text, region):
        start = match.start("handle")
        if start not in labelled and _is_handle(match, personal=region.holds(match.start())):
            labelled.add(start)
            yield Mask(Span(start, start + len(match["handle"].rstrip(_TRAILING + "-"))), MaskKind.LINK)
    for match in _BARE_HANDLE.finditer(text, 0, region.header_end):
        alone = stands_alone(text, match.start(), match.end()) or match.group().islower()
        if alone and match.start() not in labelled:
            yield Mask(Span(*match.span()), MaskKind.LINK)


def _labelled_handles(text: str, region: Region) -> Iterator[re.Match[str]]:
    """Yield what may be accounts; few texts have any below the header, where an @ or Skype must be near."""
    yield from region.matches(_HANDLE, text)
    covered = region.header_end
    for hint in _HANDLE_HINT.finditer(text, region.header_end):
        if hint.start() >= covered:
            # Windows overlap by less than half, so that many hints cost no more than their text.
            covered = hint.start() + _HINT_CHARS
            yield from _HANDLE.finditer(text, max(0, hint.start() - _HINT_CHARS), covered + 2 * _HINT_CHARS)


def _trimmed(match: re.Match[str]) -> Span:
    words = match.group().rstrip(_TRAILING)
    return Span(match.start(), match.start() + len(words))


def _leads_to_person(
    text: str, match: re.Match[str], span: Span, region: Region, owner: frozenset[str]
) -> bool:
    address = text[span.start : span.end]
    if _COMPANY.search(address) or _IMAGE.search(address):
        return False
    if _PERSON.search(address):
        return True
    if region.holds(span.start):
        return _is_own_address(text, match, span)
    profile = _PROFILE.search(address)
    if profile is None:
        return False
    slug = (profile["slug"] or profile["sub"]).lower()
    return any(word in slug for word in owner)


def _is_own_address(text: str, match: re.Match[str], span: Span) -> bool:
    host = match["host"].lower().removeprefix("www.")
    if match["path"] and len(match["path"]) > 1:
        return True
    if host in _PRODUCTS:
        return False
    if match["scheme"] or match["host"].lower().startswith("www."):
        return True
    if match["host"] != match["host"].lower():
        return False
    return (
        stands_alone(text, span.start, span.end)
        or _SITE_LABEL.search(line_before(text, span.start)) is not None
    )


def _is_handle(match: re.Match[str], *, personal: bool) -> bool:
    handle, joint = match["handle"], match["joint"]
    said = any(char in ":：=" for char in joint)
    if handle.startswith("@"):
        return said or bool(joint.strip()) or not _LABEL_ONLY.match(match["label"])
    if re.fullmatch(_NETWORK, handle, re.IGNORECASE) or handle.casefold() in not_names("en"):
        return False
    if not personal:
        return said and match["label"].lower() in ("skype", "скайп") and bool(_MARK.search(handle))
    if said:
        return handle == handle.lower() or bool(_MARK.search(handle))
    return not _LABEL_ONLY.match(match["label"]) and bool(_MARK.search(handle[1:])) and handle[:1].isalpha()


def own_words(text: str, emails: Iterable[Mask], region: Region) -> frozenset[str]:
    """Return the words of four letters and more in e-mail addresses and in the first lines of a header."""
    words: set[str] = set()
    for mask in emails:
        local = text[mask.span.start : mask.span.end].lower().partition("@")[0]
        words.update(re.findall(r"[a-z]{4,}", local))
    for line in text[: min(region.header_end, 200)].split("\n")[:3]:
        words.update(word for word in re.findall(r"[a-z]{4,}", line.lower()) if word not in not_names("en"))
    return frozenset(words)
