"""Addresses that links of a page hold: a contact that a person finds by a click belongs to the text."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_MAX_CHARS: Final = 200
_MAIL = re.compile(r"mailto:\s*([^\s?,;@<>]{1,64}@[^\s?,;@<>]{3,190})", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel|callto|sms):\s*(\+?[\d\s().-]{5,30})", re.IGNORECASE)
_SKYPE = re.compile(r"skype:\s*([\w.:,-]{3,60})", re.IGNORECASE)
_WEB = re.compile(r"(?:https?:)?//(?:www\.)?([\w.-]{1,100})(/[^\s?#]*)", re.IGNORECASE)
_PEOPLE: Final = frozenset(
    "behance.net bitbucket.org codepen.io dev.to dribbble.com facebook.com github.com gitlab.com "
    "habr.com hh.ru instagram.com kaggle.com leetcode.com linkedin.com medium.com ok.ru "
    "researchgate.net stackoverflow.com t.me telegram.me twitter.com vk.com wa.me x.com xing.com".split()
)
_LEAST_DIGITS: Final = 7
_LETTERS = re.compile(r"[\W_]+")


def unshown_address(href: str, words: str) -> str:
    """Return the address of a person that a link leads to, or nothing where its words show it.

    Args:
        href: where the link leads.
        words: what it says.

    >>> unshown_address("mailto:anna@example.org?subject=CV", "Write to me")
    'anna@example.org'
    >>> unshown_address("https://www.linkedin.com/in/anna/", "linkedin.com/in/anna")
    ''
    """
    href = unquote(href.strip())[: 2 * _MAX_CHARS]
    phone = _PHONE.match(href)
    if phone is not None:
        digits = _digits(phone[1])
        return "" if digits[-_LEAST_DIGITS:] in _digits(words) else phone[1].strip()
    found = _MAIL.match(href) or _SKYPE.match(href)
    address = found[1] if found is not None else _profile(href)
    if not address or len(address) > _MAX_CHARS or not address.isprintable():
        return ""
    return "" if _LETTERS.sub("", address).lower() in _LETTERS.sub("", words).lower() else address


def _profile(href: str) -> str:
    """Return host and path of a page about a person, or nothing."""
    match = _WEB.match(href)
    if match is None or not match[2].strip("/"):
        return ""
    host = match[1].lower()
    known = host in _PEOPLE or host.partition(".")[2] in _PEOPLE
    return f"{host}{match[2].rstrip('/')}" if known else ""


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
