"""The collections that `search.py` measures on; none holds a vacancy that was trained or tuned on.

english, russian, mixed   title and skills -> the vacancy, among the vacancies of the part to report on: of
    one language, or of both. Rows that ask in the same words are one query with several answers, and a copy
    of the answer (nine tenths of its shingles) counts too. A title without skills may fit further vacancies,
    which then count as wrong: figures are a lower bound, the same for all that is compared.
family   English resume -> vacancies of its job family, by a table of titles; 20 resumes a family with at
    least five vacancies. The family of a resume is where its owner sorted it, so neighbours (sales and
    business development) are mixed up in the labels themselves.
across   Russian title and skills -> English vacancies of the same occupation, by a table of titles;
    occupations with at least three of them, about ten queries of each. Vacancies without an occupation are
    not in the pool.
romanian   vacancy -> resumes, in a language that nothing was trained on: ten queries, so wide intervals.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from search_data import SEED, Vacancy, load
from search_occupations import family_of, occupations_of

from metier.search.beir import Collection
from metier.training.splits import Part, near_duplicates

MIN_VACANCIES = 5
MIN_DOCUMENTS = 3
RESUMES = 20
QUERIES = 10


def load_collections(data: Path) -> dict[str, Collection]:
    """Return all collections by name; the same folder gives the same ones."""
    found = load(data)
    rows = found.parts[Part.REPORT]
    english = [row for row in rows if row.language == "en"]
    russian = [row for row in rows if row.language == "ru"]
    return {
        "english": vacancy_search(english, found.same),
        "russian": vacancy_search(russian, found.same),
        "mixed": vacancy_search(rows, found.same),
        "family": resumes_to_families(read_resumes(data / "resumes-en/livecareer.jsonl"), english),
        "across": across_languages(russian, english),
        "romanian": read_romanian(data / "match-ro"),
    }


def vacancy_search(rows: Sequence[Vacancy], same: Mapping[str, frozenset[str]]) -> Collection:
    """Return queries made of titles and skills, each with the vacancies it was made from and their copies."""
    documents = {row.id: row.text for row in rows}
    asked = _by_query(rows)
    qrels = {
        members[0].id: {i: 1 for row in members for i in sorted(same[row.id]) if i in documents}
        for members in asked
    }
    return Collection({members[0].id: members[0].query for members in asked}, documents, qrels)


def _by_query(rows: Iterable[Vacancy]) -> list[list[Vacancy]]:
    asked = defaultdict(list)
    for row in rows:
        asked[" ".join(row.query.casefold().split())].append(row)
    return list(asked.values())


def read_resumes(path: Path) -> list[tuple[str, str, str]]:
    """Return id, family and text of each resume; of near-duplicates the first, and none without text."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["text"].strip()]
    groups = near_duplicates([row["text"] for row in rows])
    firsts = {group: i for i, group in reversed(list(enumerate(groups)))}
    return [(rows[i]["id"], rows[i]["category"], rows[i]["text"]) for i in sorted(firsts.values())]


def resumes_to_families(resumes: Sequence[tuple[str, str, str]], vacancies: Sequence[Vacancy]) -> Collection:
    """Return resumes as queries, with the vacancies of their family; those of others are the rest."""
    families = {row.id: family_of(row.title) for row in vacancies}
    counts = Counter(family for family in families.values() if family)
    used = {family for family, n in counts.items() if n >= MIN_VACANCIES}
    documents = {row.id: row.text for row in vacancies if families[row.id] in used}
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    for family in sorted(used):
        own = [row for row in resumes if row[1] == family]
        for identifier, _, text in random.Random(SEED).sample(own, min(RESUMES, len(own))):
            queries[identifier] = text
            qrels[identifier] = {i: 1 for i in documents if families[i] == family}
    return Collection(queries, documents, qrels)


def across_languages(asking: Sequence[Vacancy], offered: Sequence[Vacancy]) -> Collection:
    """Return queries of one language with the vacancies of the other that share an occupation with them."""
    jobs = {row.id: occupations_of(row.title) for row in offered}
    counts = Counter(job for own in jobs.values() for job in own)
    used = {job for job, n in counts.items() if n >= MIN_DOCUMENTS}
    documents = {row.id: row.text for row in offered if jobs[row.id] & used}
    queries, qrels = {}, {}
    asked: Counter[str] = Counter()
    for row in _shuffled([members[0] for members in _by_query(asking)]):
        wanted = occupations_of(row.title) & used
        if wanted and max(asked[job] for job in wanted) < QUERIES:
            asked.update(wanted)
            queries[row.id] = row.query
            qrels[row.id] = {i: 1 for i in documents if jobs[i] & wanted}
    return Collection(queries, documents, qrels)


def _shuffled(rows: Sequence[Vacancy]) -> list[Vacancy]:
    return random.Random(SEED).sample(rows, len(rows))


def read_romanian(folder: Path) -> Collection:
    """Return vacancies as queries and resumes as documents; judgements are in trec_eval's four columns."""
    texts = []
    for name in ("queries", "corpus"):
        with (folder / f"ro_es_{name}.jsonl").open(encoding="utf-8") as file:
            texts.append({row["id"]: row["text"] for row in map(json.loads, file)})
    qrels: dict[str, dict[str, int]] = {}
    with (folder / "ro_es_qrels.tsv").open(encoding="utf-8", newline="") as file:
        for query, _, document, grade in csv.reader(file, delimiter="\t"):
            qrels.setdefault(query, {})[document] = int(grade)
    return Collection(texts[0], texts[1], qrels)
