"""`metier search`: an index of resumes and vacancies, and what fits what."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options, search_evaluation, search_index, search_training
from metier.cli.exits import FAILED
from metier.cli.search_index import (
    INDEX_FILE,
    IndexOption,
    IndexRole,
    ModelOption,
    Opening,
    opened_maker,
    opened_store,
)
from metier.cli.training_progress import say
from metier.documents.source import STANDARD_INPUT, printable_name
from metier.errors import InvalidInput, NotFound
from metier.types import Role

if TYPE_CHECKING:
    from metier.engine.indexing import EntryMaker
    from metier.engine.search import PairwiseCoverage, Searcher, SearchOptions
    from metier.search.hits import SearchResult
    from metier.store.entries import Entry
    from metier.store.protocol import Store

app = typer.Typer(
    name="search",
    no_args_is_help=True,
    help="Index resumes and vacancies; find what fits; train and measure.",
)
search_index.register(app)


class Mode(StrEnum):
    """What finds documents."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class RerankBy(StrEnum):
    """What orders the first hits anew."""

    NONE = "none"
    COVERAGE = "coverage"
    PAIRWISE = "pairwise"


class SearchFormat(StrEnum):
    """A form of hits."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


RoleOption = Annotated[IndexRole | None, typer.Option(help="Find only resumes, or only vacancies.")]
TopKOption = Annotated[int, typer.Option(help="How many hits at most.", min=1)]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="Such as language=ru, level=senior,lead, years>=3, skill=python, place=Berlin, "
        "date>=2026-01-01; may be repeated, all must hold.",
        metavar="FIELD=VALUE",
    ),
]
ModeOption = Annotated[Mode, typer.Option(help="Find by words, by vectors, or by both.")]
RerankOption = Annotated[RerankBy, typer.Option(help="Order the first 50 anew by coverage of skills.")]
RerankModelOption = Annotated[
    Path | None,
    typer.Option(help="Folder of a pairwise classifier, for --rerank pairwise.", metavar="DIR"),
]
SearchFormatOption = Annotated[SearchFormat | None, typer.Option("--format", help="Default: as in assess.")]


@app.command("query", epilog='Example: metier search query "python, kafka, fintech" --role vacancy')
def query(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    text: Annotated[str, typer.Argument(help="Words, or - for standard input.", metavar="TEXT")],
    role: RoleOption = None,
    top_k: TopKOption = 10,
    where: FilterOption = None,
    mode: ModeOption = Mode.HYBRID,
    rerank: RerankOption = RerankBy.NONE,
    rerank_model: RerankModelOption = None,
    index: IndexOption = None,
    model: ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    output_format: SearchFormatOption = None,
    output: options.OutputOption = None,
) -> None:
    """Find documents for a few words, in any language of theirs, and say why each was found."""
    settings = options.load_settings()
    content = options.read_standard_input().decode("utf-8", "replace") if text == "-" else text
    if len(content) > settings.max_chars:
        raise InvalidInput(f"A query may have {settings.max_chars:,} characters. It has {len(content):,}.")
    chosen = _search_options(role, top_k, where, mode, rerank)
    form = _form(output_format, output)
    opening = Opening(settings, index, model, taxonomy)
    _check_output(output, opening)
    with _opened(opening, rerank_model, rerank) as opened:
        result = opened.searcher.query(content, chosen)
    _emit(result, form, output)


@app.command("similar", epilog="Example: metier search similar resume.pdf --top-k 5 --rerank coverage")
def similar(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    document: Annotated[
        str, typer.Argument(help="A file, - for standard input, or an id of the index.", metavar="FILE|ID")
    ],
    document_role: Annotated[
        IndexRole, typer.Option("--as", help="What the file is; an id is known.")
    ] = IndexRole.RESUME,
    role: RoleOption = None,
    top_k: TopKOption = 10,
    where: FilterOption = None,
    mode: ModeOption = Mode.HYBRID,
    rerank: RerankOption = RerankBy.NONE,
    rerank_model: RerankModelOption = None,
    index: IndexOption = None,
    model: ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
    output_format: SearchFormatOption = None,
    output: options.OutputOption = None,
) -> None:
    """Find vacancies for a resume, resumes for a vacancy, or, with --role, documents of the same kind."""
    settings = options.load_settings()
    chosen = _search_options(role, top_k, where, mode, rerank)
    form = _form(output_format, output)
    opening = Opening(settings, index, model, taxonomy, as_of)
    _check_output(output, opening, document)
    with _opened(opening, rerank_model, rerank) as opened:
        result = _similar(opened, document, Role(document_role.value), chosen)
    _emit(result, form, output)


@app.command("show", epilog="Example: metier search show resume-17.pdf")
def show(
    document: Annotated[str, typer.Argument(help="An id of the index.", metavar="ID")],
    index: IndexOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Show what the index holds of a document: its text as scores see it, fields and skills."""
    from metier.cli.search_tables import entry_json, entry_table

    with opened_store(options.load_settings(), index, must_exist=True) as store:
        (entry,) = store.get([document])
    as_json = options.wants_json(output_format)
    options.emit(entry_json(entry) if as_json else entry_table(entry), None)


@app.command("stats", epilog="Example: metier search stats --format json")
def stats(index: IndexOption = None, output_format: options.TableOrJsonOption = None) -> None:
    """Show what the index holds, what made it, and how large it is."""
    from metier.cli.search_tables import stats_json, stats_table

    with opened_store(options.load_settings(), index, must_exist=True) as store:
        found = store.stats()
    as_json = options.wants_json(output_format)
    options.emit(stats_json(found) if as_json else stats_table(found), None)


@app.command("delete", epilog="Example: metier search delete resume-17.pdf")
def delete(
    documents: Annotated[list[str], typer.Argument(help="Ids of the index.", metavar="ID...")],
    index: IndexOption = None,
) -> None:
    """Erase documents from the index, so that no byte of them is left in it."""
    with opened_store(options.load_settings(), index, must_exist=True) as store:
        unknown = [name for name in dict.fromkeys(documents) if _held(store, name) is None]
        n_erased = store.delete(documents)
    for name in unknown:
        print(f"metier: There is no document {printable_name(name)} in the index.", file=sys.stderr)
    say(f"Erased {n_erased:,} of {len(set(documents)):,} documents.")
    if unknown:
        raise typer.Exit(FAILED)


def _search_options(
    role: IndexRole | None, top_k: int, where: Sequence[str] | None, mode: Mode, rerank: RerankBy
) -> SearchOptions:
    from metier.engine.search import Rerank, SearchMode, SearchOptions
    from metier.store.filters import Field, parse_filter

    conditions = parse_filter(where or ())
    if role is not None:
        conditions = conditions.also(Field.ROLE, role.value)
    return SearchOptions(top_k, conditions, SearchMode(mode.value), Rerank(rerank.value))


def _form(wanted: SearchFormat | None, output: Path | None) -> SearchFormat:
    """Return the form of hits: as asked, by the ending of the output, or by where it goes."""
    found = wanted or options.choose_format(None, output)
    if found is options.OutputFormat.HTML:
        raise InvalidInput(
            "Hits are written as table, json or csv. --output ends in .html: choose another ending, or give "
            "--format."
        )
    return SearchFormat(found.value)


def _check_output(output: Path | None, opening: Opening, document: str | None = None) -> None:
    """Refuse an output that would overwrite the index or what is searched for."""
    index = opening.index or opening.settings.index or str(opening.settings.data_dir / INDEX_FILE)
    files = [f"{index}{end}" for end in ("", "-wal", "-shm")]
    options.check_output(output, [document, opening.taxonomy, *files])


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index with what searches it and what reads documents for it."""

    store: Store
    maker: EntryMaker
    searcher: Searcher


def _similar(opened: _Opened, document: str, role: Role, chosen: SearchOptions) -> SearchResult:
    """Return what fits a file or a document of the index; refuse a name that could mean either."""
    held = _held(opened.store, document)
    if document != STANDARD_INPUT and not _is_file(document):
        if held is None:
            raise NotFound(
                f"There is no file {printable_name(document)}, and the index holds no document with that id. "
                "Check the name."
            )
        return opened.searcher.similar_to(document, chosen)
    source = options.source_of(document)
    item = opened.maker.prepare(source, role=held.role if held else role)
    if held is None:
        return opened.searcher.similar(item, chosen)
    if item.digest != held.digest:
        raise InvalidInput(
            f"{document} is a file here and an id of the index, and the index holds something else than the "
            f"file. Write ./{document} for the file, or index it again."
        )
    return opened.searcher.similar_to(document, chosen)


def _held(store: Store, identifier: str) -> Entry | None:
    """Return what an index holds under an id, or None."""
    try:
        (entry,) = store.get([identifier])
    except NotFound:
        return None
    return entry


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # an id may be longer than a file's name can be
        return False


@contextmanager
def _opened(opening: Opening, rerank_model: Path | None, rerank: RerankBy) -> Iterator[_Opened]:
    """Open an index that must be there, with what searches it."""
    from metier.engine.search import Searcher

    with (
        opened_store(opening.settings, opening.index, must_exist=True) as store,
        opened_maker(opening) as maker,
    ):
        pairwise = None
        if rerank is RerankBy.PAIRWISE and rerank_model is not None:
            pairwise = _pairwise(rerank_model, maker)
        yield _Opened(store, maker, Searcher(maker, store, pairwise=pairwise))


def _pairwise(folder: Path, maker: EntryMaker) -> PairwiseCoverage:
    from metier.engine.pairwise import PairwiseReranker
    from metier.skills.architectures.load import load_classifier

    taxonomy = maker.engine.taxonomy
    classifier = load_classifier(folder, encoder=maker.encoder.encoder, taxonomy_sha256=taxonomy.sha256)
    return PairwiseReranker(classifier, taxonomy)


def _emit(result: SearchResult, form: SearchFormat, output: Path | None) -> None:
    from metier.cli.search_tables import render_hits

    options.emit(render_hits(result, form.value), output)


search_training.register(app)
search_evaluation.register(app)
