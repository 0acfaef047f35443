"""How many parameters a network has, by component: of a configuration, of weights, or of a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metier._extras import require
from metier.encoders.folder import CARD, WEIGHTS, ModelFolder
from metier.encoders.parameters import BYTES_OF, count_parameters, safetensors_shapes
from metier.errors import InvalidInput, ModelFormatError, NotFound
from metier.workbench.architectures import make_config, preset_names
from metier.workbench.looking.tokens import inner_folder

MEGABYTE: Final = 1_000_000
_CONFIG: Final = "config.json"


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """How large a network is.

    Attributes:
        name: of the network.
        counted: what was counted, in words.
        components: how many numbers each component holds, in the order of computation.
    """

    name: str
    counted: str
    components: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how many numbers all components hold."""
        return sum(self.components.values())

    def megabytes(self, kind: str) -> float:
        """Return the megabytes (of a million bytes) that all numbers take in one kind.

        Args:
            kind: float32, float16 or int8.
        """
        return self.total * BYTES_OF[kind] / MEGABYTE


def network_size(name: str) -> NetworkSize:
    """Return how many parameters a network has.

    Args:
        name: a folder of a model of metier, whose card is read; a folder with safetensors weights, whose
            headers are read; a preset such as `bert-base` or a `config.json`, of which transformers makes
            the encoder without numbers; or a hub name, of which the configuration alone is fetched.

    Raises:
        NotFound: there is none of these.
        ModelFormatError: a card, a header or a configuration is damaged.
        InvalidInput: the configuration is one that transformers does not accept.
        MissingExtra: it takes transformers, which is not installed.
    """
    if name in preset_names():
        return _from_config(name, make_config(name))
    folder = inner_folder(name)
    if (folder / CARD).is_file() and (card := ModelFolder.peek(folder).card).parameters:
        return NetworkSize(card.name, "what the model's card says", dict(card.parameters))
    if folder.is_dir() and (files := sorted(folder.glob(f"*{Path(WEIGHTS).suffix}"))):
        shapes = {key: shape for path in files for key, shape in safetensors_shapes(path).items()}
        counted = "all tensors of the file" if len(files) == 1 else f"all tensors of {len(files)} files"
        return NetworkSize(Path(name).name, counted, count_parameters(shapes))
    if folder.exists():
        return _from_config(Path(name).name, make_config(str(folder)))
    return _from_config(Path(name).name, _hub_config(name))


def _from_config(name: str, config: object) -> NetworkSize:
    torch = require("torch")
    transformers = require("transformers")
    try:
        with torch.device("meta"):
            model = transformers.AutoModel.from_config(config)
    except ImportError:
        raise
    except Exception as error:  # transformers checks sizes by errors of several kinds
        raise InvalidInput(
            f"{name}: no network can be made from its configuration; {type(error).__name__} was raised. Its "
            "sizes must fit each other."
        ) from error
    shapes = {key: tuple(tensor.shape) for key, tensor in model.named_parameters()}
    pooler = "with" if any("pooler" in key for key in shapes) else "without"
    return NetworkSize(
        name, f"the encoder, {pooler} a pooler and without a task's head", count_parameters(shapes)
    )


def _hub_config(name: str) -> object:
    if name.count("/") > 1 or name.startswith((".", "/", "~")):
        raise NotFound(f"There is no model, folder or configuration {name}.")
    try:
        return require("transformers").AutoConfig.from_pretrained(name)
    except ImportError:
        raise
    except OSError as error:
        raise NotFound(
            f"There is no model, folder or configuration {name}, and no hub was reached that has one. "
            f"Presets are {', '.join(preset_names())}."
        ) from error
    except Exception as error:  # a configuration that transformers does not know, or one with code
        raise ModelFormatError(
            f"{name} has a configuration that transformers does not read: {type(error).__name__}."
        ) from error
