"""Which loss an audit of membership takes from a model."""

from __future__ import annotations

from typing import Final, cast

from metier.audit.classifier import NetworkClassifier, TextClassifier
from metier.audit.membership.losses import ClassifierLoss, LossModel
from metier.audit.membership.masked_loss import MaskedWordLoss, MaskOptions
from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head, Network, load_network

_MOST_TOKENS: Final = 128


def loss_model_of(model: LossModel | TextClassifier | Network) -> LossModel:
    """Return what gives the losses of a model: itself, its cross-entropy, or that of its masked words.

    Args:
        model: what has `losses`, a classifier, or a network.

    Raises:
        ModelMismatch: a network has neither a head for classes nor one for masked words.
        InvalidInput: it is nothing of these.
    """
    if isinstance(model, Network):
        return _of_network(model)
    if hasattr(model, "losses"):
        return cast("LossModel", model)
    if hasattr(model, "probabilities"):
        return ClassifierLoss(model)
    raise InvalidInput(
        f"A model must give losses or probabilities, or be a network. Got {type(model).__name__}."
    )


def load_loss_model(folder: str, *, max_tokens: int | None = None) -> LossModel:
    """Return what gives the losses of the model in a transformers folder; nothing in it is executed.

    Args:
        folder: of a classifier, a cross-encoder or a masked language model, with safetensors weights.
        max_tokens: most tokens of a row; what the model takes, at most 128, by default.

    Raises:
        NotFound: no such folder.
        ModelFormatError: a file is missing or damaged.
        ModelMismatch: it has neither a head for classes nor one for masked words.
        InvalidInput: the model takes no rows of that length.
        MissingExtra: the `train` extra is not installed.
    """
    return _of_network(load_network(folder), max_tokens=max_tokens)


def _of_network(network: Network, *, max_tokens: int | None = None) -> LossModel:
    longest = min(network.max_tokens, _MOST_TOKENS) if max_tokens is None else max_tokens
    if network.head in {Head.CLASSES, Head.RANK}:
        return ClassifierLoss(NetworkClassifier(network, longest))
    if network.head in {Head.MASKED_WORDS, Head.NEXT_SENTENCE}:
        return MaskedWordLoss(network, MaskOptions(max_tokens=longest))
    raise ModelMismatch(
        f"{network.name} has a head for {network.head}. Membership is audited of classifiers and masked "
        "language models; name one."
    )
