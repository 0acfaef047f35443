"""Students: networks that begin with some of the layers of a teacher."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

from metier.errors import InvalidInput, ModelMismatch
from metier.training.freezing import layers_of
from metier.training.networks import Network, new_network

_LAYER: Final = re.compile(r"((?:^|.*\.)layers?\.)(\d+)(\..+)")


def spread_layers(n_layers: int, n_kept: int) -> tuple[int, ...]:
    """Return layers spread evenly over a network, counted from 0, the lowest and the highest among them.

    Args:
        n_layers: of the network.
        n_kept: from 1 to `n_layers`; one alone is the lowest.

    Raises:
        InvalidInput: `n_kept` out of range.
    Source: DistilBERT took these of BERT's twelve; Sanh et al. 2019 (arXiv:1910.01108), section 3.

    >>> spread_layers(12, 6), spread_layers(4, 4), spread_layers(12, 1)
    ((0, 2, 4, 7, 9, 11), (0, 1, 2, 3), (0,))
    """
    if not 1 <= n_kept <= n_layers:
        raise InvalidInput(f"layers must be from 1 to the teacher's {n_layers}. Got {n_kept}.")
    if n_kept == 1:
        return (0,)
    return tuple(round(i * (n_layers - 1) / (n_kept - 1)) for i in range(n_kept))


def count_layers(teacher: Network) -> int:
    """Return how many layers of its own a network has.

    Raises:
        ModelMismatch: its layers cannot be told apart, as those of ALBERT, which are one layer over and over.
    """
    found = len(layers_of(teacher.backbone))
    if not found:
        raise ModelMismatch(
            f"{teacher.name} is of the architecture {teacher.model.config.model_type}, whose layers share "
            "their weights or cannot be told apart, so none can be left out. Fewer of them compute less but "
            "save no memory: set num_hidden_layers in its config.json instead."
        )
    return found


def make_student(teacher: Network, layers: Sequence[int], *, name: str) -> Network:
    """Return a network with some layers of a teacher, and with its embeddings, head and tokenizer.

    Args:
        teacher: stays as it is.
        layers: to take, counted from 0, rising.
        name: of the student.

    Raises:
        InvalidInput: no layers, one that the teacher lacks, or not rising; counted from 1 in the message.
        ModelMismatch: the teacher's layers cannot be told apart.
    """
    n_layers = count_layers(teacher)
    if not layers or list(layers) != sorted(set(layers)) or layers[0] < 0 or layers[-1] >= n_layers:
        given = ", ".join(str(layer + 1) for layer in layers) or "none"
        raise InvalidInput(
            f"The layers of a student must be a part of its teacher's, 1 to {n_layers}, rising, each once. "
            f"Got {given}."
        )
    config = copy.deepcopy(teacher.model.config)
    config.num_hidden_layers = len(layers)
    student = new_network(config, copy.deepcopy(teacher.tokenizer), teacher.head, name=name)
    student.model.load_state_dict(_taken(teacher.model.state_dict(), layers))
    return student


def _taken(tensors: dict[str, Any], layers: Sequence[int]) -> dict[str, Any]:
    """Return the tensors of some layers, numbered anew, and all that belong to no layer."""
    place = {layer: i for i, layer in enumerate(layers)}
    found = {}
    for name, tensor in tensors.items():
        match = _LAYER.fullmatch(name)
        if match is None:
            found[name] = tensor
        elif int(match[2]) in place:
            found[f"{match[1]}{place[int(match[2])]}{match[3]}"] = tensor
    return found
