"""E-mail addresses, as they are typed, printed and spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.documents.masking.name_lists import not_names
from metier.types import Mask, MaskKind, Span

_AT = re.compile(
    r"[ ]{0,2}[@＠][ ]{0,2}|[ ]?[(\[{<][ ]?(?:at|ат|a|et|собака|собачка|골뱅이|שטרודל|@)[ ]?[)\]}>][ ]?"
    r"|[ ](?:at|собака|골뱅이|שטרודל)[ ]",
    re.IGNORECASE,
)
_LOCAL_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-'")
_LABEL_CHARS = r"[A-Za-z0-9\u00c0-\u024fа-яёА-ЯЁ]"
_LABEL = rf"{_LABEL_CHARS}(?:{_LABEL_CHARS}|-(?=[\w-])){{0,62}}"
_SAID_DOT = r"[ ]?[(\[{<][ ]?(?:dot|точка|점|נקודה|\.)[ ]?[)\]}>][ ]?|[ ](?:dot|точка|점|נקודה)[ ]"
_DOMAIN = re.compile(
    rf"{_LABEL}(?:(?:\.|{_SAID_DOT}){_LABEL}){{1,6}}|{_LABEL}(?:[ ]\.[ ]?|\.[ ])(?:com|org|net|ru|io"
    rf"|co\.il)\b",
    re.IGNORECASE,
)
_SAID_DOT_BEFORE = re.compile(r"[ ]?[(\[{<][ ]?(?:dot|точка)[ ]?[)\]}>][ ]?\Z", re.IGNORECASE)
_TOP = re.compile(r"[^\W\d_]{2,24}$")
_MAX_LOCAL = 64


def find_emails(text: str) -> Iterator[Mask]:
    """Yield the e-mail addresses of a text, those written with "(at)" and "dot" too."""
    done = 0
    for at in _AT.finditer(text):
        domain = _DOMAIN.match(text, at.end())
        if domain is None or not _TOP.search(domain.group()):
            continue
        start = _local_start(text, at.start(), done)
        if start == at.start() or not _is_address(text[start : at.start()], at.group(), domain.group()):
            continue
        done = domain.end()
        yield Mask(Span(start, done), MaskKind.EMAIL)


def _local_start(text: str, end: int, least: int) -> int:
    start = end
    floor = max(least, end - _MAX_LOCAL)
    while start > floor and (text[start - 1] in _LOCAL_CHARS or "\u0400" <= text[start - 1] <= "\u04ff"):
        start -= 1
    said = _SAID_DOT_BEFORE.search(text, max(least, start - 10), start)
    while said is not None and said.start() > floor:
        start = said.start()
        while start > floor and text[start - 1] in _LOCAL_CHARS:
            start -= 1
        said = _SAID_DOT_BEFORE.search(text, max(least, start - 10), start)
    while start < end and text[start] in ".-'+%":
        start += 1
    return start


def _is_address(local: str, at: str, domain: str) -> bool:
    if at.strip() in ("@", "＠"):
        # "Developer @ acme.io" says where someone works.
        if at == at.strip():
            return True
        if at.startswith(" ") and not at.endswith(" "):
            return False
        return not (local[0].isupper() or domain.startswith("www.") or local.casefold() in not_names("en"))
    if at.strip().casefold() in ("at", "собака", "골뱅이", "שטרודל"):
        return re.search(_SAID_DOT, domain, re.IGNORECASE) is not None
    return True
