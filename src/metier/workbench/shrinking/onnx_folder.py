"""Folders with a network in ONNX, as ONNX Runtime's users and metier open them."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from metier.encoders.folder import NETWORK, ModelCard
from metier.training.durable import whole_folder
from metier.training.model_files import write_card
from metier.training.networks import Network

if TYPE_CHECKING:
    import onnx


def write_onnx(folder: Path, graph: onnx.ModelProto, network: Network, card: ModelCard) -> ModelCard:
    """Write `model.onnx` with the tokenizer and configuration of its network, and return the card.

    Args:
        folder: not there yet.
        graph: the network as ONNX.
        network: that it was made from.
        card: all but its files.
    """
    folder.mkdir(parents=True)
    (folder / NETWORK).write_bytes(graph.SerializeToString(deterministic=True))
    config = copy.deepcopy(network.model.config)
    config.architectures = [type(network.model).__name__]  # says which head it is when it is read again
    config.save_pretrained(folder)
    network.tokenizer.save_pretrained(folder)
    return write_card(folder, card)


@contextmanager
def written_at_the_end(output: Path) -> Iterator[Path]:
    """Give a place for a folder; it comes to stand at `output` if the block ends without an error.

    Args:
        output: not there yet, or empty.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "model"
        yield place
        with whole_folder(output) as target:
            shutil.copytree(place, target, dirs_exist_ok=True)
