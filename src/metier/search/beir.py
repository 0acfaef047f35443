"""Queries, documents and what is relevant to what: from a BEIR folder or from pairs.

A BEIR folder holds `queries.jsonl` ({"_id", "text"}), `corpus.jsonl` ({"_id", "title", "text"}) and the
judgements in `qrels/test.tsv` or `qrels.tsv`.

Source: Thakur et al. 2021, "BEIR: a heterogeneous benchmark for zero-shot evaluation of information retrieval
models" (arXiv:2104.08663).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.search.training.pairs import matches, read_pairs, text_key
from metier.search.trec import HEADER, Qrels, quoted, read_lines, read_qrels
from metier.store.journal import write_atomically

QUERIES: Final = "queries.jsonl"
CORPUS: Final = "corpus.jsonl"
QRELS: Final = ("qrels/test.tsv", "qrels.tsv")
"""Where judgements may be in a folder; the first that is there counts."""
_ID_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class Collection:
    """What search is measured on.

    Attributes:
        queries: id to text; each has a judgement.
        documents: id to text.
        qrels: query id to document id to grade; relevant from 1 on.

    Raises:
        InvalidInput: there is no query or no document, a text is blank, a judgement names an unknown id, a
            query has no judgement, or nothing is relevant to any query.
    """

    queries: Mapping[str, str]
    documents: Mapping[str, str]
    qrels: Qrels

    def __post_init__(self) -> None:
        for kind, texts in (("query", self.queries), ("document", self.documents)):
            if not texts:
                raise InvalidInput(f"A collection must hold at least one {kind}. It holds none.")
            for name, text in texts.items():
                if not text.strip():
                    raise InvalidInput(
                        f"The text of a {kind} must not be blank. That of {quoted(name)} is. Fill it in, or "
                        "remove it with its judgements."
                    )
        for query in self.queries:
            if query not in self.qrels:
                raise InvalidInput(f"Each query must be judged. {quoted(query)} is not. Judge or remove it.")
        for query, grades in self.qrels.items():
            _check_known(query, self.queries, "query")
            for document in grades:
                _check_known(document, self.documents, "document")
        if not any(grade > 0 for grades in self.qrels.values() for grade in grades.values()):
            raise InvalidInput(
                "The judgements must hold a relevant document, of grade 1 or more, for at least one query. "
                "None is."
            )


def read_collection(path: Path) -> Collection:
    """Return the collection in a BEIR folder, or that which a file of pairs makes.

    Raises:
        NotFound: nothing is there, or the folder lacks a file.
        InvalidInput: a file breaks a rule; the message names file, row and field, never the text.
        MissingExtra: a parquet file is given and pyarrow is not installed.
    """
    if path.is_dir():
        return read_beir(path)
    if not path.exists():
        raise NotFound(f"There is no folder or file at {printable_name(str(path))}. Check the path.")
    return collection_of_pairs(path)


def read_beir(folder: Path) -> Collection:
    """Return the collection in a BEIR folder; queries without a judgement are left out.

    The text of a document is its title and its text, with an end of line between them.

    Raises:
        NotFound: the folder lacks a file.
        InvalidInput: a row is damaged, an id stands twice, a text is blank, or a judgement names an id
            that is unknown.
    """
    path = next((folder / name for name in QRELS if (folder / name).is_file()), None)
    if path is None:
        raise NotFound(f"{printable_name(folder.name)} must hold {' or '.join(QRELS)}. It holds neither.")
    qrels = read_qrels(path)
    queries = _texts(folder / QUERIES, ("text",))
    return Collection(
        {name: text for name, text in queries.items() if name in qrels},
        _texts(folder / CORPUS, ("title", "text")),
        qrels,
    )


def collection_of_pairs(path: Path) -> Collection:
    """Return the collection that a file of pairs makes.

    Texts that differ in case, forms of letters and spaces alone are one text, so that a copy of what should
    be found is not held to be wrong. A positive is of grade 1 and a negative of grade 0; so is a positive
    with a score below 0.5. An id is a hash of the text, so it stays the same when rows are added or moved.

    Raises:
        NotFound: there is no such file.
        InvalidInput: `metier.search.training.pairs.read_pairs`; or no row is a match.
        MissingExtra: a parquet file is given and pyarrow is not installed.
    """
    rows = matches(read_pairs([path]).rows)
    queries: dict[str, str] = {}
    documents: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    for pair in rows:
        grades = qrels.setdefault(_named(pair.query, "q", queries), {})
        grades[_named(pair.positive, "d", documents)] = 1
        for negative in pair.negatives:
            grades.setdefault(_named(negative, "d", documents), 0)
    if not rows:
        raise InvalidInput(f"{printable_name(path.name)} must hold a pair that is a match. It holds none.")
    return Collection(queries, documents, qrels)


def write_beir(collection: Collection, folder: Path) -> None:
    """Write a collection as a BEIR folder: `queries.jsonl`, `corpus.jsonl` and `qrels/test.tsv`.

    Args:
        collection: what to write.
        folder: made where it is missing; files of these names are replaced.

    Raises:
        InvalidInput: an id holds a tab, an end of line or white space at an end, or a file cannot be written.
    """
    for name in (*collection.queries, *collection.documents):
        if name != name.strip() or not name or set(name) & set("\t\r\n"):
            raise InvalidInput(
                "An id must hold no tab or end of line, nor white space at an end, in a BEIR folder. Got "
                f"{quoted(name)}. Rename it."
            )
    try:
        (folder / QRELS[0]).parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidInput(f"{folder} cannot be made: {exc.strerror}. Choose another folder.") from exc
    queries = ({"_id": name, "text": text} for name, text in collection.queries.items())
    documents = ({"_id": name, "title": "", "text": text} for name, text in collection.documents.items())
    judged = (
        f"{query}\t{document}\t{grade}\n"
        for query, grades in collection.qrels.items()
        for document, grade in grades.items()
    )
    # JSON with \\u escapes: a lone surrogate stays what it is.
    write_atomically(folder / QUERIES, "".join(f"{json.dumps(row)}\n" for row in queries))
    write_atomically(folder / CORPUS, "".join(f"{json.dumps(row)}\n" for row in documents))
    write_atomically(folder / QRELS[0], "\t".join(HEADER) + "\n" + "".join(judged))


def _named(text: str, kind: str, texts: dict[str, str]) -> str:
    """Return the id of a text, which is entered under it where it is new."""
    digest = hashlib.sha256(text_key(text).encode(errors="replace")).hexdigest()
    name = f"{kind}-{digest[:_ID_CHARS]}"
    texts.setdefault(name, text)
    return name


def _texts(path: Path, fields: tuple[str, ...]) -> dict[str, str]:
    """Return the texts in a file of JSON lines by id."""
    texts: dict[str, str] = {}
    for number, line in read_lines(path):
        place = f"{printable_name(path.name)}, row {number}"
        row = _json_object(line, place)
        name = _id_of(row, place)
        if name in texts:
            raise InvalidInput(
                f"{place}: an id may stand once. {quoted(name)} stands twice. Rename or remove one."
            )
        parts = [_field(row, field, place) for field in fields]
        texts[name] = "\n".join(part for part in parts if part.strip())
        if not texts[name]:
            raise InvalidInput(
                f"{place}, field text: it must not be blank. It is. Fill it in, or remove the row with its "
                "judgements."
            )
    if not texts:
        raise InvalidInput(f"{printable_name(path.name)} must hold at least one row. It holds none.")
    return texts


def _json_object(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(
            f"{place}: the line must be one JSON object. It is no JSON. Mend the line."
        ) from exc
    if not isinstance(row, dict):
        raise InvalidInput(f"{place}: the line must be one JSON object. It is another value. Mend the line.")
    return row


def _id_of(row: Mapping[str, Any], place: str) -> str:
    found = row.get("_id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str) or not found.strip():
        raise InvalidInput(
            f"{place}, field _id: it must be a string that is not blank. It is not. Fill it in."
        )
    return found


def _field(row: Mapping[str, Any], field: str, place: str) -> str:
    """Return a text of a row; a title may be missing."""
    found = row.get(field)
    if found is None and field == "title":
        return ""
    if not isinstance(found, str):
        kind = "missing" if found is None else "another value"
        raise InvalidInput(f"{place}, field {field}: it must be a string. It is {kind}. Mend the row.")
    return found


def _check_known(name: str, texts: Mapping[str, str], kind: str) -> None:
    if name not in texts:
        raise InvalidInput(
            f"Each judged {kind} must have a text. {quoted(name)} has none. Add the {kind}, or remove its "
            "judgements."
        )
