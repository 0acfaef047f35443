import json

from metier.cli.access_tables import render_keys, render_workspaces
from metier.store.workspaces.keys import ApiKey, KeyRole
from metier.store.workspaces.workspaces import Workspace

NOW = "2026-03-01T12:00:00.000000Z"
PAST, FUTURE = "2026-02-01T08:30:00.000000Z", "2026-04-01T08:30:00.000000Z"


def key(name, **times):
    fields = {"expires_at": None, "last_used_at": None, "revoked_at": None} | times
    return ApiKey("0" * 26, "1" * 26, "prefix", KeyRole.VIEWER, name, PAST, **fields)


def states(*keys):
    rows = render_keys(keys, NOW, as_json=False).splitlines()[2:]
    return {row.split()[-1]: row for row in rows if row.strip()}


def test_keys_say_whether_they_work():
    rows = states(
        key("a"),
        key("b", expires_at=FUTURE, last_used_at=PAST),
        key("c", expires_at=PAST),
        key("d", expires_at=FUTURE, revoked_at=PAST),
    )
    assert "works" in rows["a"]
    assert "never" in rows["a"]
    assert "until 2026-04-01 08:30" in rows["b"]
    assert "2026-02-01 08:30" in rows["b"]
    assert "over since 2026-02-01 08:30" in rows["c"]
    assert "revoked 2026-02-01 08:30" in rows["d"]


def test_keys_as_json_hold_all_that_is_known_and_no_secret():
    row = json.loads(render_keys([key("a", expires_at=NOW)], NOW, as_json=True))
    assert row["works"] is False
    assert set(row) - {"works"} == set(ApiKey.__slots__)


def test_names_cannot_command_a_terminal():
    named = "\x1b[2J\u202e"
    assert "\x1b" not in render_keys([key(named)], NOW, as_json=False)
    assert "\x1b" not in render_workspaces([Workspace("0" * 26, named, PAST, None)], as_json=False)


def test_nothing_is_shown_of_nothing():
    for as_json in (True, False):
        assert render_keys([], NOW, as_json=as_json) == render_workspaces([], as_json=as_json) == ""
