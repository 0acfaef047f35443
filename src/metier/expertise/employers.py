"""Ratings of employers: a table of the user's own, and the entry of a company however its name is written."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from metier.errors import InvalidInput
from metier.expertise.row_files import FileRow, fold_column, read_rows

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "company": (
            "company",
            "company_name",
            "name",
            "employer",
            "название_компании",
            "компания",
            "работодатель",
        ),
        "place": ("place", "rank", "position", "место"),
        "region": ("region", "регион", "город", "city"),
        "industry": ("industry", "отрасль"),
        "score": ("score", "rating", "total_score", "итоговый_балл", "балл", "оценка"),
        "size_class": ("size_class", "size", "kind", "категория", "размер"),
    }
)
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")
_LEAST_RATIO: Final = 90.0
_LEAST_CHARS: Final = 6  # of a name that may differ in a letter; "ВТБ" and "ВТС" are two firms
_LEGAL: Final = re.compile(
    r"(?<!\w)(?:ооо|оао|зао|пао|спао|нао|ао|ип|тоо|одо|чуп|гуп|муп|фгуп|фгбу|гбу|мбу|гку|ано|нко|"
    r"общество с ограниченной ответственностью|(?:публичное |открытое |закрытое )?акционерное общество|"
    r"группа компаний|гк|торговый дом|тд|тпк|пкф|нпо|нпп|нпф|пк|тк|ук|чоп|компания|корпорация|холдинг|фирма|"
    r"llc|l\.l\.c|ltd|limited|inc|incorporated|corp|corporation|company|co|gmbh|ag|se|s\.?a|b\.?v|n\.?v|plc|"
    r"s\.?r\.?l|s\.?p\.?a|oy|ab|a/s|pte|pty|jsc|pjsc|ojsc|llp|group|holding|the)(?!\w)\.?",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(r"(?<=\w)\.(?:ru|com|net|org|io)(?!\w)", re.IGNORECASE)
_PARENTHESES: Final = re.compile(r"\(([^()]{1,120})\)")
_NOT_WORDS: Final = re.compile(r"[^\w+&]+")
_DIGITS: Final = re.compile(r"\d+")
# "ООО «Ромашка», Ростов-на-Дону": a town of one to three words behind the last comma.
_TOWN: Final = re.compile(r",\s*(?:г\.\s?)?([^\W\d_][\w.-]*(?:\s[\w.-]+){0,2})\s*$")
_SURE_CHARS: Final = 8  # of a name of one word that hardly two firms have


@dataclass(frozen=True, slots=True)
class Employer:
    """An entry of a table of ratings; None and empty where the table does not tell.

    Attributes:
        name: of the company, as the table has it.
        place: in the rating, from 1.
        region: where it is.
        industry: what it does.
        score: of the rating, in its own unit.
        size_class: how large it is, in the words of the table.
    """

    name: str
    place: int | None = None
    region: str = ""
    industry: str = ""
    score: float | None = None
    size_class: str = ""


class EmployerTable:
    """Finds companies by name; the same table and name always give the same entry.

    Args:
        employers: at least one; of equal names that in the region of the town is found, else the first.
        sha256: of the file, for results that tell what they were made with.
    """

    def __init__(self, employers: Sequence[Employer], *, sha256: str = "") -> None:
        if not employers:
            raise InvalidInput("A table of employers must hold at least one. It holds none. Fill it in.")
        self.employers = tuple(employers)
        self.sha256 = sha256
        self._places: dict[str, list[int]] = {}
        self._regions = {_normal(employer.region) for employer in self.employers if employer.region}
        for i, employer in enumerate(self.employers):
            for name in dict.fromkeys(
                (_normal(employer.name), _normal(_PARENTHESES.sub(" ", employer.name)))
            ):
                self._places.setdefault(name, []).append(i)
        own = set(self._places)
        for i, employer in enumerate(self.employers):
            for name in _other_names(employer):
                if name not in own:
                    self._places.setdefault(name, []).append(i)
        self._fuzzy = [name for name in self._places if len(name) >= _LEAST_CHARS]

    @classmethod
    def load(cls, csv: Path) -> Self:
        """Return the table in a CSV file, with commas or semicolons.

        Columns are company, place, region, industry, score and size_class, or those of the rating of hh.ru
        (Место, Название компании, Регион, Отрасль, Итоговый балл, kind); only the company is needed.

        Raises:
            NotFound: there is no such file.
            InvalidInput: it is no table, has no column of companies, a row has none, or a place or score
                is no number.
        """
        file = read_rows(csv, known=tuple(fold_column(name) for names in _COLUMNS.values() for name in names))
        columns = {
            key: next((name for name in names if name in file.columns), "") for key, names in _COLUMNS.items()
        }
        if not columns["company"]:
            raise InvalidInput(f"{file.name} must have the column company. It has none. Name it so.")
        digest = hashlib.sha256(csv.read_bytes()).hexdigest()
        return cls([_employer(row, columns) for row in file.rows], sha256=digest)

    def find(self, name: str) -> Employer | None:
        """Return the entry of a company, or None rather than that of another one.

        Names are compared without case, quotes, legal forms, and the town after a comma; the whole name
        counts, so "Альфа" is not "Альфа-Банк". A name of six characters or more may differ in a letter or so,
        but not in its digits; where it is as near to two entries, it is neither.
        """
        bare, town = _parted(name)
        wanted = list(dict.fromkeys(each for each in (_normal(name), _normal(bare)) if len(each) > 1))
        exact = next((query for query in wanted if query in self._places), None)
        found = exact or next(filter(None, map(self._nearest, wanted)), None)
        if found is None:
            return None
        town = _normal(town)
        entries = [self.employers[place] for place in self._places[found]]
        entry = next((each for each in entries if _is_in(town, _normal(each.region))), entries[0])
        return None if self._elsewhere(_normal(bare), town, _normal(entry.region)) else entry

    def _elsewhere(self, name: str, town: str, region: str) -> bool:
        """Tell whether a short name is said of a town that lies in another region of the table."""
        if not town or not region or " " in name or len(name) >= _SURE_CHARS or _is_in(town, region):
            return False
        return any(_is_in(town, other) for other in self._regions)

    def _nearest(self, query: str) -> str | None:
        """Return the one name that a query may be a misspelling of, or None."""
        from rapidfuzz import fuzz, process

        if len(query) < _LEAST_CHARS:
            return None
        found = process.extract(query, self._fuzzy, scorer=fuzz.ratio, score_cutoff=_LEAST_RATIO, limit=None)
        ratios = {name: ratio for name, ratio, _ in found if _may_be(query, name)}
        nearest = [name for name, ratio in ratios.items() if ratio == max(ratios.values())]
        firms = {self._places[name][0] for name in nearest}
        return nearest[0] if len(firms) == 1 else None


def _employer(row: FileRow, columns: Mapping[str, str]) -> Employer:
    said = {key: _said(row, column) for key, column in columns.items()}
    if not said["company"]:
        raise InvalidInput(
            f"{row.place}, field {columns['company']}: the field must not be empty. It is. Fill it in."
        )
    place = _number(said["place"], row, columns["place"])
    return Employer(
        name=said["company"],
        place=None if place is None else int(place),
        region=said["region"],
        industry=said["industry"],
        score=_number(said["score"], row, columns["score"]),
        size_class=said["size_class"],
    )


def _said(row: FileRow, column: str) -> str:
    value = row.fields.get(column)
    return "" if value is None else str(value).strip()


def _number(words: str, row: FileRow, column: str) -> float | None:
    if not words:
        return None
    digits = "".join(words.split())
    if not _NUMBER.fullmatch(digits):
        raise InvalidInput(
            f"{row.place}, field {column}: the field must be a number. It is not. Write it with digits."
        )
    return float(digits.replace(",", "."))


def _other_names(employer: Employer) -> Iterator[str]:
    """Yield the names in brackets behind the name of an entry, but for towns."""
    region = _normal(employer.region)
    for found in _PARENTHESES.findall(employer.name):
        for part in found.split(","):
            name = _normal(part)
            if len(name) > 1 and not _is_in(name, region):
                yield name


def _parted(name: str) -> tuple[str, str]:
    """Return a name without what stands in brackets, and the town that is said behind it, if any."""
    bare = _PARENTHESES.sub(" ", name).strip()
    town = _TOWN.search(bare)
    return (bare[: town.start()], town[1]) if town and town.start() else (bare, "")


def _is_in(town: str, region: str) -> bool:
    """Tell whether a region is named after a town: "челябинск" and "челябинская область"."""
    stem = town.split(" ")[0]
    kept = max(3, len(stem) - 2)
    return bool(stem) and any(word[:kept] == stem[:kept] for word in region.split(" "))


@lru_cache(maxsize=4096)
def _normal(name: str) -> str:
    """Return a name without case, quotes, legal forms and signs; empty where nothing else is there."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    folded = _DOMAIN.sub("", folded)
    return " ".join(_NOT_WORDS.sub(" ", _LEGAL.sub(" ", folded)).split())


def _may_be(query: str, candidate: str) -> bool:
    """Tell whether two names that are nearly the same can be one: same digits, and no word more in either."""
    if _DIGITS.findall(query) != _DIGITS.findall(candidate):
        return False
    first, second = query.split(), candidate.split()
    return len(first) == len(second) or query.replace(" ", "") == candidate.replace(" ", "")
