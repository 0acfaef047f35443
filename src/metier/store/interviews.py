"""Where interviews are kept: the protocol of such a store, and how to open one."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from metier.dialogue import Interview
from metier.errors import InvalidInput

DATABASE_SUFFIXES: Final = (".sqlite", ".sqlite3", ".db")
MAX_ID_CHARS: Final = 64
_ID: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_ID_CHARS - 1}}}")


@dataclass(frozen=True, slots=True)
class InterviewSummary:
    """An interview as a list shows it.

    Attributes:
        id: its name in the store.
        bank: name of its bank; empty where `damaged`.
        language: of its questions; empty where `damaged`.
        started_at: UTC, ISO 8601; empty where `damaged`.
        ended_at: likewise; None while it can go on.
        n_answers: how many questions were answered.
        damaged: whether it cannot be read; `get` says why.
    """

    id: str
    bank: str = ""
    language: str = ""
    started_at: str = ""
    ended_at: str | None = None
    n_answers: int = 0
    damaged: bool = False


class InterviewStore(Protocol):
    """Keeps interviews; `metier.store.interview_contract.check_interview_store` tells if one does so.

    What `save` has returned from survives the end of the process and of the machine at any moment; until then
    the version before it stays.
    """

    def save(self, interview: Interview) -> None:
        """Keep an interview in place of the version before.

        Raises:
            InvalidInput: an id that no store takes.
            StoreBusy: another holder has it.
            StoreFull: no room; the version before stays.
            StoreUnavailable: the place cannot be written.
        """
        ...

    def get(self, interview_id: str) -> Interview:
        """Return an interview as it was saved last.

        Raises:
            InvalidInput: an id that no store takes.
            NotFound: there is none of that id.
            StoreDamaged: it cannot be read; the message names the file.
            StoreUnavailable: the place cannot be read, or a later version of metier wrote it.
        """
        ...

    def list(self) -> tuple[InterviewSummary, ...]:
        """Return what is kept, the latest first; what cannot be read comes last, marked as such.

        Raises:
            BackendError: the place as a whole cannot be read.
        """
        ...

    def delete(self, interview_id: str) -> None:
        """Remove an interview with all that was said in it, a damaged one too.

        Raises:
            InvalidInput: an id that no store takes.
            NotFound: there is none of that id.
            StoreBusy: another holder has it.
            StoreUnavailable: the place cannot be written.
        """
        ...

    def hold(self, interview_id: str) -> AbstractContextManager[None]:
        """Keep an interview to oneself for a block; it ends with the process at the latest.

        The interview need not be there yet. The store that holds it may save and delete it meanwhile.

        Raises:
            InvalidInput: an id that no store takes.
            StoreBusy: another process, or another store in this one, has it.
            StoreUnavailable: the place cannot be written.
        """
        ...


def check_id(interview_id: str) -> str:
    """Return an id that can be the name of a file on any system.

    Raises:
        InvalidInput: it cannot.
    """
    if not _ID.fullmatch(interview_id):
        raise InvalidInput(
            f"The id of an interview has 1 to {MAX_ID_CHARS} letters a-z, digits and hyphens, and begins "
            f"with no hyphen. Got {interview_id[:MAX_ID_CHARS]!a}."
        )
    return interview_id


def summary_of(interview: Interview) -> InterviewSummary:
    """Return what a list shows of an interview."""
    return InterviewSummary(
        interview.id,
        interview.bank,
        interview.language,
        interview.started_at,
        interview.ended_at,
        sum(turn.answer is not None for turn in interview.turns),
    )


def in_order(summaries: list[InterviewSummary]) -> tuple[InterviewSummary, ...]:
    """Return summaries as `InterviewStore.list` gives them."""
    readable = sorted((item for item in summaries if not item.damaged), key=lambda item: item.id)
    readable.sort(key=lambda item: item.started_at, reverse=True)
    return (*readable, *sorted((item for item in summaries if item.damaged), key=lambda item: item.id))


def open_interview_store(place: Path | str) -> InterviewStore:
    """Return the store at a place: a SQLite file where the name ends like one, else a folder.

    Nothing is made before the first interview is saved or held.

    Raises:
        StoreUnavailable: a file stands where the folder should, or the other way round.
        StoreDamaged: the file is no store of interviews.
    """
    path = Path(place)
    if path.suffix.lower() in DATABASE_SUFFIXES:
        from metier.store.interview_database import InterviewDatabase

        return InterviewDatabase(path)
    from metier.store.interview_files import InterviewFiles

    return InterviewFiles(path)
