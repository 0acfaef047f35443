"""When a colour is too near to the one behind it to be seen."""

from __future__ import annotations

from typing import Final

Rgb = tuple[int, int, int]

WHITE: Final[Rgb] = (255, 255, 255)
BLACK: Final[Rgb] = (0, 0, 0)

# WCAG asks for 3 to 4.5 to read with ease. Headings in light grey (#bbb on white) have 1.9 and are honest;
# below this nobody reads the words on a screen or on paper.
LEAST_CONTRAST: Final = 1.25
_SAME_HUE: Final = 40


def contrast(first: Rgb, second: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 (the same) to 21 (black on white).

    Source: Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_unseen(color: Rgb, background: Rgb) -> bool:
    """Tell whether text of a colour cannot be told from its background.

    Colours of the same brightness and another hue (red on green) are hard to read, but seen.
    """
    distance = max(abs(a - b) for a, b in zip(color, background, strict=True))
    return distance <= _SAME_HUE and contrast(color, background) < LEAST_CONTRAST


def _luminance(color: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
