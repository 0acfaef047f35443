"""`metier search index`: documents into the index; and what every search command opens."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.exits import FAILED
from metier.cli.scale import (
    EngineName,
    EngineOption,
    RayAddressOption,
    Scale,
    WorkersOption,
    absolute,
    for_workers,
    opened_cluster,
)
from metier.cli.training_progress import counted, say
from metier.errors import Cancelled, InvalidInput
from metier.types import Role

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.documents.source import Source
    from metier.engine.indexing import EntryMaker, Indexer, IndexReport
    from metier.store.protocol import Store

INDEX_FILE: Final = "search.db"
_N_SHOWN_FAILURES: Final = 10


class IndexRole(StrEnum):
    """What documents are."""

    RESUME = "resume"
    VACANCY = "vacancy"


IndexOption = Annotated[
    str | None,
    typer.Option(help="The index: a file, or a postgresql:// address.", metavar="FILE|URL"),
]
ModelOption = Annotated[
    str | None,
    typer.Option(help="Encoder or search head to compare with: a name or a model folder.", metavar="NAME"),
]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a command was told of the index and of what reads documents for it."""

    settings: Settings
    index: str | None
    model: str | None
    taxonomy: str | None
    as_of: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command to `metier search`."""
    example = "Example: metier search index resumes/ --role resume"
    app.command("index", epilog=example)(index)


def index(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders, files, .jsonl, .csv or .tsv with id and text.", metavar="PATH..."),
    ] = None,
    role: Annotated[IndexRole | None, typer.Option(help="What they are, where rows do not say so.")] = None,
    rebuild: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--rebuild", help="Encode all that the index holds anew, with the model in use.")
    ] = False,
    index: IndexOption = None,
    model: ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
    engine: EngineOption = EngineName.LOCAL,
    workers: WorkersOption = None,
    ray_address: RayAddressOption = None,
) -> None:
    """Put documents into the index; what it holds already as it is is passed over.

    Rows may say role, title, level, years, place and date beside id and text. A run that was stopped goes on
    when it is started again. The index holds what scores may see: names, contacts and the like are masked.
    """
    from metier.documents.source import find_sources

    if not paths and not rebuild:
        raise InvalidInput("There is nothing to index. Name a folder or a file, or give --rebuild.")
    scale = Scale(engine, workers, ray_address)
    settings = options.load_settings()
    sources = [source for path in paths or () for source in find_sources(path)]
    opening = Opening(settings, index, model, taxonomy, str(options.parse_month(as_of)))
    with opened_maker(opening) as maker, opened_store(settings, index, must_exist=not sources) as store:
        if rebuild:
            _rebuild(maker, store)
        if sources:
            with _indexer(scale, opening, maker) as indexer:
                report = _index_all(maker, store, sources, Role(role.value) if role else None, indexer)
            _tell(report)


@contextmanager
def opened_store(settings: Settings, index: str | None, *, must_exist: bool = False) -> Iterator[Store]:
    """Open the index that an option names, or that of the settings."""
    from metier.store.opening import open_store

    place = index or settings.index
    with open_store(place or str(settings.data_dir / INDEX_FILE), must_exist=must_exist) as store:
        yield store


@contextmanager
def opened_maker(opening: Opening) -> Iterator[EntryMaker]:
    """Load what reads documents and makes their vectors.

    Skills go by words here: reading them by meaning too would take several times as long for each document.
    """
    maker = load_maker(opening)
    with maker.engine:
        yield maker


def load_maker(opening: Opening) -> EntryMaker:
    """Return what `opened_maker` opens; its engine is to be closed."""
    from metier.engine.indexing import EntryMaker
    from metier.search.load import load_search_encoder

    settings = opening.settings
    name = opening.model or settings.search_model
    if name == options.NO_MODEL:
        raise InvalidInput("Search compares vectors, so it needs an encoder. Name one: --model base.")
    encoder = load_search_encoder(name, options.models_dir(settings), options.runtime(settings))
    engine = options.open_engine(
        settings, taxonomy=opening.taxonomy, model=options.NO_MODEL, as_of=opening.as_of
    )
    return EntryMaker(engine, encoder)


@contextmanager
def _indexer(scale: Scale, opening: Opening, maker: EntryMaker) -> Iterator[Indexer | None]:
    """Return what makes entries on the workers of a cluster, or None to make them in this process."""
    with opened_cluster(scale) as cluster:
        if cluster is None:
            yield None
            return
        from metier.batch.on_ray import ray_indexer

        there = replace(
            opening,
            settings=for_workers(opening.settings),
            model=absolute(opening.model or ""),
            taxonomy=absolute(opening.taxonomy or ""),
        )
        yield ray_indexer(partial(load_maker, there), cluster, like=maker)


def _rebuild(maker: EntryMaker, store: Store) -> None:
    from metier.engine.indexing import rebuild_index

    held = sum(store.stats().documents.values())
    try:
        with counted("Encoding", held) as on_progress:
            n_rebuilt = rebuild_index(maker, store, on_progress=on_progress)
    except KeyboardInterrupt as error:
        raise Cancelled("Interrupted. The index is as it was; run the same command again.") from error
    say(f"Rebuilt {n_rebuilt:,} documents.")


def _index_all(
    maker: EntryMaker, store: Store, sources: list[Source], role: Role | None, indexer: Indexer | None
) -> IndexReport:
    from metier.engine.indexing import index_sources

    try:
        with counted("Indexing", len(sources)) as on_progress:
            return index_sources(maker, store, sources, role=role, indexer=indexer, on_progress=on_progress)
    except KeyboardInterrupt as error:
        raise Cancelled("Interrupted. Run the same command again to go on.") from error


def _tell(report: IndexReport) -> None:
    """Say what was done; exit with 1 if a document could not be taken."""
    for failure in report.failures[:_N_SHOWN_FAILURES]:
        named = failure.source in failure.message
        print(f"metier: {'' if named else f'{failure.source}: '}{failure.message}", file=sys.stderr)
    if len(report.failures) > _N_SHOWN_FAILURES:
        print(f"metier: ... and {len(report.failures) - _N_SHOWN_FAILURES:,} more.", file=sys.stderr)
    say(f"Indexed {report.added:,} documents; {report.unchanged:,} were there already.")
    if report.failures:
        counts = Counter(failure.code for failure in report.failures).most_common()
        reasons = ", ".join(f"{code} {count:,}" for code, count in counts)
        print(f"metier: {len(report.failures):,} documents not indexed: {reasons}.", file=sys.stderr)
        raise typer.Exit(FAILED)
