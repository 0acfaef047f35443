"""Pictures of text to text, by tesseract, where it is installed. The border to that program.

It runs as a process of its own, one thread, so that the same picture gives the same words. Without it,
or without the languages asked for, pages that are pictures stay unread and a finding says so.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import OcrPolicy
from metier.types import Finding, Severity, Span

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_PROGRAM: Final = "tesseract"
_DIRECTION: Final = "osd"
# On a page its threads wait for each other more than they help.
_ONE_THREAD: Final = ("env", "OMP_THREAD_LIMIT=1") if os.name == "posix" else ()
_SCAN_DPI: Final = 300
_MAX_PIXELS: Final = 40_000_000
_SURE: Final = 0.80
_UNREADABLE: Final = 0.5
_ASK_S: Final = 10.0
_LANGUAGE_LINE = re.compile(r"[A-Za-z_/]{3,40}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The words of a picture.

    Attributes:
        text: lines in reading order; paragraphs are parted by an empty line.
        confidence: the program's own, 0 to 1, mean over letters; 0 where there is no text.
    """

    text: str
    confidence: float


@dataclass(slots=True)
class Ocr:
    """Tesseract with the languages that are there.

    Attributes:
        version: as the program tells it.
        languages: those asked for that are installed, at least one.
        missing: those asked for that are not.
        timeout_s: seconds for all pictures of one document together.
        tells_direction: its data for turned pages is installed.
        on_start: called before the first picture.
    """

    version: str
    languages: tuple[str, ...]
    missing: tuple[str, ...]
    timeout_s: float
    tells_direction: bool = False
    on_start: Callable[[], None] = lambda: None
    _deadline: float | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """Return program, version and languages, as findings give them."""
        return f"{_PROGRAM} {self.version}, {'+'.join(self.languages)}"

    def read_page(self, page: PdfPage) -> Recognised | None:
        """Return the words of a PDF page as it looks, or None where the time for the document is over."""
        width, height = page.get_size()
        scale = min(_SCAN_DPI / 72, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        rows, columns = bitmap.height, bitmap.width
        picture = b"P5 %d %d 255\n" % (columns, rows) + bitmap.to_numpy().reshape(rows, columns).tobytes()
        bitmap.close()
        return self.read_picture(picture)

    def read_picture(self, picture: bytes) -> Recognised | None:
        """Return the words of a picture, or None where the time for the document is over.

        Args:
            picture: a PNG, JPEG, TIFF or PNM file.

        Raises:
            CorruptDocument: the program cannot open it.
        """
        if self._deadline is None:
            self.on_start()
            self._deadline = time.monotonic() + self.timeout_s
        left_s = self._deadline - time.monotonic()
        turned = ("--psm", "1") if self.tells_direction else ()
        command = [*_ONE_THREAD, _PROGRAM, "stdin", "stdout", "-l", "+".join(self.languages), *turned, "tsv"]
        try:
            done = subprocess.run(
                command, input=picture, capture_output=True, timeout=max(left_s, 0.01), check=False
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0:
            raise CorruptDocument("The picture cannot be opened. Send the original file.")
        return read_tsv(done.stdout.decode("utf-8", "replace"))


def find_ocr(policy: OcrPolicy) -> Ocr | None:
    """Return tesseract with the languages of a policy, or None where it or all of them are missing."""
    installed = _installed()
    if installed is None:
        return None
    version, known = installed
    languages = tuple(language for language in policy.languages if language in known)
    missing = tuple(language for language in policy.languages if language not in known)
    if not languages:
        return None
    return Ocr(version, languages, missing, policy.timeout_s, tells_direction=_DIRECTION in known)


@lru_cache(maxsize=1)
def _installed() -> tuple[str, frozenset[str]] | None:
    """Return the version of the program and its languages, or None where it is not installed."""
    if shutil.which(_PROGRAM) is None:
        return None
    version, languages = _ask("--version"), _ask("--list-langs")
    number = re.search(r"\d+(?:\.\d+)+", version)
    if number is None:
        return None
    return number[0], frozenset(line for line in languages.split() if _LANGUAGE_LINE.fullmatch(line))


def _ask(question: str) -> str:
    with suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run([_PROGRAM, question], capture_output=True, timeout=_ASK_S, check=False)
        return (asked.stdout + asked.stderr).decode("utf-8", "replace")
    return ""


def read_tsv(table: str) -> Recognised:
    """Return the words of tesseract's table: a row a word, with block, paragraph, line and confidence."""
    lines: list[list[str]] = []
    place: tuple[str, ...] = ()
    n_letters, sure = 0, 0.0
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        word, confidence = (row.get("text") or "").strip(), _number(row.get("conf"))
        if not word or confidence < 0:
            continue
        here = tuple(row.get(key) or "" for key in ("block_num", "par_num", "line_num"))
        if here[:2] != place[:2] and lines:
            lines.append([])
        if here != place:
            lines.append([])
        place = here
        lines[-1].append(word)
        n_letters += len(word)
        sure += len(word) * confidence / 100
    text = "\n".join(" ".join(line) for line in lines)
    return Recognised(text, sure / n_letters if n_letters else 0.0)


def _number(cell: str | None) -> float:
    try:
        return float(cell or -1)
    except ValueError:
        return -1.0


def ocr_findings(
    ocr: Ocr, pages: Sequence[tuple[int, Span, Recognised]], *, n_unread: int = 0
) -> Iterator[Finding]:
    """Yield what to know of pages that were read by OCR: one finding a page.

    Args:
        ocr: what read them.
        pages: number, span in the text, and what was recognised.
        n_unread: pages for which no time was left.
    """
    for number, span, recognised in pages:
        unsure = recognised.confidence < _SURE
        advice = "Words may be wrong: compare with the picture." if unsure else ""
        message = (
            f"Page {number} is a picture, read by OCR ({ocr.name}) with a confidence of "
            f"{recognised.confidence:.0%}. {advice}"
        )
        severity = Severity.WARNING if unsure else Severity.INFO
        if recognised.text.strip() and recognised.confidence < _UNREADABLE:
            severity = Severity.ERROR
        yield Finding("read_by_ocr", severity, message.strip(), span, number)
    if pages and ocr.missing:
        message = (
            f"Tesseract lacks the languages {', '.join(ocr.missing)}; text in them was read with the letters "
            "of others. Install their data."
        )
        yield Finding("ocr_language_missing", Severity.WARNING, message)
    if n_unread:
        message = (
            f"{n_unread} pages that are pictures were not read: OCR may take {ocr.timeout_s:g} seconds a "
            "document. Raise ocr_timeout_s if that is wanted."
        )
        yield Finding("ocr_incomplete", Severity.WARNING, message)


def check_picture(data: bytes, name: str) -> None:
    """Refuse a picture that would unpack to more than OCR can use.

    Raises:
        LimitExceeded: more than 40 megapixels.
    """
    size = _picture_size(data)
    if size is not None and size[0] * size[1] > _MAX_PIXELS:
        raise LimitExceeded(
            f"{name} may have {_MAX_PIXELS:,} pixels. It has {size[0] * size[1]:,}. Save it at 300 dpi."
        )


def _picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG file; None for others, which OCR's own limits bound."""
    if data.startswith(b"\x89PNG") and data[12:16] == b"IHDR":
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not data.startswith(b"\xff\xd8"):
        return None
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
