import io
import json
import sys
from dataclasses import dataclass

import pytest

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
def metier(monkeypatch, capsys, tmp_path):
    """Run the command line in this process, `metier("assess", path)`, with the test's own settings."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("METIER_DATA_DIR", str(tmp_path / "data"))

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
