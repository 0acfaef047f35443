"""What one assessment costs, and what reading once saves against asking one question per skill.

Documents: the example resumes and vacancy of the project (`examples/`); no other data, no seed.

Cold: wall time and peak memory of `metier assess` on one two-page resume (PDF) as a process of its own,
median of seven, after one run that fills the cache of prepared networks; the same with a vacancy.
`--first` adds the first run ever.
Warm: one two-page resume after another in one process, from text to assessment with a vacancy; median and
90th percentile of 60.
Same bytes: the SHA-256 of the output of `--processes` separate processes.
Read once against 136 pairwise passes, for one text of 384 tokens and 136 skill names, in this one process:
(once)  one pass of the shipped encoder over the text, and the head for all skills;
(a)     136 passes of a RoBERTa-base-sized float32 network in torch, one pair at a time, as it is usually
        written (random weights: they do not change the time);
(b)     the shipped encoder over 136 pairs, int8, batched as it does;
(b-20)  the same for a shortlist of 20 skills.

    python benchmarks/assess.py
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.encoders.load import Runtime, shipped_models
from metier.engine import Engine, Models
from metier.limits import ReadingLimits
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import Role, YearMonth

ROOT = Path(__file__).parent.parent
RESUME = ROOT / "examples" / "resumes" / "anna-lindqvist.pdf"
VACANCY = ROOT / "examples" / "vacancies" / "backend-python.txt"
AS_OF = YearMonth(2026, 11)
TWO_PAGES = 6_000
N_SKILLS, N_TOKENS, SHORTLIST = 136, 384, 20
PARTS = ("cold", "bytes", "warm", "pairs")


def command(*more: str) -> list[str]:
    """Return the command line of one assessment."""
    line = [sys.executable, "-m", "metier", "assess", str(RESUME), "--as-of", str(AS_OF)]
    return [*line, "--format", "json", *more]


def cold(cache: str, *, first: bool) -> None:
    """Print wall time and peak memory of separate processes."""
    environment = {**os.environ, "METIER_CACHE_DIR": cache}
    for label, more in (("resume alone", ()), ("resume and vacancy", ("--vacancy", str(VACANCY)))):
        times = []
        for _ in range(8):
            started = time.perf_counter()
            subprocess.run(command(*more), env=environment, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - started)
        if first and not more:
            print(f"cold, first run ever (empty cache)   {times[0]:.2f} s")
        print(f"cold, {label:18}, median of 7  {statistics.median(times[1:]):.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of its largest process   {peak:.0f} MB")


def warm(engine: Engine) -> None:
    """Print the time of one two-page resume in a running process."""
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        text = reader.read(Source(RESUME.name, path=RESUME), role=Role.RESUME).text
    text = (text * (TWO_PAGES // len(text) + 1))[:TWO_PAGES]
    vacancy = engine.prepare_vacancy(engine.read(Source(VACANCY.name, path=VACANCY), role=Role.VACANCY))
    times = []
    for run in range(70):
        varied = f"Candidate {run}\n{text[: TWO_PAGES - 7 * run]}"
        started = time.perf_counter()
        engine.assess(engine.read(Source("resume", text=varied)), vacancy=vacancy)
        times.append((time.perf_counter() - started) * 1000)
    times = sorted(times[10:])
    print(f"warm, {TWO_PAGES:,} characters             {times[30]:.0f} ms median, {times[54]:.0f} ms 90 %")


def same_bytes(n: int, cache: str) -> None:
    """Print how many different outputs separate processes give."""
    environment = {**os.environ, "METIER_CACHE_DIR": cache}
    digests = {
        hashlib.sha256(
            subprocess.run(
                command("--vacancy", str(VACANCY)), env=environment, capture_output=True, check=True
            ).stdout
        ).hexdigest()
        for _ in range(n)
    }
    print(f"different outputs in {n} processes     {len(digests)}")


def pairwise(models: Models) -> None:
    """Print the time of reading once and of 136 pairwise passes."""
    network = models.encoder._network
    rng = np.random.default_rng(0)
    text = rng.integers(5, 60_000, N_TOKENS)
    names = [rng.integers(5, 60_000, rng.integers(1, 6)) for _ in range(N_SKILLS)]
    head = models.head
    skills = head.center_skills(head.practice_vectors.astype(np.float32))[:N_SKILLS]

    overlap = np.zeros((24, len(skills), 2))

    def once() -> None:
        states = network.states([text])[0]
        pooled = states.reshape(24, -1, states.shape[1]).mean(axis=1)  # 24 sentences of 16 tokens
        head.probabilities(pooled, skills, overlap)

    def pairs(n: int) -> None:
        network.states([np.concatenate([text, name]) for name in names[:n]])

    reading = seconds(once, tries=9)
    print(f"(once)  read once                    {reading:9.3f} s")
    for label, n in (
        ("(b)     136 pairs, int8, batched", N_SKILLS),
        ("(b-20)  20 pairs, int8, batched", SHORTLIST),
    ):
        taken = seconds(lambda n=n: pairs(n), tries=3)
        print(f"{label:36} {taken:9.3f} s   {taken / reading:7.1f} x")
    taken = roberta(text, names)
    print(f"(a)     136 pairs, RoBERTa-base f32  {taken:9.3f} s   {taken / reading:7.1f} x")


def roberta(text: np.ndarray, names: list[np.ndarray]) -> float:
    """Return the seconds of 136 passes of a RoBERTa-base-sized network, one pair at a time."""
    import torch
    from transformers import RobertaConfig, RobertaModel

    model = RobertaModel(RobertaConfig(vocab_size=60_000, max_position_embeddings=514)).eval()
    started = time.perf_counter()
    with torch.inference_mode():
        for name in names:
            model(input_ids=torch.from_numpy(np.concatenate([text, name])[None]))
    return time.perf_counter() - started


def seconds(work: Callable[[], None], *, tries: int) -> float:
    """Return the median wall time after one run to warm up."""
    work()
    times = []
    for _ in range(tries):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="taken and not used, so that all benchmarks start alike")
    parser.add_argument("--processes", type=int, default=100, help="how many for the same-bytes check")
    parser.add_argument("--first", action="store_true", help="print the first run ever too")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS, help="what to measure")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as cache:
        if "cold" in options.parts:
            cold(cache, first=options.first)
        if "bytes" in options.parts:
            same_bytes(options.processes, cache)
        models = Models.load(shipped_models()["base"], Runtime(cache=Path(cache)))
        if "warm" in options.parts:
            with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=AS_OF, models=models) as engine:
                warm(engine)
        if "pairs" in options.parts:
            pairwise(models)


if __name__ == "__main__":
    main()
