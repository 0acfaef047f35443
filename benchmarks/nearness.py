"""What the bounds of nearness in meaning let pass: jobs in a role, and wordings of a question.

A cosine by itself means nothing, so each bound is held against texts that have nothing to do with each other.
It has to be set anew for another encoder.

Jobs: the first 200 resumes of resumes-en/livecareer.jsonl by the hash of their texts. A title that a resume
states is held against all jobs of resumes of other families: how many entries and titles of jobs are over the
bound; beside it, how many of the resumes' own jobs are whose title is the stated one, word for word.

Wordings: the questions of metier's banks. A wording is held against those of questions of other topics, and
against the other wordings of its own question: how many are over the bound. Where a word of the subject is
common to both, which is much by itself, the bound is lower.

    python benchmarks/nearness.py --data FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metier.cli import options
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.pooling import unit_rows
from metier.encoders.reading import TextKind
from metier.engine import Engine, Models
from metier.expertise.jobs import find_jobs
from metier.expertise.relevance import LEAST_ENTRY_COSINE, LEAST_TITLE_COSINE
from metier.interview.bank_files import load_bank, shipped_banks
from metier.interview.wording_meaning import Nearness
from metier.interview.wording_stems import content_stems
from metier.search.fields import find_title
from metier.types import Role, Span

RESUMES = "resumes-en/livecareer.jsonl"
N_RESUMES = 200
AS_OF = "2018-06"


@dataclass(frozen=True)
class Resume:
    """A resume as it is held against titles: unit vectors less the usual one.

    Attributes:
        family: of its occupation.
        title: words that it states, or empty.
        role: (dim,) of the title; zeros without one.
        entries: (n_jobs, dim).
        titles: (n_jobs, dim); zeros for a job without a title.
        named: titles of its jobs, empty for those without.
    """

    family: str
    title: str
    role: NDArray[np.float32]
    entries: NDArray[np.float32]
    titles: NDArray[np.float32]
    named: tuple[str, ...]


def read_resumes(data: Path) -> list[Resume]:
    """Return the resumes that state a title and tell of jobs."""
    lines = (data / RESUMES).read_text(encoding="utf-8").splitlines()
    rows = sorted(map(json.loads, lines), key=lambda row: hashlib.sha256(row["text"].encode()).hexdigest())
    settings = options.load_settings()
    models = Models.load(shipped_models()[BASE], options.runtime(settings))
    taxonomy = options.load_taxonomy(settings.taxonomy, settings)
    as_of = options.parse_month(AS_OF)
    found = []
    with Engine(taxonomy, limits=settings.limits, as_of=as_of, models=models) as engine:
        center = engine.usual_vector
        for row in rows[:N_RESUMES]:
            document = engine.read(Source(str(row["id"]), text=row["text"]), role=Role.RESUME)
            view = scoring_view(document)
            jobs = find_jobs(view.text, view.sections, document.periods, as_of=as_of)
            span = find_title(document, view.text, view.sections)
            if not jobs or span is None or center is None:
                continue
            title = view.text[span.start : span.end]
            reading = models.encoder.read(view.text)
            role = unit_rows((engine.embed(title) - center)[None])[0]
            entries = unit_rows(reading.pool([job.span for job in jobs]) - center)
            titles = unit_rows(reading.pool([job.title or Span(0, 0) for job in jobs]) - center)
            named = tuple(view.text[job.title.start : job.title.end] if job.title else "" for job in jobs)
            titles[[not name for name in named]] = 0
            found.append(Resume(row["category"], title, role, entries, titles, named))
    return found


def report_jobs(resumes: list[Resume]) -> None:
    """Print the bounds for entries and titles of jobs."""
    pairs = [(a, b) for a in resumes for b in resumes if a.family != b.family]
    print(f"jobs: {len(resumes)} resumes, {len(pairs):,} pairs of a title and a resume of another family")
    for kind, bound in (("entries", LEAST_ENTRY_COSINE), ("titles", LEAST_TITLE_COSINE)):
        far = np.concatenate([getattr(b, kind) @ a.role for a, b in pairs])
        own = [
            getattr(a, kind)[i] @ a.role
            for a in resumes
            for i, name in enumerate(a.named)
            if name.casefold() == a.title.casefold()
        ]
        others, kept = np.mean(far[far != 0] >= bound), np.mean(np.array(own) >= bound)
        print(f"  {kind}, {bound}: {others:.4f} of others over it, {kept:.3f} of {len(own)} of one's own")


def report_wordings() -> None:
    """Print the bounds for wordings of questions."""
    encoder = load_encoder(shipped_models()[BASE], Runtime())
    far, near, shared = [], [], []
    for path in shipped_banks().values():
        bank = load_bank(path)
        asked = [(topic.id, question) for topic, question in bank.each()]
        words = [question.ask for _, question in asked]
        vectors = [encoder.encode(each, kind=TextKind.QUERY) for each in words]
        stems = [[set(content_stems(text)) for text in each] for each in words]
        for i, (topic, _) in enumerate(asked):
            for row in range(len(words[i])):
                rest = [k for k in range(len(words[i])) if k != row]
                if rest:
                    near.append((vectors[i][rest] @ vectors[i][row]).max())
                for j, (other, _) in enumerate(asked):
                    if other == topic:
                        continue
                    far.append((vectors[j] @ vectors[i][row]).max())
                    shared.append(not stems[i][row].isdisjoint(set().union(*stems[j])))
    apart, common = np.array(far), np.array(shared)
    bounds = Nearness()
    print(f"wordings: {len(apart):,} pairs of other topics, {common.sum():,} of them with a word in common")
    for name, values, bound in (
        ("alone", apart, bounds.alone),
        ("with a word in common", apart[common], bounds.with_word),
    ):
        others, kept = np.mean(values >= bound), np.mean(np.array(near) >= bound)
        print(f"  {name}, {bound}: {others:.3f} of others over it, {kept:.3f} of {len(near)} of one's own")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    data = parser.parse_args().data
    report_wordings()
    report_jobs(read_resumes(data))


if __name__ == "__main__":
    main()
