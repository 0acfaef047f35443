import hashlib
import json
import sqlite3

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.store.workspaces.database import Database


@pytest.fixture
def full(metier, team):
    """A log of four entries."""
    for number in range(3):
        metier("keys", "add", "--name", f"K{number}", "--role", "viewer")
    return team


@pytest.fixture
def tamper(service_file):
    """Change the log behind the service's back."""

    def tamper(statement):
        with sqlite3.connect(service_file, isolation_level=None) as connection:
            connection.execute("DROP TRIGGER log_no_change")
            connection.execute("DROP TRIGGER log_no_removal")
            connection.execute(statement)
        connection.close()

    return tamper


def test_a_log_as_it_was_written_is_clean(metier, full):
    result = metier("audit", "log")
    (row,) = result.rows
    assert (result.code, row["verdict"], row["subject"]) == (0, "clean", "log of Team")
    assert (row["figures"]["workspace"], row["figures"]["sound_entries"]) == (full, 4)
    assert row["figures"]["head"].startswith("4:")
    assert [finding["code"] for finding in row["findings"]] == ["log-end-unknown"]


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("statement", "broken_at", "reason"),
    [
        ("UPDATE log SET actor = 'key:other' WHERE number = 3", 3, "changed"),
        ("DELETE FROM log WHERE number = 2", 2, "missing"),
    ],
)
def test_a_log_that_was_changed_is_unsafe_and_says_where(metier, tamper, statement, broken_at, reason):
    tamper(statement)
    result = metier("audit", "log")
    (row,) = result.rows
    assert (result.code, row["verdict"]) == (1, "unsafe")
    assert row["findings"][0]["facts"] == {"broken_at": broken_at, "reason": reason}
    table = metier("audit", "log", "--format", "table")
    assert (table.code, f"Entry {broken_at}" in table.out) == (1, True)


@pytest.mark.usefixtures("full")
def test_a_cut_end_shows_against_a_noted_head_alone(metier, tamper):
    head = metier("audit", "log").rows[0]["figures"]["head"]
    metier("keys", "add", "--name", "K", "--role", "viewer")
    assert metier("audit", "log", "--noted", head).rows[0]["findings"] == []
    tamper("DELETE FROM log WHERE number > 2")
    assert metier("audit", "log").code == 0
    result = metier("audit", "log", "--noted", head)
    assert (result.code, result.rows[0]["findings"][0]["facts"]["broken_at"]) == (1, 3)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("noted", ["", "4", "x:y", f"4:{'g' * 64}", f"-1:{'0' * 64}"])
def test_what_is_no_head_is_refused(metier, noted):
    result = metier("audit", "log", f"--noted={noted}")
    assert (result.code, result.out) == (2, "")
    assert "--noted must be a head as this command prints it" in result.err


def test_all_workspaces_are_audited_and_the_worst_tells_the_exit_code(metier, full, tamper):
    other = metier("workspaces", "add", "Sales").out.strip()
    tamper(f"UPDATE log SET action = 'key.see' WHERE number = 2 AND workspace = '{full}'")
    result = metier("audit", "log")
    assert [(row["figures"]["workspace"], row["verdict"]) for row in result.rows] == [
        (other, "clean"),
        (full, "unsafe"),
    ]
    assert result.code == 1
    assert metier("audit", "log", "--workspace", "Sales").code == 0
    refused = metier("audit", "log", "--noted", f"0:{'0' * 64}")
    assert (refused.code, "Name one with --workspace" in refused.err) == (2, True)


@pytest.mark.usefixtures("full")
def test_an_export_can_be_verified_without_metier(metier, tmp_path):
    file = tmp_path / "log.jsonl"
    assert metier("audit", "log", "--export", file).code == 0
    before = "0" * 64
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    for number, entry in enumerate(entries, 1):
        assert (entry["number"], entry["previous_hash"]) == (number, before)
        before = entry.pop("hash")
        canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(canonical.encode()).hexdigest() == before
    assert metier("audit", "log").rows[0]["figures"]["head"] == f"4:{before}"


@pytest.mark.usefixtures("full")
def test_of_a_broken_log_the_sound_entries_are_exported(metier, tamper, tmp_path, monkeypatch):
    monkeypatch.setattr("metier.cli.audit_log._CHUNK", 2)
    tamper("UPDATE log SET details = 'no json' WHERE number = 4")
    file = tmp_path / "log.jsonl"
    assert metier("audit", "log", "--export", file).code == 1
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [1, 2, 3]


@pytest.mark.usefixtures("full")
def test_an_export_that_cannot_be_written_is_refused_first(metier, tmp_path):
    result = metier("audit", "log", "--export", tmp_path / "none" / "log.jsonl")
    assert (result.code, result.out) == (2, "")


def test_without_a_workspace_there_is_nothing_to_audit(metier, service_file):
    Database.open(str(service_file)).close()
    result = metier("audit", "log")
    assert result.code == 2
    assert "There is no workspace yet" in result.err
