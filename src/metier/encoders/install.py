"""Puts models into a user's folder and takes them out again."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from metier.encoders.folder import CARD, TOKENIZER, ModelCard, ModelFolder, file_entry
from metier.encoders.load import installed_models, shipped_models
from metier.encoders.parameters import count_parameters, safetensors_shapes
from metier.errors import InvalidInput, ModelFormatError, NotFound

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEPT: Final = ("*.safetensors", "*.json", "LICENSE*", "README.md")
_MOST_TOKENS: Final = 512


def install_model(source: str, models_dir: Path, *, name: str = "") -> ModelFolder:
    """Copy a model into the user's folder, whole or not at all.

    Args:
        source: a model folder, a Hugging Face folder, or a hub name such as `microsoft/deberta-v3-base`.
            Of the last two only safetensors weights, JSON files, licence and description are taken.
        models_dir: the user's folder of models.
        name: what to call it here; the last part of the source by default.

    Raises:
        InvalidInput: the name is taken or breaks a rule.
        NotFound: there is no such folder and no hub has that model, or none can be reached.
        ModelFormatError: no encoder with safetensors weights and a fast tokenizer, or a changed file.
    """
    name = name or Path(source).resolve().name
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"A model's name must be letters, digits, '.', '_' and '-', at most 64. Got {name!r}."
        )
    if name in installed_models(models_dir) or (models_dir / name).exists():
        raise InvalidInput(f"There is a model {name} already. Remove it, or choose another name: --name.")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models_dir, prefix=".new-") as place:
        staged = Path(place) / name
        staged.mkdir()
        _stage(
            Path(source) if Path(source).is_dir() else _download(source, Path(place) / "hub"), staged, name
        )
        ModelFolder.open(staged)
        staged.replace(models_dir / name)
    return ModelFolder.peek(models_dir / name)


def remove_model(name: str, models_dir: Path) -> None:
    """Delete a model from the user's folder.

    Raises:
        InvalidInput: it comes with metier.
        NotFound: there is none of that name.
    """
    if name in shipped_models():
        raise InvalidInput(f"Model {name} comes with metier and cannot be removed.")
    if name not in installed_models(models_dir):
        raise NotFound(f"There is no model {name!r} in {models_dir}. List them: metier models list.")
    shutil.rmtree(models_dir / name)


def _stage(source: Path, staged: Path, name: str) -> None:
    if (source / CARD).is_file():
        folder = ModelFolder.open(source)
        for file in (CARD, *folder.card.files):
            shutil.copyfile(source / file, staged / file)
        return
    for pattern in _KEPT:
        for path in sorted(source.glob(pattern)):
            if path.is_file():
                shutil.copyfile(path, staged / path.name)
    (staged / CARD).write_bytes(_backbone_card(staged, name).dump())


def _backbone_card(folder: Path, name: str) -> ModelCard:
    weights = sorted(folder.glob("*.safetensors"))
    config_file = folder / "config.json"
    if not weights or not config_file.is_file() or not (folder / TOKENIZER).is_file():
        raise ModelFormatError(
            f"Model {name} needs config.json, {TOKENIZER} and .safetensors weights. Other formats can run "
            "code when loaded: convert them first."
        )
    try:
        config = json.loads(config_file.read_bytes())
        dim, positions = int(config["hidden_size"]), int(config.get("max_position_embeddings", _MOST_TOKENS))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ModelFormatError(
            f"Model {name}: config.json must name hidden_size, as an encoder's does."
        ) from error
    shapes = {tensor: shape for path in weights for tensor, shape in safetensors_shapes(path).items()}
    return ModelCard(
        name=name,
        task="encoder",
        base=str(config.get("_name_or_path") or name),
        license="unknown",
        languages=(),
        dim=dim,
        max_tokens=min(positions, _MOST_TOKENS),
        prefixes={},
        command=f"metier models pull --name {name}",
        training_data={},
        parameters=count_parameters(shapes),
        metrics={},
        files={path.name: file_entry(path) for path in sorted(folder.iterdir())},
    )


def _download(name: str, place: Path) -> Path:
    if name.count("/") != 1 or name.startswith((".", "~", "/")):
        raise NotFound(f"There is no model folder {name}. A hub name has the form owner/model.")
    import huggingface_hub as hub

    try:
        hub.snapshot_download(name, local_dir=place, allow_patterns=list(_KEPT))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        raise NotFound(
            f"No hub was reached that has a model {name}. Check the name and the connection."
        ) from error
    return place
