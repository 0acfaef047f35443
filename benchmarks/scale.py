"""What Ray workers add to one process: documents a second of `metier batch` and `metier search index`.

    python benchmarks/scale.py [--data FILE.jsonl] [--size 600] [--index-size 300] [--workers 2]
                               [--output FILE.json]

Documents are made up, a resume of about 1,700 characters each, or the first rows of `--data`. Assessments go
by words; entries are made with the shipped encoder. One process and the workers do the same documents in the
same run, each encoding with one thread; one process is also measured with a thread for each processor.
Start-up is apart: for one process loading, for Ray the cluster and then the time to the first result. Memory
is PSS, which counts shared pages once, of the cluster when all documents are done. Needs Linux and the `ray`
extra.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from metier.batch.lines import assess_one_by_one
from metier.batch.on_ray import ray_assessor, ray_indexer
from metier.batch.ray_cluster import RayCluster
from metier.documents.source import Source, find_sources
from metier.encoders.load import BASE, Runtime
from metier.engine import Engine
from metier.engine.indexing import EntryMaker, one_by_one
from metier.limits import ReadingLimits
from metier.search.load import load_search_encoder
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import Role, YearMonth

SEED = 0
MONTH = YearMonth(2026, 11)
WORKER = "ray::MapWorker"
BLOCK = 16


def make_engine() -> Engine:
    """Return what assesses by words, ready for its first document."""
    return Engine.load(default_taxonomy, limits=ReadingLimits(), as_of=MONTH, models=lambda: None)


def make_maker(threads: int) -> EntryMaker:
    """Return what makes entries with the shipped encoder."""
    return EntryMaker(make_engine(), load_search_encoder(BASE, Path(), Runtime(threads=threads)))


def made_resumes(size: int) -> Iterator[Source]:
    """Yield resumes of skills of the default taxonomy, all different; always the same."""
    rng = random.Random(SEED)
    names = [entry.skill.label for entry in default_taxonomy().entries]
    verbs = ("Built", "Tested", "Planned", "Measured", "Mended", "Explained")
    things = (
        "a booking service",
        "the reports of a bank",
        "a shop",
        "tools for a hospital",
        "a data platform",
    )
    for number in range(size):
        skills = ", ".join(rng.sample(names, 12))
        parts = [f"Candidate {number}", "Engineer", "", "Skills", skills, "", "Experience"]
        for year in range(2016, 2026, 2):
            parts.append(f"Engineer, Company {rng.randrange(1000)}, Jan {year} - Dec {year + 1}")
            for _ in range(3):
                used, users = " and ".join(rng.sample(names, 2)), rng.randrange(2, 90)
                parts.append(f"- {rng.choice(verbs)} {rng.choice(things)} with {used} for {users} users.")
        yield Source(f"resume-{number}", text="\n".join(parts))


def timed(results: Iterable[Any], start: float) -> dict[str, float]:
    """Return when the first result came, and how many a second came after the first sixteen.

    A worker hands over sixteen results at a time, so that many are there when the first one is.
    """
    times = [time.perf_counter() for _ in results]
    if len(times) <= BLOCK:
        return {"first_s": times[0] - start if times else 0.0, "per_second": 0.0}
    return {"first_s": times[0] - start, "per_second": (len(times) - BLOCK) / (times[-1] - times[0])}


def pss_mib(is_meant: Callable[[str], bool]) -> list[float]:
    """Return the memory of each process of this user whose title is meant."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if is_meant(title):
                rows = (folder / "smaps_rollup").read_text().splitlines()
                found.append(next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024)
        except (OSError, StopIteration):
            continue
    return found


def is_of_cluster(title: str) -> bool:
    """Tell whether a process is one of Ray."""
    return title.startswith("ray::") or "/ray/core/src/ray/" in title or "metier-ray-" in title


def watched(results: Iterable[Any], memory: dict[str, float]) -> Iterator[Any]:
    """Yield results, and note the memory of the workers and of all of Ray once in the middle of them."""
    for number, result in enumerate(results):
        if number == 200:
            workers = pss_mib(lambda title: title.startswith(WORKER))
            memory |= {"worker_mib": max(workers, default=0.0), "cluster_mib": sum(pss_mib(is_of_cluster))}
        yield result


def assess(sources: list[Source], cluster: RayCluster) -> dict[str, Any]:
    """Measure assessments."""
    start = time.perf_counter()
    with make_engine() as engine:
        figures: dict[str, Any] = {"load_s": time.perf_counter() - start}
        figures["one process"] = timed(assess_one_by_one(engine)(sources), time.perf_counter())
        memory: dict[str, float] = {}
        there = ray_assessor(make_engine, cluster, like=engine)
        figures["ray"] = timed(watched(there(sources), memory), time.perf_counter()) | memory
    return figures


def index(sources: list[Source], cluster: RayCluster) -> dict[str, Any]:
    """Measure entries."""
    start = time.perf_counter()
    one_thread = partial(make_maker, 1)
    maker = one_thread()
    figures: dict[str, Any] = {"load_s": time.perf_counter() - start}
    with maker.engine:
        items = [maker.prepare(source, role=Role.RESUME) for source in sources]
        figures["one process"] = timed(one_by_one(maker)(items), time.perf_counter())
        memory: dict[str, float] = {}
        there = ray_indexer(one_thread, cluster, like=maker)
        figures["ray"] = timed(watched(there(items), memory), time.perf_counter()) | memory
    all_threads = make_maker(0)
    with all_threads.engine:
        figures["one process, all threads"] = timed(one_by_one(all_threads)(items), time.perf_counter())
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--index-size", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    size = max(arguments.size, arguments.index_size)
    sources = list(islice(find_sources(arguments.data) if arguments.data else made_resumes(size), size))
    sources = [source for source in sources if source.error is None]
    start = time.perf_counter()
    with RayCluster(workers=arguments.workers) as cluster:
        figures: dict[str, Any] = {
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors",
            "load": os.getloadavg()[0],
            "workers": arguments.workers,
            "characters": sum(len(source.text or "") for source in sources) / len(sources),
            "cluster_s": time.perf_counter() - start,
            "assess": assess(sources[: arguments.size], cluster),
            "index": index(sources[: arguments.index_size], cluster),
        }
    for kind in ("assess", "index"):
        ratio = figures[kind]["ray"]["per_second"] / figures[kind]["one process"]["per_second"]
        figures[kind]["ratio"] = ratio
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.output:
        arguments.output.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
