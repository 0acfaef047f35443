"""The folder of a training run: what it was started with, its log, its checkpoints, its result."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput, ModelFormatError
from metier.training.checkpoint import write_json
from metier.training.durable import UNFINISHED, flush_file, remove_unfinished

_CONFIG: Final = "config.json"
_LOG: Final = "log.jsonl"
_SUMMARY: Final = "summary.json"
_RECORDED: Final = "recorded"
_PACKAGES: Final = ("metier", "torch", "accelerate", "transformers", "peft", "safetensors", "numpy")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder with `config.json`, `log.jsonl`, `curves.svg`, `checkpoints/`, `best/` and `summary.json`.

    Attributes:
        path: it need not be there before `start`.
    """

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """Folder of the best weights."""
        return self.path / "best"

    @property
    def curves(self) -> Path:
        """Drawing of losses and scores."""
        return self.path / "curves.svg"

    def check(self, config: Mapping[str, Any]) -> None:
        """Hold what a call asks for against what the run was started with, if it was.

        Args:
            config: plain values; what stands under "recorded" is not compared.

        Raises:
            InvalidInput: a field differs, or the folder holds something else than a run.
            ModelFormatError: `config.json` is damaged.
        """
        if not (self.path / _CONFIG).is_file():
            if self.path.exists() and not self.path.is_dir():
                raise InvalidInput(f"{self.path} must be a folder. Name another one.")
            if self.path.is_dir() and not all(path.name.endswith(UNFINISHED) for path in self.path.iterdir()):
                raise InvalidInput(f"{self.path} must be empty or hold a run. Name another folder.")
            return
        before = dict(_fields(self._read(_CONFIG)))
        now = dict(_fields(json.loads(json.dumps(config))))
        for name in sorted(before.keys() | now.keys()):
            if before.get(name) != now.get(name):
                raise InvalidInput(
                    f"{name} of the run in {self.path} is {before.get(name)!r}. Got {now.get(name)!r}; "
                    "resume with the same value, or name another folder."
                )

    def start(self, config: Mapping[str, Any]) -> None:
        """Make the folder and write what the run is started with, unless that is there already."""
        self.path.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.path)
        if not (self.path / _CONFIG).is_file():  # first of all: without it the folder is not known as a run
            write_json(self.path / _CONFIG, config)
        for folder in (self.checkpoints, self.best):
            folder.mkdir(exist_ok=True)
            remove_unfinished(folder)

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a line to the log; numbers that are not finite become null."""
        line = json.dumps(_finite(record), ensure_ascii=False, allow_nan=False)
        with (self.path / _LOG).open("a", encoding="utf-8", newline="\n") as log:
            log.write(line + "\n")

    def flush_log(self) -> int:
        """Bring the log onto the disk and return its size in bytes."""
        (self.path / _LOG).touch()
        return flush_file(self.path / _LOG)

    def cut_log(self, size: int) -> None:
        """Take off the log what was written after it had a size.

        Raises:
            ModelFormatError: it is shorter.
        """
        log = self.path / _LOG
        if size and (not log.is_file() or log.stat().st_size < size):
            raise ModelFormatError(f"{log} must have at least {size:,} bytes. Put it back, or start anew.")
        log.touch()
        os.truncate(log, size)

    def log(self) -> list[dict[str, Any]]:
        """Return the records of the log, oldest first; none if it is not there."""
        path = self.path / _LOG
        if not path.is_file():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write the result; from then on the run is finished."""
        write_json(self.path / _SUMMARY, _finite(summary))

    def summary(self) -> dict[str, Any] | None:
        """Return the result of a finished run, None for one that is not."""
        return self._read(_SUMMARY) if (self.path / _SUMMARY).is_file() else None

    def _read(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads((self.path / name).read_bytes())
        except ValueError as error:
            raise ModelFormatError(
                f"{self.path / name} must be JSON. Start anew in another folder."
            ) from error
        if not isinstance(content, dict):
            raise ModelFormatError(f"{self.path / name} must be a JSON object. Start anew in another folder.")
        return content


def surroundings(*, device: str, threads: int) -> dict[str, Any]:
    """Return what is recorded of a run, but not compared when it resumes.

    Args:
        device: that it runs on.
        threads: of torch.
    """
    return {
        _RECORDED: {
            "command": shlex.join(sys.argv),
            "python": sys.version.split()[0],
            "versions": dict(_versions()),
            "device": device,
            "threads": threads,
        }
    }


def _versions() -> Iterator[tuple[str, str]]:
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            continue


def _fields(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the value of each field that is compared."""
    for name, value in config.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{prefix}{name}.")
        elif not prefix.startswith(f"{_RECORDED}."):
            yield prefix + name, value


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
