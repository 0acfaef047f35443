"""Loads what grades answers: the shipped grading model, another one, or words alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.encoders.load import shipped_models
from metier.encoders.reading import Encoder
from metier.interview.grading import AnswerGrader, Grader
from metier.interview.grading_head import GradingHead
from metier.interview.words_grading import WordsGrader

SHIPPED_HEAD: Final = "grading"


def load_grader(encoder: Encoder | None, head: Path | None = None) -> AnswerGrader:
    """Return what grades answers.

    Args:
        encoder: reads answers and references; None to grade by words alone.
        head: folder of a grading model that `metier interview fit-grader` wrote; None for the shipped one.

    Raises:
        NotFound: there is no such folder.
        ModelFormatError: it is damaged, changed, or no grading model.
        ModelMismatch: it was fitted to another encoder.
    """
    if encoder is None:
        return WordsGrader()
    path = head or shipped_models()[SHIPPED_HEAD]
    return Grader(encoder, GradingHead.load(path, encoder_sha256=encoder.sha256))
