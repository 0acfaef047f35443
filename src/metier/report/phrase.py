"""The same words in each language of the report."""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """The same words in each language of the report."""

    en: str
    ru: str
