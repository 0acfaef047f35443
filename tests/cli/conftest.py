import io
import json
import sys
from dataclasses import dataclass

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import main


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def own_settings(monkeypatch, tmp_path):
    """Let the command line see the test's own settings and data, and no one else's."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("METIER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def lone_command(own_settings):
    """Return a runner of one command without the tree around it; what it raises is in the result."""

    def lone_command(module, name):
        app = typer.Typer()
        app.callback()(lambda: None)
        module.register(app)
        return lambda *arguments: CliRunner().invoke(app, [name, *map(str, arguments)])

    return lone_command


@pytest.fixture
def metier(own_settings, monkeypatch, capsys):
    """Run the command line in this process, `metier("assess", path)`, with the test's own settings."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["metier", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = 0
        try:
            main()
        except SystemExit as exc:
            code = exc.code if isinstance(exc.code, int) else int(bool(exc.code))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def service_file(tmp_path):
    """The service's database that commands open without being told; it is not there yet."""
    return tmp_path / "data" / "metier.db"


@pytest.fixture
def team(service_file):
    """Return the id of the one workspace in that database."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    from metier.store.workspaces import workspaces
    from metier.store.workspaces.database import Database
    from metier.store.workspaces.log import Actor, ActorKind

    with Database.open(str(service_file)) as database, database.transaction() as transaction:
        return workspaces.add(transaction, Actor(ActorKind.OPERATOR), name="Team").id
