"""The network that a shrinking command begins with, and what a card says of what it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import CARD, NETWORK, ModelCard, ModelFolder, file_hashes
from metier.encoders.parameters import BYTES_OF, count_parameters
from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head, Network, load_network
from metier.training.output import MODEL
from metier.workbench.finetuning.formats import read_rows
from metier.workbench.finetuning.rows import AnswerRow, RankRow, TagRow
from metier.workbench.shrinking.comparison import folder_bytes
from metier.workbench.shrinking.options import ShrinkOptions

_MEASURED: Final = (Head.CLASSES, Head.TAGS, Head.SPANS, Head.RANK)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A network and where it came from.

    Attributes:
        network: with the head that was saved.
        folder: its own; None if it came from the hub.
        card: of the folder; None if it has none.
        bytes: of its files; of its weights alone if it came from the hub.
    """

    network: Network
    folder: Path | None
    card: ModelCard | None
    bytes: int

    @property
    def name(self) -> str:
        """What cards call it."""
        return self.network.name if self.card is None else self.card.name

    @property
    def label(self) -> str:
        """Its name, with the hash of its card where it has one."""
        if self.card is None or self.folder is None:
            return self.name
        return f"{self.name} (sha256 {ModelFolder.peek(self.folder).sha256})"


def open_source(source: str, head: Head | None = None) -> Source:
    """Return the network of a folder or hub name.

    Args:
        source: a folder of transformers, what a training wrote, or a hub name.
        head: another one than was saved, whose weights the folder must hold.

    Raises:
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: no safetensors weights, or a file that is damaged or missing.
        ModelMismatch: the folder holds a network in ONNX, which nothing can be made of.
        MissingExtra: the `train` extra is not installed.
    """
    given = Path(source)
    inner = given / MODEL
    folder = inner if not (given / "config.json").is_file() and inner.is_dir() else given
    if (folder / NETWORK).is_file() and not any(folder.glob("*.safetensors")):
        raise ModelMismatch(
            f"{source} holds a network in ONNX alone. Name the folder of weights that it was made from."
        )
    network = load_network(source, head)
    if not folder.is_dir():
        parameters = sum(tensor.numel() for tensor in network.model.parameters())
        return Source(network, None, None, parameters * BYTES_OF["float32"])
    card = ModelFolder.peek(folder).card if (folder / CARD).is_file() else None
    name = network.name if card is None else card.name
    return Source(replace(network, name=name), folder, card, folder_bytes(folder))


def read_labelled(network: Network, data: Path | None) -> list[Any]:
    """Return the labelled rows of a file, for a network's own task; none for no file.

    Raises:
        InvalidInput: the network has no task that rows can be labelled for, or the file breaks its format.
        NotFound: no such file.
    """
    if data is None:
        return []
    check_measured(network)
    return list(read_rows(network.head, data))


def check_measured(network: Network) -> None:
    """Refuse a network whose head has no labelled rows.

    Raises:
        InvalidInput: it is a bare encoder, or was only pretrained.
    """
    if network.head not in _MEASURED:
        raise InvalidInput(
            f"--data is for heads that are fine-tuned: {', '.join(_MEASURED)}. {network.name} gives "
            f"{network.head}: leave --data out, or fine-tune it first."
        )


def labelled_texts(rows: Sequence[Any]) -> list[tuple[str, ...]]:
    """Return the text or the two texts that a network reads of each labelled row."""
    return [_texts(row) for row in rows]


def shrunk_card(source: Source, options: ShrinkOptions, *, name: str, made: str) -> ModelCard:
    """Return the card of a network that was made of another one, all but its files and what is measured.

    Args:
        source: what it was made of.
        options: what was asked for; the corpus shaped the network.
        name: of the new one.
        made: what was done, such as `in int8`.
    """
    network, old = source.network, source.card
    shapes = {key: tuple(tensor.shape) for key, tensor in network.model.named_parameters()}
    return ModelCard(
        name=name,
        task=str(network.head),
        base=f"{source.label}, {made}",
        license="" if old is None else old.license,
        languages=() if old is None else old.languages,
        dim=int(network.model.config.hidden_size),
        max_tokens=network.max_tokens,
        prefixes={} if old is None else old.prefixes,
        command=options.command,
        training_data={**({} if old is None else old.training_data), **file_hashes(options.corpus)},
        parameters=count_parameters(shapes),
        metrics={},
    )


def _texts(row: Any) -> tuple[str, ...]:
    if isinstance(row, TagRow):
        return (" ".join(row.words),)
    if isinstance(row, AnswerRow):
        return row.question, row.context
    if isinstance(row, RankRow):
        return row.query, row.text
    return (row.text,)
