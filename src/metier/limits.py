"""How much of a document is read, and how: what surfaces choose and readers keep to."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HIGHEST_LIMIT = 1_000_000_000
_OCR_LANGUAGE = re.compile(r"[A-Za-z]\w{2,30}")


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How large a document may be, and how long reading it may take.

    Attributes:
        max_bytes: size of the file.
        max_pages: pages of a PDF.
        max_chars: characters of extracted text.
        timeout_s: seconds for reading one file, pictures apart.
    """

    max_bytes: int = 20_000_000
    max_pages: int = 100
    max_chars: int = 250_000
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pages", "max_chars", "timeout_s"):
            value = getattr(self, name)
            if not 0 < value <= _HIGHEST_LIMIT:
                raise ValueError(f"{name} must be above 0 and at most {_HIGHEST_LIMIT:,}. Got {value}.")


@dataclass(frozen=True, slots=True)
class OcrPolicy:
    """Whether and how pages that are pictures are read.

    Attributes:
        languages: codes as tesseract knows them ("eng", "rus", "kor", "heb"); none at all turns OCR off.
        timeout_s: seconds for all pictures of one document together.
    """

    languages: tuple[str, ...] = ("eng", "rus")
    timeout_s: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= _HIGHEST_LIMIT:
            raise ValueError(
                f"ocr_timeout_s must be above 0 and at most {_HIGHEST_LIMIT:,}. Got {self.timeout_s}."
            )
        for language in self.languages:
            if not _OCR_LANGUAGE.fullmatch(language):
                raise ValueError(
                    f"ocr_languages must be codes of three letters or more joined by +, such as eng+rus. "
                    f"Got {language!r}."
                )
