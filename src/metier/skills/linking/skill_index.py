"""What linking knows of a taxonomy: a vector and the names of each skill, and a prior where one is given."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.cached_blob import read_blob, write_blob
from metier.encoders.reading import Encoder, TextKind
from metier.skills.linking.name_index import NameIndex
from metier.skills.taxonomy import Taxonomy
from metier.types import Skill

_AT_ONCE: Final = 1024
_RULE: Final = "linking 1"


@dataclass(frozen=True, slots=True, eq=False)
class SkillIndex:
    """The skills of a taxonomy, ready to be linked to; make one with `index_skills`.

    Attributes:
        taxonomy: its name.
        taxonomy_sha256: its hash.
        encoder_sha256: hash of the encoder that made the vectors.
        skills: n_skills, in the taxonomy's order.
        vectors: (n_skills, dim) float32, of the labels.
        names: how skills are spelled; None to leave spelling aside.
        priors: (n_skills,) float64, or None.
    """

    taxonomy: str
    taxonomy_sha256: str
    encoder_sha256: str
    skills: tuple[Skill, ...]
    vectors: NDArray[np.float32]
    names: NameIndex | None = None
    priors: NDArray[np.float64] | None = None


def index_skills(
    taxonomy: Taxonomy,
    encoder: Encoder,
    *,
    cache: Path | None,
    spelling: bool = True,
    priors: NDArray[np.float64] | None = None,
    say: Callable[[str], None] | None = None,
) -> SkillIndex:
    """Return what linking needs of a taxonomy.

    The vectors are made on first use, about 8 ms a skill on one core, and kept in the cache.

    Args:
        taxonomy: the skills.
        encoder: what makes the vectors.
        cache: folder for what can be made again, or None.
        spelling: compare spellings too; it takes a second or two for 43,000 names.
        priors: (n_skills,), as `read_priors` returns them.
        say: called with a line of progress while vectors are made.
    """
    skills = tuple(entry.skill for entry in taxonomy.entries)
    return SkillIndex(
        taxonomy=taxonomy.name,
        taxonomy_sha256=taxonomy.sha256,
        encoder_sha256=encoder.sha256,
        skills=skills,
        vectors=label_vectors(taxonomy, encoder, cache=cache, say=say).astype(np.float32),
        names=NameIndex([(skill.label, *skill.aliases) for skill in skills]) if spelling else None,
        priors=priors,
    )


def label_vectors(
    taxonomy: Taxonomy, encoder: Encoder, *, cache: Path | None, say: Callable[[str], None] | None = None
) -> NDArray[np.float16]:
    """Return the unit vectors of the labels of all skills, (n_skills, dim), in the taxonomy's order.

    Half precision is what the cache holds, so it is what is used everywhere.

    Args:
        taxonomy: the skills.
        encoder: what makes the vectors.
        cache: folder for what can be made again, or None.
        say: called with a line of progress while vectors are made.
    """
    key = hashlib.sha256(f"{_RULE} {encoder.sha256} {taxonomy.sha256}".encode()).hexdigest()
    path = cache / "linking" / key if cache else None
    shape = (len(taxonomy), encoder.dim)
    blob = read_blob(path) if path else None
    if blob is not None and len(blob) == 2 * shape[0] * shape[1]:
        return np.frombuffer(blob, np.float16).reshape(shape)
    labels = [entry.skill.label for entry in taxonomy.entries]
    vectors = np.zeros(shape, np.float16)
    for first in range(0, len(labels), _AT_ONCE):
        part = labels[first : first + _AT_ONCE]
        vectors[first : first + len(part)] = encoder.encode(part, kind=TextKind.QUERY)
        if say is not None and len(labels) > _AT_ONCE:
            done = first + len(part)
            say(f"Vectors of taxonomy {taxonomy.name}, made once: {done:,} of {len(labels):,}.")
    if path:
        write_blob(path, vectors.tobytes())
    return vectors
