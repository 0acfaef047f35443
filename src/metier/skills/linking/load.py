"""Puts a linker together from its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from metier.encoders.reading import Encoder
from metier.skills.architectures.pairwise import PairwiseClassifier
from metier.skills.linking.head import brings_encoder, load_linking_head
from metier.skills.linking.linker import Linker
from metier.skills.linking.priors import read_priors
from metier.skills.linking.skill_index import index_skills
from metier.skills.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class LinkingOptions:
    """What is added to a linking model.

    Attributes:
        reranker: folder of a pairwise classifier that orders the first fifty skills anew; None for none.
        priors: JSON file of numbers by label or id; None for none.
        prior_weight: how much they count; None for what the model says.
        cache: folder for what can be made again, or None.
    """

    reranker: Path | None = None
    priors: Path | None = None
    prior_weight: float | None = None
    cache: Path | None = None


def load_linker(
    path: Path,
    taxonomy: Taxonomy,
    encoder: Callable[[], Encoder],
    *,
    options: LinkingOptions,
    say: Callable[[str], None] | None = None,
) -> Linker:
    """Return what links texts to the skills of a taxonomy.

    Args:
        path: folder of a linking model.
        taxonomy: the skills.
        encoder: returns the encoder in use; called unless the model brings its own.
        options: what is added.
        say: called with a line of progress while vectors of skills are made.

    Raises:
        NotFound: no model folder, or no such file.
        InvalidInput: the priors break a rule.
        ModelError: a model is damaged, changed, for something else, or belongs to another encoder.
        MissingExtra: a model holds a backbone, and torch is not installed.
    """
    priors = read_priors(options.priors, taxonomy) if options.priors else None
    used = None if brings_encoder(path) else encoder()
    head = load_linking_head(path, encoder_sha256=used.sha256 if used else "")
    reads = head.encoder or used or encoder()
    weights = head.weights
    if options.prior_weight is not None:
        weights = replace(weights, prior=options.prior_weight)
    reranker = PairwiseClassifier.load(options.reranker) if options.reranker else None
    index = index_skills(
        taxonomy, reads, cache=options.cache, spelling=weights.lexical > 0, priors=priors, say=say
    )
    return Linker(reads, head, index, weights=weights, reranker=reranker)
