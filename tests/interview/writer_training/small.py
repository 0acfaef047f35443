"""Rows few enough, and a model small enough, to train a writer within a test."""

from __future__ import annotations

from metier.interview.writer_training.rows import QuestionRow, QuestionRows
from metier.interview.writer_training.train import WriterTrainOptions, train_writer
from metier.training.causal_model import load_causal
from metier.training.output import Origin, Watch
from tests.training.tiny_causal import save_tiny

ROWS = tuple(
    QuestionRow(
        "Joins" if i else "",
        f"They pair rows {i}." if i else "",
        "pairs" if i else "",
        topic,
        f"What is {topic}?",
    )
    for i, topic in enumerate(["an index", "a lock", "a view", "a trigger", "a cursor", "a schema"])
)
DATA = QuestionRows("rows.csv", "a" * 64, "en", ROWS)
QUICK = {"rank": 2, "alpha": 4.0, "dropout": 0.1, "epochs": 2, "learning_rate": 1e-2, "batch_size": 2}


def base_of(folder):
    """Return the tiny base beside the output, made where it is not there."""
    path = folder / "tiny"
    return load_causal(str(path if path.is_dir() else save_tiny(path)))


def train(folder, *, name="out", watch=None, data=DATA, **options):
    """Train on a tiny model and return the folder with the run and the model."""
    chosen = WriterTrainOptions(base=str(folder / "tiny"), **{**QUICK, **options})
    output = folder / name
    train_writer(
        chosen,
        data,
        output,
        base=base_of(folder),
        origin=Origin("mine", license="MIT"),
        watch=watch or Watch(),
    )
    return output
