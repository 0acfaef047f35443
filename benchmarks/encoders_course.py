"""Runs the exercises of the course on encoders and writes what they print into their page.

    python benchmarks/encoders_course.py                 # all, about 20 minutes on two cores
    python benchmarks/encoders_course.py --only tokens   # those whose name holds "tokens"

Each `console` block of the page of exercises that is followed by a line `<!-- output: NAME -->` is run in
a new folder that holds the examples, and its output goes below that line, in place of what stood there.
Blocks that need a model hub are left out; what a command writes into `runs/` is there for the ones after it.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "encoders" / "exercises.md"
HUB = "*Needs a model hub.*"
EXERCISE = re.compile(
    r"(?P<console>```console\n(?P<lines>.*?)```\n\n)(?P<marker><!-- output: (?P<name>[\w-]+) -->\n)"
    r"(?P<old>\n```text\n.*?```\n)?",
    re.DOTALL,
)
WIDTH = "110"
REFUSED = 4
FIRST, LAST = 6, 5
METIER = "import sys; from metier.cli import main; sys.argv = ['metier', *sys.argv[1:]]; main()"


def main() -> None:
    """Run what was asked for and write the page anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="run those whose name holds this word")
    parser.add_argument("--work", type=Path, default=Path("build/course"), help="where commands run")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "examples").exists():
        (work / "examples").symlink_to(ROOT / "examples")
    parts = re.split(r"(?m)^(?=## \d+\. )", PAGE.read_text(encoding="utf-8"))
    for i, part in enumerate(parts):
        fill = partial(filled, work=work, only=arguments.only, hub=HUB in part)
        parts[i] = EXERCISE.sub(fill, part)
        PAGE.write_text("".join(parts), encoding="utf-8", newline="\n")


def filled(found: re.Match[str], *, work: Path, only: str, hub: bool) -> str:
    """Return a block with its output; as it stands if it is not asked for or needs a hub."""
    if hub or only not in found["name"]:
        return found[0]
    commands = [line[2:] for line in found["lines"].splitlines() if line.startswith("$ ")]
    outputs = [run(command, work) for command in commands]
    shown = [
        f"$ {short(command)}\n{output}" if len(commands) > 1 else output
        for command, output in zip(commands, outputs, strict=True)
    ]
    text = "\n\n".join(part.strip("\n") for part in shown)
    return f"{found['console']}{found['marker']}\n```text\n{text}\n```\n"


def run(command: str, work: Path) -> str:
    """Return what a command prints as a table; what it says last where it refuses.

    A fault of the command itself ends the script.
    """
    program, *words = shlex.split(command)
    print(f"$ {command}", file=sys.stderr, flush=True)
    clear(words, work)
    start = [sys.executable] if program == "python" else [sys.executable, "-c", METIER]
    environment = {**os.environ, "COLUMNS": WIDTH, "HF_HUB_OFFLINE": "1"}
    found = subprocess.run(
        [*start, *words, *(as_table(words) if program == "metier" else [])],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode not in {0, REFUSED}:
        sys.exit(f"{command}\nended with {found.returncode}:\n{found.stderr}")
    if found.returncode:
        return found.stderr.strip().splitlines()[-1]
    return "\n".join(shortened([line.rstrip() for line in found.stdout.strip("\n").splitlines()]))


def clear(words: list[str], work: Path) -> None:
    """Delete what a command wrote before, unless it is a run, which goes on."""
    if "--output" not in words:
        return
    output = work / words[words.index("--output") + 1]
    if output.is_dir() and not (output / "run").is_dir():
        shutil.rmtree(output)


def shortened(lines: list[str]) -> list[str]:
    """Return an output without the middle of a long table of epochs."""
    if len(lines) <= FIRST + LAST or "Epoch" not in lines[0]:
        return lines
    return [*lines[:FIRST], "  ...", *lines[-LAST:]]


def as_table(words: list[str]) -> list[str]:
    """Return what asks a command for a table, which is what a reader sees on a terminal."""
    return [] if "--format" in words or "tokenizer" in words else ["--format", "table"]


def short(command: str) -> str:
    """Return a command without what stands in the block above already."""
    words = command.split()
    return command if len(words) < 14 else " ".join([*words[:3], "...", *words[-4:]])


if __name__ == "__main__":
    main()
