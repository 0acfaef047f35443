"""A folder of data sets: which there are, what each holds, and whether what learns from it may be given away.

    sets.json            the list, made by `write_sets`
    <kind>/<name>/...    the files of each set, in the format of its kind

The list says of each set its kind, languages and licence, and of each file its rows and hash, so that a run
can be held to its data, and weights that may be given away are never trained on what does not allow it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from metier.encoders.folder import file_sha256
from metier.errors import InvalidInput, NotFound

LIST: Final = "sets.json"
FORMAT: Final = 1
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class SetKind(StrEnum):
    """What the rows of a set are; each kind has one format."""

    PAIRS = "pairs"
    """JSON lines of a `query` and a `positive` text, as search is trained on."""
    SPANS = "spans"
    """JSON lines of tokens with BIO tags of skill and knowledge, as in SkillSpan."""
    LINKING = "linking"
    """CSV of a `sentence` and the `label` of a skill in it; the part `taxonomy` is an ESCO table."""
    SKILLS = "skills"
    """JSON lines of texts labelled with skills; the part `taxonomy` is a taxonomy file."""
    LEVELS = "levels"
    """JSON lines of a `text` and its `level`."""
    CHOICES = "choices"
    """CSV of an input, a candidate and whether it is the right one, as interviews are trained on."""
    SCORES = "scores"
    """JSON lines of a question, a reference answer, an answer and its score."""
    TEXTS = "texts"
    """JSON lines of a `text` and its `language`."""


class SetPart(StrEnum):
    """A file of a set: to train on, to choose by, to report on, or the skills that rows name."""

    TRAIN = "train"
    TUNE = "tune"
    REPORT = "report"
    TAXONOMY = "taxonomy"


@dataclass(frozen=True, slots=True)
class SetFile:
    """A file of a set.

    Attributes:
        path: below the folder, with forward slashes.
        rows: how many it holds.
        sha256: of its bytes.
    """

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """A set of data.

    Attributes:
        name: letters, digits, `.`, `_` and `-`, at most 100; no two sets of a folder share one.
        kind: what its rows are.
        languages: ISO 639-1 codes.
        source: where it comes from, in a line.
        license: under which terms.
        ships: whether weights that learned from it may be given away.
        files: by part.
        folder: where the files are.
    """

    name: str
    kind: SetKind
    languages: tuple[str, ...]
    source: str
    license: str
    ships: bool
    files: Mapping[SetPart, SetFile]
    folder: Path

    def file(self, part: SetPart) -> Path:
        """Return the path of a part, after comparing its hash.

        Raises:
            NotFound: the set has no such part, or its file is missing.
            InvalidInput: the file is not the one that the list names.
        """
        if part not in self.files:
            raise NotFound(f"Set {self.name} has no part {part}. It has {', '.join(sorted(self.files))}.")
        entry = self.files[part]
        path = self.folder / entry.path
        if not path.is_file():
            raise NotFound(
                f"Set {self.name}: its {part} file {entry.path} is missing. Make the folder again."
            )
        if file_sha256(path) != entry.sha256:
            raise InvalidInput(
                f"Set {self.name}: its {part} file {entry.path} is not the one that {LIST} names. Make the "
                "folder again."
            )
        return path

    def learned_from(self) -> dict[str, str]:
        """Return path and SHA-256 of each file but that of the report part, which nothing learns from."""
        return {entry.path: entry.sha256 for part, entry in self.files.items() if part is not SetPart.REPORT}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], folder: Path) -> Self:
        """Return the set that an entry of the list describes.

        Raises:
            InvalidInput: a field is missing, of another type or out of its range.
        """
        name = mapping.get("name", "?")
        try:
            files = {SetPart(part): _file(entry) for part, entry in mapping["files"].items()}
            found = cls(
                name=_string(mapping["name"]),
                kind=SetKind(mapping["kind"]),
                languages=_strings(mapping["languages"]),
                source=_string(mapping["source"]),
                license=_string(mapping["license"]),
                ships=_flag(mapping["ships"]),
                files=files,
                folder=folder,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"{LIST}, set {name}: an entry must hold name, kind, languages, source, license, ships and "
                f"files (path, rows, sha256). Something is missing, of another type or out of its range: "
                f"{type(error).__name__}. Make the folder again."
            ) from error
        if not _NAME.fullmatch(found.name):
            raise InvalidInput(
                f"{LIST}: the name of a set must be letters, digits, '.', '_' and '-', at most 100, a letter "
                f"or digit first. Got {found.name[:100]!a}. Name it otherwise."
            )
        for entry in files.values():
            place = Path(entry.path)
            if place.is_absolute() or ".." in place.parts:
                raise InvalidInput(f"{LIST}, set {found.name}: a file must lie in the folder. One does not.")
        return found


def read_sets(folder: Path) -> dict[str, DataSet]:
    """Return the sets of a folder by name, in the order of its list.

    Raises:
        NotFound: there is no such folder or it has no list.
        InvalidInput: the list breaks the format, or two sets share a name.
    """
    path = folder / LIST
    if not path.is_file():
        raise NotFound(f"There is no {LIST} in {folder}. Name a folder of data sets.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} must be JSON. It does not parse. Make the folder again.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidInput(f"{path} must be a list of data sets of format {FORMAT}. Make the folder again.")
    entries = content.get("sets")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidInput(f"{path} must hold a list of sets. Make the folder again.")
    found: dict[str, DataSet] = {}
    for entry in entries:
        made = DataSet.from_mapping(entry, folder)
        if made.name in found:
            raise InvalidInput(f"{path}: no two sets may share a name. Two are called {made.name}.")
        found[made.name] = made
    return found


def write_sets(folder: Path, sets: Sequence[DataSet]) -> Path:
    """Write the list of a folder's sets and return its path; the same sets give the same bytes."""
    entries = []
    for data in sets:
        entry = {name: value for name, value in asdict(data).items() if name != "folder"}
        entries.append(entry)
    path = folder / LIST
    content = json.dumps({"format": FORMAT, "sets": entries}, ensure_ascii=False, indent=2)
    path.write_text(content + "\n", encoding="utf-8")
    return path


def set_file(folder: Path, path: Path, *, rows: int) -> SetFile:
    """Return the entry of a file that stands in a folder of sets.

    Args:
        folder: of the sets.
        path: of the file, below it.
        rows: how many it holds.
    """
    return SetFile(path.relative_to(folder).as_posix(), rows, file_sha256(path))


def _file(entry: Mapping[str, Any]) -> SetFile:
    rows = entry["rows"]
    if isinstance(rows, bool) or not isinstance(rows, int):
        raise TypeError
    if rows < 0:
        raise ValueError
    return SetFile(_string(entry["path"]), rows, _string(entry["sha256"]))


def _string(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_string, value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value
