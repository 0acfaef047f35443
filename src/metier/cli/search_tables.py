"""Hits, entries and figures of an index, for a terminal and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.results import to_csv
from metier.cli.tables import rendered
from metier.records import to_json, to_mapping
from metier.search.hits import Hit, HitPassage, SearchResult
from metier.store.entries import Entry, StoreStats

_MOST_NAMES: Final = 8
_PASSAGE_CHARS: Final = 240


def render_hits(result: SearchResult, form: str) -> str:
    """Return hits as a table, as JSON lines or as CSV; no hit gives no line of the latter two."""
    if form == "json":
        return "".join(f"{to_json(hit)}\n" for hit in result.hits)
    if form == "csv":
        return to_csv([_row(hit) for hit in result.hits])
    return _hits_table(result)


def entry_json(entry: Entry) -> str:
    """Return what an index holds of a document as a line of JSON, vectors apart."""
    return json.dumps(_entry_mapping(entry), ensure_ascii=False) + "\n"


def entry_table(entry: Entry) -> str:
    """Return what an index holds of a document, for a terminal."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=False, title=entry.id, title_justify="left")
    for name, value in _facts(entry):
        table.add_row(name, value)
    return rendered(Group(table, Text(entry.text)))


def stats_json(found: StoreStats) -> str:
    """Return what an index holds as a line of JSON."""
    return f"{to_json(found)}\n"


def stats_table(found: StoreStats) -> str:
    """Return what an index holds, for a terminal."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=False, title=found.place, title_justify="left")
    identity = found.identity
    table.add_row(
        "Encoder",
        f"{identity.encoder} ({identity.sha256[:12]}), {identity.dim} numbers" if identity else "none yet",
    )
    table.add_row("Documents", _counts(found.documents) or "0")
    table.add_row("Languages", _counts(found.languages) or "none")
    table.add_row("Passages", f"{found.passages:,}")
    table.add_row("Size", f"{found.bytes / 1e6:,.1f} MB")
    return rendered(table)


def _counts(counts: Any) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _row(hit: Hit) -> dict[str, Any]:
    row = to_mapping(hit)
    del row["passages"]
    joined = {"shared": " | ".join(hit.shared), "missing": " | ".join(hit.missing)}
    return {**row, **joined, "passage": hit.passages[0].text if hit.passages else ""}


def _hits_table(result: SearchResult) -> str:
    if not result.hits:
        return f"Nothing was found among {result.n_searched:,} documents.\n"
    parts: list[RenderableType] = [
        Text(f"{len(result.hits):,} of {result.n_searched:,} documents, by {result.encoder}", style="bold")
    ]
    for hit in result.hits:
        parts += [Text(""), _heading(hit), *_why(hit)]
    return rendered(Group(*parts))


def _heading(hit: Hit) -> Text:
    line = Text(f"{hit.rank:>3}. ", style="bold")
    line.append(hit.title or hit.document_id, style="bold")
    if hit.title:
        line.append(f"  {hit.document_id}", style="cyan")
    facts = [hit.role.value, hit.language, hit.level, hit.place, hit.date]
    if hit.years is not None:
        facts.append(f"{hit.years:g} years")
    line.append("  " + ", ".join(fact for fact in facts if fact), style="dim")
    return line


def _why(hit: Hit) -> list[Text]:
    lines = [_scores(hit)]
    if hit.shared:
        lines.append(Text(f"     shared   {_names(hit.shared)}", style="green"))
    if hit.missing:
        lines.append(Text(f"     missing  {_names(hit.missing)}", style="red"))
    return lines + [_passage(passage) for passage in hit.passages[:1]]


def _scores(hit: Hit) -> Text:
    parts = [f"score {hit.score:.4g}"]
    if hit.dense is not None:
        parts.append(f"meaning {hit.dense:.3f}")
    if hit.lexical is not None:
        parts.append(f"words {hit.lexical:.2f}")
    if hit.coverage is not None:
        parts.append(f"coverage {hit.coverage:.0%}")
    return Text("     " + ", ".join(parts), style="dim")


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _passage(passage: HitPassage) -> Text:
    """Return a passage in one line, the words that it shares with the query marked."""
    line = Text("     ")
    quote = Text(passage.text)
    for span in passage.words:
        quote.stylize("bold yellow", span.start, span.end)
    quote = quote[:_PASSAGE_CHARS] if len(quote) > _PASSAGE_CHARS else quote
    for i, piece in enumerate(quote.split()):
        line.append(" " if i else "")
        line.append_text(piece)
    return line


def _facts(entry: Entry) -> list[tuple[str, str]]:
    skills = ", ".join(skill.name for skill in entry.skills)
    said = {
        "Role": entry.role.value,
        "Title": entry.title,
        "Language": entry.language,
        "Level": entry.level or "",
        "Years": "" if entry.years is None else f"{entry.years:g}",
        "Place": entry.place or "",
        "Date": entry.date or "",
        "Skills": skills,
        "Passages": str(len(entry.passages)),
    }
    return [(name, value) for name, value in said.items() if value]


def _entry_mapping(entry: Entry) -> dict[str, Any]:
    kept = ("id", "role", "source", "language", "title", "years", "level", "place", "date", "text")
    row: dict[str, Any] = {name: getattr(entry, name) for name in kept}
    row["skills"] = [to_mapping(skill) for skill in entry.skills]
    row["passages"] = [to_mapping(span) for span in entry.passages]
    return row
