"""What a trained classifier says of one text, as the evidence that every other part of metier takes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from metier.errors import NotFound
from metier.skills.architectures import attention_head
from metier.skills.architectures.classifier import CLASSES, NONE, Evidence, SkillClassifier
from metier.skills.architectures.one_pass import OnePassClassifier
from metier.skills.taxonomy import Taxonomy
from metier.types import EvidenceLabel, Quote, Skill, SkillEvidence

_SAYS: Final = {
    EvidenceLabel.EXPLICIT: "takes the text to name it",
    EvidenceLabel.IMPLICIT: "takes the text to show it without its name",
}


def detect_with(
    classifier: SkillClassifier, text: str, taxonomy: Taxonomy, *, wanted: Collection[str] = ()
) -> list[SkillEvidence]:
    """Return the skills that a classifier says a text shows: explicit ones first, likelier ones first.

    A one-pass model is asked for those skills of the taxonomy that it was trained on, others for all.

    Args:
        classifier: any architecture.
        text: any text; one without a word shows nothing.
        taxonomy: the skills.
        wanted: ids of the only skills to ask for; empty for all.

    Returns:
        Evidence whose `probability` is one less that of none, as far as the classifier is calibrated, and
        whose quotes are the words that decided, where the architecture knows them.

    Raises:
        NotFound: the taxonomy has no skill of a wanted id, or none that a one-pass model was trained on.
        ModelMismatch: the classifier cannot answer for a wanted skill.
    """
    skills = [taxonomy.entry(skill).skill for skill in dict.fromkeys(wanted)]
    skills = skills or answerable(classifier, taxonomy)
    if not text.strip():
        return []
    found = classifier.classify([text], skills)
    rows = []
    for k, skill in enumerate(skills):
        probabilities = found.probabilities[0, k]
        kind = int(probabilities.argmax())
        if kind != NONE:
            label = CLASSES[kind]
            shown = min(1.0, max(0.0, 1.0 - float(probabilities[NONE])))
            quotes = _quotes(text, found.evidence[0][k])
            reason = _reason(classifier.architecture, label, quotes)
            rows.append(SkillEvidence(skill.id, skill.label, label, round(shown, 4), quotes, reason))
    return sorted(rows, key=lambda row: (row.label is EvidenceLabel.IMPLICIT, -row.probability))


def answerable(classifier: SkillClassifier, taxonomy: Taxonomy) -> list[Skill]:
    """Return the skills of a taxonomy that a classifier answers for, in the taxonomy's order.

    Raises:
        NotFound: there is none.
    """
    skills = [entry.skill for entry in taxonomy.entries]
    if isinstance(classifier, OnePassClassifier):
        known = set(classifier.skills)
        skills = [skill for skill in skills if skill.id in known]
    if not skills:
        raise NotFound(
            f"Model {classifier.name} was trained on no skill of taxonomy {taxonomy.name}. "
            "Name the taxonomy that it was trained with."
        )
    return skills


def _quotes(text: str, spans: Evidence) -> tuple[Quote, ...]:
    return tuple(Quote(span, text[span.start : span.end]) for span in sorted(spans))


def _reason(architecture: str, label: EvidenceLabel, quotes: tuple[Quote, ...]) -> str:
    by = ", by these words." if quotes else ", and no words stand out."
    if architecture != attention_head.ARCHITECTURE:
        by = "; its architecture points at no words."
    return f"The {architecture} model {_SAYS[label]}{by}"
