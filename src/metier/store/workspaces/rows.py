"""Rows as records, and pages of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

from metier.errors import InvalidInput, StoreDamaged
from metier.store.workspaces.ids import is_id, missing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from metier.store.workspaces.transaction import Transaction

R = TypeVar("R")

MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some records of a list.

    Attributes:
        items: in the order of the list.
        after: what to ask the next page with; None where this is the last.
    """

    items: tuple[R, ...]
    after: str | None


def every(page: Callable[..., Page[R]], *, after: str | None = None) -> Iterator[R]:
    """Yield the records of all pages, in their order.

    Args:
        page: returns a page; it takes `after` and `limit`.
        after: `Page.after` of a page, to begin behind it; None for the first.
    """
    while True:
        found = page(after=after, limit=MAX_LIMIT)
        yield from found.items
        after = found.after
        if after is None:
            return


def record_of(kind: type[R], row: Mapping[str, Any]) -> R:
    """Return a row as a record whose fields are named as the columns are.

    Raises:
        StoreDamaged: a column holds what its field cannot.
    """
    try:
        return kind(**{name: read(row[name]) for name, read in _readers(kind).items()})
    except (ValueError, TypeError, RecursionError) as exc:
        raise StoreDamaged(
            f"A row of {kind.__name__} is damaged: a field is not what it should be. Restore a backup."
        ) from exc


def columns_of(kind: type[Any], table: Table) -> list[Any]:
    """Return the columns that `record_of` needs, so that large ones are not read in vain."""
    return [table.c[name] for name in _readers(kind)]


def find(transaction: Transaction, kind: type[R], table: Table, *conditions: ColumnElement[bool]) -> R | None:
    """Return the one record that meets all conditions, or None."""
    columns = columns_of(kind, table)
    row = transaction.first(table.select().with_only_columns(*columns).where(*conditions))
    return None if row is None else record_of(kind, row)


def find_by_id(
    transaction: Transaction,
    kind: type[R],
    table: Table,
    *conditions: ColumnElement[bool],
    ids: tuple[str, str],
) -> R | None:
    """Return the record of a workspace and an id that meets all conditions, or None.

    A text that can be no id is not looked up.
    """
    if not all(map(is_id, ids)):
        return None
    mine = (table.c.workspace == ids[0], table.c.id == ids[1])
    return find(transaction, kind, table, *mine, *conditions)


def known_ids(name: str, ids: Sequence[str]) -> list[str]:
    """Return those of some ids that can be looked up.

    Raises:
        InvalidInput: more than 200; the message calls them `name`.
    """
    if len(ids) > MAX_LIMIT:
        raise InvalidInput(f"{name} must be at most {MAX_LIMIT}. Got {len(ids)}.")
    return list(filter(is_id, ids))


def find_several(
    transaction: Transaction,
    kind: type[R],
    table: Table,
    *conditions: ColumnElement[bool],
    workspace: str,
    ids: Sequence[str],
) -> dict[str, R]:
    """Return by id those records of a workspace that have one of some ids and meet all conditions.

    It is one query. Ids that no such record has are left out.

    Raises:
        NotFound: `workspace` can be no id.
        InvalidInput: more than 200 ids.
    """
    mine = (table.c.workspace == check_workspace(workspace), table.c.id.in_(known_ids("ids", ids)))
    rows = transaction.all(
        table.select().with_only_columns(*columns_of(kind, table)).where(*mine, *conditions)
    )
    return {row["id"]: record_of(kind, row) for row in rows}


def page_of(
    transaction: Transaction,
    kind: type[R],
    table: Table,
    *conditions: ColumnElement[bool],
    after: str | None,
    limit: int,
) -> Page[R]:
    """Return records by falling id, which is the latest first.

    Args:
        transaction: to read in.
        kind: of the records; it has an `id`.
        table: with a column `id`.
        conditions: what rows must meet; one of them names the workspace.
        after: `Page.after` of the page before; None for the first.
        limit: how many at most, 1 to 200.

    Raises:
        InvalidInput: `limit` is out of its range, or `after` is no such cursor.
    """
    check_limit(limit)
    if after is not None:
        if not is_id(after):
            raise bad_cursor()
        conditions = (*conditions, table.c.id < after)
    statement = table.select().with_only_columns(*columns_of(kind, table)).where(*conditions)
    rows = transaction.all(statement.order_by(table.c.id.desc()).limit(limit + 1))
    items = tuple(record_of(kind, row) for row in rows[:limit])
    return Page(items, rows[limit - 1]["id"] if len(rows) > limit else None)


def check_limit(limit: int) -> None:
    """Make sure that a page is of 1 to 200.

    Raises:
        InvalidInput: it is not.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"limit must be from 1 to {MAX_LIMIT}. Got {limit}.")


def bad_cursor() -> InvalidInput:
    """Return the error of a cursor that no page gave."""
    return InvalidInput("after must be what the page before gave. Leave it out for the first page.")


def check_workspace(workspace: str) -> str:
    """Return a workspace's id that can be looked up.

    Raises:
        NotFound: it can be no id.
    """
    if not is_id(workspace):
        raise missing("workspace", workspace)
    return workspace


def _find_readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


# The cast is for mypy, which holds that classes cannot be hashed.
_readers = cast("Callable[[Any], dict[str, Callable[[Any], Any]]]", cache(_find_readers))


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what makes a field out of a column: an enum, JSON or the value as it is."""
    inner = [one for one in get_args(hint) if one is not NoneType]
    may_be_none = NoneType in get_args(hint)
    if may_be_none:
        read = _reader(inner[0])
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is dict:
        return _mapping
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _same


def _same(value: Any) -> Any:
    return value


def _mapping(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError("no mapping")
    return value
