"""Files as they come: checked before anything of them is read or kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from metier.documents.formats import SUFFIXES, DocumentFormat, detect_format
from metier.errors import EmptyDocument, LimitExceeded
from metier.limits import ReadingLimits

MAX_NAME_CHARS: Final = 200
NO_NAME: Final = "document"
# Control, format (bidi marks among them), surrogate, private and unassigned characters; ends of lines.
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FOLDERS: Final = re.compile(r"[/\\]")
_BLANKS: Final = re.compile(r"\s+")


def check_file(content: bytes, name: str, limits: ReadingLimits) -> DocumentFormat:
    """Return the format of a file, told by its bytes; it is not read yet.

    Messages do not say the name, which often is a person's.

    Args:
        content: the whole file.
        name: its name, whose ending tells Markdown from text.
        limits: how large it may be.

    Raises:
        EmptyDocument: no bytes.
        LimitExceeded: it is larger than the limits allow.
        UnsupportedFormat: a format that metier does not read.
        EncryptedDocument: a Word file that asks for a password.
        CorruptDocument: the name promises a format that the bytes do not have.
    """
    if not content:
        raise EmptyDocument("The file is empty. Send it again.")
    if len(content) > limits.max_bytes:
        raise LimitExceeded(
            f"A file may have {limits.max_bytes:,} bytes. This one has {len(content):,}. Send a smaller one."
        )
    return detect_format(content, nameless(name))


def clean_name(name: str) -> str:
    """Return the name that a file is kept under: the last part of a path, at most 200 characters.

    Characters that cannot be seen or that turn the direction of a line are left out; the ending is kept where
    a long name is cut. A name of which nothing is left becomes `document`.
    """
    last = shown(_FOLDERS.split(name)[-1]).strip(" .")
    if len(last) > MAX_NAME_CHARS:
        ending = _ending(last)
        last = last[: MAX_NAME_CHARS - len(ending)].rstrip() + ending
    return last or NO_NAME


def shown(text: str) -> str:
    """Return a text on one line, without characters that cannot be seen or that turn the line around."""
    spaced = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return "".join(char for char in spaced if unicodedata.category(char) not in _UNSHOWN).strip()


def stem(name: str) -> str:
    """Return a file's name as `clean_name` gives it, without the ending of a format."""
    clean = clean_name(name)
    return clean.removesuffix(_ending(clean)).strip(" .") or NO_NAME


def nameless(name: str) -> str:
    """Return a name that tells nothing but the ending of a format, for messages and programs that parse."""
    return f"document{_ending(name)}"


def _ending(name: str) -> str:
    """Return the ending of a name, with its dot; empty where it is that of no format."""
    dot, ending = name.rpartition(".")[1:]
    return f"{dot}{ending}" if dot and ending.lower() in SUFFIXES else ""
