"""The data of `search.py`: vacancies of two languages as pairs of a short query and a long description.

Query: the title and, where the row lists skills, the skills. Document: the description without any whole
occurrence of the title and without the line of skills that a few rows begin with; below 200 characters it is
left out, and so is one in another language than its set's. Rows are divided by document, near-duplicates
together: 0.60 to train on, 0.10 to tune, 0.30 to report.

`hh_2022_noisy` is damaged, so it is only trained on: its rows that are near-duplicates of a description to be
tuned or reported on, or share three tenths of their runs of eight words with those, are left out. Some of its
titles were cut at a letter and go on in the description; they are joined again, and a row is left out where
the title still holds a word that other rows lack. Rows of other sets share passages about an employer across
parts, as two vacancies of one employer do wherever search is used.

    python benchmarks/search_data.py --data FOLDER --pairs FOLDER   # writes train.jsonl and tune.jsonl
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from skills_data import shares_passages

from metier.documents.language import detect_language
from metier.training.splits import SHINGLE, Part, assign_parts, near_duplicates, normalise

SEED = 0
SHARES = {Part.TRAIN: 0.60, Part.TUNE: 0.10, Part.REPORT: 0.30}
MIN_CHARS = 200
NEAR_IDENTICAL = 0.9
NOISY = "hh_2022_noisy"
_KNOWN_IN = 3
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n\s*\n\s*\n+")
_WORD = re.compile(r"[\w+#]+")
_SKILL_LINE = re.compile(r"\s*skills?\s*:(?P<skills>[^;]*);\s*exp\s*:[^;]*;\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014"
_REST_OF_TITLE = re.compile(r'(?P<rest>[^\n"]{0,100}?)[л;](?=\s?"|\s?[A-ZА-ЯЁ]|\s?-\s)')
_BROKEN = re.compile(r"[<>@=!]|'#|\d[A-Z]\d|\b1?бу\b")


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A vacancy as the benchmark uses it.

    Attributes:
        id: set and number of the row.
        language: `en` or `ru`, of the set it comes from.
        source: name of the set.
        title: as the row has it, one line.
        skills: as the row lists them; empty where it lists none.
        text: the description without the title and the line of skills.
    """

    id: str
    language: str
    source: str
    title: str
    skills: tuple[str, ...]
    text: str

    @property
    def query(self) -> str:
        """Return what a person would look for it with."""
        return ", ".join([self.title, *self.skills])


@dataclass(frozen=True, slots=True)
class SearchData:
    """The vacancies of each part, how many rows were left out and why, and groups of the same document.

    Attributes:
        parts: vacancies by part, in order of the files.
        left_out: how many rows, by set and reason.
        same: for each id the ids whose descriptions are nearly identical, its own among them.
    """

    parts: Mapping[Part, tuple[Vacancy, ...]]
    left_out: Counter[tuple[str, str]]
    same: Mapping[str, frozenset[str]]


def load(data: Path) -> SearchData:
    """Read the vacancies and divide them; the same folder gives the same result."""
    left_out: Counter[tuple[str, str]] = Counter()
    return divide(_usable(read_vacancies(data), left_out), left_out)


def read_vacancies(data: Path) -> list[Vacancy]:
    """Return all rows of all sets, cleaned, with nothing left out but titles that cannot be mended."""
    english, russian = data / "vacancies-en", data / "vacancies-ru"
    with (english / "dice.csv").open(encoding="utf-8", newline="") as file:
        dice = list(csv.DictReader(file))
    found = [
        *(_linkedin(i, row) for i, row in enumerate(_lines(english / "linkedin_2024.jsonl"))),
        *(
            made("en", f"nofluffjobs_2022-{i}", row["position"], [row["main_skill"]], row["description"])
            for i, row in enumerate(_lines(english / "nofluffjobs_2022.jsonl"))
        ),
        *(
            made("en", f"dice-{i}", row["jobtitle"], [], row["jobdescription"])
            for i, row in enumerate(dice)
        ),
        *(
            made("ru", f"superjob_2018-{i}", row["name"], [], f"{row['duties']}\n{row['requirements']}")
            for i, row in enumerate(_lines(russian / "superjob_2018.jsonl"))
        ),
    ]  # fmt: skip
    clean = [
        (s, i, row) for s in ("hh_2022", "hh_2025") for i, row in enumerate(_lines(russian / f"{s}.jsonl"))
    ]
    found += [made("ru", f"{s}-{i}", r["title"], r["key_skills"], r["description"]) for s, i, r in clean]
    noisy = list(enumerate(_lines(russian / f"{NOISY}.jsonl")))
    words = Counter(word for _, _, row in clean for word in _words(f"{row['title']} {row['description']}"))
    words.update(word for _, row in noisy for word in _words(row["description"]))
    return found + [vacancy for i, row in noisy if (vacancy := _mended(i, row, words))]


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def made(language: str, identifier: str, title: str, skills: Sequence[str], text: str) -> Vacancy:
    """Return a row as a vacancy; entities are read, and the title is taken out of the description."""
    title = _SPACE.sub(" ", html.unescape(title)).strip()
    listed = [_SPACE.sub(" ", html.unescape(skill)).strip(" ,") for skill in skills]
    return Vacancy(
        id=identifier,
        language=language,
        source=identifier.rpartition("-")[0],
        title=title,
        skills=tuple(dict.fromkeys(skill for skill in listed if skill)),
        text=without_title(html.unescape(text), title),
    )


def _linkedin(i: int, row: Mapping[str, Any]) -> Vacancy:
    skills, text = cut_skill_line(row["description"])
    return made("en", f"linkedin_2024-{i}", row["title"], skills, text)


def cut_skill_line(text: str) -> tuple[list[str], str]:
    """Return the skills of a first line such as "Skill: css , html; Exp: 1-2 years;", and the text after."""
    line = _SKILL_LINE.match(text)
    return (line["skills"].split(","), text[line.end() :]) if line else ([], text)


def without_title(text: str, title: str) -> str:
    """Return a text without any whole occurrence of a title, in whatever case, spacing and dashes.

    The title without what stands in brackets goes too where it has two words or more.
    """
    short = _SPACE.sub(" ", _BRACKETS.sub(" ", title)).strip(f" {_DASHES}|,")
    for words in dict.fromkeys([title, *([short] if " " in short else [])]):
        if words:
            text = _pattern(words).sub(" ", text)
    return _LINES.sub("\n\n", _BLANKS.sub(" ", text)).strip()


def _pattern(words: str) -> re.Pattern[str]:
    letters = "".join(f"[{_DASHES}]" if letter in _DASHES else re.escape(letter) for letter in words)
    spaced = re.sub(r"(?:\\ )+", r"(?:\\s|&nbsp;)+", letters).replace("\\&", "&(?:amp;)?")
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _mended(i: int, row: Mapping[str, Any], words: Counter[str]) -> Vacancy | None:
    """Return a row of the damaged set, or None where its title is cut off or broken."""
    title, text = mend_title(row["title"], row["description"])
    own = _words(title)
    cut = row["title_truncated"] and title == row["title"]
    if cut or _BROKEN.search(title) or not own or min(words[word] for word in own) < _KNOWN_IN:
        return None
    skills = row["key_skills"][:-1] if row["skills_list_truncated"] else row["key_skills"]
    return made("ru", f"{NOISY}-{i}", title, skills, text)


def mend_title(title: str, text: str) -> tuple[str, str]:
    """Return a title that was cut at its first small el, joined with its rest at the start of the text.

    The damage took the letter for a semicolon, so the next one (or the real semicolon) ends the title.
    """
    rest = _REST_OF_TITLE.match(text) if text[:1].islower() else None
    return (f"{title}л{rest['rest']}", text[rest.end() :].strip(' "')) if rest else (title, text)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _usable(rows: Sequence[Vacancy], left_out: Counter[tuple[str, str]]) -> list[Vacancy]:
    """Return the rows with enough text, in a language that was meant."""
    kept = []
    for row in rows:
        why = _flaw(row)
        if why:
            left_out[row.source, why] += 1
        else:
            kept.append(row)
    return kept


def _flaw(row: Vacancy) -> str:
    if not row.title:
        return "no title"
    if len(row.text) < MIN_CHARS:
        return "short"
    return "" if detect_language(row.text) == row.language else "another language"


def divide(rows: Sequence[Vacancy], left_out: Counter[tuple[str, str]]) -> SearchData:
    """Return the parts; damaged rows too near to what is measured are left out and counted."""
    clean = [row for row in rows if row.source != NOISY]
    parts: dict[Part, list[Vacancy]] = {part: [] for part in SHARES}
    for row, part in zip(clean, assign_parts([row.text for row in clean], SHARES, seed=SEED), strict=True):
        parts[part].append(row)
    measured = [row.text for part in (Part.TUNE, Part.REPORT) for row in parts[part]]
    noisy = [row for row in rows if row.source == NOISY]
    near = near_any([row.text for row in noisy], measured)
    left_out[NOISY, "near a measured one"] += sum(near)
    parts[Part.TRAIN] += [row for row, is_near in zip(noisy, near, strict=True) if not is_near]
    same = dict(_same_documents([row for part in SHARES for row in parts[part]]))
    return SearchData({part: tuple(found) for part, found in parts.items()}, left_out, same)


def near_any(texts: Sequence[str], measured: Sequence[str]) -> list[bool]:
    """Tell of each text whether it is a near-duplicate of one of the others or shares passages with them."""
    groups = near_duplicates([*texts, *measured])
    taken = set(groups[len(texts) :])
    shared = shares_passages(texts, measured)
    return [group in taken or is_shared for group, is_shared in zip(groups, shared, strict=False)]


def _same_documents(rows: Sequence[Vacancy]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each id with the ids whose texts share nine tenths of their shingles with it."""
    groups = defaultdict(list)
    for row, group in zip(rows, near_duplicates([row.text for row in rows]), strict=True):
        groups[group].append(row)
    for members in groups.values():
        found = {row.id: {row.id} for row in members}
        shingles = {row.id: _shingles(row.text) for row in members}
        for a, b in combinations(shingles, 2):
            if len(shingles[a] & shingles[b]) >= NEAR_IDENTICAL * len(shingles[a] | shingles[b]):
                found[a].add(b)
                found[b].add(a)
        yield from ((key, frozenset(ids)) for key, ids in found.items())


def _shingles(text: str) -> set[str]:
    normal = normalise(text)
    return {normal[i : i + SHINGLE] for i in range(max(1, len(normal) - SHINGLE + 1))}


def pairs_of(found: SearchData, part: Part) -> list[Vacancy]:
    """Return the rows of a part to train or tune on: the first of each set of the same documents."""
    taken: set[str] = set()
    rows = []
    for row in found.parts[part]:
        if row.id not in taken:
            rows.append(row)
        taken |= found.same[row.id]
    return rows


def write_pairs(found: SearchData, folder: Path) -> None:
    """Write `train.jsonl` and `tune.jsonl`, a pair a line: query, positive, language, id."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in (Part.TRAIN, Part.TUNE):
        rows = [
            {"query": row.query, "positive": row.text, "language": row.language, "id": row.id}
            for row in pairs_of(found, part)
        ]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{part}.jsonl").write_text(lines, encoding="utf-8")


def show_counts(found: SearchData) -> None:
    """Print how many rows each part has, how many pairs are written, and what was left out."""
    for part, rows in found.parts.items():
        by_set = Counter((row.language, row.source) for row in rows)
        several = sum(len(found.same[row.id]) > 1 for row in rows)
        print(f"{part}: {len(rows)} rows, {several} of them with the same document elsewhere in the part")
        for (language, source), n in sorted(by_set.items()):
            print(f"    {language} {source:18} {n:5}")
        pairs = Counter(row.language for row in pairs_of(found, part))
        queries = len({normalise(row.query) for row in rows})
        print(f"    pairs of distinct documents: {dict(pairs)}; distinct queries: {queries}")
    for (source, why), n in sorted(found.left_out.items()):
        print(f"left out: {source:18} {why:18} {n:5}")


def main() -> None:
    """Write the pairs and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, help="folder for train.jsonl and tune.jsonl")
    arguments = parser.parse_args()
    found = load(arguments.data)
    if arguments.pairs:
        write_pairs(found, arguments.pairs)
    show_counts(found)


if __name__ == "__main__":
    main()
