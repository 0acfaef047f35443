"""The file that a recipe of any kind stands in: YAML, whose fields a record of pydantic checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metier.errors import InvalidInput, NotFound

Count = Annotated[int, Field(ge=1, strict=True)]
"""A whole number, at least 1."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A finite number above 0."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""A name that may stand in a path."""
_GUIDE: Final = "docs/how-to/train-encoder.md"
_MAX_BYTES: Final = 1_000_000
_OWN_ERROR: Final = "Value error, "  # which pydantic puts before the words of a check of ours


class Fields(BaseModel):
    """Fields of a recipe: none that is not known, and none that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Recipe = TypeVar("_Recipe", bound=Fields)


def read_fields(path: Path) -> dict[str, Any]:
    """Return the fields in a YAML file, unchecked.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it cannot be opened, is too large, or holds no fields.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no recipe {path}. Check the path.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be opened: {error.strerror}.") from error
    if len(content) > _MAX_BYTES:
        raise InvalidInput(f"{path} may have {_MAX_BYTES:,} bytes. It has {len(content):,}.")
    try:
        fields = yaml.safe_load(content.decode("utf-8"))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(f"{path} must be YAML in UTF-8. It does not parse.") from error
    if not isinstance(fields, dict):
        held = "nothing" if fields is None else f"a {type(fields).__name__}"
        raise InvalidInput(f"{path} must hold the fields of a recipe. It holds {held}. {_GUIDE}.")
    return fields


def checked(path: Path, kind: type[_Recipe], fields: dict[str, Any]) -> _Recipe:
    """Return a recipe of fields that were read.

    Args:
        path: of the file, for messages.
        kind: of the recipe.
        fields: what the file holds.

    Raises:
        InvalidInput: a field is missing, unknown or out of its range; the message names it.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the recipe"
        raise InvalidInput(f"{path}, {place}: {first['msg'].removeprefix(_OWN_ERROR)}. {_GUIDE}.") from error
