"""Quality of search: BM25, letters, vectors as shipped and as trained, and both joined, on six collections.

Data: `search_data.py` says how vacancies become queries and documents and how they are divided,
`search_collections.py` what is looked for in each collection. Intervals are 95 % bootstrap over queries; a
difference is told apart where its paired interval holds no 0 and a randomisation test gives p below 0.05.

    python benchmarks/search_data.py --data FOLDER --pairs FOLDER     # what --model was trained and tuned on
    python benchmarks/search.py --data FOLDER [--model [NAME=]FOLDER ...] [--cache FOLDER] [--output FOLDER]

Systems: bm25, char-tfidf, untuned (the shipped encoder, no head), every model (a head for that, or an
encoder), and of each of the encoders the fusion with bm25 by reciprocal ranks, down to 1,000 documents. All
texts are read whole. A vacancy or resume that is itself what is looked with is read as the documents are, for
that is what an index has of it. Needs the train extra and bm25s. `--cache` keeps vectors by model and text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from search_collections import load_collections

from metier.encoders.cached_blob import read_blob, write_blob
from metier.encoders.folder import ModelFolder
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, Reading, TextKind
from metier.search.baselines import Bm25, CharTfidf, Dense, EncodedTexts, Hybrid, Ranker, Remembered
from metier.search.beir import Collection
from metier.search.evaluate import Comparison, SearchReport, evaluate
from metier.search.head import TASK, SearchHead
from metier.search.trec import Run, write_qrels, write_run

COLLECTIONS = ("english", "russian", "mixed", "family", "across", "romanian")
WHOLE_DOCUMENTS = ("family", "romanian")
SHOWN = ("pass@1", "mrr", "recall@10", "ndcg@10", "map")
COMPARED = ("pass@1", "mrr", "ndcg@10", "map")
UNTUNED = "untuned"


class KeptVectors:
    """An encoder that remembers its vectors in a folder, by its own hash and that of the text.

    Args:
        encoder: reads what is not there yet.
        cache: the folder; None to keep nothing.
        as_documents: read what is looked with as documents are.
    """

    def __init__(self, encoder: Encoder, cache: Path | None, *, as_documents: bool = False) -> None:
        self._encoder = encoder
        self._cache = cache
        self._as_documents = as_documents
        self.name, self.sha256, self.dim = encoder.name, encoder.sha256, encoder.dim

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text, from the folder where it is there."""
        kind = TextKind.PASSAGE if self._as_documents else kind
        if self._cache is None:
            return self._encoder.encode(texts, kind=kind)
        paths = [self._path(text, kind, self._cache) for text in texts]
        blobs = [read_blob(path) for path in paths]
        missing = [i for i, blob in enumerate(blobs) if blob is None]
        made = self._encoder.encode([texts[i] for i in missing], kind=kind)
        for i, vector in zip(missing, made, strict=True):
            blobs[i] = vector.tobytes()
            write_blob(paths[i], vector.tobytes())
        return np.frombuffer(b"".join(filter(None, blobs)), np.float32).reshape(len(texts), self.dim)

    def _path(self, text: str, kind: TextKind, cache: Path) -> Path:
        key = hashlib.sha256(f"{kind}\0{text}".encode(errors="replace")).hexdigest()
        return cache / self.sha256[:16] / key[:2] / key

    def read(self, text: str) -> Reading:
        """Return the states of a text; nothing is kept of it."""
        return self._encoder.read(text)

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return the states of texts; nothing is kept of them."""
        return self._encoder.read_all(texts)


class Systems:
    """Makes what is measured.

    Args:
        models: folder of each model, by the name to show.
        cache: where vectors are kept, or None.
    """

    def __init__(self, models: Mapping[str, Path], cache: Path | None) -> None:
        self._cache = cache
        self._base = load_encoder(shipped_models()[BASE], Runtime(cache=cache))
        self._encoders: dict[str, Encoder] = {UNTUNED: self._base}
        self._heads: dict[str, SearchHead] = {}
        for name, path in models.items():
            if ModelFolder.open(path).card.task == TASK:
                self._encoders[name] = self._base
                self._heads[name] = SearchHead.load(path, encoder_sha256=self._base.sha256)
            else:
                self._encoders[name] = load_encoder(path, Runtime(cache=cache))

    def rankers(self, *, as_documents: bool) -> tuple[list[Ranker], list[Ranker]]:
        """Return baselines and models, fusions after what they are made of."""
        words = Remembered(Bm25())
        texts: dict[str, EncodedTexts] = {}
        dense = {}
        for name, encoder in self._encoders.items():
            kept = KeptVectors(encoder, self._cache, as_documents=as_documents)
            shared = texts.setdefault(encoder.sha256, EncodedTexts(kept, counted=counted))
            dense[name] = Remembered(Dense(shared, head=self._heads.get(name), name=name))
        fused = {name: Hybrid([words, ranker], name=f"{name}+bm25") for name, ranker in dense.items()}
        tuned = [ranker for name in dense if name != UNTUNED for ranker in (dense[name], fused[name])]
        return [words, CharTfidf(), dense[UNTUNED]], [fused[UNTUNED], *tuned]


@contextmanager
def counted(words: str, total: int) -> Iterator[Any]:
    """Say how many of the texts are read, every 200."""
    done = 0

    def on_text() -> None:
        nonlocal done
        done += 1
        if done % 200 == 0 or done == total:
            print(f"{words}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    yield on_text


def measure(name: str, collection: Collection, systems: Systems, output: Path | None) -> SearchReport:
    """Return the figures of all systems on a collection; their runs are written where a folder is given."""
    baselines, models = systems.rankers(as_documents=name in WHOLE_DOCUMENTS)

    def keep(system: str, run: Run) -> None:
        if output is not None:
            write_run(run, output / name / f"{system}.run", tag=system)

    if output is not None:
        (output / name).mkdir(parents=True, exist_ok=True)
        write_qrels(collection.qrels, output / name / "qrels")
    return evaluate(collection, models, baselines, on_run=keep)


def figures_table(report: SearchReport) -> str:
    """Return the figures of all systems as a Markdown table."""
    rows = [
        [f"`{system.name}`"]
        + [f"{i.value:.3f} [{i.low:.3f}, {i.high:.3f}]" for i in (system.figures[key] for key in SHOWN)]
        for system in report.systems
    ]
    return markdown(["", *SHOWN], rows)


def differences_table(comparisons: Sequence[Comparison]) -> str:
    """Return by how much each model is above each baseline as a Markdown table."""
    rows = []
    for found in comparisons:
        cells = [
            f"{d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}] {d.verdict}"
            for d in (found.differences[key] for key in COMPARED)
        ]
        rows.append([f"`{found.model}` above `{found.baseline}`", *cells])
    return markdown(["", *COMPARED], rows)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def named_models(given: Sequence[str]) -> dict[str, Path]:
    """Return the folders by name; without a name the card's counts."""
    found = {}
    for words in given:
        name, _, path = words.rpartition("=")
        found[name or ModelFolder.open(Path(path)).card.name] = Path(path)
    if len(found) < len(given) or UNTUNED in found:
        sys.exit(f"Models must have different names, none {UNTUNED}. Give each one: --model NAME=FOLDER.")
    return found


def main() -> None:
    """Measure, print tables and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", action="append", default=[], help="a head or encoder, may be repeated")
    parser.add_argument("--collection", action="append", choices=COLLECTIONS, help="all by default")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--output", type=Path, help="folder for search.json and the runs")
    arguments = parser.parse_args()
    systems = Systems(named_models(arguments.model), arguments.cache)
    collections = load_collections(arguments.data)
    reports = {}
    for name in arguments.collection or COLLECTIONS:
        report = measure(name, collections[name], systems, arguments.output)
        reports[name] = report.to_mapping()
        print(f"### {name}: {report.n_queries} queries, {report.n_documents} documents\n")
        print(f"{figures_table(report)}\n\n{differences_table(report.comparisons)}\n", flush=True)
        if arguments.output:
            (arguments.output / "search.json").write_text(json.dumps(reports, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
