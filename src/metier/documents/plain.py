"""Plain text: bytes to text, with the encoding told by the bytes."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from metier.documents.extracted import Extracted
from metier.documents.formats import READABLE
from metier.errors import LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Finding, Severity, Span

_CYRILLIC_SHARE = 0.6  # of the bytes beyond ASCII, for text to be Windows-1251
_ACCENTED_SHARE = 0.15  # of all bytes; more than that is no Western language
_CYRILLIC_RUN = re.compile(r"[\u0400-\u04ff]{2,}")
_WINDOWS_CYRILLIC, _WINDOWS_LATIN = "cp1251", "cp1252"
_CONTROL_SHARE = 0.005
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def extract_plain(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a plain text file.

    Args:
        data: UTF-8, UTF-16 with its mark, Windows-1251 or Windows-1252.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        UnsupportedFormat: binary data, or another encoding.
        LimitExceeded: more characters than allowed.
    """
    text, findings = decode_text(data, name)
    if len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        raise UnsupportedFormat(f"{name} holds binary data, not text. {READABLE}.")
    text = clean_text(text)
    if len(text) > limits.max_chars:
        raise LimitExceeded(
            f"{name} may have {limits.max_chars:,} characters. It has {len(text):,}. "
            "Raise max_chars if that is wanted."
        )
    return Extracted(text, (Span(0, len(text)),), findings=findings)


def decode_text(data: bytes, name: str) -> tuple[str, tuple[Finding, ...]]:
    """Return bytes as text, and a finding where the encoding was guessed; `extract_plain` has the errors."""
    text, encoding = _decode(data, name)
    if encoding not in (_WINDOWS_CYRILLIC, _WINDOWS_LATIN):
        return text, ()
    code_page = encoding.replace("cp", "Windows-")
    message = f"The text is not UTF-8; it was read as {code_page}. Look whether its letters are right."
    return text, (Finding("guessed_encoding", Severity.INFO, message),)


def clean_text(text: str) -> str:
    """Return the text with line ends as line feeds, form feeds as empty lines and no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    text = text.replace("\x0c", "\n\n").replace("\u2029", "\n\n")
    return _CONTROL.sub("", text)


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_as(data, encoding, name), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _guess(data, name)


def _guess(data: bytes, name: str) -> tuple[str, str]:
    """Decode text from before Unicode: Russian words are runs of Cyrillic, accents are single letters."""
    cyrillic = data.decode("cp1251", errors="replace")
    runs = _CYRILLIC_RUN.findall(cyrillic)
    n_beyond = sum(byte > 0x7F for byte in data)
    if sum(len(run) for run in runs) >= _CYRILLIC_SHARE * n_beyond:
        return cyrillic, _WINDOWS_CYRILLIC
    if b"\x00" not in data and n_beyond <= _ACCENTED_SHARE * len(data):
        with suppress(UnicodeDecodeError):
            return data.decode("cp1252"), _WINDOWS_LATIN
    raise UnsupportedFormat(f"{name} is neither UTF-8 nor Windows-1251 or 1252 text. Save it as UTF-8.")


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise UnsupportedFormat(f"{name} breaks off in the middle of a character. Save it as UTF-8.") from exc
