"""The ESCO classification as a taxonomy, from the csv files that its portal hands out.

metier does not contain ESCO; docs/how-to/esco.md says where to get it.
Source: European Commission, https://esco.ec.europa.eu/en/use-esco/download, `skills_<language>.csv`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from metier.errors import NotFound, TaxonomyError
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.skills.tokens import name_tokens
from metier.types import Skill

ESCO_LANGUAGES = frozenset(
    "ar bg cs da de el en es et fi fr ga hr hu is it lt lv mt nl no pl pt ro ru sk sl sv uk".split()
)
_QUALIFIER = re.compile(r"\s*\([^()]*\)$")
_LONGEST_CRYPTIC_NAME = 2
_MAX_FIELD_CHARS = 1_000_000


def import_esco(path: Path, *, language: str) -> Taxonomy:
    """Return the skills of an ESCO csv file.

    A label with a qualifier, "Swift (computer programming)", is also known without it; such a name is
    a word with other meanings, so it counts only as spelled and in the company of other skills.

    Some copies of the file have a column `fullText` in place of the description: label, other names and
    description, run together. It stands for the description there, and other names that it does not hold
    are left out: they belong to another row.

    Args:
        path: `skills_<language>.csv`, with at least the columns conceptUri and preferredLabel.
        language: ISO 639-1 code of the file; part of the taxonomy's name, "esco-en".

    Raises:
        NotFound: there is no such file.
        TaxonomyError: unknown language; not such a csv file; no usable row.
    """
    if language not in ESCO_LANGUAGES:
        known = ", ".join(sorted(ESCO_LANGUAGES))
        raise TaxonomyError(f"language must be a language of ESCO: {known}. Got {language!r}.")
    if not path.is_file():
        raise NotFound(f"There is no ESCO file at {path}. docs/how-to/esco.md says where to get one.")
    try:
        with _wide_fields(), path.open(encoding="utf-8-sig", newline="") as file:
            entries = list(_entries(csv.DictReader(file), path.name))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise TaxonomyError(f"{path.name} is not a UTF-8 csv file. Download it again.") from exc
    except OSError as exc:
        raise TaxonomyError(f"{path.name} cannot be opened: {exc.strerror}.") from exc
    return Taxonomy(f"esco-{language}", entries)


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let a csv field hold as much as ESCO's do; the limit is one for the whole process."""
    previous = csv.field_size_limit(_MAX_FIELD_CHARS)
    try:
        yield
    finally:
        csv.field_size_limit(previous)


def _entries(reader: csv.DictReader[str], source: str) -> Iterator[TaxonomyEntry]:
    if not {"conceptUri", "preferredLabel"} <= set(reader.fieldnames or ()):
        raise TaxonomyError(
            f"{source} lacks conceptUri or preferredLabel, columns of every ESCO skills file. "
            "Name the file skills_<language>.csv of the download."
        )
    seen: set[str] = set()
    for row in reader:
        uri, label = (row["conceptUri"] or "").strip(), (row["preferredLabel"] or "").strip()
        if uri and uri not in seen and name_tokens(label):
            seen.add(uri)
            yield _entry(uri, label, row)


def _entry(uri: str, label: str, row: dict[str, str | None]) -> TaxonomyEntry:
    listed = "\n".join(row.get(column) or "" for column in ("altLabels", "hiddenLabels"))
    full = " ".join((row.get("fullText") or "").split())
    aliases = [alias.strip() for alias in listed.splitlines() if name_tokens(alias)]
    if full:
        aliases = [alias for alias in aliases if " ".join(alias.split()) in full]
    bare = [_QUALIFIER.sub("", name) for name in (label, *aliases) if _QUALIFIER.search(name)]
    names = list(dict.fromkeys([label, *aliases, *(name for name in bare if name_tokens(name))]))
    guarded = tuple(_guarded(names, set(bare)))
    description = (row.get("description") or "").strip() or full.removeprefix(label).strip()
    skill = Skill(uri, label, tuple(names[1:]), description)
    return TaxonomyEntry(skill, exact=guarded, ambiguous=guarded, practice=True)


def _guarded(names: Iterable[str], bare: set[str]) -> Iterator[str]:
    for name in names:
        if len(name) <= _LONGEST_CRYPTIC_NAME or (name in bare and " " not in name):
            yield name
