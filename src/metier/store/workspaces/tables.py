"""The tables as they are now; `migrations` leads to them.

All rows but those of `workspaces` belong to a workspace, and keys refer to it along with the id, so that no
row can refer to one of another workspace. Times are texts that sort as moments do. Large columns come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require

if TYPE_CHECKING:
    from sqlalchemy import MetaData

_ID: Final = ("workspace Text", "id Text")
# Name of the table: its columns with their types, a ? where they may be null; the columns of its primary key;
# those of its unique constraints.
_COLUMNS: Final[dict[str, tuple[Sequence[str], Sequence[str], Sequence[Sequence[str]]]]] = {
    "workspaces": (("id Text", "name Text", "created_at Text", "taxonomy Text?"), ("id",), ()),
    "taxonomies": (
        (*_ID, "name Text", "sha256 Text", "n_skills Integer", "created_at Text", "content Text"),
        ("workspace", "id"),
        (("workspace", "sha256"),),
    ),
    "people": (
        (*_ID, "name Text", "external_id Text?", "created_at Text", "erased_at Text?"),
        ("workspace", "id"),
        (("workspace", "external_id"),),
    ),
    "documents": (
        (
            *_ID,
            "person Text?",
            "role Text",
            "name Text",
            "sha256 Text?",
            "size BigInteger",
            "created_at Text",
            "erased_at Text?",
            "details Text",
            "text LargeBinary?",
            "content LargeBinary?",
        ),
        ("workspace", "id"),
        (("workspace", "sha256"),),
    ),
    "vacancies": (
        (*_ID, "title Text", "document Text", "state Text", "created_at Text", "closed_at Text?"),
        ("workspace", "id"),
        (),
    ),
    "assessments": (
        (
            *_ID,
            "document Text",
            "vacancy Text?",
            "status Text",
            "score Double?",
            "similarity Double?",
            "months Integer?",
            "metier_version Text",
            "model Text",
            "model_sha256 Text",
            "taxonomy Text",
            "taxonomy_sha256 Text",
            "as_of Text",
            "options Text",
            "inputs Text",
            "inputs_sha256 Text",
            "record_sha256 Text",
            "created_at Text",
            "replaced_at Text?",
            "erased_at Text?",
            "record Text?",
        ),
        ("workspace", "id"),
        (),
    ),
    "interviews": (
        (
            *_ID,
            "person Text?",
            "vacancy Text?",
            "state Text",
            "version Integer",
            "options Text",
            "created_at Text",
            "started_at Text?",
            "ended_at Text?",
            "erased_at Text?",
            "link_sha256 Text?",
            "link_expires_at Text?",
            "link_used_at Text?",
            "seat_sha256 Text?",
            "content Text?",
            "bank Text?",
        ),
        ("workspace", "id"),
        (("link_sha256",),),
    ),
    "decisions": (
        (
            *_ID,
            "vacancy Text",
            "document Text",
            "kind Text",
            "assessment Text?",
            "undoes Text?",
            "undone_at Text?",
            "actor Text",
            "created_at Text",
            "note Text",
        ),
        ("workspace", "id"),
        (),
    ),
    "keys": (
        (
            *_ID,
            "prefix Text",
            "secret_sha256 Text",
            "role Text",
            "name Text",
            "created_at Text",
            "expires_at Text?",
            "last_used_at Text?",
            "revoked_at Text?",
        ),
        ("workspace", "id"),
        (("prefix",),),
    ),
    "sessions": (
        (*_ID, "key Text", "token_sha256 Text", "created_at Text", "expires_at Text", "ended_at Text?"),
        ("workspace", "id"),
        (("token_sha256",),),
    ),
    "jobs": (
        (
            *_ID,
            "kind Text",
            "key Text?",
            "person Text?",
            "state Text",
            "priority Integer",
            "attempts Integer",
            "max_attempts Integer",
            "claims Integer",
            "not_before Text",
            "worker Text?",
            "heartbeat_at Text?",
            "lease_until Text?",
            "cancel_requested Boolean",
            "done Integer",
            "total Integer?",
            "message Text",
            "created_at Text",
            "started_at Text?",
            "ended_at Text?",
            "payload Text",
            "result Text",
        ),
        ("workspace", "id"),
        (("workspace", "kind", "key"),),
    ),
    "job_steps": (
        ("workspace Text", "job Text", "step Text", "done_at Text", "result Text"),
        ("workspace", "job", "step"),
        (),
    ),
    "log": (
        (
            "workspace Text",
            "number Integer",
            "at Text",
            "actor Text",
            "action Text",
            "subject Text",
            "model Text",
            "result Text",
            "details Text",
            "previous_hash Text",
            "hash Text",
        ),
        ("workspace", "number"),
        (),
    ),
    "retention": (
        ("workspace Text", "kind Text", "days Integer", "changed_at Text"),
        ("workspace", "kind"),
        (),
    ),
    "idempotency": (
        (
            "workspace Text",
            "key Text",
            "request_sha256 Text",
            "status Integer",
            "result Text",
            "created_at Text",
        ),
        ("workspace", "key"),
        (),
    ),
}
# Column that holds an id: the table it is of. `workspaces.taxonomy` is not here, since SQLite adds no key of
# two columns to a table that is there: `taxonomies.use` checks it, and taxonomies are never removed.
_REFERENCES: Final[dict[str, dict[str, str]]] = {
    "documents": {"person": "people"},
    "vacancies": {"document": "documents"},
    "assessments": {"document": "documents", "vacancy": "vacancies"},
    "interviews": {"person": "people", "vacancy": "vacancies"},
    "decisions": {
        "vacancy": "vacancies",
        "document": "documents",
        "assessment": "assessments",
        "undoes": "decisions",
    },
    "sessions": {"key": "keys"},
    "jobs": {"person": "people"},
    "job_steps": {"job": "jobs"},
}
_INDEXES: Final[dict[str, Sequence[Sequence[str]]]] = {
    "documents": (("workspace", "person"), ("workspace", "created_at")),
    "assessments": (("workspace", "document"), ("workspace", "vacancy", "score")),
    "interviews": (("workspace", "person"),),
    "decisions": (("workspace", "vacancy", "document"), ("workspace", "document")),
    "jobs": (("state", "priority", "id"), ("workspace", "state"), ("workspace", "person")),
    "idempotency": (("workspace", "created_at"),),
}
# What is unique in a column that came later: to a table that is there SQLite adds an index, no constraint.
_UNIQUE_INDEXES: Final[dict[str, Sequence[Sequence[str]]]] = {"interviews": (("seat_sha256",),)}


@cache
def metadata() -> MetaData:
    """Return all tables.

    Raises:
        MissingExtra: SQLAlchemy is not installed.
    """
    sa = require("sqlalchemy")
    made: MetaData = sa.MetaData(
        naming_convention={
            "pk": "%(table_name)s_key",
            "uq": "%(table_name)s_one_%(column_0_N_name)s",
            "fk": "%(table_name)s_of_%(column_0_N_name)s",
            "ix": "%(table_name)s_by_%(column_0_N_name)s",
        }
    )
    for name, (columns, primary, unique) in _COLUMNS.items():
        sa.Table(
            name,
            made,
            *[_column(sa, column) for column in columns],
            sa.PrimaryKeyConstraint(*primary),
            *[sa.UniqueConstraint(*names) for names in unique],
            *_references(sa, name),
            *[sa.Index(None, *names) for names in _INDEXES.get(name, ())],
            *[sa.Index(None, *names, unique=True) for names in _UNIQUE_INDEXES.get(name, ())],
        )
    return made


def _column(sa: Any, words: str) -> Any:
    name, kind = words.split()
    return sa.Column(name, getattr(sa, kind.rstrip("?"))(), nullable=kind.endswith("?"))


def _references(sa: Any, name: str) -> list[Any]:
    made = [] if name == "workspaces" else [sa.ForeignKeyConstraint(["workspace"], ["workspaces.id"])]
    for column, there in _REFERENCES.get(name, {}).items():
        made.append(sa.ForeignKeyConstraint(["workspace", column], [f"{there}.workspace", f"{there}.id"]))
    return made
