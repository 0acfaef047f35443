"""Networks with a head, in transformers' own format: read from a folder or the hub, made anew, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.encoders.folder import CARD, WEIGHTS, ModelCard, ModelFolder
from metier.encoders.parameters import count_parameters
from metier.encoders.torch_network import check_folder, max_tokens_of, translated
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.durable import whole_folder
from metier.training.model_files import write_card
from metier.training.output import MODEL
from metier.training.randomness import kept_random_state, seed_all


class Head(StrEnum):
    """What a network gives, told by what stands on its encoder."""

    NONE = "encoder"
    MASKED_WORDS = "masked-words"
    NEXT_SENTENCE = "masked-words-and-next-sentence"
    REPLACED_TOKENS = "replaced-tokens"
    CLASSES = "classify"
    TAGS = "tag"
    SPANS = "answer"
    RANK = "rank"


_AUTO: Final[Mapping[Head, str]] = {
    Head.NONE: "AutoModel",
    Head.MASKED_WORDS: "AutoModelForMaskedLM",
    Head.NEXT_SENTENCE: "AutoModelForPreTraining",
    Head.REPLACED_TOKENS: "AutoModelForPreTraining",
    Head.CLASSES: "AutoModelForSequenceClassification",
    Head.TAGS: "AutoModelForTokenClassification",
    Head.SPANS: "AutoModelForQuestionAnswering",
    Head.RANK: "AutoModelForSequenceClassification",
}
_ENDINGS: Final = (
    ("ForMaskedLM", Head.MASKED_WORDS),
    ("ForPreTraining", Head.NEXT_SENTENCE),
    ("ForSequenceClassification", Head.CLASSES),
    ("ForTokenClassification", Head.TAGS),
    ("ForQuestionAnswering", Head.SPANS),
)
_WITH_NEXT_SENTENCE: Final = frozenset({"bert", "albert"})
_WITH_REPLACED_TOKENS: Final = frozenset({"electra"})


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A torch model with its tokenizer; make one with `load_network` or `new_network`.

    Attributes:
        name: what it was loaded by, or is to be called.
        head: what it gives.
        model: of transformers, float32, in evaluation mode; attention is computed without fused kernels, so
            that `output_attentions` works.
        tokenizer: a fast one of transformers, without padding and truncation of its own.
        max_tokens: most tokens of a row, special ones included.
    """

    name: str
    head: Head
    model: Any
    tokenizer: Any
    max_tokens: int

    @property
    def backbone(self) -> Any:
        """The encoder below the head; the model itself if it has no head."""
        return self.model.base_model

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes or tags, in order; none for other heads."""
        if self.head not in {Head.CLASSES, Head.TAGS}:
            return ()
        names = self.model.config.id2label
        return tuple(names[i] for i in range(len(names)))

    @property
    def device(self) -> Any:
        """The torch device that the weights are on."""
        return next(self.model.parameters()).device


def load_network(
    source: str,
    head: Head | None = None,
    *,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    trust_remote_code: bool = False,
) -> Network:
    """Return the network in a folder or hub repository, with a head.

    Weights are taken from safetensors only; nothing is unpickled. A folder with a `model.json` is checked
    against it first, byte by byte; any other is looked over for unsafe files.

    Args:
        source: a folder, what a training of the workbench wrote (with `model` in it), or a hub name such as
            `bert-base-uncased`.
        head: what is to stand on the encoder. Weights that the folder lacks are drawn from the seed; the
            encoder's own may not lack. None takes the head that was saved, and nothing may be made up.
        labels: names of the classes or tags of a new head; None takes those of the folder.
        seed: of a new head's weights.
        trust_remote_code: run Python code that the repository brings. It can do whatever you can.

    Raises:
        MissingExtra: the `train` extra is not installed.
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: no safetensors weights, a file that is damaged, missing or unsafe, or the model
            wants to run its own code.
        ModelMismatch: it has no fast tokenizer, or no head of that kind.
    """
    folder = _folder(source)
    transformers = require("transformers")
    try:
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
    except ImportError:
        raise
    except Exception as error:  # safetensors and tokenizers raise children of Exception itself
        raise translated(source, error) from error
    chosen = saved_head(config) if head is None else head
    check_head(source, config, chosen)
    settings = _label_settings(chosen, labels)
    try:
        with kept_random_state():
            seed_all(seed)
            model, info = getattr(transformers, _AUTO[chosen]).from_pretrained(
                folder,
                dtype="float32",
                use_safetensors=True,
                attn_implementation="eager",
                trust_remote_code=trust_remote_code,
                output_loading_info=True,
                ignore_mismatched_sizes=head is not None,
                **settings,
            )
    except ImportError:
        raise
    except Exception as error:
        raise translated(source, error) from error
    missing = {*info["missing_keys"], *(entry[0] for entry in info.get("mismatched_keys", ()))}
    _check_complete(source, model, missing, new_head=head is not None)
    return _checked(Network(Path(source).name, chosen, model.eval(), _plain(tokenizer), 0))


def new_network(
    config: Any, tokenizer: Any, head: Head, *, name: str, labels: Sequence[str] | None = None, seed: int = 0
) -> Network:
    """Return a network with random weights.

    Args:
        config: of transformers; `architectures.make_config` makes one.
        tokenizer: a fast one of transformers, of as many tokens as the configuration says or fewer.
        head: what stands on the encoder.
        name: what to call it.
        labels: names of the classes or tags; None for heads without.
        seed: of the weights.

    Raises:
        ModelMismatch: the architecture has no such head, the vocabulary is larger than the embeddings, or the
            sizes of the configuration do not fit each other.
        MissingExtra: the `train` extra is not installed.
    """
    check_head(name, config, head)
    for key, value in _label_settings(head, labels).items():
        setattr(config, key, value)
    if len(tokenizer) > config.vocab_size:
        raise ModelMismatch(
            f"{name}: vocab_size of the configuration is {config.vocab_size:,}, but the tokenizer has "
            f"{len(tokenizer):,} tokens. Set vocab_size to at least that."
        )
    try:
        with kept_random_state():
            seed_all(seed)
            auto = getattr(require("transformers"), _AUTO[head])
            model = auto.from_config(config, attn_implementation="eager").float()
    except ImportError:
        raise
    except Exception as error:
        raise ModelMismatch(
            f"{name}: no network can be made from its configuration; {type(error).__name__} was raised. "
            "hidden_size must be a multiple of num_attention_heads."
        ) from error
    return _checked(Network(name, head, model.eval(), _plain(tokenizer), 0))


def write_network(network: Network, folder: Path, card: ModelCard) -> ModelCard:
    """Write a folder that transformers opens, with a card, and return the card; whole or not at all.

    Args:
        network: as it stands.
        folder: a folder there is replaced.
        card: all but its files; dimension, longest row and parameters are filled in.
    """
    model = network.model
    shapes = {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}
    with whole_folder(folder) as place:
        model.save_pretrained(place, safe_serialization=True)
        network.tokenizer.save_pretrained(place)
        full = replace(
            card,
            dim=int(model.config.hidden_size),
            max_tokens=network.max_tokens,
            parameters=count_parameters(shapes),
        )
        return write_card(place, full)


def saved_head(config: Any) -> Head:
    """Return the head that a configuration says was saved with the encoder; `NONE` if it says nothing."""
    (name, *_) = getattr(config, "architectures", None) or [""]
    head = next((head for ending, head in _ENDINGS if name.endswith(ending)), Head.NONE)
    if head is Head.NEXT_SENTENCE and config.model_type in _WITH_REPLACED_TOKENS:
        return Head.REPLACED_TOKENS
    if head is Head.CLASSES and config.num_labels == 1:
        return Head.RANK
    return head


def _folder(source: str) -> str:
    """Return the folder that holds the network, checked as far as can be without reading weights."""
    inner = Path(source) / MODEL
    folder = str(inner) if not (Path(source) / "config.json").is_file() and inner.is_dir() else source
    check_folder(folder)
    if (Path(folder) / CARD).is_file():
        ModelFolder.open(Path(folder)).file(WEIGHTS)
    return folder


def check_head(source: str, config: Any, head: Head) -> None:
    """Refuse a head that an architecture does not have.

    Args:
        source: what the message calls the network.
        config: of transformers.
        head: wanted.

    Raises:
        ModelMismatch: there is none.
    """
    needed = {Head.NEXT_SENTENCE: _WITH_NEXT_SENTENCE, Head.REPLACED_TOKENS: _WITH_REPLACED_TOKENS}.get(head)
    if needed and config.model_type not in needed:
        raise ModelMismatch(
            f"{source} is of the architecture {config.model_type}, which has no head for {head}. "
            f"Take one of {', '.join(sorted(needed))}, or train with masked words alone."
        )


def _label_settings(head: Head, labels: Sequence[str] | None) -> dict[str, Any]:
    if head is Head.RANK:
        return {"num_labels": 1, "id2label": {0: "score"}, "label2id": {"score": 0}}
    if labels is None or head not in {Head.CLASSES, Head.TAGS}:
        return {}
    if len(labels) != len(set(labels)) or len(labels) < 2:
        raise InvalidInput(f"A head needs at least two different labels. Got {len(labels)}.")
    ids = dict(enumerate(labels))
    return {"num_labels": len(labels), "id2label": ids, "label2id": {name: i for i, name in ids.items()}}


def _check_complete(source: str, model: Any, missing: set[str], *, new_head: bool) -> None:
    """Refuse weights that were made up, unless they are a new head's; poolers shape no token state."""
    prefix = f"{model.base_model_prefix}."
    parts = {name for name in missing if "pooler" not in name}
    if new_head:
        parts = {name for name in parts if name.startswith(prefix) or model.base_model is model}
    if parts:
        raise ModelFormatError(
            f"{source} holds no weights for {min(parts)}; {len(parts)} are missing in all. A file is "
            "missing, or config.json belongs to another model."
        )


def _plain(tokenizer: Any) -> Any:
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise ModelMismatch("A network needs a fast tokenizer. Its folder must hold a tokenizer.json.")
    fast.no_padding()
    fast.no_truncation()
    return tokenizer


def _checked(network: Network) -> Network:
    return replace(network, max_tokens=max_tokens_of(network.model.config, network.tokenizer))
