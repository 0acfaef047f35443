"""The bounds that every format in a zip archive has to keep, and the parts of such an archive."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from metier.errors import CorruptDocument, DocumentError, EncryptedDocument, LimitExceeded

# A file of a person's career unpacks to a few megabytes; a zip bomb to gigabytes.
MAX_UNPACKED: Final = 200_000_000
MAX_PARTS: Final = 5_000
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 10_000_000
_HEAD_BYTES = 4096
_ENCRYPTED_BIT = 0x1
# What may stand before the document type: a mark, blanks, instructions, comments.
_DOCTYPE = re.compile(rb"\W{0,3}(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)


def is_xml(part: str) -> bool:
    """Tell whether a part is XML by its name, as in Word files."""
    return part.lower().endswith((".xml", ".rels"))


def check_archive(
    data: bytes,
    name: str,
    *,
    max_unpacked: int = MAX_UNPACKED,
    max_parts: int = MAX_PARTS,
    is_parsed: Callable[[str], bool] = is_xml,
) -> None:
    """Refuse what no word processor writes; nothing but the head of its XML is unpacked.

    Args:
        data: the whole file.
        name: the file's name, for messages.
        max_unpacked: bytes of all parts together.
        max_parts: number of parts.
        is_parsed: tells by the name of a part whether it will be parsed as XML.

    Raises:
        CorruptDocument: no whole archive, a parsed part twice, or one with a document type.
        EncryptedDocument: a parsed part needs a password.
        LimitExceeded: it unpacks to more than a document can be.
    """
    with damage_told(f"{name} is a damaged or cut-off file. Send the original."), _opened(data) as archive:
        parts = archive.infolist()
        _check_size(parts, name, max_unpacked, max_parts)
        parsed = [part for part in parts if is_parsed(part.filename)]
        if any(part.flag_bits & _ENCRYPTED_BIT for part in parsed):
            raise EncryptedDocument(f"{name} asks for a password. Save it without one and send it again.")
        _check_twins(parsed, name)
        if any(_has_type(archive, part) for part in parsed):
            raise _typed(name)


def read_parts(data: bytes, name: str, wanted: Iterable[str]) -> dict[str, bytes]:
    """Return the unpacked parts of an archive that are there; call `check_archive` before.

    Raises:
        CorruptDocument: one of them is damaged.
    """
    with damage_told(f"{name} is a damaged or cut-off file. Send the original."), _opened(data) as archive:
        there = set(archive.namelist())
        return {part: archive.read(part) for part in wanted if part in there}


def parse_part(xml: bytes, name: str) -> Any:
    """Return the root element of a part, with entities left alone and comments left out.

    Raises:
        CorruptDocument: it is not well-formed, nests too deep, or has a document type.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    with damage_told(f"{name} holds XML that is damaged or nests too deep. Send the original."):
        root = etree.fromstring(xml, parser)
    if root.getroottree().docinfo.doctype:
        raise _typed(name)
    return root


@contextmanager
def damage_told(message: str) -> Iterator[None]:
    """Raise what goes wrong in a damaged archive or part as one error."""
    from lxml.etree import LxmlError

    try:
        yield
    except DocumentError:
        raise
    except (
        LxmlError,
        zipfile.BadZipFile,
        zlib.error,
        LookupError,
        ValueError,
        TypeError,
        RuntimeError,  # a part that is packed in a way or with a password of its own
        OSError,
        EOFError,
    ) as exc:
        raise CorruptDocument(message) from exc


def _opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(data))


def _check_size(parts: list[zipfile.ZipInfo], name: str, max_unpacked: int, max_parts: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    bomb = any(
        part.file_size > _RATIO_FROM_BYTES and part.file_size > _MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if bomb or unpacked > max_unpacked or len(parts) > max_parts:
        raise LimitExceeded(
            f"{name} unpacks to {unpacked:,} bytes in {len(parts):,} parts, more than a document needs "
            f"({max_unpacked:,} in {max_parts:,}). Save it anew from a word processor."
        )


def _check_twins(parts: list[zipfile.ZipInfo], name: str) -> None:
    # Programs differ in which of the two they show: a person would see one, and this program read the other.
    if any(count > 1 for count in Counter(part.filename for part in parts).values()):
        raise CorruptDocument(f"{name} holds a part twice. Save it anew from a word processor.")


def _has_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        # Without its zero bytes UTF-16 reads like ASCII here.
        return _DOCTYPE.match(file.read(_HEAD_BYTES).replace(b"\0", b"")) is not None


def _typed(name: str) -> CorruptDocument:
    # No word processor writes one; what its entities hide would silently be missing from the text.
    return CorruptDocument(f"{name} holds an XML document type, which no document needs. Save it anew.")
