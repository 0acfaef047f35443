"""A command line with the training commands, and files small enough to train on within a test."""

import io
import json
import sys

import typer

from metier.cli.exits import exit_on_error
from metier.cli.skill_training import register
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.skills.taxonomy_files import dump_taxonomy
from tests.cli.conftest import Result
from tests.skills.architectures import tiny

QUICK = ("--steps", "4", "--evaluate-every", "2", "--batch-size", "4")


def runner(monkeypatch, capsys, tmp_path):
    """Return a function that runs one of the commands in this process, with the test's own settings."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("METIER_DATA_DIR", str(tmp_path / "data"))
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False)
    register(app)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["metier", "skills", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8"))
        code = 0
        try:
            with exit_on_error():
                app(list(map(str, arguments)))
        except SystemExit as exc:
            code = exc.code if isinstance(exc.code, int) else int(bool(exc.code))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def small_taxonomy():
    return Taxonomy("tiny", [TaxonomyEntry(skill) for skill in tiny.SKILLS])


def write_taxonomy(folder):
    path = folder / "tiny.json"
    path.write_text(dump_taxonomy(small_taxonomy()), encoding="utf-8")
    return path


def write_rows(path, rows=tiny.ROWS, *, complete=True):
    """Write labelled texts as `read_labelled` reads them, and return the path."""
    lines = [json.dumps({"text": row.text, "skills": dict(row.labels), "complete": complete}) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
