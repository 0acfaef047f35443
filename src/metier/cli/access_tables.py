"""Workspaces and keys for a terminal and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from metier.cli.tables import rendered
from metier.report.page import showable
from metier.store.workspaces.keys import ApiKey
from metier.store.workspaces.workspaces import Workspace

_MINUTE_CHARS: Final = len("2026-11-22T13:45")


def render_workspaces(workspaces: Sequence[Workspace], *, as_json: bool) -> str:
    """Return workspaces, one in a row; nothing for none."""
    if as_json:
        return "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in workspaces)
    if not workspaces:
        return ""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("Id", "Added"):
        table.add_column(column, no_wrap=True)
    table.add_column("Name", ratio=1, overflow="fold")
    for one in workspaces:
        table.add_row(one.id, _minute(one.created_at), showable(one.name))
    return rendered(table)


def render_keys(keys: Sequence[ApiKey], at: str, *, as_json: bool) -> str:
    """Return keys, one in a row, with whether each works at a moment; nothing for none."""
    if as_json:
        rows = ({**asdict(key), "works": key.works(at)} for key in keys)
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    if not keys:
        return ""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("Id", "Role", "State", "Last used"):
        table.add_column(column, no_wrap=True)
    table.add_column("Name", ratio=1, overflow="fold")
    for key in keys:
        used = "never" if key.last_used_at is None else _minute(key.last_used_at)
        table.add_row(key.id, key.role.value, _state(key, at), used, showable(key.name))
    return rendered(table)


def _state(key: ApiKey, at: str) -> str:
    if key.revoked_at is not None:
        return f"revoked {_minute(key.revoked_at)}"
    if key.expires_at is None:
        return "works"
    return f"{'until' if key.works(at) else 'over since'} {_minute(key.expires_at)}"


def _minute(at: str) -> str:
    return at[:_MINUTE_CHARS].replace("T", " ")
