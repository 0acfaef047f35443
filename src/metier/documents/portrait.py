"""Which pictures may be photos of the person."""

from __future__ import annotations

from typing import Final

from metier.types import Finding, Severity

PHOTO: Final = Finding(
    "photo",
    Severity.INFO,
    "The document holds a picture that may be a photo of the person. No score sees it.",
)

_CM = 72 / 2.54
_NARROWEST, _WIDEST = 2 * _CM, 6 * _CM
_FLATTEST, _TALLEST = 0.9, 1.8


def is_portrait(width: float, height: float) -> bool:
    """Tell whether a picture has the size and the form of a portrait; both sides are in points."""
    return _NARROWEST <= width <= _WIDEST and _FLATTEST * width <= height <= _TALLEST * width
