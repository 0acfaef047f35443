"""Taxonomies from files: the default one, YAML, JSON and CSV of a user's own.

The format is in docs/how-to/own-taxonomy.md.
"""

from __future__ import annotations

import csv
import json
import re
from functools import lru_cache
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metier.errors import NotFound, TaxonomyError
from metier.skills.taxonomy import Implication, Taxonomy, TaxonomyEntry
from metier.types import Skill

DEFAULT_NAME = "default"
TAXONOMY_FOLDER = "taxonomies"
TAXONOMY_SUFFIXES = (".yaml", ".yml", ".json", ".csv")

_MAX_KEY_CHARS = 60
_MAX_BYTES = 100_000_000
# PyYAML's C parser recurses and takes the process down with it; a taxonomy has three levels.
_DEEP = re.compile(r"(?:[\[{]\s*){50}|(?:^|\n)[ ]{2000}|(?:- ){50}|(?:\? ){50}")

_Name = Annotated[str, Field(min_length=1, max_length=500)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ImplicationRow(_Strict):
    skill: _Name
    reason: _Name


class _CategoryRow(_Strict):
    id: _Name
    label: _Name


class _SkillRow(_Strict):
    id: _Name
    label: _Name
    category: str | None = None
    practice: bool = False
    description: str = ""
    names: dict[str, list[_Name]] = {}
    exact: list[_Name] = []
    ambiguous: list[_Name] = []
    decoys: list[_Name] = []
    implies: list[_ImplicationRow] = []

    def entry(self) -> TaxonomyEntry:
        aliases = dict.fromkeys(name for group in self.names.values() for name in group)
        aliases.pop(self.label, None)
        return TaxonomyEntry(
            skill=Skill(self.id, self.label, tuple(aliases), self.description, self.category),
            exact=tuple(self.exact),
            ambiguous=tuple(self.ambiguous),
            decoys=tuple(self.decoys),
            implies=tuple(Implication(row.skill, row.reason) for row in self.implies),
            practice=self.practice,
        )


class _TaxonomyFile(_Strict):
    name: _Name
    version: int | str = 1
    categories: list[_CategoryRow] = []
    skills: list[_SkillRow]


@lru_cache(maxsize=1)
def default_taxonomy() -> Taxonomy:
    """Return the taxonomy that comes with metier."""
    data = resources.files("metier.skills").joinpath("data", "default.yaml").read_text(encoding="utf-8")
    return _from_mapping(yaml.load(data, Loader=_yaml_loader()), source="default.yaml")


def load_taxonomy(path: Path) -> Taxonomy:
    """Return the taxonomy in a YAML, JSON or CSV file.

    Args:
        path: file whose ending says its format.

    Raises:
        NotFound: there is no such file.
        TaxonomyError: another ending, broken syntax, or a rule of the format is broken; the message
            says where.
    """
    content = _read(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _from_mapping(_csv_mapping(content, path), source=path.name)
    return _from_mapping(_parse(content, suffix, path.name), source=path.name)


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise NotFound(f"There is no taxonomy file at {path}. Check the path.")
        if path.suffix.lower() not in TAXONOMY_SUFFIXES:
            raise TaxonomyError(f"A taxonomy file ends in {', '.join(TAXONOMY_SUFFIXES)}. Got {path.name}.")
        if path.stat().st_size > _MAX_BYTES:
            raise TaxonomyError(f"{path.name} may have {_MAX_BYTES:,} bytes. It has more. Split it.")
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise TaxonomyError(f"{path.name} must be UTF-8. Byte {exc.start} is not. Save it as UTF-8.") from exc
    except OSError as exc:
        raise TaxonomyError(f"The taxonomy file cannot be opened: {exc.strerror}.") from exc
    if _DEEP.search(content):
        raise TaxonomyError(f"{path.name} is nested deeper than a taxonomy can be. Look at its brackets.")
    return content


def dump_taxonomy(taxonomy: Taxonomy) -> str:
    """Return a taxonomy as JSON that `load_taxonomy` reads back to an equal one."""
    skills = [
        {
            "id": entry.skill.id,
            "label": entry.skill.label,
            "category": entry.skill.broader,
            "practice": entry.practice,
            "description": entry.skill.description,
            "names": {"any": list(entry.skill.aliases)},
            "exact": list(entry.exact),
            "ambiguous": list(entry.ambiguous),
            "decoys": list(entry.decoys),
            "implies": [{"skill": i.skill, "reason": i.reason} for i in entry.implies],
        }
        for entry in taxonomy.entries
    ]
    categories = [{"id": key, "label": label} for key, label in taxonomy.categories.items()]
    content = {"name": taxonomy.name, "categories": categories, "skills": skills}
    return json.dumps(content, ensure_ascii=False)


def _yaml_loader() -> Any:
    # The C loader is eight times as fast; PyYAML has it wherever libyaml was there to build with.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _parse(content: str, suffix: str, source: str) -> Any:
    try:
        if suffix == ".json":
            return json.loads(content)
        return yaml.load(content, Loader=_yaml_loader())
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise TaxonomyError(f"{source} is not valid YAML: {exc.problem} in line {line}.") from exc
    except json.JSONDecodeError as exc:
        raise TaxonomyError(f"{source} is not valid JSON: {exc.msg} in line {exc.lineno}.") from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        kind = "JSON" if suffix == ".json" else "YAML"
        raise TaxonomyError(f"{source} is not valid {kind}. Check its values and nesting.") from exc


def _from_mapping(mapping: Any, *, source: str) -> Taxonomy:
    try:
        parsed = _TaxonomyFile.model_validate(mapping)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(str(part)[:_MAX_KEY_CHARS] for part in first["loc"]) or "the top level"
        more = f" ({exc.error_count() - 1} more)" if exc.error_count() > 1 else ""
        raise TaxonomyError(f"{source}: {where}: {first['msg']}{more}.") from exc
    return Taxonomy(
        parsed.name,
        (row.entry() for row in parsed.skills),
        categories={row.id: row.label for row in parsed.categories},
    )


_GUARD = re.compile(r"^'(?=[=+@-])")
_LIST_COLUMNS = ("aliases", "exact", "ambiguous", "decoys", "implies")
_CSV_COLUMNS = ("id", "label", "category", "practice", "description", *_LIST_COLUMNS)


def _csv_mapping(content: str, path: Path) -> dict[str, Any]:
    reader = csv.DictReader(StringIO(content))
    columns = set(reader.fieldnames or ())
    if not {"id", "label"} <= columns or not columns <= set(_CSV_COLUMNS):
        raise TaxonomyError(
            f"{path.name}: the columns are id and label, and if wanted {', '.join(_CSV_COLUMNS[2:])}. "
            f"Got {len(columns)} columns, {len(columns - set(_CSV_COLUMNS))} of them with other names."
        )
    try:
        return {"name": path.stem, "skills": [_csv_skill(row) for row in reader]}
    except csv.Error as exc:
        raise TaxonomyError(f"{path.name}, line {reader.line_num}: {exc}.") from exc


def _csv_skill(row: dict[str, str | None]) -> dict[str, Any]:
    lists = {
        column: [item.strip() for item in _cell(row, column).split("|") if item.strip()]
        for column in _LIST_COLUMNS
    }
    label = _cell(row, "label")
    return {
        "id": _cell(row, "id"),
        "label": label,
        "category": _cell(row, "category") or None,
        "practice": _cell(row, "practice") or False,
        "description": _cell(row, "description"),
        "names": {"any": lists["aliases"]},
        "exact": lists["exact"],
        "ambiguous": lists["ambiguous"],
        "decoys": lists["decoys"],
        "implies": [{"skill": skill, "reason": f"{label} implies it."} for skill in lists["implies"]],
    }


def _cell(row: dict[str, str | None], column: str) -> str:
    """Return a cell, without the apostrophe that keeps a spreadsheet from running it."""
    return _GUARD.sub("", (row.get(column) or "").strip())


def find_taxonomy(name: str, data_dir: Path) -> Taxonomy:
    """Return a taxonomy by path, by the name of an imported one, or `default`.

    Raises:
        NotFound: there is none.
        TaxonomyError: its file breaks a rule.
    """
    if name == DEFAULT_NAME:
        return default_taxonomy()
    imported = imported_taxonomy(name, data_dir)
    if "/" not in name and imported.is_file():
        return load_taxonomy(imported)
    return load_taxonomy(Path(name))


def imported_taxonomy(name: str, data_dir: Path) -> Path:
    """Return where an imported taxonomy is kept."""
    return data_dir / TAXONOMY_FOLDER / f"{name}.json"
