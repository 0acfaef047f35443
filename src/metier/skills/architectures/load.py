"""Loads any skill classifier from its folder, by what the folder says it is."""

from __future__ import annotations

from pathlib import Path

from metier.encoders.folder import ModelFolder
from metier.encoders.reading import Encoder
from metier.errors import ModelFormatError
from metier.skills.architectures import attention_head, one_pass, pairwise
from metier.skills.architectures.classifier import SkillClassifier
from metier.skills.architectures.label_attention import LabelAttentionClassifier
from metier.skills.architectures.one_pass import OnePassClassifier
from metier.skills.architectures.pairwise import PairwiseClassifier
from metier.skills.architectures.save import TASK_PREFIX
from metier.skills.mentions import MentionFinder

ARCHITECTURES = (pairwise.ARCHITECTURE, one_pass.ARCHITECTURE, attention_head.ARCHITECTURE)


def load_classifier(
    path: Path,
    *,
    encoder: Encoder | None = None,
    finder: MentionFinder | None = None,
    taxonomy_sha256: str = "",
) -> SkillClassifier:
    """Return the classifier in a model folder, after checking every byte.

    Args:
        path: a model folder.
        encoder: the one in use, for a label-attention head without a backbone of its own.
        finder: finds the names of skills for label attention; None to go by meaning alone.
        taxonomy_sha256: hash of the taxonomy in use, for a one-pass model; empty to take a model of any.

    Raises:
        NotFound: no model folder.
        ModelFormatError: it is damaged, changed, or no skill classifier.
        ModelMismatch: it was made for another encoder or another taxonomy.
        MissingExtra: it holds a backbone, and torch is not installed.
    """
    card = ModelFolder.peek(path).card
    architecture = card.task.removeprefix(TASK_PREFIX)
    if architecture == pairwise.ARCHITECTURE:
        return PairwiseClassifier.load(path)
    if architecture == one_pass.ARCHITECTURE:
        return OnePassClassifier.load(path, taxonomy_sha256=taxonomy_sha256)
    if architecture == attention_head.ARCHITECTURE:
        return LabelAttentionClassifier.load(path, encoder=encoder, finder=finder)
    raise ModelFormatError(
        f"Model {card.name} is for {card.task!r}. Skill classifiers are "
        f"{', '.join(TASK_PREFIX + name for name in ARCHITECTURES)}."
    )
