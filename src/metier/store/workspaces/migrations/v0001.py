"""The first tables, and the triggers that keep the log from being changed."""

from __future__ import annotations

from typing import Final

from metier._extras import require

revision: Final = "0001"
down_revision: Final = None

# `{bytes}` is the one type that the two databases have no common name for.
_TABLES: Final = (
    """
    CREATE TABLE workspaces (
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        CONSTRAINT workspaces_key PRIMARY KEY (id)
    )""",
    """
    CREATE TABLE idempotency (
        workspace TEXT NOT NULL,
        key TEXT NOT NULL,
        request_sha256 TEXT NOT NULL,
        status INTEGER NOT NULL,
        result TEXT NOT NULL,
        created_at TEXT NOT NULL,
        CONSTRAINT idempotency_key PRIMARY KEY (workspace, key),
        CONSTRAINT idempotency_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    "CREATE INDEX idempotency_by_workspace_created_at ON idempotency (workspace, created_at)",
    """
    CREATE TABLE keys (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        prefix TEXT NOT NULL,
        secret_sha256 TEXT NOT NULL,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        last_used_at TEXT,
        revoked_at TEXT,
        CONSTRAINT keys_key PRIMARY KEY (workspace, id),
        CONSTRAINT keys_one_prefix UNIQUE (prefix),
        CONSTRAINT keys_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    """
    CREATE TABLE log (
        workspace TEXT NOT NULL,
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        model TEXT NOT NULL,
        result TEXT NOT NULL,
        details TEXT NOT NULL,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT log_key PRIMARY KEY (workspace, number),
        CONSTRAINT log_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    """
    CREATE TABLE people (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        external_id TEXT,
        created_at TEXT NOT NULL,
        erased_at TEXT,
        CONSTRAINT people_key PRIMARY KEY (workspace, id),
        CONSTRAINT people_one_workspace_external_id UNIQUE (workspace, external_id),
        CONSTRAINT people_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    """
    CREATE TABLE retention (
        workspace TEXT NOT NULL,
        kind TEXT NOT NULL,
        days INTEGER NOT NULL,
        changed_at TEXT NOT NULL,
        CONSTRAINT retention_key PRIMARY KEY (workspace, kind),
        CONSTRAINT retention_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id)
    )""",
    """
    CREATE TABLE documents (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        person TEXT,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT,
        size BIGINT NOT NULL,
        created_at TEXT NOT NULL,
        erased_at TEXT,
        details TEXT NOT NULL,
        text {bytes},
        content {bytes},
        CONSTRAINT documents_key PRIMARY KEY (workspace, id),
        CONSTRAINT documents_one_workspace_sha256 UNIQUE (workspace, sha256),
        CONSTRAINT documents_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT documents_of_workspace_person FOREIGN KEY (workspace, person)
            REFERENCES people (workspace, id)
    )""",
    "CREATE INDEX documents_by_workspace_created_at ON documents (workspace, created_at)",
    "CREATE INDEX documents_by_workspace_person ON documents (workspace, person)",
    """
    CREATE TABLE jobs (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        key TEXT,
        person TEXT,
        state TEXT NOT NULL,
        priority INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        max_attempts INTEGER NOT NULL,
        claims INTEGER NOT NULL,
        not_before TEXT NOT NULL,
        worker TEXT,
        heartbeat_at TEXT,
        lease_until TEXT,
        cancel_requested BOOLEAN NOT NULL,
        done INTEGER NOT NULL,
        total INTEGER,
        message TEXT NOT NULL,
        created_at TEXT NOT NULL,
        started_at TEXT,
        ended_at TEXT,
        payload TEXT NOT NULL,
        result TEXT NOT NULL,
        CONSTRAINT jobs_key PRIMARY KEY (workspace, id),
        CONSTRAINT jobs_one_workspace_kind_key UNIQUE (workspace, kind, key),
        CONSTRAINT jobs_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT jobs_of_workspace_person FOREIGN KEY (workspace, person)
            REFERENCES people (workspace, id)
    )""",
    "CREATE INDEX jobs_by_state_priority_id ON jobs (state, priority, id)",
    "CREATE INDEX jobs_by_workspace_person ON jobs (workspace, person)",
    "CREATE INDEX jobs_by_workspace_state ON jobs (workspace, state)",
    """
    CREATE TABLE sessions (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        key TEXT NOT NULL,
        token_sha256 TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        ended_at TEXT,
        CONSTRAINT sessions_key PRIMARY KEY (workspace, id),
        CONSTRAINT sessions_one_token_sha256 UNIQUE (token_sha256),
        CONSTRAINT sessions_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT sessions_of_workspace_key FOREIGN KEY (workspace, key)
            REFERENCES keys (workspace, id)
    )""",
    """
    CREATE TABLE job_steps (
        workspace TEXT NOT NULL,
        job TEXT NOT NULL,
        step TEXT NOT NULL,
        done_at TEXT NOT NULL,
        result TEXT NOT NULL,
        CONSTRAINT job_steps_key PRIMARY KEY (workspace, job, step),
        CONSTRAINT job_steps_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT job_steps_of_workspace_job FOREIGN KEY (workspace, job)
            REFERENCES jobs (workspace, id)
    )""",
    """
    CREATE TABLE vacancies (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        document TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at TEXT NOT NULL,
        closed_at TEXT,
        CONSTRAINT vacancies_key PRIMARY KEY (workspace, id),
        CONSTRAINT vacancies_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT vacancies_of_workspace_document FOREIGN KEY (workspace, document)
            REFERENCES documents (workspace, id)
    )""",
    """
    CREATE TABLE assessments (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        document TEXT NOT NULL,
        vacancy TEXT,
        status TEXT NOT NULL,
        score DOUBLE PRECISION,
        similarity DOUBLE PRECISION,
        months INTEGER,
        metier_version TEXT NOT NULL,
        model TEXT NOT NULL,
        model_sha256 TEXT NOT NULL,
        taxonomy TEXT NOT NULL,
        taxonomy_sha256 TEXT NOT NULL,
        as_of TEXT NOT NULL,
        options TEXT NOT NULL,
        inputs TEXT NOT NULL,
        inputs_sha256 TEXT NOT NULL,
        record_sha256 TEXT NOT NULL,
        created_at TEXT NOT NULL,
        replaced_at TEXT,
        erased_at TEXT,
        record TEXT,
        CONSTRAINT assessments_key PRIMARY KEY (workspace, id),
        CONSTRAINT assessments_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT assessments_of_workspace_document FOREIGN KEY (workspace, document)
            REFERENCES documents (workspace, id),
        CONSTRAINT assessments_of_workspace_vacancy FOREIGN KEY (workspace, vacancy)
            REFERENCES vacancies (workspace, id)
    )""",
    "CREATE INDEX assessments_by_workspace_document ON assessments (workspace, document)",
    "CREATE INDEX assessments_by_workspace_vacancy_score ON assessments (workspace, vacancy, score)",
    """
    CREATE TABLE interviews (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        person TEXT,
        vacancy TEXT,
        state TEXT NOT NULL,
        version INTEGER NOT NULL,
        options TEXT NOT NULL,
        created_at TEXT NOT NULL,
        started_at TEXT,
        ended_at TEXT,
        erased_at TEXT,
        link_sha256 TEXT,
        link_expires_at TEXT,
        link_used_at TEXT,
        content TEXT,
        CONSTRAINT interviews_key PRIMARY KEY (workspace, id),
        CONSTRAINT interviews_one_link_sha256 UNIQUE (link_sha256),
        CONSTRAINT interviews_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT interviews_of_workspace_person FOREIGN KEY (workspace, person)
            REFERENCES people (workspace, id),
        CONSTRAINT interviews_of_workspace_vacancy FOREIGN KEY (workspace, vacancy)
            REFERENCES vacancies (workspace, id)
    )""",
    "CREATE INDEX interviews_by_workspace_person ON interviews (workspace, person)",
    """
    CREATE TABLE decisions (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        vacancy TEXT NOT NULL,
        document TEXT NOT NULL,
        kind TEXT NOT NULL,
        assessment TEXT,
        undoes TEXT,
        undone_at TEXT,
        actor TEXT NOT NULL,
        created_at TEXT NOT NULL,
        note TEXT NOT NULL,
        CONSTRAINT decisions_key PRIMARY KEY (workspace, id),
        CONSTRAINT decisions_of_workspace FOREIGN KEY (workspace)
            REFERENCES workspaces (id),
        CONSTRAINT decisions_of_workspace_vacancy FOREIGN KEY (workspace, vacancy)
            REFERENCES vacancies (workspace, id),
        CONSTRAINT decisions_of_workspace_document FOREIGN KEY (workspace, document)
            REFERENCES documents (workspace, id),
        CONSTRAINT decisions_of_workspace_assessment FOREIGN KEY (workspace, assessment)
            REFERENCES assessments (workspace, id),
        CONSTRAINT decisions_of_workspace_undoes FOREIGN KEY (workspace, undoes)
            REFERENCES decisions (workspace, id)
    )""",
    "CREATE INDEX decisions_by_workspace_document ON decisions (workspace, document)",
    "CREATE INDEX decisions_by_workspace_vacancy_document ON decisions (workspace, vacancy, document)",
)
# No REPLACE either: it would remove an entry without the trigger on removal.
_SQLITE_TRIGGERS: Final = (
    """
    CREATE TRIGGER log_no_change BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'entries of the log are never changed'); END""",
    """
    CREATE TRIGGER log_no_removal BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'entries of the log are never removed'); END""",
    """
    CREATE TRIGGER log_in_order BEFORE INSERT ON log
    WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM log WHERE workspace = NEW.workspace)
    BEGIN SELECT RAISE(ABORT, 'entries of the log follow each other'); END""",
)
_POSTGRES_TRIGGERS: Final = (
    """
    CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries of the log are never changed or removed'; END $$""",
    """
    CREATE TRIGGER log_no_change BEFORE UPDATE OR DELETE ON log
    FOR EACH ROW EXECUTE FUNCTION log_refuse()""",
    """
    CREATE TRIGGER log_no_removal BEFORE TRUNCATE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()""",
)


def upgrade() -> None:
    """Make the tables."""
    op = require("alembic.op")
    on_sqlite = op.get_context().dialect.name == "sqlite"
    for statement in _TABLES:
        op.execute(statement.format(bytes="BLOB" if on_sqlite else "BYTEA"))
    for statement in _SQLITE_TRIGGERS if on_sqlite else _POSTGRES_TRIGGERS:
        op.execute(statement)
