"""Which skills a document shows: named, implied by a named one, or named without being claimed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from metier.documents.section_index import SectionIndex
from metier.skills.context import MentionContext, mention_context
from metier.skills.mentions import Mention, MentionFinder
from metier.skills.taxonomy import Implication, Taxonomy
from metier.types import EvidenceLabel, Quote, Section, SkillEvidence, Span

MODEL_NAME = "lexical"
_RULES = ("automaton.py", "context.py", "detect.py", "mentions.py", "tokens.py")

# Share of sampled detections that a reader agreed with (docs/reference/benchmarks.md, skills_lexical).
EXPLICIT_PROBABILITY = 0.935
IMPLICIT_PROBABILITY = 0.95
UNCLAIMED_PROBABILITY = 0.20  # a mention without a claim is one after all

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
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._finder = MentionFinder(taxonomy)
        self._order = {entry.skill.id: i for i, entry in enumerate(taxonomy.entries)}

    def detect(self, text: str, sections: Sequence[Section] = ()) -> tuple[SkillEvidence, ...]:
        """Return the evidence for every skill that the text names or implies.

        Args:
            text: any text; an empty one shows nothing.
            sections: its sections, where known.

        Returns:
            Explicit skills in the order of the text, then implicit ones in that of the taxonomy, then
            those named without being claimed. A skill occurs once.
        """
        claimed: dict[str, list[Span]] = defaultdict(list)
        unclaimed: dict[str, list[tuple[Mention, MentionContext]]] = defaultdict(list)
        index = SectionIndex(sections)
        for mention in self._finder.find(text, sections):
            context = mention_context(text, mention.span, index.at(mention.span.start))
            if context is MentionContext.CLAIMED:
                claimed[mention.skill].append(mention.span)
            else:
                unclaimed[mention.skill].append((mention, context))
        denied = {
            skill
            for skill, mentions in unclaimed.items()
            if any(context is MentionContext.DENIED for _, context in mentions)
        }
        implied = self._implied(text, claimed, denied)
        return (
            *(self._explicit(text, skill, spans) for skill, spans in claimed.items()),
            *implied,
            *(
                self._unclaimed(text, skill, mentions)
                for skill, mentions in unclaimed.items()
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

    def _implied(
        self, text: str, claimed: dict[str, list[Span]], denied: set[str]
    ) -> tuple[SkillEvidence, ...]:
        """Return what the claimed skills imply; a denial outweighs an implication."""
        sources: dict[str, list[tuple[str, tuple[Implication, ...]]]] = defaultdict(list)
        for skill in claimed:
            for target, chain in self.taxonomy.implied_by(skill).items():
                if target not in claimed and target not in denied:
                    sources[target].append((skill, chain))
        return tuple(
            self._implicit(text, target, sources[target], claimed)
            for target in sorted(sources, key=self._order.__getitem__)
        )

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

    def _name(self, skill: str) -> str:
        return self.taxonomy.entry(skill).skill.label


def _quotes(text: str, spans: Sequence[Span]) -> tuple[Quote, ...]:
    return tuple(Quote(span, text[span.start : span.end]) for span in sorted(spans))
