"""Texts with a level, as JSON lines: what an encoder learns levels from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from metier.errors import InvalidInput, NotFound
from metier.types import Level


@dataclass(frozen=True, slots=True)
class LevelText:
    """A text, not blank, and the level that it asks for or shows."""

    text: str
    level: Level


def read_level_texts(path: Path) -> list[LevelText]:
    """Return the rows of a file of JSON lines `{"text": ..., "level": ...}`; other fields are passed over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a line breaks the format, and the message names it; or there is no row.
    """
    if not path.is_file():
        raise NotFound(f"There is no file of levels {path}. Check the path.")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a text may hold other line ends
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} must be UTF-8. It is not. Save it so.") from error
    found = [_row(line, f"{path.name}, line {i}") for i, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise InvalidInput(f"{path.name} must hold at least one row. It holds none.")
    return found


def _row(line: str, place: str) -> LevelText:
    try:
        row = json.loads(line)
        text, level = row["text"], Level(row["level"])
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise InvalidInput(
            f"{place}: a row must be a JSON object with text and level, one of {', '.join(Level)}. It is "
            "not. Mend it."
        ) from error
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"{place}: text must be words. It is blank or no string. Mend it.")
    return LevelText(text, level)
