"""The state of a run on disk: written whole, checked when read, and nothing in it is executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from safetensors import SafetensorError

from metier._extras import require
from metier.encoders.folder import FileEntry, file_entry
from metier.errors import ModelFormatError, ModelMismatch
from metier.training.durable import remove_folder, whole_file, whole_folder, write_whole

if TYPE_CHECKING:
    from torch.nn import Module

N_KEPT: Final = 2
MODEL: Final = "model.safetensors"
_OPTIMISER: Final = "optimizer.pt"
_STATE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class TrainState:
    """Where a run stands, beside its weights.

    Attributes:
        step: steps done.
        seconds: spent in them, over all resumes.
        cursors: epoch and position of each task's next batch.
        best_step: step of the best evaluation; None before there is one.
        best_score: its score.
        best_scores: its figures, by task.
        without_better: evaluations since.
        log_bytes: size of the log.
        stopped: why no step comes after this one; None if one does.
    """

    step: int = 0
    seconds: float = 0.0
    cursors: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    best_step: int | None = None
    best_score: float | None = None
    best_scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    without_better: int = 0
    log_bytes: int = 0
    stopped: str | None = None


def save_checkpoint(folder: Path, model: Module, optimiser: Any, state: TrainState) -> None:
    """Write the checkpoint of a step and delete all but the newest two.

    Args:
        folder: where checkpoints stand; made if it is not there.
        model: all its weights are written.
        optimiser: with a `state_dict` of tensors and plain values.
        state: the rest.
    """
    with whole_folder(folder / f"step-{state.step:08d}") as place:
        save_weights(model, place / MODEL)
        require("torch").save(optimiser.state_dict(), place / _OPTIMISER)
        files = {name: asdict(file_entry(place / name)) for name in (MODEL, _OPTIMISER)}
        content = {"files": files, "state": asdict(state)}
        (place / _STATE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    drop_old(folder)


def drop_old(folder: Path) -> None:
    """Delete all checkpoints in a folder but the newest two."""
    for old in checkpoints(folder)[N_KEPT:]:
        remove_folder(old)


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints in a folder, newest first; none if it is not there."""
    return sorted(folder.glob("step-????????"), reverse=True)


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest checkpoint whose files are all as they were written, or None if there are none.

    Raises:
        ModelFormatError: there are checkpoints, but all are damaged.
    """
    found = checkpoints(folder)
    for path in found:
        if _is_complete(path):
            return path
    if found:
        raise ModelFormatError(f"{folder}: every checkpoint is damaged. Start again in another folder.")
    return None


def read_state(path: Path) -> TrainState:
    """Return the state in a checkpoint.

    Raises:
        ModelFormatError: it is damaged.
    """
    try:
        raw = json.loads((path / _STATE).read_bytes())["state"]
        cursors = {name: (epoch, position) for name, (epoch, position) in raw.pop("cursors").items()}
        return TrainState(cursors=cursors, **raw)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelFormatError(f"{path / _STATE} is damaged. Delete {path.name}.") from error


def load_checkpoint(path: Path, model: Module, optimiser: Any) -> TrainState:
    """Put the weights and the optimiser of a checkpoint in place and return the rest.

    Raises:
        ModelMismatch: the network is not the one that was saved.
    """
    load_weights(model, path / MODEL)
    state = require("torch").load(path / _OPTIMISER, map_location="cpu", weights_only=True)
    optimiser.load_state_dict(state)
    return read_state(path)


def save_weights(model: Module, path: Path) -> None:
    """Write all weights of a network as safetensors, tensors that share memory once.

    Args:
        model: any torch module. Equal weights give equal bytes.
        path: of the file; its folder must be there.
    """
    with whole_file(path) as place:
        # One entry only: safetensors writes several in no fixed order.
        require("safetensors.torch").save_model(model, str(place), metadata={"format": "pt"})


def load_weights(model: Module, path: Path) -> None:
    """Put weights that `save_weights` wrote into a network.

    Raises:
        ModelMismatch: the network has other tensors.
        ModelFormatError: the file is missing or damaged.
    """
    try:
        require("safetensors.torch").load_model(model, str(path))
    except RuntimeError as error:
        raise ModelMismatch(f"{path} holds the weights of another network than the one given.") from error
    except (OSError, SafetensorError) as error:
        raise ModelFormatError(f"{path} is missing or is no safetensors file.") from error


def keep_best(folder: Path, kept: Path) -> None:
    """Delete the best weights that neither a checkpoint nor the end of the run can ask for.

    Args:
        folder: of `best_weights`.
        kept: folder of the checkpoints.
    """
    steps = [read_state(path).best_step for path in checkpoints(kept)]
    names = {best_weights(folder, step).name for step in steps if step is not None}
    for path in folder.glob("step-????????.safetensors"):
        if path.name not in names:
            path.unlink()


def best_weights(folder: Path, step: int) -> Path:
    """Return where the weights of a step that was the best so far stand."""
    return folder / f"step-{step:08d}.safetensors"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole."""
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n")


def _is_complete(path: Path) -> bool:
    try:
        entries = json.loads((path / _STATE).read_bytes())["files"]
        return all(file_entry(path / name) == FileEntry(**entry) for name, entry in entries.items())
    except (OSError, ValueError, TypeError, KeyError):
        return False
