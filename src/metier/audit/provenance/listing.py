"""Lists the files of a folder without following a link or opening a pipe."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metier.audit.provenance.limits import AuditLimits
from metier.scans import ScanFinding
from metier.types import Severity

# Folders of other programs: what is in them is not part of a model, and not looked at.
_FOREIGN: Final = frozenset({".git", ".hg", ".svn", "__pycache__"})
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: where it is, its name from the folder on with slashes, and its size in bytes."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The regular files of a folder by name, and what else was in it."""

    files: tuple[FoundFile, ...]
    findings: tuple[ScanFinding, ...]


def list_files(root: Path, limits: AuditLimits) -> Listing:
    """Return the regular files of a folder and its subfolders, sorted by name; or the one file named.

    Args:
        root: a folder or a file; a link to one counts as what it leads to.
        limits: how many files and how deep.

    Raises:
        OSError: the root cannot be read.
    """
    root = root.resolve()
    if not root.is_dir():
        walk = _Walk(root.parent, limits)
        walk.add(root)
    else:
        walk = _Walk(root, limits)
        walk.folder(root, 0)
    return Listing(tuple(sorted(walk.files, key=lambda file: file.name)), tuple(walk.findings))


def shown_name(path: Path, root: Path) -> str:
    """Return a path from a folder on, with slashes, as text that can be written down."""
    name = path.relative_to(root).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Walk:
    def __init__(self, root: Path, limits: AuditLimits) -> None:
        self.root = root
        self.limits = limits
        self.files: list[FoundFile] = []
        self.findings: list[ScanFinding] = []
        self._seen = 0

    def folder(self, folder: Path, level: int) -> None:
        for path in self._entries(folder):
            self._seen += 1
            if self._seen > self.limits.max_files:
                self._say("too-many-files", f"Only the first {self.limits.max_files:,} files were looked at.")
                return
            if not self._is_folder(path):
                self.add(path)
            elif path.name in _FOREIGN:
                message = f"{path.name} belongs to another program and was not looked at. Delete it."
                self._say("not-understood", message, path)
            elif level + 1 >= self.limits.max_levels:
                message = f"Folders within more than {self.limits.max_levels} others were not looked at."
                self._say("too-deep", message, path)
            else:
                self.folder(path, level + 1)
            if self._seen > self.limits.max_files:
                return

    def add(self, path: Path) -> None:
        if unicodedata.normalize("NFC", path.name) != path.name or any(map(_is_invisible, path.name)):
            message = "The name holds characters that nobody sees or that look like others. Rename the file."
            self._say("odd-name", message, path)
        try:
            found = path.lstat()
        except OSError:
            self._say("unreadable", "The system does not let the file be looked at.", path)
            return
        if stat.S_ISLNK(found.st_mode):
            self._link(path)
        elif not stat.S_ISREG(found.st_mode):
            message = (
                "This is a pipe, a socket or a device, which no model has. It was not opened. Delete it."
            )
            self._say("special-file", message, path, Severity.ERROR)
        else:
            if found.st_nlink > 1:
                message = "The file goes by other names too (hard links): who changes one changes all."
                self._say("hard-link", message, path, Severity.INFO)
            self.files.append(FoundFile(path, shown_name(path, self.root), found.st_size))

    def _link(self, path: Path) -> None:
        target = Path(os.path.normpath(path.parent / path.readlink()))
        if target.is_relative_to(self.root) or _is_cached(path, target):
            message = "This is a link, which was not followed. Copy the folder with what it links to: cp -rL."
            self._say("link", message, path)
            return
        message = "This is a link to a place outside the folder, which was not followed. Delete it."
        self._say("link-outside", message, path, Severity.ERROR)

    def _entries(self, folder: Path) -> Iterator[Path]:
        try:
            with os.scandir(folder) as entries:
                names = [
                    entry.name for entry, _ in zip(entries, range(self.limits.max_files + 1), strict=False)
                ]
        except OSError:
            self._say("unreadable", "The system does not let the folder be looked at.", folder)
            return
        yield from (folder / name for name in sorted(names))

    def _is_folder(self, path: Path) -> bool:
        try:
            return stat.S_ISDIR(path.lstat().st_mode)
        except OSError:
            return False

    def _say(
        self, code: str, message: str, path: Path | None = None, severity: Severity = Severity.WARNING
    ) -> None:
        where = shown_name(path, self.root) if path else ""
        self.findings.append(ScanFinding(code, severity, message, where))


def _is_cached(path: Path, target: Path) -> bool:
    """Tell whether a link is one of a hub's cache: its snapshots hold links to blobs beside them."""
    return target.parent.name == "blobs" and path.is_relative_to(target.parent.parent / "snapshots")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE
