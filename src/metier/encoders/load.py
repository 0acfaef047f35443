"""Finds models by name and makes encoders of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from metier.encoders.folder import CARD, NETWORK, TOKENIZER, WEIGHTS, ModelFolder
from metier.encoders.reading import Encoder, TextKind
from metier.encoders.windowed import EncoderSpec, WindowedEncoder
from metier.errors import ModelFormatError, NotFound

BASE: Final = "base"
SHIPPED: Final = Path(str(resources.files("metier"))) / "models"
_TRAINED: Final = "model"


@dataclass(frozen=True, slots=True)
class Runtime:
    """How a model runs; neither field changes a result.

    Attributes:
        threads: threads to compute with; 0 for as many as there are cores.
        cache: folder for what can be made again, such as networks prepared for this processor; None
            for no such folder.
    """

    threads: int = 0
    cache: Path | None = None


def shipped_models() -> dict[str, Path]:
    """Return the folders of the models that come with metier, by name."""
    return {path.parent.name: path.parent for path in sorted(SHIPPED.glob(f"*/{CARD}"))}


def installed_models(models_dir: Path) -> dict[str, Path]:
    """Return the folders of all models, by name: the shipped ones and those in a user's folder."""
    own = {path.parent.name: path.parent for path in sorted(models_dir.glob(f"*/{CARD}"))}
    return {**shipped_models(), **{name: path for name, path in own.items() if name not in shipped_models()}}


def find_model(name: str, models_dir: Path) -> Path:
    """Return the folder of a model.

    Args:
        name: the name of an installed model, or the path of a model folder or of what a training wrote, with
            the model folder in it.
        models_dir: the user's folder of models.

    Raises:
        NotFound: neither.
    """
    installed = installed_models(models_dir)
    if name in installed:
        return installed[name]
    for folder in (Path(name), Path(name) / _TRAINED):
        if (folder / CARD).is_file():
            return folder
    raise NotFound(
        f"There is no model {name!r}. Models are {', '.join(installed)}; list them: metier models list."
    )


def load_encoder(path: Path, runtime: Runtime) -> Encoder:
    """Return the encoder in a model folder, after checking every byte of it.

    Raises:
        NotFound: no folder with a `model.json`.
        ModelError: the folder is damaged or changed, or holds no encoder.
        MissingExtra: it holds float32 weights for torch, which the `train` extra installs.
    """
    folder = ModelFolder.open(path)
    if NETWORK in folder.card.files:
        return _openvino_encoder(folder, runtime)
    if WEIGHTS in folder.card.files:
        from metier.encoders.torch_network import load_torch_encoder

        return load_torch_encoder(
            str(path), name=folder.card.name, sha256=folder.sha256, prefixes=_prefixes(folder)
        )
    raise ModelFormatError(
        f"Model {folder.card.name} holds neither {NETWORK} nor {WEIGHTS}, so it is no encoder."
    )


def _openvino_encoder(folder: ModelFolder, runtime: Runtime) -> Encoder:
    from tokenizers import Tokenizer

    from metier.encoders.openvino_network import OpenVinoNetwork

    network = OpenVinoNetwork.load(
        folder.file(NETWORK),
        folder.card.files[NETWORK].sha256,
        threads=runtime.threads,
        cache=runtime.cache / "networks" if runtime.cache else None,
    )
    try:
        tokenizer = Tokenizer.from_file(str(folder.file(TOKENIZER)))
    except Exception as error:
        raise ModelFormatError(f"Model {folder.card.name}: {TOKENIZER} is no tokenizer.") from error
    spec = EncoderSpec(folder.card.name, folder.sha256, folder.card.max_tokens, _prefixes(folder))
    return WindowedEncoder(tokenizer, network, spec)


def _prefixes(folder: ModelFolder) -> dict[TextKind, str]:
    return {TextKind(kind): words for kind, words in folder.card.prefixes.items()}
