"""Measures the running service: requests in a second, how long they take, and memory.

Data: the example resumes and vacancies of the repository. `metier serve` is started for real, on SQLite or
on the database that --database names, and asked over HTTP by threads of this process, which shares the
processor with it: on a machine of few cores the figures are of both together.

    .venv/bin/python benchmarks/service.py load                     # 1, 8 and 32 clients
    .venv/bin/python benchmarks/service.py load --web-processes 2
    .venv/bin/python benchmarks/service.py jobs                     # a batch with 1 and 2 workers
    .venv/bin/python benchmarks/service.py memory --minutes 10

Quantiles are of all requests of a run. The interval of a rate is of its means over ten equal parts of the run
(Student's t, 95 %); that of the slope of memory is of least squares over the samples after the first minute.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

EXAMPLES = Path(__file__).parent.parent / "examples"
TEXT = "Wrote Python services on FastAPI and PostgreSQL, moved them to Kubernetes, put a pipeline in place."
QUERY = "python backend engineer with kafka"
# What is asked for; `rows` is the shortlist without the records of assessments.
REQUESTS = ("detect", "assess", "search", "shortlist", "rows")
# 97.5 % quantile of Student's t with 9 degrees of freedom.
_T9 = 2.262


@dataclass(frozen=True)
class Running:
    """A service that runs: where, how to get in, and the process that watches over the others."""

    url: str
    key: str
    pid: int


@contextlib.contextmanager
def service(web: int, jobs: int, database: str | None) -> Iterator[Running]:
    """Start `metier serve` and give it; it has loaded its models."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "METIER_DATA_DIR": folder,
            "METIER_REQUESTS_PER_MINUTE": "1000000",
            "METIER_DATABASE": database or str(Path(folder) / "metier.db"),
        }
        command = [sys.executable, "-m", "metier", "serve", "--port", "0"]
        command += ["--web-processes", str(web), "--job-processes", str(jobs)]
        with (
            open(Path(folder) / "log", "w", encoding="utf-8") as log,
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            ) as process,
        ):
            try:
                assert process.stdout
                key = process.stdout.readline().strip()
                yield Running(_address(Path(folder) / "log"), key, process.pid)
            finally:
                process.terminate()
                process.wait(60)


def _address(log: Path) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = re.search(r"metier is at (\S+)", log.read_text(encoding="utf-8"))
        if found and httpx.get(f"{found[1]}readyz").status_code == 200:
            return found[1]
        time.sleep(0.2)
    raise SystemExit(f"The service did not come up:\n{log.read_text(encoding='utf-8')}")


def client(running: Running) -> httpx.Client:
    """Return a client with the key of the service."""
    return httpx.Client(
        base_url=f"{running.url}api/v1", headers={"Authorization": f"Bearer {running.key}"}, timeout=120
    )


def ask(http: httpx.Client, method: str, path: str, **rest: Any) -> Any:
    """Return the answer to a request; anything but success ends the run."""
    answer = http.request(method, path, **rest)
    if answer.status_code >= 400:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
    return answer.json()


def fill(http: httpx.Client, copies: int = 1) -> tuple[str, list[str]]:
    """Add a vacancy and the example resumes; return their ids. Copies differ by one line at the end."""
    path = EXAMPLES / "vacancies" / "backend-python.txt"
    vacancy = ask(http, "POST", "/vacancies", files={"file": (path.name, path.read_bytes())})["id"]
    documents = []
    for path in sorted((EXAMPLES / "sources").glob("*.txt")):
        if path.stem in {"scan", "data-engineer"}:
            continue
        for copy in range(copies):
            content = path.read_bytes() + (f"\n\nCopy {copy}.\n".encode() if copy else b"")
            upload = ask(http, "POST", "/documents", files={"files": (path.name, content)})
            documents.append(upload["files"][0]["document"]["id"])
    return vacancy, documents


def wait_for(http: httpx.Client, job: str) -> dict[str, Any]:
    """Return a job once it is over."""
    while True:
        found = ask(http, "GET", f"/jobs/{job}")
        if found["state"] not in {"queued", "running"}:
            return found
        time.sleep(0.2)


def requests_of(vacancy: str, documents: Sequence[str]) -> dict[str, Callable[[httpx.Client, int], Any]]:
    """Return what is asked for, by name; each takes a client and the number of the request."""
    return {
        "detect": lambda http, i: ask(http, "POST", "/skills/detect", json={"text": f"{TEXT} ({i})"}),
        "assess": lambda http, i: ask(
            http,
            "POST",
            "/assessments",
            json={"document": documents[i % len(documents)], "vacancy": vacancy},
        ),
        "search": lambda http, i: ask(
            http, "POST", "/search/query", json={"text": f"{QUERY} {i}", "top_k": 10}
        ),
        "shortlist": lambda http, _: ask(http, "GET", f"/vacancies/{vacancy}/shortlist"),
        "rows": lambda http, _: ask(http, "GET", f"/vacancies/{vacancy}/shortlist?records=false"),
    }


def load(
    running: Running, name: str, work: Callable[[httpx.Client, int], Any], clients: int, seconds: float
) -> str:
    """Return one row of a table: what `clients` threads got done within the time."""
    taken: list[tuple[float, float]] = []
    ending = time.perf_counter() + seconds
    start = time.perf_counter()

    def run(number: int) -> None:
        with client(running) as http:
            i = number
            while time.perf_counter() < ending:
                begun = time.perf_counter()
                work(http, i)
                taken.append((time.perf_counter(), time.perf_counter() - begun))
                i += clients

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ends = np.array([end for end, _ in taken]) - start
    spans = np.array([span for _, span in taken]) * 1000
    parts = np.histogram(ends, bins=10, range=(0, seconds))[0] / (seconds / 10)
    half = _T9 * parts.std(ddof=1) / math.sqrt(len(parts))
    p50, p99 = np.quantile(spans, [0.5, 0.99])
    return f"| {name} | {clients} | {len(taken)} | {parts.mean():.1f} ± {half:.1f} | {p50:.0f} | {p99:.0f} |"


def measure_load(options: argparse.Namespace) -> None:
    """Print requests in a second and how long they take, for each kind and number of clients."""
    with service(options.web_processes, 1, options.database) as running, client(running) as http:
        vacancy, documents = fill(http)
        job = ask(http, "POST", "/jobs/assess", json={"documents": documents, "vacancy": vacancy})
        assert wait_for(http, job["id"])["state"] == "done"
        processes = f"{options.web_processes} process(es) for requests"
        print(f"{len(documents)} resumes, {processes}, {options.seconds} s each\n")
        print("| request | clients | n | requests/s | p50, ms | p99, ms |\n|---|---|---|---|---|---|")
        works = requests_of(vacancy, documents)
        for name in options.requests:
            work = works[name]
            work(http, 0)
            for clients in options.clients:
                print(load(running, name, work, clients, options.seconds), flush=True)


def measure_jobs(options: argparse.Namespace) -> None:
    """Print how long a batch takes with so many workers."""
    print("| workers | documents | seconds | documents/s |\n|---|---|---|---|")
    for workers in options.workers:
        with service(1, workers, options.database) as running, client(running) as http:
            vacancy, documents = fill(http, options.copies)
            # Two jobs at once, so that there is something to share.
            halves = documents[::2], documents[1::2]
            warm = ask(http, "POST", "/jobs/assess", json={"documents": documents[:1]})
            wait_for(http, warm["id"])
            begun = time.perf_counter()
            jobs = [
                ask(http, "POST", "/jobs/assess", json={"documents": half, "vacancy": vacancy})
                for half in halves
            ]
            assert {wait_for(http, job["id"])["state"] for job in jobs} == {"done"}
            seconds = time.perf_counter() - begun
            print(
                f"| {workers} | {len(documents)} | {seconds:.1f} | {len(documents) / seconds:.2f} |",
                flush=True,
            )


def memory_of(pid: int) -> dict[str, float]:
    """Return the proportional memory of each process below `pid`, in MB, by its place in the tree."""
    found: dict[str, float] = {}
    queue = [(pid, "watch")]
    while queue:
        process, place = queue.pop()
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
            below = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        match = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        found[place] = int(match[1]) / 1024 if match else 0.0
        queue += [(int(child), f"{place}/{i}") for i, child in enumerate(below)]
    return found


def measure_memory(options: argparse.Namespace) -> None:
    """Print the memory of all processes while four clients ask for everything in turn."""
    with service(options.web_processes, 1, options.database) as running, client(running) as http:
        vacancy, documents = fill(http)
        job = ask(http, "POST", "/jobs/assess", json={"documents": documents, "vacancy": vacancy})
        assert wait_for(http, job["id"])["state"] == "done"
        works = list(requests_of(vacancy, documents).values())
        ending = time.monotonic() + options.minutes * 60
        done = [0] * 4

        def run(number: int) -> None:
            with client(running) as mine:
                while time.monotonic() < ending:
                    works[done[number] % len(works)](mine, done[number])
                    done[number] += 1

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(done))]
        for thread in threads:
            thread.start()
        start, samples = time.monotonic(), []
        while time.monotonic() < ending:
            samples.append(((time.monotonic() - start) / 60, sum(memory_of(running.pid).values())))
            time.sleep(5)
        for thread in threads:
            thread.join()
        print(json.dumps({"requests": sum(done), **_slope(samples)}, indent=2))


def _slope(samples: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return where memory began and ended, in MB, and its slope in MB a minute after the first minute."""
    kept = np.array([sample for sample in samples if sample[0] >= 1.0])
    minutes, megabytes = kept[:, 0], kept[:, 1]
    centred = minutes - minutes.mean()
    slope = float((centred * megabytes).sum() / (centred**2).sum())
    left = megabytes - megabytes.mean() - slope * centred
    error = math.sqrt(float((left**2).sum()) / (len(kept) - 2) / float((centred**2).sum()))
    return {
        "minutes": round(float(minutes[-1]), 1),
        "after_1_minute_mb": round(float(megabytes[0])),
        "at_the_end_mb": round(float(megabytes[-1])),
        "most_mb": round(float(megabytes.max())),
        "slope_mb_per_minute": [
            round(slope, 2),
            round(slope - 1.96 * error, 2),
            round(slope + 1.96 * error, 2),
        ],
    }


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", help="postgresql:// address of an empty database; SQLite without it")
    what = parser.add_subparsers(dest="what", required=True)
    loading = what.add_parser("load")
    loading.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    loading.add_argument("--requests", choices=REQUESTS, nargs="+", default=REQUESTS)
    loading.add_argument("--seconds", type=float, default=20)
    loading.add_argument("--web-processes", type=int, default=1)
    jobs = what.add_parser("jobs")
    jobs.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    jobs.add_argument("--copies", type=int, default=5)
    memory = what.add_parser("memory")
    memory.add_argument("--minutes", type=float, default=10)
    memory.add_argument("--web-processes", type=int, default=1)
    options = parser.parse_args()
    {"load": measure_load, "jobs": measure_jobs, "memory": measure_memory}[options.what](options)


if __name__ == "__main__":
    main()
