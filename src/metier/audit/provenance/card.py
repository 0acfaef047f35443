"""Holds a model folder against its card: every file, its size and its hash; licence and base."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.audit.provenance.listing import FoundFile
from metier.encoders.folder import CARD, ModelCard
from metier.encoders.structure.opening import open_regular, read_at_most
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_MOST_CARD_BYTES: Final = 1_000_000
_MOST_README_BYTES: Final = 65_536
_CHUNK: Final = 1 << 20
_NO_LICENSE: Final = frozenset({"", "unknown", "other", "none"})
_FRONT: Final = re.compile(r"\A---\n(.*?)\n---", re.DOTALL)
_KEY: Final = re.compile(r"^(license|base_model):[ \t]*(\S.*)?$(?:\n[ \t]*-[ \t]*(\S.*)$)?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a folder says of itself: the licence and the base of its weights; empty where it does not say."""

    name: str
    license: str
    base: str


def read_card(folder: Path) -> ModelCard | None:
    """Return the card of a folder, or None where there is none.

    Raises:
        ModelFormatError: it breaks a rule, names a path out of the folder among its files, or is too large.
        OSError: it cannot be opened.
    """
    path = folder / CARD
    if not path.is_file() and not path.is_symlink():
        return None
    content = read_at_most(path, _MOST_CARD_BYTES + 1)
    if len(content) > _MOST_CARD_BYTES:
        raise ModelFormatError(f"{CARD} must be at most {_MOST_CARD_BYTES:,} bytes.")
    return ModelCard.parse(content)


def hash_files(
    files: Sequence[FoundFile], limits: AuditLimits, deadline: Deadline
) -> tuple[dict[str, str], list[ScanFinding]]:
    """Return the SHA-256 of each file by name, and what could not be hashed.

    Args:
        files: of the folder.
        limits: the largest file that is hashed.
        deadline: when to stop.
    """
    hashes: dict[str, str] = {}
    findings = []
    for file in files:
        if file.size > limits.max_file_bytes:
            why = f"The file is {file.size:,} bytes; at most {limits.max_file_bytes:,} are hashed."
            findings.append(ScanFinding("not-hashed", Severity.WARNING, why, file.name))
            continue
        try:
            digest = _hash(file.path, limits, deadline)
        except OSError:
            why = "The system does not let the file be read."
            findings.append(ScanFinding("unreadable", Severity.WARNING, why, file.name))
            continue
        if digest:
            hashes[file.name] = digest
        else:
            why = "The file was not hashed: the time was up, or it grew while it was read."
            findings.append(ScanFinding("not-hashed", Severity.WARNING, why, file.name))
    return hashes, findings


def card_findings(
    card: ModelCard, files: Sequence[FoundFile], hashes: Mapping[str, str]
) -> list[ScanFinding]:
    """Return where files and card do not fit.

    Args:
        card: of the folder.
        files: all regular files in it.
        hashes: SHA-256 of each of them that could be hashed.
    """
    present = {file.name: file for file in files if file.name != CARD}
    findings = []
    for name in sorted(card.files.keys() | present.keys()):
        entry, file = card.files.get(name), present.get(name)
        if entry is None:
            message = f"{CARD} does not list this file: it came later. Delete it, or install the model again."
            findings.append(ScanFinding("file-unlisted", Severity.ERROR, message, name))
        elif file is None:
            message = f"{CARD} lists this file, and it is not there. Install the model again."
            findings.append(ScanFinding("file-missing", Severity.ERROR, message, name))
        elif file.size != entry.bytes or hashes.get(name, entry.sha256) != entry.sha256:
            message = (
                f"The file has changed since {CARD} was written: it is {file.size:,} bytes, and was "
                f"{entry.bytes:,}. "
                "Install the model again."
            )
            findings.append(ScanFinding("file-changed", Severity.ERROR, message, name))
    return findings


def origin_of(folder: Path, card: ModelCard | None) -> Origin:
    """Return name, licence and base of a folder, from its card or else from the head of its README."""
    if card is not None:
        return Origin(card.name, card.license, card.base)
    try:
        text = read_at_most(folder / "README.md", _MOST_README_BYTES).decode("utf-8", "replace")
    except OSError:
        text = ""
    head = _FRONT.match(text.replace("\r\n", "\n"))
    found = {
        key: (one or other or "").strip("'\" ") for key, one, other in _KEY.findall(head[1] if head else "")
    }
    return Origin(folder.name, found.get("license", "")[:200], found.get("base_model", "")[:200])


def origin_findings(origin: Origin) -> list[ScanFinding]:
    """Return what a folder does not say of its origin: for the reader, the verdict does not rest on it."""
    findings = []
    if origin.license.lower() in _NO_LICENSE:
        message = "No licence is stated. Ask who made the model whether and how you may use it."
        findings.append(ScanFinding("no-license", Severity.INFO, message))
    if not origin.base:
        message = "No base is stated, so what the model learned before is not known."
        findings.append(ScanFinding("no-base", Severity.INFO, message))
    return findings


def _hash(path: Path, limits: AuditLimits, deadline: Deadline) -> str:
    """Return the hash of a file in hex; empty where the time or the limit was not enough."""
    digest, left = hashlib.sha256(), limits.max_file_bytes
    with open_regular(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            left -= len(chunk)
            if left < 0 or deadline.is_over():
                return ""
    return digest.hexdigest()
