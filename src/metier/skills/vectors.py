"""The vectors of a taxonomy's skills: made once, kept, and the same wherever they come from."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.cached_blob import read_blob, write_blob
from metier.encoders.reading import Encoder, TextKind
from metier.skills.head import SkillHead
from metier.skills.taxonomy import Taxonomy
from metier.types import Skill

_LOG: Final = logging.getLogger(__name__)


def skill_text(skill: Skill) -> str:
    """Return the words that stand for a skill: its label, and its description where it has one.

    >>> skill_text(Skill("go", "Go", description="Compiled language."))
    'Go: Compiled language.'
    """
    return f"{skill.label}: {skill.description}" if skill.description else skill.label


def practices(taxonomy: Taxonomy) -> list[Skill]:
    """Return the skills of a taxonomy that sentences can show without a name, in its order."""
    return [entry.skill for entry in taxonomy.entries if entry.practice]


def skill_vectors(
    taxonomy: Taxonomy, encoder: Encoder, head: SkillHead, *, cache: Path | None
) -> NDArray[np.float16]:
    """Return the query vectors of a taxonomy's practices, (n_practices, dim) float16, in its order.

    They come with the head for one taxonomy; for any other they are made on first use, which takes about
    8 ms a skill, and kept in the cache.

    Args:
        taxonomy: the skills.
        encoder: what makes the vectors.
        head: what will read them.
        cache: folder for what can be made again, or None.
    """
    if head.taxonomy_sha256 == taxonomy.sha256:
        return head.practice_vectors
    key = hashlib.sha256(f"{encoder.sha256} {taxonomy.sha256}".encode()).hexdigest()
    path = cache / "skills" / key if cache else None
    shape = (len(practices(taxonomy)), encoder.dim)
    blob = read_blob(path) if path else None
    if blob is not None and len(blob) == 2 * shape[0] * shape[1]:
        vectors = np.frombuffer(blob, np.float16).reshape(shape)
    else:
        _LOG.info("Making the vectors of %d skills of taxonomy %s; once.", shape[0], taxonomy.name)
        vectors = encode_skills(taxonomy, encoder)
        if path:
            write_blob(path, vectors.tobytes())
    return vectors


def encode_skills(taxonomy: Taxonomy, encoder: Encoder) -> NDArray[np.float16]:
    """Return the vectors of a taxonomy's practices, (n_practices, dim), in its order.

    Half precision is what the head and the cache hold, so it is what is used everywhere.
    """
    texts = [skill_text(skill) for skill in practices(taxonomy)]
    return encoder.encode(texts, kind=TextKind.QUERY).astype(np.float16)
