"""Priors of skills: how common each is, from a file of the user's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, NotFound
from metier.skills.taxonomy import Taxonomy

LARGEST: Final = 1_000_000
_MAX_BYTES: Final = 50_000_000


def read_priors(path: Path, taxonomy: Taxonomy) -> NDArray[np.float64]:
    """Return the prior of each skill of a taxonomy, (n_skills,), in its order; 0 where the file has none.

    Args:
        path: a JSON object of numbers by label or id of a skill. Blanks around a name do not count; names
            that the taxonomy lacks are passed over.
        taxonomy: the skills.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no such object, a value is no number of at most a million, or the taxonomy has
            none of the names.
    """
    numbers = _checked(_parsed(path), path.name)
    priors = [
        numbers.get(entry.skill.id, numbers.get(entry.skill.label.strip(), None))
        for entry in taxonomy.entries
    ]
    if not any(prior is not None for prior in priors):
        raise InvalidInput(
            f"{path.name} has {len(numbers):,} names, and taxonomy {taxonomy.name} has none of them as label "
            "or id. Name another file or another taxonomy."
        )
    return np.array([prior or 0.0 for prior in priors], np.float64)


def _parsed(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotFound(f"There is no file of priors at {path}. Check the path.")
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidInput(f"{path.name} may have {_MAX_BYTES:,} bytes. It has more. Shorten it.")
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path.name} must be JSON in UTF-8. It is not. Save it so.") from error
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be opened: {error.strerror}.") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{path.name} must be a JSON object of numbers by label or id. It is not.")
    return found


def _checked(found: dict[str, Any], name: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for i, (key, value) in enumerate(found.items(), 1):
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            raise InvalidInput(
                f"{name}, entry {i}: a prior must be a number of at most {LARGEST:,}. It is not. Correct it."
            )
        numbers[key.strip()] = float(value)
    return numbers
