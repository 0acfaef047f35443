"""Taxonomies of a workspace, the seats of candidates, and the banks of interviews.

An interview that was opened before has no seat: its candidate needs another link.
"""

from __future__ import annotations

from typing import Final

from metier._extras import require

revision: Final = "0002"
down_revision: Final = "0001"

_STATEMENTS: Final = (
    """
    CREATE TABLE taxonomies (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        n_skills INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        content TEXT NOT NULL,
        CONSTRAINT taxonomies_key PRIMARY KEY (workspace, id),
        CONSTRAINT taxonomies_one_workspace_sha256 UNIQUE (workspace, sha256),
        CONSTRAINT taxonomies_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    "ALTER TABLE workspaces ADD COLUMN taxonomy TEXT",
    "ALTER TABLE interviews ADD COLUMN seat_sha256 TEXT",
    "ALTER TABLE interviews ADD COLUMN bank TEXT",
    "CREATE UNIQUE INDEX interviews_by_seat_sha256 ON interviews (seat_sha256)",
)


def upgrade() -> None:
    """Make the table and the columns."""
    op = require("alembic.op")
    for statement in _STATEMENTS:
        op.execute(statement)
