import os
import subprocess
import sys

import pytest

from metier.cli.exits import exit_on_error
from metier.errors import Cancelled, CorruptDocument, MetierError, MissingExtra, NotFound


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CorruptDocument("It is broken."), 2),
        (NotFound("It is not there."), 2),
        (MissingExtra("torch", "train"), 2),
        (Cancelled("It was stopped."), 130),
        (MetierError("It failed."), 4),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied"), 4),
        (RuntimeError("words of a document"), 70),
    ],
)
def test_each_error_is_a_line_and_an_exit_code(capsys, error, code):
    with pytest.raises(SystemExit) as caught, exit_on_error():
        raise error
    assert caught.value.code == code
    err = capsys.readouterr().err
    assert err.startswith("metier: ")
    assert err.count("\n") == 1
    assert "words of a document" not in err


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m metier skills taxonomy show --format json | head -1"
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0
    assert run.stderr == ""


def test_a_narrow_code_page_is_no_obstacle():
    command = [sys.executable, "-m", "metier", "skills", "detect", "--text", "питон", "--format", "table"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "питон" in run.stdout.decode()
