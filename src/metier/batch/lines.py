"""Assessments of any number of documents as JSON lines: little memory, and an interrupted run goes on."""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

from metier.batch.assessing import assess_source, keyed
from metier.documents.source import Source
from metier.engine.assess import Engine, Vacancy
from metier.errors import InvalidInput
from metier.records import to_json
from metier.types import AssessmentStatus, Failure

PARTIAL_SUFFIX: Final = ".partial"
_HEAD: Final = b"metier lines "
_DIGEST_BYTES: Final = 16
_LINE_START: Final = 2 * _DIGEST_BYTES + 1
_N_KEPT_PROBLEMS: Final = 10
_ERROR_START: Final = b'{"error": '
_UNREADABLE: Final = f'"status":"{AssessmentStatus.UNREADABLE}"'.encode()


class Assessor(Protocol):
    """Assesses many documents, one after the other or many at once."""

    def __call__(self, sources: Iterable[Source]) -> Iterator[tuple[int, str]]:
        """Yield the number of each source, from 0 in their order, with its line of JSON; in any order."""
        ...


@dataclass(frozen=True, slots=True)
class LinesReport:
    """What a run has written.

    Attributes:
        n_documents: lines, one for each source.
        n_resumed: those that an earlier run had made.
        counts: documents that are not scored by error code, the most frequent first.
        problems: the first ten of them.
    """

    n_documents: int
    n_resumed: int
    counts: dict[str, int]
    problems: tuple[Failure, ...]


def assess_one_by_one(engine: Engine, vacancy: Vacancy | None = None) -> Assessor:
    """Return what assesses documents one after the other in this process."""

    def run(sources: Iterable[Source]) -> Iterator[tuple[int, str]]:
        for number, source in enumerate(sources):
            yield number, assess_line(engine, source, vacancy)

    return run


def assess_line(engine: Engine, source: Source, vacancy: Vacancy | None) -> str:
    """Return the assessment of a document as a line of JSON, or its error."""
    outcome = assess_source(engine, source, vacancy, keep_text=False)
    if outcome.failure is not None:
        return failure_line(outcome.failure)
    return to_json(outcome.assessment)


def failure_line(failure: Failure) -> str:
    """Return a line of JSON that says why a document has no assessment."""
    return json.dumps({"error": asdict(failure)}, ensure_ascii=False)


def assess_to_lines(
    assessor: Assessor,
    sources: Iterable[Source],
    output: Path,
    *,
    run: str,
    on_progress: Callable[[], None] = lambda: None,
) -> LinesReport:
    """Write a line for each source, in their order: its assessment, or its error.

    Lines are kept in a file beside the output as they come, and stay there when the run ends before its time,
    by a kill too. The next run takes them over and removes the file at its end.

    Args:
        assessor: makes the lines.
        sources: the documents, taken as they are needed.
        output: gets all lines at once at the end.
        run: what makes results interchangeable; `run_fingerprint` returns it.
        on_progress: called after each source.

    Raises:
        InvalidInput: there are no sources, or a file cannot be written.
    """
    with KeptLines(output.with_name(output.name + PARTIAL_SUFFIX), run=run) as kept:
        pending = _Pending(sources, kept, on_progress)
        for number, line in assessor(pending.new()):
            pending.take(number, line)
            on_progress()
        if not pending.places:
            raise InvalidInput("There is no document to assess. Name a folder or a file that holds some.")
        report = kept.write(pending.places, output, n_resumed=pending.n_resumed)
    kept.remove()
    return report


class _Pending:
    """Where the line of each source stands, and which sources an assessor has in hand."""

    def __init__(self, sources: Iterable[Source], kept: KeptLines, on_resumed: Callable[[], None]) -> None:
        self.places = array("q")
        self.n_resumed = 0
        self._sources = sources
        self._kept = kept
        self._on_resumed = on_resumed
        self._in_hand: dict[int, tuple[int, bytes]] = {}

    def new(self) -> Iterator[Source]:
        """Yield the sources that have no line yet."""
        for position, (source, key) in enumerate(keyed(self._sources)):
            digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES).digest()
            place = self._kept.find(digest)
            self.places.append(-1 if place is None else place)
            if place is None:
                self._in_hand[position - self.n_resumed] = (position, digest)
                yield source
            else:
                self.n_resumed += 1
                self._on_resumed()

    def take(self, number: int, line: str) -> None:
        """Keep the line of a source that `new` gave out."""
        position, digest = self._in_hand.pop(number)
        self.places[position] = self._kept.keep(digest, line)


class KeptLines:
    """Lines by digest in a file that survives a kill of the process; use it as a context manager.

    Memory holds only where each line stands. A line that was being written when the run died is cut off.

    Args:
        path: the file; made when it is opened.
        run: what makes lines interchangeable; those of another run are thrown away.
    """

    def __init__(self, path: Path, *, run: str) -> None:
        self.path = path
        self._head = _HEAD + hashlib.sha256(run.encode()).hexdigest().encode() + b"\n"
        self._places: dict[bytes, int] = {}
        self._file: BinaryIO | None = None
        self._end = 0

    def __enter__(self) -> Self:
        """Open the file and find what an interrupted run with the same `run` left in it.

        Raises:
            InvalidInput: the file cannot be written, or is something else and would be lost.
        """
        with ExitStack() as closing:
            try:
                self._file = closing.enter_context(self.path.open("r+b" if self.path.exists() else "w+b"))
                self._end = self._recover(self._file)
                self._file.truncate(self._end)
            except OSError as exc:
                raise InvalidInput(f"{self.path} cannot be written: {exc.strerror}.") from exc
            if not self._end:
                self._append(self._head)
            closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __len__(self) -> int:
        return len(self._places)

    def find(self, digest: bytes) -> int | None:
        """Return where the line of an input stands, or None if there is none."""
        return self._places.get(digest)

    def keep(self, digest: bytes, line: str) -> int:
        """Keep the line of an input and return where it stands; it survives a kill right after."""
        content = line.encode("utf-8", "backslashreplace")
        self._places[digest] = place = self._append(digest.hex().encode() + b" " + content + b"\n")
        return place

    def write(self, places: Iterable[int], output: Path, *, n_resumed: int = 0) -> LinesReport:
        """Write the lines at some places to a file, all of them or none, and return what they say.

        Raises:
            InvalidInput: the file cannot be written.
        """
        temporary = output.resolve().with_name(f".{output.name[:100]}.{os.getpid()}.tmp")
        counts: Counter[str] = Counter()
        problems: list[Failure] = []
        n_documents = 0
        try:
            with temporary.open("wb") as target:
                for place in places:
                    line = self._line(place)
                    target.write(line)
                    n_documents += 1
                    if (problem := _problem(line)) is not None:
                        counts[problem.code] += 1
                        problems += [problem] if len(problems) < _N_KEPT_PROBLEMS else []
            temporary.replace(output.resolve())
        except OSError as exc:
            temporary.unlink(missing_ok=True)
            raise InvalidInput(
                f"{output} cannot be written: {exc.strerror}. Choose another output path."
            ) from exc
        return LinesReport(n_documents, n_resumed, dict(counts.most_common()), tuple(problems))

    def remove(self) -> None:
        """Delete the file: the run is complete."""
        self.path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise InvalidInput("Lines are kept inside a `with` block. Open it first.")
        return self._file

    def _append(self, content: bytes) -> int:
        file, place = self._opened(), self._end
        file.seek(place)
        file.write(content)
        file.flush()
        self._end += len(content)
        return place

    def _line(self, place: int) -> bytes:
        file = self._opened()
        file.seek(place)
        return file.readline()[_LINE_START:]

    def _recover(self, file: BinaryIO) -> int:
        """Find the whole lines of the same run; return how many bytes they take with the head."""
        head = file.readline()
        if head and not head.startswith(_HEAD) and not _HEAD.startswith(head):
            raise InvalidInput(
                f"{self.path} is in the way and is no part of a run. Move it, or choose another output."
            )
        if head != self._head:
            return 0
        end = len(head)
        for line in file:
            digest = _digest(line)
            if digest is None:
                break
            self._places[digest] = end
            end += len(line)
        return end


def _digest(line: bytes) -> bytes | None:
    """Return the digest that a whole line starts with, or None where the line was cut off."""
    if not line.endswith(b"\n") or line[_LINE_START - 1 : _LINE_START] != b" ":
        return None
    try:
        return bytes.fromhex(line[: _LINE_START - 1].decode("ascii"))
    except ValueError:
        return None


def _problem(line: bytes) -> Failure | None:
    """Return why a line holds no score, or None where it holds one."""
    if line.startswith(_ERROR_START):
        return Failure(**json.loads(line)["error"])
    if _UNREADABLE not in line:
        return None
    row = json.loads(line)
    finding = row["findings"][0]
    return Failure(row["source"], finding["code"], f"{row['source']} is not scored. {finding['message']}")
