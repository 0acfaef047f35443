"""What `--model` of the workbench names: an added model, a folder, or a hub name."""

from __future__ import annotations

from metier.cli import options
from metier.errors import InvalidInput


def network_source(name: str) -> str:
    """Return the folder of an added model, or the name itself if it is a folder's or the hub's.

    Raises:
        InvalidInput: the name is that of a model that ships, whose int8 weights cannot be trained.
    """
    from metier.encoders.folder import WEIGHTS
    from metier.encoders.load import installed_models

    folder = installed_models(options.models_dir(options.load_settings())).get(name)
    if folder is None:
        return name
    if not (folder / WEIGHTS).is_file():
        raise InvalidInput(
            f"{name} holds no {WEIGHTS}, so it cannot be trained or changed. Name a folder of float32 "
            "weights; metier models build-base makes one."
        )
    return str(folder)
