"""Models for a terminal and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.table import Table

from metier.cli.tables import rendered
from metier.encoders.folder import ModelFolder
from metier.encoders.parameters import BYTES_OF


def render_models(folders: Mapping[str, ModelFolder], *, as_json: bool) -> str:
    """Return the models that are there, one in a row."""
    rows = [
        {
            "name": name,
            "task": folder.card.task,
            "base": folder.card.base,
            "languages": list(folder.card.languages),
            "license": folder.card.license,
            "bytes": folder_bytes(folder),
            "sha256": folder.sha256,
        }
        for name, folder in folders.items()
    ]
    if as_json:
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("Name", "Task", "Languages", "License"):
        table.add_column(column, overflow="fold")
    table.add_column("Size", justify="right")
    table.add_column("Base", ratio=1)
    for name, folder in folders.items():
        card = folder.card
        size = f"{folder_bytes(folder) / 1e6:.1f} MB"
        table.add_row(name, card.task, " ".join(card.languages) or "-", card.license, size, card.base)
    return rendered(table)


def render_card(folder: ModelFolder, *, as_json: bool) -> str:
    """Return all that the card of a model says."""
    card = folder.card
    if as_json:
        return json.dumps({**asdict(card), "sha256": folder.sha256}, ensure_ascii=False) + "\n"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label, value in (
        ("Name", card.name),
        ("Task", card.task),
        ("Base", card.base),
        ("License", card.license),
        ("Languages", ", ".join(card.languages) or "not stated"),
        ("Vectors", f"{card.dim} numbers"),
        ("Rows", f"at most {card.max_tokens} tokens"),
        ("Prefixes", ", ".join(f"{kind}: {prefix!r}" for kind, prefix in card.prefixes.items()) or "none"),
        ("Made with", card.command),
        ("Shaped by", "\n".join(card.training_data) or "nothing beyond its base"),
        (
            "Measured",
            "\n".join(f"{name}: {_plain(value)}" for name, value in card.metrics.items()) or "nothing",
        ),
        ("Files", "\n".join(f"{name}  {entry.bytes:,} bytes" for name, entry in card.files.items())),
        ("SHA-256", folder.sha256),
    ):
        table.add_row(label, value)
    return rendered(table)


def render_parameters(folder: ModelFolder, *, as_json: bool) -> str:
    """Return how many parameters each component of a model holds, and how many bytes they would take."""
    counts = {**folder.card.parameters, "total": sum(folder.card.parameters.values())}
    rows = [
        {"component": name, "parameters": count} | {kind: count * size for kind, size in BYTES_OF.items()}
        for name, count in counts.items()
    ]
    if as_json:
        return "".join(f"{json.dumps(row)}\n" for row in rows)
    on_disk = (
        f"Bytes if each number took as many as the column says. On disk: {folder_bytes(folder):,} bytes."
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=on_disk, caption_justify="left")
    table.add_column("Component")
    for column in ("Parameters", *BYTES_OF):
        table.add_column(column, justify="right")
    for row in rows:
        name, *numbers = row.values()
        table.add_row(str(name), *(f"{number:,}" for number in numbers), end_section=row in rows[-2:-1])
    return rendered(table)


def folder_bytes(folder: ModelFolder) -> int:
    """Return the size of all files that the card lists."""
    return sum(entry.bytes for entry in folder.card.files.values())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return str(value)
