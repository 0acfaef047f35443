"""What scores see in place of a personal fact."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from metier.types import MaskKind

PLACEHOLDERS: Final[Mapping[MaskKind, str]] = MappingProxyType(
    {
        MaskKind.NAME: "[NAME]",
        MaskKind.EMAIL: "[EMAIL]",
        MaskKind.PHONE: "[PHONE]",
        MaskKind.LINK: "[LINK]",
        MaskKind.BIRTH_DATE: "[BIRTH DATE]",
        MaskKind.AGE: "[AGE]",
        MaskKind.GENDER: "[GENDER]",
        MaskKind.MARITAL_STATUS: "[MARITAL STATUS]",
        MaskKind.CITIZENSHIP: "[CITIZENSHIP]",
        MaskKind.PHOTO: "[PHOTO]",
    }
)
