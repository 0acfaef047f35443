"""Which skills a document shows: named, implied by a named one, or named without being claimed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from metier.documents.section_index import SectionIndex
from metier.encoders.reading import Reading
from metier.skills.context import MentionContext, mention_context
from metier.skills.implicit import ImpliedSkill
from metier.skills.mentions import Mention, MentionFinder
from metier.skills.semantics import Semantics
from metier.skills.taxonomy import Implication, Taxonomy
from metier.types import EvidenceLabel, Quote, Section, SkillEvidence, Span

MODEL_NAME = "lexical"
_RULES = (
    "automaton.py",
    "context.py",
    "detect.py",
    "implicit.py",
    "mentions.py",
    "overlap.py",
    "semantics.py",
    "tokens.py",
)

# Share of sampled detections that a reader agreed with (docs/reference/benchmarks.md, skills_lexical).
EXPLICIT_PROBABILITY = 0.935
IMPLICIT_PROBABILITY = 0.95
UNCLAIMED_PROBABILITY = 0.20  # a mention without a claim is one after all

_MEANT_REASON = "The text describes it without naming it."
_UNCLAIMED_REASON = {
    MentionContext.DENIED: "The text names it and says that it is not there.",
    MentionContext.WISHED: "The text names it as something to be learned.",
    MentionContext.OTHERS: "The text names it, but says it of an employer or another party.",
}


@lru_cache(maxsize=1)
def rules_sha256() -> str:
    """Return the hash of the lexical model: of the source files whose rules decide."""
    digest = hashlib.sha256()
    for name in _RULES:
        digest.update(resources.files("metier.skills").joinpath(name).read_bytes())
    return digest.hexdigest()


class SkillDetector:
    """Detects the skills of one taxonomy.

    Args:
        taxonomy: the skills to look for. All of them take part in matching whatever is asked for, so
            that "JavaScript" is never read as Java.
        semantics: an encoder at work on the same taxonomy; without one only words count.
    """

    def __init__(self, taxonomy: Taxonomy, semantics: Semantics | None = None) -> None:
        self.taxonomy = taxonomy
        self.semantics = semantics
        self._finder = MentionFinder(taxonomy)
        self._order = {entry.skill.id: i for i, entry in enumerate(taxonomy.entries)}

    @property
    def model(self) -> str:
        """Return the name of all that decides."""
        return f"{MODEL_NAME}+{self.semantics.name}" if self.semantics else MODEL_NAME

    @property
    def model_sha256(self) -> str:
        """Return a hash of all that decides."""
        parts = rules_sha256(), self.semantics.sha256 if self.semantics else ""
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def prepare(self) -> None:
        """Do now what the first text would wait for."""
        self._finder.find("")

    def with_semantics(self, semantics: Semantics) -> SkillDetector:
        """Return a detector of the same taxonomy that reads by meaning too."""
        detector = SkillDetector(self.taxonomy, semantics)
        detector._finder = self._finder
        return detector

    def read(self, text: str) -> Reading | None:
        """Return a text as the encoder reads it, or None without an encoder."""
        return self.semantics.encoder.read(text) if self.semantics else None

    def detect(
        self, text: str, sections: Sequence[Section] = (), *, reading: Reading | None = None
    ) -> tuple[SkillEvidence, ...]:
        """Return the evidence for every skill that the text names or implies.

        Args:
            text: any text; an empty one shows nothing.
            sections: its sections, where known.
            reading: what `read` gave for the text; without it no skill is found by meaning.

        Returns:
            Explicit skills in the order of the text, then implicit ones in that of the taxonomy, then
            those named without being claimed. A skill occurs once.
        """
        claimed: dict[str, list[Span]] = defaultdict(list)
        unclaimed: dict[str, list[tuple[Mention, MentionContext]]] = defaultdict(list)
        index = SectionIndex(sections)
        mentions = self._finder.find(text, sections, judge=self.semantics)
        for mention in mentions:
            context = mention_context(text, mention.span, index.at(mention.span.start))
            if context is MentionContext.CLAIMED:
                claimed[mention.skill].append(mention.span)
            else:
                unclaimed[mention.skill].append((mention, context))
        denied = {
            skill
            for skill, named in unclaimed.items()
            if any(context is MentionContext.DENIED for _, context in named)
        }
        implied = self._implied(text, claimed, denied)
        if reading is not None and self.semantics is not None:
            known = {*claimed, *unclaimed, *(evidence.skill for evidence in implied)}
            spans = [mention.span for mention in mentions]
            meant = self.semantics.implied(text, sections, reading, named=spans, known=known)
            implied += [self._meant(text, skill, item) for skill, item in meant.items()]
            implied.sort(key=lambda evidence: self._order[evidence.skill])
        return (
            *(self._explicit(text, skill, spans) for skill, spans in claimed.items()),
            *implied,
            *(
                self._unclaimed(text, skill, named)
                for skill, named in unclaimed.items()
                if skill not in claimed and skill not in {evidence.skill for evidence in implied}
            ),
        )

    def _explicit(self, text: str, skill: str, spans: Sequence[Span]) -> SkillEvidence:
        return SkillEvidence(
            skill=skill,
            name=self._name(skill),
            label=EvidenceLabel.EXPLICIT,
            probability=EXPLICIT_PROBABILITY,
            quotes=_quotes(text, spans),
            reason="The text names it.",
        )

    def _unclaimed(
        self, text: str, skill: str, mentions: Sequence[tuple[Mention, MentionContext]]
    ) -> SkillEvidence:
        contexts = [context for _, context in mentions]
        reason = _UNCLAIMED_REASON[min(contexts, key=list(_UNCLAIMED_REASON).index)]
        return SkillEvidence(
            skill=skill,
            name=self._name(skill),
            label=EvidenceLabel.NONE,
            probability=UNCLAIMED_PROBABILITY,
            quotes=_quotes(text, [mention.span for mention, _ in mentions]),
            reason=reason,
        )

    def _implied(self, text: str, claimed: dict[str, list[Span]], denied: set[str]) -> list[SkillEvidence]:
        """Return what the claimed skills imply; a denial outweighs an implication."""
        sources: dict[str, list[tuple[str, tuple[Implication, ...]]]] = defaultdict(list)
        for skill in claimed:
            for target, chain in self.taxonomy.implied_by(skill).items():
                if target not in claimed and target not in denied:
                    sources[target].append((skill, chain))
        return [
            self._implicit(text, target, sources[target], claimed)
            for target in sorted(sources, key=self._order.__getitem__)
        ]

    def _implicit(
        self,
        text: str,
        skill: str,
        sources: Sequence[tuple[str, tuple[Implication, ...]]],
        claimed: dict[str, list[Span]],
    ) -> SkillEvidence:
        shortest = min(len(chain) for _, chain in sources)
        nearest = [(source, chain) for source, chain in sources if len(chain) == shortest]
        reasons = dict.fromkeys(link.reason for _, chain in nearest for link in chain)
        return SkillEvidence(
            skill=skill,
            name=self._name(skill),
            label=EvidenceLabel.IMPLICIT,
            probability=IMPLICIT_PROBABILITY,
            quotes=_quotes(text, [span for source, _ in nearest for span in claimed[source]]),
            reason=" ".join(reasons),
        )

    def _meant(self, text: str, skill: str, item: ImpliedSkill) -> SkillEvidence:
        return SkillEvidence(
            skill=skill,
            name=self._name(skill),
            label=EvidenceLabel.IMPLICIT,
            probability=round(item.probability, 4),
            quotes=_quotes(text, item.spans),
            reason=_MEANT_REASON,
        )

    def _name(self, skill: str) -> str:
        return self.taxonomy.entry(skill).skill.label


def _quotes(text: str, spans: Sequence[Span]) -> tuple[Quote, ...]:
    return tuple(Quote(span, text[span.start : span.end]) for span in sorted(spans))
