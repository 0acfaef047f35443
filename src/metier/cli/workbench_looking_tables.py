"""What looking inside found, for a terminal, for programs and for a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.encoders.parameters import BYTES_OF
from metier.workbench.looking.attention import AttentionMaps
from metier.workbench.looking.fill_mask import MaskGuesses
from metier.workbench.looking.labelled_texts import LabelledText
from metier.workbench.looking.mask_figures import MaskFigures, as_plain
from metier.workbench.looking.projection import Plane
from metier.workbench.looking.roles import HeadRole, Link, Target
from metier.workbench.looking.sizes import NetworkSize
from metier.workbench.looking.tokens import TokenisedText

_MOST_COLUMNS: Final = 16
_MOST_LINKS: Final = 10
_PIECE_CHARS: Final = 9
_NAME_CHARS: Final = 48
_LOOKED_AT: Final = 3
_STRONG: Final = 0.2


def render_guesses(found: Sequence[MaskGuesses], *, as_json: bool) -> str:
    """Return the guesses for each mask."""
    if as_json:
        return _lines(asdict(each) for each in found)
    parts: list[RenderableType] = []
    for number, each in enumerate(found, start=1):
        table = _table("Guess")
        table.add_column("Probability", justify="right")
        for guess in each.guesses:
            word = f"…{guess.word}" if guess.continues else guess.word
            table.add_row(Text(word), f"{guess.probability:.1%}")
        parts += [Text(f"Mask {number}, characters {each.start} to {each.end}", style="bold"), table]
    return rendered(Group(*parts))


def render_roles(roles: Sequence[HeadRole], *, as_json: bool) -> str:
    """Return what each head does: its role, and the shares of attention by target."""
    if as_json:
        return _lines(asdict(role) for role in roles)
    there = [target for target in Target if target in roles[0].shares]
    table = _table("Head", "Role", "In the text")
    for name in (*(_SHORT[target] for target in there), "entropy"):
        table.add_column(name, justify="right")
    for i, role in enumerate(roles):
        shares = (_percent(role.shares[target]) for target in there)
        last = i + 1 < len(roles) and roles[i + 1].layer != role.layer
        place = f"{role.layer}-{role.head}"
        entropy = _percent(role.entropy)
        table.add_row(place, role.role, role.role_in_text, *shares, entropy, end_section=last)
    chance = (_percent(roles[0].chance[target]) for target in there)
    table.add_row("", "by chance", "", *chance, _percent(1.0), style="dim")
    title = Text(f"Over {roles[0].n_tokens:,} tokens, in percent", style="bold")
    return rendered(Group(title, table))


def render_links(found: Sequence[Link], *, as_json: bool) -> str:
    """Return which heads link two words, the strongest first; ten of them as a table."""
    if as_json:
        return _lines(asdict(link) for link in found)
    table = _table("Layer", "Head", "From", "To")
    for name in ("Share", "Of other tokens", "Times equal shares"):
        table.add_column(name, justify="right")
    for link in found[:_MOST_LINKS]:
        figures = (f"{link.share:.1%}", f"{link.others:.1%}", f"{link.over_uniform:.1f}")
        table.add_row(str(link.layer), str(link.head), Text(link.source), Text(link.target), *figures)
    return rendered(table)


def render_map(maps: AttentionMaps, *, layer: int, head: int, as_json: bool) -> str:
    """Return the map of one head: whole for a short text, else what each token looks at most."""
    weights = maps.head(layer, head)
    if as_json:
        content = {
            "model": maps.model,
            "sha256": maps.sha256,
            "layer": layer,
            "head": head,
            "tokens": [asdict(token) for token in maps.tokens],
            "weights": [[round(float(share), 6) for share in row] for row in weights],
        }
        return _lines([content])
    names = [_cut(token.shown, _PIECE_CHARS) for token in maps.tokens]
    title = Text(f"Layer {layer}, head {head}: what each token looks at, in percent", style="bold")
    if len(names) <= _MOST_COLUMNS:
        table = _table("")
        for name in names:
            table.add_column(Text(name), justify="right", no_wrap=True)
        for name, row in zip(names, weights, strict=True):
            table.add_row(Text(name), *(_shaded(float(share)) for share in row))
        return rendered(Group(title, table))
    table = _table("Token", "Looks at")
    for name, row in zip(names, weights, strict=True):
        best = np.argsort(-row, kind="stable")[:_LOOKED_AT]
        table.add_row(Text(name), Text(", ".join(f"{names[i]} {_percent(float(row[i]))}" for i in best)))
    return rendered(Group(title, table))


def render_plane(plane: Plane, rows: Sequence[LabelledText], model: str, *, as_json: bool) -> str:
    """Return where each text stands on a plane."""
    places = [(round(float(x), 6) + 0.0, round(float(y), 6) + 0.0) for x, y in plane.points]
    if as_json:
        points = [
            {"text": row.text, "label": row.label, "x": x, "y": y}
            for row, (x, y) in zip(rows, places, strict=True)
        ]
        shares = [round(share, 6) for share in plane.explained]
        return _lines([{"model": model, "explained": shares, "points": points}])
    told = ", ".join(f"{share:.1%}" for share in plane.explained)
    words = f"Share of the variance along the axes: {told}." if told else "Only near points can be compared."
    table = _table("Text", "Label")
    for axis in ("x", "y"):
        table.add_column(axis, justify="right")
    for row, (x, y) in zip(rows, places, strict=True):
        table.add_row(Text(_cut(row.text, _NAME_CHARS)), Text(row.label), f"{x:.3f}", f"{y:.3f}")
    return rendered(Group(table, Text(words)))


def render_tokens(found: Sequence[TokenisedText], *, as_json: bool) -> str:
    """Return how a text is cut: every token for one model, a line for each of several."""
    if as_json:
        return _lines({**asdict(each), "tokens_per_word": each.tokens_per_word} for each in found)
    if len(found) == 1:
        return _tokens_of_one(found[0])
    table = _table("Model")
    for name in ("Tokens", "Per word"):
        table.add_column(name, justify="right")
    table.add_column("Pieces", overflow="fold")
    for each in found:
        pieces = " ".join(token.piece for token in each.tokens)
        table.add_row(Text(each.model), str(len(each.tokens)), _per_word(each), Text(pieces))
    return rendered(table)


def render_sizes(sizes: Sequence[NetworkSize], *, as_json: bool) -> str:
    """Return the parameters of networks by component, side by side, and the megabytes that they take."""
    if as_json:
        return _lines(
            {
                "name": size.name,
                "counted": size.counted,
                "components": dict(size.components),
                "total": size.total,
                "megabytes": {kind: round(size.megabytes(kind), 3) for kind in BYTES_OF},
            }
            for size in sizes
        )
    counted = dict.fromkeys(f"{size.name}: {size.counted}." for size in sizes)
    table = _table("Component")
    for size in sizes:
        table.add_column(Text(size.name), justify="right")
    components = list(dict.fromkeys(name for size in sizes for name in size.components))
    for i, name in enumerate(components):
        counts = (f"{size.components.get(name, 0):,}" for size in sizes)
        table.add_row(name, *counts, end_section=i + 1 == len(components))
    table.add_row("total", *(f"{size.total:,}" for size in sizes), style="bold")
    for kind in BYTES_OF:
        table.add_row(f"MB in {kind}", *(f"{size.megabytes(kind):,.1f}" for size in sizes))
    return rendered(Group(table, Text("\n".join(counted))))


def render_mask_figures(figures: MaskFigures, *, as_json: bool) -> str:
    """Return how well masked words are guessed, beside what the most frequent pieces come to."""
    if as_json:
        return _lines([as_plain(figures)])
    caption = (
        f"{figures.n:,} masked tokens of {figures.n_texts:,} texts; {figures.known:.1%} can be guessed. "
        "In brackets 95 % intervals over texts."
    )
    table = _table("Figure")
    for name in ("Head", "Most frequent pieces"):
        table.add_column(name, justify="right")
    for name, own, usual, form in (
        ("accuracy", figures.accuracy, figures.unigram_accuracy, ".1%"),
        ("among five", figures.top_5, figures.unigram_top_5, ".1%"),
        ("perplexity", figures.perplexity, figures.unigram_perplexity, ",.0f"),
    ):
        cells = (f"{each.value:{form}} ({each.low:{form}} to {each.high:{form}})" for each in (own, usual))
        table.add_row(name, *cells)
    return rendered(Group(table, Text(caption)))


def page_content(
    maps: AttentionMaps, roles: Sequence[HeadRole], found: Sequence[Link], *, roles_from: str
) -> dict[str, Any]:
    """Return what the page of an attention map is made of.

    Args:
        maps: of the text.
        roles: of all heads.
        found: links, the strongest first; may be empty.
        roles_from: whose tokens the roles were told from, in words.
    """
    n_layers, n_heads = maps.weights.shape[:2]
    shares = np.round(255 * np.sqrt(np.clip(maps.weights, 0, 1))).astype(np.uint8)
    return {
        "model": maps.model,
        "sha256": maps.sha256,
        "tokens": [{"shown": token.shown, "special": token.special} for token in maps.tokens],
        "n_layers": n_layers,
        "n_heads": n_heads,
        "shares": shares.tobytes(),
        "roles": [asdict(role) for role in roles],
        "roles_from": roles_from,
        "links": [asdict(link) for link in found],
    }


_SHORT: Final[Mapping[Target, str]] = {
    Target.SELF: "self",
    Target.PREVIOUS: "prev",
    Target.NEXT: "next",
    Target.FIRST: "first",
    Target.LAST: "last",
    Target.WORD: "word",
    Target.EQUAL: "equal",
    Target.PUNCTUATION: "punct",
}


def _tokens_of_one(found: TokenisedText) -> str:
    table = _table("#", "Piece", "Stands for")
    for name in ("Id", "Characters", "Word"):
        table.add_column(name, justify="right")
    for i, token in enumerate(found.tokens):
        where = "special" if token.special else f"{token.start}–{token.end}"
        word = "" if token.word is None else str(token.word + 1)
        table.add_row(str(i), Text(token.piece), Text(token.shown), str(token.id), where, word)
    return rendered(Group(table, Text(f"{found.model}: {_per_word(found)} tokens per word.")))


def _per_word(found: TokenisedText) -> str:
    return "–" if found.tokens_per_word is None else f"{found.tokens_per_word:.2f}"


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _shaded(share: float) -> Text:
    return Text(_percent(share), style="bold" if share >= _STRONG else "dim" if share < _STRONG / 10 else "")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _cut(text: str, most: int) -> str:
    words = " ".join(text.split()) or text
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _lines(rows: Any) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
