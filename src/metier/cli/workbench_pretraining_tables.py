"""What tokenizers and pretrainings come to, for a terminal and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from metier.cli.tables import rendered

if TYPE_CHECKING:
    from metier.workbench.pretraining.pretrain import EpochFigures
    from metier.workbench.pretraining.tokenizers import TokenizerFigures

_SHARE: Final = "{:.1%}"
_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "perplexity": ("Perplexity", "{:,.1f}"),
    "masked_accuracy": ("Masked words right", _SHARE),
    "nsp_accuracy": ("Pairs right", _SHARE),
    "generator_perplexity": ("Generator's perplexity", "{:,.1f}"),
    "detector_accuracy": ("Tokens judged right", _SHARE),
    "replaced_f1": ("F1 of replaced", "{:.3f}"),
}


def render_epochs(epochs: Sequence[EpochFigures], *, best_step: int, as_json: bool) -> str:
    """Return the evaluations of a pretraining, one in a row; the one whose weights were kept is marked."""
    if as_json:
        rows = [
            {"step": each.step, "epoch": each.epoch, "loss": each.loss}
            | dict(each.figures)
            | {"kept": each.step == best_step}
            for each in epochs
        ]
        return "".join(f"{json.dumps(row)}\n" for row in rows)
    shown = {name: column for name, column in _COLUMNS.items() if epochs and name in epochs[0].figures}
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("Step", "Epoch", "Loss", *(title for title, _ in shown.values())):
        table.add_column(column, justify="right")
    table.add_column("")
    for each in epochs:
        figures = [form.format(each.figures[name]) for name, (_, form) in shown.items()]
        kept = "kept" if each.step == best_step else ""
        table.add_row(f"{each.step:,}", f"{each.epoch:.2g}", f"{each.loss:.3f}", *figures, kept)
    return rendered(table)


def render_tokenizer(figures: TokenizerFigures, *, as_json: bool) -> str:
    """Return what a trained tokenizer is and how it cuts held-out texts."""
    if as_json:
        return json.dumps(asdict(figures), ensure_ascii=False) + "\n"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for label, value in (
        ("Kind", figures.kind),
        ("Tokens", f"{figures.size:,}"),
        ("Tokens in a word", f"{figures.tokens_per_word:.2f} on held-out texts"),
        ("Unknown", f"{figures.unknown_share:.2%} of their tokens"),
    ):
        table.add_row(label, value)
    return rendered(table)
