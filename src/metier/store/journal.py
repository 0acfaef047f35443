"""Progress of a long run, kept so that an interrupted one goes on where it stopped.

A journal is a file of JSON lines: the first names the run, each further one holds the result of one
input. A line that was being written when the run died is cut off; that input is done again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from metier.errors import InvalidInput

_HEAD = b'{"run": "'


class Journal:
    """Results of one run by input; use it as a context manager.

    Args:
        path: the file; made when the journal is opened.
        run: what makes results interchangeable: a hash of the settings and inputs of the run.
    """

    def __init__(self, path: Path, *, run: str) -> None:
        self.path = path
        self.run = run
        self.done: dict[str, Any] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open the file and take over what an interrupted run with the same `run` left in it.

        Raises:
            InvalidInput: the file cannot be written, or is no journal and would be lost.
        """
        try:
            kept = self._recover() if self.path.exists() else 0
            self._file = self.path.open("r+b" if kept else "wb")
        except OSError as exc:
            raise InvalidInput(f"{self.path} cannot be written: {exc.strerror}.") from exc
        self._file.truncate(kept)
        self._file.seek(kept)
        if not kept:
            self._append({"run": self.run})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def record(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep the result of one input; it survives a kill of the process right after."""
        self.done[key] = value
        self._append({"key": key, "value": value})

    def remove(self) -> None:
        """Delete the file: the run is complete."""
        self.path.unlink(missing_ok=True)

    def _append(self, row: Mapping[str, Any]) -> None:
        if self._file is None:
            raise InvalidInput("A journal is written inside its `with` block. Open it first.")
        self._file.write(json.dumps(row, ensure_ascii=True).encode() + b"\n")
        self._file.flush()

    def _recover(self) -> int:
        """Read whole lines of the same run into `done`; return how many bytes they take."""
        kept = 0
        with self.path.open("rb") as file:
            head = file.readline()
            if head.endswith(b"\n") and not head.startswith(_HEAD):
                raise InvalidInput(
                    f"{self.path} is in the way and is no journal. Move it, or choose another output."
                )
            if _parse(head) != {"run": self.run}:
                return 0
            kept = len(head)
            for line in file:
                row = _parse(line)
                if row is None or row.keys() != {"key", "value"}:
                    break
                self.done[row["key"]] = row["value"]
                kept += len(line)
        return kept


def _parse(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def write_atomically(path: Path, content: str) -> None:
    """Write a file so that it is either the old one or the whole new one; a pipe or device is written to.

    Raises:
        InvalidInput: the folder does not exist or cannot be written.
    """
    data = content.encode("utf-8", "backslashreplace")
    target = path.resolve()
    temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}.tmp")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as exc:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {exc.strerror}. Choose another output path.") from exc


def check_writable(path: Path) -> None:
    """Make sure before a long run that its output can be written after it.

    Raises:
        InvalidInput: a folder, or in one that is not there or cannot be written.
    """
    if not path.name or path.is_dir():
        raise InvalidInput(f"The output must be a file. {path} is a folder. Name a file in it.")
    if not os.access(path.resolve().parent, os.W_OK):
        raise InvalidInput(
            f"{path} cannot be written: its folder is missing or closed. Choose another output path."
        )
