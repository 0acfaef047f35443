"""Examples of skills with what a trained classifier says of them, for a network to come near to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from metier.errors import InvalidInput
from metier.skills.architectures.classifier import SkillClassifier
from metier.skills.architectures.rows import Example
from metier.skills.seeds import stable_seed
from metier.types import Skill


def taught(
    examples: Sequence[Example],
    skills: Sequence[Skill],
    classifier: SkillClassifier,
    *,
    most: int,
    say: Callable[[str], None] = lambda _: None,
) -> list[Example]:
    """Return the same examples, some of them with a teacher's probabilities.

    Args:
        examples: of which those with skills are asked about.
        skills: that the examples name by their place.
        classifier: the teacher; it is asked for the skills of each example alone.
        most: how many examples it is asked about, at least 1; their texts' hashes choose them.
        say: told how long it takes.

    Raises:
        InvalidInput: `most` below 1.
        ModelMismatch: the teacher was made for other skills.
    Source: Hinton et al. 2015 (arXiv:1503.02531); `teacher_loss` takes them up.
    """
    if most < 1:
        raise InvalidInput(f"A teacher must be asked about 1 example or more. Got {most}.")
    asked = [i for i, example in enumerate(examples) if len(example.skills)]
    chosen = sorted(asked, key=lambda i: stable_seed("taught", examples[i].text))[:most]
    say(f"Asking {classifier.name or classifier.architecture} about {len(chosen):,} texts.")
    found = list(examples)
    for i in sorted(chosen):
        own = [skills[k] for k in examples[i].skills.tolist()]
        found[i] = replace(examples[i], teacher=classifier.classify([examples[i].text], own).probabilities[0])
    return found
