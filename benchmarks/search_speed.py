"""Speed of search: one query, ten nearest among many documents, building, memory, and words with vectors.

    python benchmarks/search_speed.py --data FOLDER --work FOLDER [--size N ...] [--postgres URL]
                                      [--output FILE.json] [--picture docs/images/search-speed.png]

Vectors: those of the vacancies that `search.py` reports on, each many times with noise of its own (cosine
with the vacancy about 0.96), since there are not a million vacancies; documents of the large stores have four
words and no passages, so building them is storing alone. The fused query is measured among 10,000 texts of
the usual length, each made of the sentences of two vacancies: encode, 100 by vectors, 100 by words, fusion,
fetch ten. Every store is built in one process and asked in another, so that peak memory is that of the task.
Times are of queries after the first; the first, which reads the vectors, is given apart. `--postgres` needs
the postgres extra and a server to write to (schemas metier_speed_*, which are left there); its approximate
index is used from the first document on, and recall@10 is against the exact answers of the SQLite store.
Peak memory is read from /proc, so the script needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from search_data import SEED, load

from metier._extras import require
from metier.documents.sentences import find_sentences
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.pooling import unit_rows
from metier.encoders.reading import TextKind
from metier.search.fusion import reciprocal_rank_fusion
from metier.store.entries import Entry, Identity
from metier.store.protocol import Store
from metier.store.sqlite import SqliteStore
from metier.training.splits import Part
from metier.types import Role

SIZES = (10_000, 100_000, 1_000_000)
FUSED_SIZE = 10_000
N_VACANCIES = 500
N_QUERIES = 100
NOISE = 0.3
TOP_K = 10
CANDIDATES = 100
_CHUNK = 1_000


def prepare(data: Path, work: Path) -> dict[str, float]:
    """Encode vacancies and queries into `work`, and return what one of each takes, in ms."""
    rows = load(data).parts[Part.REPORT]
    rows = random.Random(SEED).sample(rows, N_VACANCIES)
    encoder = load_encoder(shipped_models()[BASE], Runtime())
    encoder.encode([rows[0].text], kind=TextKind.PASSAGE)
    start = time.perf_counter()
    vectors = np.concatenate([encoder.encode([row.text], kind=TextKind.PASSAGE) for row in rows])
    per_document = 1000 * (time.perf_counter() - start) / len(rows)
    texts = [row.query for row in rows[:N_QUERIES]]
    encoded = []
    took = timed(lambda text: encoded.append(encoder.encode([text], kind=TextKind.QUERY)[0]), texts)
    np.savez(work / "vectors.npz", vectors=vectors, queries=np.stack(encoded))
    (work / "texts.json").write_text(json.dumps([row.text for row in rows]), encoding="utf-8")
    (work / "queries.json").write_text(json.dumps(texts), encoding="utf-8")
    return {"document_ms": per_document, **{f"query_{key}": ms for key, ms in quantiles(took).items()}}


def timed(call: Callable[[Any], Any], inputs: Sequence[Any]) -> list[float]:
    """Return how long each call takes, in ms."""
    took = []
    for given in inputs:
        start = time.perf_counter()
        call(given)
        took.append(1000 * (time.perf_counter() - start))
    return took


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """Return the median and the 99th percentile."""
    return {"p50_ms": float(np.quantile(took, 0.5)), "p99_ms": float(np.quantile(took, 0.99))}


def made_vectors(known: NDArray[np.float32], size: int) -> Iterator[NDArray[np.float32]]:
    """Yield unit vectors near the known ones, `size` in all, (n, dim) at a time; always the same."""
    rng = np.random.default_rng(SEED)
    dim = known.shape[1]
    for start in range(0, size, _CHUNK):
        n = min(_CHUNK, size - start)
        chosen = known[rng.integers(len(known), size=n)]
        noise = rng.standard_normal((n, dim), dtype=np.float32) * np.float32(NOISE / dim**0.5)
        yield unit_rows(chosen + noise)


def entries_of(known: NDArray[np.float32], texts: Iterator[str], size: int) -> Iterator[Entry]:
    """Yield documents to index, one for each vector."""
    empty = np.zeros((0, known.shape[1]), np.float32)
    number = 0
    for vectors in made_vectors(known, size):
        for vector in vectors:
            name = f"d{number:07}"
            text = next(texts)
            yield Entry(name, Role.VACANCY, name, "en", "", text, name, (), vector, (), empty)
            number += 1


def tiny_texts() -> Iterator[str]:
    """Yield texts of four words."""
    number = 0
    while True:
        yield f"work of kind {number % 997}"
        number += 1


def usual_texts(vacancies: Sequence[str]) -> Iterator[str]:
    """Yield texts of the sentences of two vacancies, half of each."""
    rng = random.Random(SEED)
    sentences = [[text[s.start : s.end] for s in find_sentences(text)] for text in vacancies]
    while True:
        two = rng.choice(sentences), rng.choice(sentences)
        parts = [sentence for own in two for sentence in rng.sample(own, (len(own) + 1) // 2)]
        yield "\n".join(parts)


def open_store(arguments: argparse.Namespace) -> Store:
    """Return the store that a part of the work is about."""
    if arguments.postgres:
        from metier.store.postgres import PostgresStore

        schema = f"metier_speed_{arguments.size}"
        return PostgresStore.open(arguments.postgres, schema=schema, approximate_from=1)
    return SqliteStore.open(arguments.work / f"{arguments.texts}-{arguments.size}.sqlite")


def build(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill a store."""
    known = np.load(arguments.work / "vectors.npz")["vectors"]
    usual = arguments.texts == "usual"
    texts = (
        usual_texts(json.loads((arguments.work / "texts.json").read_text("utf-8"))) if usual else tiny_texts()
    )
    identity = Identity("speed", "0" * 64, known.shape[1])
    with open_store(arguments) as store:
        start = time.perf_counter()
        store.rebuild(entries_of(known, texts, arguments.size), identity=identity)
        seconds = time.perf_counter() - start
        return {
            "build_s": seconds,
            "build_s_per_1000": 1000 * seconds / arguments.size,
            "bytes": store.stats().bytes,
        }


def ask(arguments: argparse.Namespace) -> dict[str, Any]:
    """Look for the nearest documents of each query in a store that is there."""
    queries = list(np.load(arguments.work / "vectors.npz")["queries"])
    found: list[list[str]] = []

    def nearest(query: NDArray[np.float32]) -> None:
        found.append([one.id for one in store.nearest(query, top_k=TOP_K)])

    start = time.perf_counter()
    with open_store(arguments) as store:
        nearest(queries[0])
        first = 1000 * (time.perf_counter() - start)
        took = timed(nearest, queries)
    answers = arguments.work / f"answers-{arguments.size}.json"
    figures: dict[str, Any] = {"first_ms": first, **quantiles(took)}
    if not arguments.postgres:
        answers.write_text(json.dumps(found[1:]), encoding="utf-8")
    elif answers.is_file():
        exact = json.loads(answers.read_text("utf-8"))
        shares = [len(set(a) & set(b)) / len(b) for a, b in zip(found[1:], exact, strict=True)]
        figures["recall@10"] = float(np.mean(shares))
    return figures


def fuse(arguments: argparse.Namespace) -> dict[str, Any]:
    """Answer queries from words to documents, by words and vectors together."""
    queries = json.loads((arguments.work / "queries.json").read_text("utf-8"))
    encoder = load_encoder(shipped_models()[BASE], Runtime())
    stages: dict[str, list[float]] = {"encode": [], "nearest": [], "matching": [], "fetch": []}

    def answer(query: str) -> None:
        marks = [time.perf_counter()]
        vector = encoder.encode([query], kind=TextKind.QUERY)[0]
        marks.append(time.perf_counter())
        near = store.nearest(vector, top_k=CANDIDATES)
        marks.append(time.perf_counter())
        matching = store.matching(query, top_k=CANDIDATES)
        marks.append(time.perf_counter())
        fused = reciprocal_rank_fusion([[one.id for one in near], [one.id for one in matching]])
        store.get([name for name, _ in fused[:TOP_K]])
        marks.append(time.perf_counter())
        for stage, took in zip(stages.values(), np.diff(marks), strict=True):
            stage.append(1000 * float(took))

    with open_store(arguments) as store:
        answer(queries[0])
        for stage in stages.values():
            stage.clear()
        took = timed(answer, queries)
    parts = {f"{name}_p50_ms": float(np.median(own)) for name, own in stages.items()}
    return {**quantiles(took), **parts}


TASKS = {"build": build, "ask": ask, "fuse": fuse}


def in_own_process(task: str, size: int, texts: str, arguments: argparse.Namespace, url: str = "") -> Any:
    """Return the figures of a task with the peak memory of the process that did it."""
    command = [sys.executable, __file__, "--task", task, "--size", str(size), "--texts", texts]
    command += ["--work", str(arguments.work), *(["--postgres", url] if url else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def run_task(arguments: argparse.Namespace) -> None:
    """Do one task and print its figures and peak memory."""
    arguments.size = arguments.size[0]
    figures = TASKS[arguments.task](arguments)
    print(json.dumps({**figures, "peak_mib": peak_mib()}))


def peak_mib() -> float:
    """Return the most memory that this process had.

    What `getrusage` says of a new process may be that of the one that started it.
    """
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def run_all(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure everything, each store in processes of its own."""
    arguments.work.mkdir(parents=True, exist_ok=True)
    encoding = prepare(arguments.data, arguments.work)
    found: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "processor": platform.machine()},
        "encoding": encoding,
        "stores": [],
    }
    for size in arguments.size or SIZES:
        for name, url in (("sqlite", ""), ("postgres", arguments.postgres)):
            if name == "postgres" and not url:
                continue
            built = in_own_process("build", size, "tiny", arguments, url)
            asked = in_own_process("ask", size, "tiny", arguments, url)
            with_encoding = built["build_s_per_1000"] + encoding["document_ms"]
            found["stores"].append(
                {
                    "store": name,
                    "size": size,
                    "build": built,
                    "ask": asked,
                    "read_and_build_s_per_1000": with_encoding,
                }
            )
            print(line_of(found["stores"][-1]), flush=True)
    in_own_process("build", FUSED_SIZE, "usual", arguments)
    found["fused"] = {"size": FUSED_SIZE, **in_own_process("fuse", FUSED_SIZE, "usual", arguments)}
    return found


def line_of(row: dict[str, Any]) -> str:
    """Return a row of the Markdown table."""
    asked, built = row["ask"], row["build"]
    recall = f"{asked['recall@10']:.3f}" if "recall@10" in asked else "1 (exact)"
    return (
        f"| {row['store']} | {row['size']:,} | {asked['p50_ms']:.2f} | {asked['p99_ms']:.2f} | {recall} "
        f"| {asked['first_ms']:,.0f} | {built['build_s_per_1000']:.2f} "
        f"| {row['read_and_build_s_per_1000']:.0f} "
        f"| {asked['peak_mib']:,.0f} | {built['peak_mib']:,.0f} | {built['bytes'] / 2**20:,.0f} |"
    )


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw the time of a query over the number of documents."""
    require("matplotlib").use("Agg")
    plot = require("matplotlib.pyplot")
    figure, axes = plot.subplots(figsize=(6.4, 3.6), layout="constrained")
    for name, colour, words in (
        ("sqlite", "#0072b2", "SQLite, exact"),
        ("postgres", "#d55e00", "PostgreSQL, HNSW"),
    ):
        rows = [row for row in found["stores"] if row["store"] == name]
        for key, style in (("p50_ms", "-"), ("p99_ms", "--")):
            if rows:
                points = [row["size"] for row in rows], [row["ask"][key] for row in rows]
                label = f"{words}, {key.removesuffix('_ms')}"
                axes.plot(*points, style, marker="o", color=colour, label=label)
    axes.set(xscale="log", yscale="log", xlabel="documents", ylabel="ten nearest, ms")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Software": None})


def main() -> None:
    """Measure, print tables, and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for stores; the largest takes 1.5 GiB"
    )
    parser.add_argument(
        "--size", type=int, action="append", help="may be repeated; 10,000 to 1,000,000 if not"
    )
    parser.add_argument("--postgres", default="", help="connection string")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--task", choices=tuple(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--texts", choices=("tiny", "usual"), default="tiny", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        run_task(arguments)
        return
    if arguments.data is None:
        parser.error("--data is required")
    print("| store | documents | p50 ms | p99 ms | recall@10 | first ms | s to store 1,000 "
          "| s to read and store 1,000 | MiB to ask | MiB to build | MiB on disk |")  # fmt: skip
    print("|" + " --- |" * 11)
    found = run_all(arguments)
    print(f"\nencoding: {json.dumps(found['encoding'])}\nfused: {json.dumps(found['fused'])}")
    if arguments.output:
        arguments.output.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if arguments.picture:
        draw(found, arguments.picture)


if __name__ == "__main__":
    main()
