"""Interviews in a folder, a JSON file for each; whenever the process dies, the last saved turn is there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from metier.dialogue import Interview
from metier.errors import NotFound, StoreDamaged, StoreFull, StoreUnavailable
from metier.store.holding import held_file
from metier.store.interview_format import from_text, to_text
from metier.store.interviews import InterviewSummary, check_id, in_order, summary_of

SUFFIX: Final = ".json"
UNFINISHED: Final = ".unfinished"
LOCK: Final = ".lock"
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class InterviewFiles:
    """Implements `InterviewStore` in a folder that only its owner can read.

    Args:
        folder: it is made with the first interview.

    Raises:
        StoreUnavailable: a file stands there.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise StoreUnavailable(
                f"{folder} is a file, and interviews are kept in a folder. Name a folder, or a file that "
                "ends in .sqlite."
            )
        self.folder = folder
        self._held: set[str] = set()

    def save(self, interview: Interview) -> None:
        """Keep an interview; `InterviewStore.save` is the contract."""
        path = self._path(interview.id)
        try:
            with self._for_change(interview.id), _translated(path):
                _write(path, to_text(interview).encode("ascii"))
        except FileNotFoundError as exc:
            raise StoreUnavailable(f"{self.folder} was removed. Put it back, then go on.") from exc

    def get(self, interview_id: str) -> Interview:
        """Return an interview; `InterviewStore.get` is the contract."""
        path = self._path(interview_id)
        try:
            with _translated(path):
                content = path.read_bytes()
        except FileNotFoundError as exc:
            raise _missing(interview_id, self.folder) from exc
        return from_text(content, interview_id=interview_id, source=str(path))

    def list(self) -> tuple[InterviewSummary, ...]:
        """Return what is kept; `InterviewStore.list` is the contract."""
        found: list[InterviewSummary] = []
        try:
            with _translated(self.folder):
                names = [entry.name for entry in os.scandir(self.folder) if entry.name.endswith(SUFFIX)]
        except FileNotFoundError:
            return ()
        for interview_id in (name.removesuffix(SUFFIX) for name in names if not name.startswith(".")):
            with suppress(NotFound, ValueError):  # deleted meanwhile, or a file that is not ours
                try:
                    found.append(summary_of(self.get(interview_id)))
                except (StoreDamaged, StoreUnavailable):
                    found.append(InterviewSummary(interview_id, damaged=True))
        return in_order(found)

    def delete(self, interview_id: str) -> None:
        """Remove an interview; `InterviewStore.delete` is the contract."""
        path = self._path(interview_id)
        if not path.exists():
            raise _missing(interview_id, self.folder)
        try:
            with self._for_change(interview_id), _translated(path):
                _unfinished(path).unlink(missing_ok=True)
                path.unlink()
                _flush_folder(self.folder)
        except FileNotFoundError as exc:
            raise _missing(interview_id, self.folder) from exc

    @contextmanager
    def hold(self, interview_id: str) -> Iterator[None]:
        """Keep an interview to oneself; `InterviewStore.hold` is the contract."""
        path = self._path(interview_id)
        try:
            with _translated(self.folder):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileExistsError as exc:
            raise StoreUnavailable(f"{self.folder} is a file. Name a folder.") from exc
        busy = f"Interview {interview_id} is being held by another process. End it there, or wait."
        with held_file(path.with_name(f".{interview_id}{LOCK}"), busy=busy):
            self._held.add(interview_id)
            try:
                yield
            finally:
                self._held.discard(interview_id)

    @contextmanager
    def _for_change(self, interview_id: str) -> Iterator[None]:
        """Hold an interview unless this store does so already."""
        with nullcontext() if interview_id in self._held else self.hold(interview_id):
            yield

    def _path(self, interview_id: str) -> Path:
        return self.folder / f"{check_id(interview_id)}{SUFFIX}"


def _missing(interview_id: str, folder: Path) -> NotFound:
    return NotFound(
        f"There is no interview {interview_id} in {folder}. List them: metier interview sessions."
    )


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}{UNFINISHED}")


def _write(path: Path, content: bytes) -> None:
    """Put a file in place of another; after a crash one of the two is there, whole."""
    place = _unfinished(path)
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(place, path)
    except OSError:
        with suppress(OSError):
            place.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # only POSIX systems can flush a folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise what the system refuses as metier's own errors; whether a file must be there, callers know."""
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as exc:
        if exc.errno in _NO_ROOM:
            raise StoreFull(
                f"{path} cannot be saved: the disk is full. What was saved stays. Make room, then go on."
            ) from exc
        raise StoreUnavailable(
            f"{path} cannot be used: {exc.strerror}. Check the folder and its permissions."
        ) from exc
