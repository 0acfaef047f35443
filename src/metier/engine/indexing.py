"""Documents into an index: read, masked, cut into passages, encoded, and kept with what is filtered on."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from metier.documents.source import Source
from metier.documents.view import ScoringView, scoring_view
from metier.engine.assess import Engine
from metier.errors import InvalidInput, NotFound
from metier.search.fields import find_level, find_title, find_years
from metier.search.passages import find_passages
from metier.search.requirements import find_requirements
from metier.search.vectors import SearchEncoder
from metier.store.entries import Entry, EntrySkill, Identity, check_id, is_date
from metier.store.protocol import Store
from metier.types import Document, EvidenceLabel, Failure, Importance, Role, Severity, SkillEvidence, Span

# Part of every digest: raise it when the same document would give another entry.
_RULES_VERSION: Final = 1
_BATCH: Final = 32
_BATCH_SECONDS: Final = 10.0
_TIME_OF_DAY: Final = re.compile(r"[T ].*")


@dataclass(frozen=True, slots=True)
class ToIndex:
    """A document that is to be indexed: where it is, what it is, and the digest of what makes its entry."""

    source: Source
    role: Role
    digest: str


class EntryMaker:
    """Makes index entries of documents.

    Args:
        engine: reads documents and finds their skills; without models it goes by words, which is quick.
        encoder: makes their vectors.
    """

    def __init__(self, engine: Engine, encoder: SearchEncoder) -> None:
        self.engine = engine
        self.encoder = encoder

    @property
    def identity(self) -> Identity:
        """Return what an index of these entries is made with."""
        return Identity(self.encoder.name, self.encoder.sha256, self.encoder.dim)

    def prepare(self, source: Source, *, role: Role | None) -> ToIndex:
        """Return a source with its role and digest; its bytes are read, but not understood.

        Args:
            source: one document.
            role: what it is, where its row does not say so.

        Raises:
            InvalidInput: the role is missing or unknown, the id cannot be used, or the row could not be
                taken.
            NotFound: its file is gone.
        """
        if source.error is not None:
            raise source.error
        check_id(source.name)
        found = _role(source, role)
        digest = hashlib.sha256(self._settings())
        digest.update(json.dumps([source.name, found.value, sorted(source.fields.items())]).encode())
        digest.update(_content(source))
        return ToIndex(source, found, digest.hexdigest())

    def make(self, item: ToIndex) -> Entry:
        """Return the entry of a document.

        The entry holds what scores may see: placeholders stand for personal facts, and hidden words, orders
        to a program and the like are left out. So nobody is found by a name, and nobody by what no person
        can read.

        Raises:
            InvalidInput: the document cannot be read, or a field of its row is wrong.
            NotFound: its file is gone.
        """
        source = item.source
        text = source.text if source.text is None else _with_title(source)
        return self.make_of(self.engine.read(replace(source, text=text), role=item.role), item)

    def make_of(self, document: Document, item: ToIndex) -> Entry:
        """Return the entry of a document that was read already, as `make` does.

        Args:
            document: what the item's file says; its source is the item's name.
            item: what `prepare` gave.

        Raises:
            InvalidInput: the document cannot be read, or a field of its row is wrong.
        """
        if not document.readable:
            raise InvalidInput(
                " ".join(
                    finding.message for finding in document.findings if finding.severity is Severity.ERROR
                )
            )
        return self._entry(document, item)

    def remake(self, entry: Entry) -> Entry:
        """Return an entry with the vectors that this encoder gives its text; all else stays."""
        source = Source(entry.source, text=entry.text)
        document = self.engine.read(source, role=entry.role)
        start = entry.text.find(entry.title) if entry.title else -1
        title = Span(start, start + len(entry.title)) if start >= 0 else None
        vectors = self.encoder.embed(
            entry.text, sections=document.sections if document.text == entry.text else (), title=title,
            passages=entry.passages,
        )  # fmt: skip
        return replace(entry, vector=vectors.whole, passage_vectors=vectors.passages)

    def _settings(self) -> bytes:
        # Not the encoder, since an index has but one; nor the month, or all would be read anew each month.
        found = self.engine.provenance
        return json.dumps([_RULES_VERSION, found.model_sha256, found.taxonomy_sha256]).encode()

    def _entry(self, document: Document, item: ToIndex) -> Entry:
        view = scoring_view(document)
        text = view.text
        if not text.strip():
            raise InvalidInput(f"{document.source} holds no word that a score may see. Leave it out.")
        examined = self.engine.examine(view)
        said = item.source.fields
        title = _first_line(document, view) if "title" in said else None
        title = title or find_title(document, text, view.sections)
        shown = text[title.start : title.end] if title else ""
        passages = find_passages(text, view.sections)
        vectors = self.encoder.embed(text, sections=view.sections, title=title, passages=passages)
        return Entry(
            id=document.source,
            role=document.role,
            source=document.source,
            language=document.language,
            title=shown,
            text=text,
            digest=item.digest,
            skills=_skills(document, examined.skills),
            vector=vectors.whole,
            passages=passages,
            passage_vectors=vectors.passages,
            years=_years(said["years"]) if "years" in said else find_years(document, text),
            level=said["level"].lower() if "level" in said else find_level(shown),
            place=said.get("place"),
            date=_date(said["date"]) if "date" in said else None,
        )


@dataclass(frozen=True, slots=True)
class Indexed:
    """What became of one document: an entry, or the reason why there is none."""

    entry: Entry | None = None
    failure: Failure | None = None


class Indexer(Protocol):
    """Makes entries of many documents, in their order, one after the other or many at once."""

    def __call__(self, items: Sequence[ToIndex]) -> Iterator[Indexed]:
        """Yield what becomes of each document."""
        ...


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of indexing did.

    Attributes:
        added: documents that are new or have changed.
        unchanged: documents that the index held already, as they are.
        failures: documents that could not be taken, and why.
    """

    added: int
    unchanged: int
    failures: tuple[Failure, ...]


def one_by_one(maker: EntryMaker) -> Indexer:
    """Return what makes entries one after the other in this process."""

    def run(items: Sequence[ToIndex]) -> Iterator[Indexed]:
        for item in items:
            yield try_make(maker, item)

    return run


def try_make(maker: EntryMaker, item: ToIndex) -> Indexed:
    """Return the entry of a document, or why it cannot be taken."""
    try:
        return Indexed(entry=maker.make(item))
    except (InvalidInput, NotFound) as error:
        return Indexed(failure=Failure(item.source.name, error.code, str(error)))


def index_sources(
    maker: EntryMaker,
    store: Store,
    sources: Iterable[Source],
    *,
    role: Role | None = None,
    indexer: Indexer | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> IndexReport:
    """Put documents into an index; those that it holds as they are are passed over.

    A run that was stopped goes on when it is started again: what was written stays.

    Args:
        maker: makes entries.
        store: gets them, some at a time.
        sources: the documents; the name of a source is its id.
        role: what they are, where their rows do not say so.
        indexer: how entries are made; one after the other by default.
        on_progress: called after each document.

    Raises:
        InvalidInput: there are no sources.
        ModelMismatch: the index was made by another encoder.
        BackendError: the store failed; what it had written stays.
    """
    store.upsert([], identity=maker.identity)  # refuses an index of another encoder before any work
    failures: list[Failure] = []
    items = list(_to_do(maker, sources, role, failures))
    if not items and not failures:
        raise InvalidInput("There is no document to index. Name a folder or a file that holds some.")
    known = store.digests()
    new = [item for item in items if known.get(item.source.name) != item.digest]
    for _ in range(len(items) - len(new) + len(failures)):
        on_progress()
    clashes = _role_clashes(store, [item for item in new if item.source.name in known])
    new = [item for item in new if item.source.name not in {failure.source for failure in clashes}]
    failures += clashes
    pending = _Pending(store, maker.identity)
    for outcome in (indexer or one_by_one(maker))(new):
        if outcome.failure is not None:
            failures.append(outcome.failure)
        elif outcome.entry is not None:
            pending.add(outcome.entry)
        on_progress()
    pending.write()
    unchanged = len(items) - len(new) - len(clashes)
    return IndexReport(pending.n_written, unchanged, tuple(failures))


def rebuild_index(maker: EntryMaker, store: Store, *, on_progress: Callable[[], None] = lambda: None) -> int:
    """Encode every document of an index anew, from the text that it holds; return how many there are.

    Searches see the old index until the last document is done. Run `index_sources` after it to take in
    what has changed in the files since.

    Raises:
        BackendError: the store failed; then it is as it was.
    """

    def entries() -> Iterator[Entry]:
        for entry in store.entries():
            yield maker.remake(entry)
            on_progress()

    return store.rebuild(entries(), identity=maker.identity)


class _Pending:
    """Entries on their way into a store: written some at a time, and at least every ten seconds."""

    def __init__(self, store: Store, identity: Identity) -> None:
        self._write = partial(store.upsert, identity=identity)
        self._entries: list[Entry] = []
        self._since = time.monotonic()
        self.n_written = 0

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if len(self._entries) >= _BATCH or time.monotonic() - self._since >= _BATCH_SECONDS:
            self.write()

    def write(self) -> None:
        if self._entries:
            self._write(self._entries)
        self.n_written += len(self._entries)
        self._entries = []
        self._since = time.monotonic()


def _to_do(
    maker: EntryMaker, sources: Iterable[Source], role: Role | None, failures: list[Failure]
) -> Iterator[ToIndex]:
    seen: set[str] = set()
    for source in sources:
        try:
            item = maker.prepare(source, role=role)
        except (InvalidInput, NotFound) as error:
            failures.append(Failure(source.name, error.code, str(error)))
            continue
        if source.name in seen:
            message = f"The id {source.name} comes twice. Only the first is indexed; give each its own id."
            failures.append(Failure(source.name, InvalidInput.code, message))
            continue
        seen.add(source.name)
        yield item


def _role_clashes(store: Store, items: Sequence[ToIndex]) -> list[Failure]:
    """Return a failure for each document whose id another kind of document has in the index."""
    held: dict[str, Role] = {}
    for start in range(0, len(items), _BATCH):  # an entry with its vectors is large
        names = [item.source.name for item in items[start : start + _BATCH]]
        held.update((entry.id, entry.role) for entry in store.get(names))
    return [
        Failure(
            item.source.name,
            InvalidInput.code,
            f"The index holds a {held[item.source.name]} with the id {item.source.name}; this is a "
            f"{item.role}. Rename it, or delete the other: metier search delete {item.source.name}.",
        )
        for item in items
        if held[item.source.name] is not item.role
    ]


def _role(source: Source, role: Role | None) -> Role:
    said = source.fields.get("role", role.value if role else "")
    if said.lower() not in (Role.RESUME, Role.VACANCY):
        raise InvalidInput(
            f"{source.name} must be said to be a resume or a vacancy: in a field role of its row, or by "
            "--role for all."
        )
    return Role(said.lower())


def _content(source: Source) -> bytes:
    if source.text is not None:
        return source.text.encode("utf-8", "replace")
    if source.data is not None:
        return source.data
    if source.path is None or not source.path.is_file():
        raise NotFound(f"There is no file for {source.name}. Check the path.")
    try:
        with source.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise InvalidInput(f"{source.name} cannot be opened: {error.strerror}.") from error


def _with_title(source: Source) -> str:
    """Return the text of a row, with the title that the row gives apart from it as its first line."""
    title, text = " ".join(source.fields.get("title", "").split()), source.text or ""
    first, *_ = text.lstrip().split("\n", 1)
    return text if title in {"", first.rstrip()} else f"{title}\n\n{text}"


def _first_line(document: Document, view: ScoringView) -> Span | None:
    """Return where scores see the first line of a document, or None if they see nothing of it."""
    end = view.text.find("\n")
    line = Span(0, len(view.text) if end < 0 else end)
    first, *_ = document.text.split("\n", 1)
    return line if line.end > 0 and view.original(line).end <= len(first) else None


def _skills(document: Document, found: Sequence[SkillEvidence]) -> tuple[EntrySkill, ...]:
    """Return what a document shows, or what a vacancy names, with how much it asks for it."""
    importance: dict[str, Importance] = {}
    choices: dict[str, int] = {}
    if document.role is Role.VACANCY:
        for number, wanted in enumerate(find_requirements(document, found), start=1):
            importance.update(dict.fromkeys(wanted.skills, wanted.importance))
            if len(wanted.skills) > 1:
                choices.update(dict.fromkeys(wanted.skills, number))
    return tuple(
        EntrySkill(item.skill, item.name, item.label, importance.get(item.skill), choices.get(item.skill, 0))
        for item in found
        if item.label is not EvidenceLabel.NONE
    )


def _years(said: str) -> float:
    try:
        return float(said.replace(",", "."))
    except ValueError as error:
        raise InvalidInput("The field years must be a number. Mend or remove it.") from error


def _date(said: str) -> str:
    day = _TIME_OF_DAY.sub("", said)
    if not is_date(day):
        raise InvalidInput("The field date must be like 2026-11-30. Mend or remove it.")
    return day
