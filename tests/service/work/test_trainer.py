"""The program that a worker trains with, which goes away when its worker does."""

import os
import subprocess
import sys
import time
from pathlib import Path

from metier.service.work import trainer

WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, {trainer!r}, "words"], stdin=subprocess.PIPE, cwd={folder!r},
    stderr=subprocess.DEVNULL, env={{"PYTHONPATH": {folder!r}}})
time.sleep(60)
"""


def test_the_program_ends_when_its_worker_is_killed(tmp_path):
    pid = tmp_path / "pid"
    (tmp_path / "metier.py").write_text(
        f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    code = WORKER.format(trainer=trainer.__file__, folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", code]) as worker:
        wait_until(lambda: pid.exists() and pid.read_text())
        worker.kill()
    wait_until(lambda: not is_there(int(pid.read_text())))


def test_the_program_runs_the_command_line_with_its_arguments():
    command = [sys.executable, "-m", "metier.service.work.trainer", "--version"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        said = process.stdout.read()
        assert process.wait(60) == 0
    assert said.strip()


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # Nobody may be there to take leave of it.
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
