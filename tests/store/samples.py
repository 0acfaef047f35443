"""Documents for tests of stores: small, and told apart by their words and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from metier.store.entries import Entry, EntrySkill, Identity
from metier.types import EvidenceLabel, Role, Span

DIM = 8
IDENTITY = Identity("fake", "0" * 64, DIM)


def unit(seed: int, dim: int = DIM) -> np.ndarray:
    """Return a unit vector that the seed fixes."""
    vector = np.random.default_rng(seed).standard_normal(dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def make_entry(identifier: str, **fields: Any) -> Entry:
    """Return a document; what is not given is made up from the id."""
    seed = sum(map(ord, identifier))
    text = fields.pop("text", f"Wrote services number {seed}.")
    dim = len(fields["vector"]) if "vector" in fields else DIM
    given: dict[str, Any] = {
        "id": identifier,
        "role": Role.RESUME,
        "source": f"{identifier}.txt",
        "language": "en",
        "title": "",
        "text": text,
        "digest": f"{seed:064x}",
        "skills": (EntrySkill("python", "Python", EvidenceLabel.EXPLICIT),),
        "vector": unit(seed),
        "passages": (Span(0, len(text)),),
        "passage_vectors": unit(seed + 1, dim)[None],
    }
    return Entry(**{**given, **fields})
