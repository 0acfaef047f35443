"""`metier search evaluate`: how well models find what they should, beside baselines and saved runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.training_progress import counted, hide_loading_bars, say
from metier.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from metier.config import Settings
    from metier.encoders.folder import ModelFolder
    from metier.search.baselines import EncodedTexts, Ranker
    from metier.search.beir import Collection
    from metier.search.trec import Run

BM25: Final = "bm25"
CHAR_TFIDF: Final = "char-tfidf"
UNTUNED: Final = "untuned"
DEFAULT_BASELINES: Final = (BM25, CHAR_TFIDF, UNTUNED)
QRELS_FILE: Final = "qrels.txt"
_RUN_SUFFIX: Final = ".run"
_NOT_IN_TAG: Final = re.compile(r"[^\w.+-]+")


def register(app: typer.Typer) -> None:
    """Add the command to `metier search`."""
    example = "Example: metier search evaluate --data pairs.csv --model mine/model --hybrid --runs-dir runs/"
    app.command("evaluate", epilog=example)(evaluate)


def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(
            help="BEIR folder, or pairs to find: csv, jsonl or parquet with query and positive.",
            metavar="DIR|FILE",
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="What is measured: a folder that train wrote, an encoder, or 'base'. Repeatable.",
            metavar="NAME|DIR",
        ),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            help="What it is held against: bm25, char-tfidf, untuned (the shipped encoder, no head), a saved "
            "run or a model. Repeatable; the first three by default.",
            metavar="NAME",
        ),
    ] = None,
    run: Annotated[
        list[Path] | None,
        typer.Option(help="A saved run in TREC format, measured like a model. Repeatable.", metavar="FILE"),
    ] = None,
    hybrid: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--hybrid", help="Measure each model fused with bm25 too.")
    ] = False,
    runs_dir: Annotated[
        Path | None,
        typer.Option(
            help="Save every run here in TREC format, and the judgements as qrels.txt.", metavar="DIR"
        ),
    ] = None,
    output_format: options.TableOrJsonOption = None,
    top_k: Annotated[
        int, typer.Option(help="How deep each ranking is, at least 100; MRR and MAP look no further.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Of the intervals and tests.")] = 0,
) -> None:
    """Measure search: pass@1, MRR, recall, nDCG@10 and MAP, and whether a model differs from baselines.

    Every figure is a mean over queries with its 95 % bootstrap interval; differences are paired, over the
    same queries. bm25 and char-tfidf need the train extra.
    """
    from metier.cli.search_evaluation_tables import report_table
    from metier.search.beir import read_collection
    from metier.search.evaluate import check_depth
    from metier.search.evaluate import evaluate as measure

    check_depth(top_k)
    if hybrid and not model:
        raise InvalidInput("--hybrid fuses a model with bm25. Got no --model: name one, or drop --hybrid.")
    collection = read_collection(data)
    say(f"{data.name}: {len(collection.queries):,} queries, {len(collection.documents):,} documents.")
    systems = Systems(options.load_settings())
    baselines = [systems.baseline(name) for name in baseline or DEFAULT_BASELINES]
    models = [systems.model(name) for name in model or ()]
    models += [systems.hybrid(ranker) for ranker in models] if hybrid else []
    models += [systems.saved(path) for path in run or ()]
    on_run = _keeper(collection, runs_dir)
    report = measure(collection, models, baselines, top_k=top_k, seed=seed, on_run=on_run)
    if options.wants_json(output_format):
        found = {"data": data.name, "made_with": systems.made_with, **report.to_mapping()}
        options.emit(json.dumps(found, ensure_ascii=False) + "\n", None)
    else:
        options.emit(report_table(report), None)


class Systems:
    """Makes rankers of what was named on the command line; what two of them share is made once.

    Args:
        settings: in force.

    Attributes:
        made_with: of each system made of a model, the hashes of its parts.
    """

    def __init__(self, settings: Settings) -> None:
        self.made_with: dict[str, dict[str, str]] = {}
        self._settings = settings
        self._texts: dict[Path, EncodedTexts] = {}
        self._bm25: Ranker | None = None
        self._tags: set[str] = set()

    def baseline(self, name: str) -> Ranker:
        """Return a baseline: one of `DEFAULT_BASELINES`, a saved run, or anything that `model` takes."""
        from metier.search.baselines import CharTfidf, Dense

        if name == BM25:
            self._unlike(BM25)
            return self._lexical()
        if name == CHAR_TFIDF:
            self._unlike(CHAR_TFIDF)
            return CharTfidf()
        if name == UNTUNED:
            texts = self._shipped()
            self._unlike(UNTUNED)
            self.made_with[UNTUNED] = {"encoder_sha256": texts.encoder.sha256}
            return Dense(texts, name=UNTUNED)
        return self.saved(Path(name)) if Path(name).is_file() else self.model(name)

    def model(self, name: str) -> Ranker:
        """Return the ranker of an encoder or of a search head on the shipped encoder.

        Args:
            name: of an installed model, or the path of a model folder or of what `train` wrote; `base` is
                what search uses by default, with the shipped head where there is one.

        Raises:
            NotFound: no such model.
            ModelError: it is damaged, for something else, or belongs to another encoder.
            MissingExtra: it needs torch, which is not installed.
        """
        from metier.encoders.folder import ModelFolder
        from metier.search.baselines import Dense, Remembered
        from metier.search.head import SearchHead
        from metier.search.load import head_of

        folder = ModelFolder.peek(self._folder(name))
        shown = self._unlike(name if folder.path.name == name else folder.card.name)
        head_folder = head_of(folder.path)
        if head_folder is None:
            texts = self._encoded(folder)
            self.made_with[shown] = {"encoder_sha256": texts.encoder.sha256}
            return Remembered(Dense(texts, name=shown))
        texts = self._shipped()
        head = SearchHead.load(head_folder, encoder_sha256=texts.encoder.sha256)
        self.made_with[shown] = {"encoder_sha256": texts.encoder.sha256, "head_sha256": head.sha256}
        return Remembered(Dense(texts, head=head, name=shown))

    def hybrid(self, ranker: Ranker) -> Ranker:
        """Return a ranker fused with bm25."""
        from metier.search.baselines import Hybrid

        return Hybrid([self._lexical(), ranker], name=self._unlike(f"{ranker.name}+{BM25}"))

    def saved(self, path: Path) -> Ranker:
        """Return the ranker that gives back a saved run.

        Raises:
            NotFound: there is no such file.
            InvalidInput: it is no run.
        """
        from metier.search.baselines import Saved
        from metier.search.trec import read_run

        return Saved(read_run(path), name=self._unlike(path.stem))

    def _lexical(self) -> Ranker:
        from metier.search.baselines import Bm25, Remembered

        self._bm25 = self._bm25 or Remembered(Bm25())
        return self._bm25

    def _folder(self, name: str) -> Path:
        from metier.encoders.folder import CARD
        from metier.encoders.load import find_model
        from metier.training.output import MODEL

        inside = Path(name) / MODEL
        if not (Path(name) / CARD).is_file() and (inside / CARD).is_file():
            return inside
        try:
            return find_model(name, options.models_dir(self._settings))
        except NotFound as exc:
            if not name.endswith(_RUN_SUFFIX):
                raise
            raise NotFound(f"There is no saved run at {name}. Check the path.") from exc

    def _shipped(self) -> EncodedTexts:
        from metier.encoders.folder import ModelFolder
        from metier.encoders.load import BASE, shipped_models

        return self._encoded(ModelFolder.peek(shipped_models()[BASE]))

    def _encoded(self, folder: ModelFolder) -> EncodedTexts:
        from metier.encoders.folder import WEIGHTS
        from metier.encoders.load import load_encoder
        from metier.search.baselines import EncodedTexts

        path = folder.path.resolve()
        if path not in self._texts:
            if WEIGHTS in folder.card.files:
                hide_loading_bars()
            encoder = load_encoder(folder.path, options.runtime(self._settings))
            self._texts[path] = EncodedTexts(encoder, counted=counted)
        return self._texts[path]

    def _unlike(self, name: str) -> str:
        """Return a name that neither in a report nor as the name of a file is that of another system."""
        number, shown = 1, name
        while tag_of(shown).casefold() in self._tags:
            number += 1
            shown = f"{name} {number}"
        self._tags.add(tag_of(shown).casefold())
        return shown


def tag_of(name: str) -> str:
    """Return the name of a system as a run's tag and file name: without spaces and slashes.

    >>> tag_of("mine (2)")
    'mine-2'
    """
    return _NOT_IN_TAG.sub("-", name).strip("-.") or "system"


def _keeper(collection: Collection, folder: Path | None) -> Callable[[str, Run], None]:
    """Return what is told of each run: it says so, and saves the run where a folder is given."""
    from metier.search.trec import write_qrels, write_run

    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InvalidInput(f"{folder} cannot be made: {exc.strerror}. Choose another folder.") from exc
        write_qrels(collection.qrels, folder / QRELS_FILE)

    def keep(name: str, run: Run) -> None:
        if folder is None:
            say(f"{name}: ranked.")
            return
        path = folder / f"{tag_of(name)}{_RUN_SUFFIX}"
        write_run(run, path, tag=tag_of(name))
        say(f"{name}: ranked. Wrote {path}.")

    return keep
