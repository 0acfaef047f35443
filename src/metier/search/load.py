"""Loads what makes the vectors of search: an encoder, with a head for search where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.encoders.folder import ModelFolder
from metier.encoders.load import BASE, Runtime, find_model, load_encoder, shipped_models
from metier.search.head import TASK, SearchHead
from metier.search.vectors import SearchEncoder

SHIPPED_HEAD: Final = "search"


def load_search_encoder(name: str, models_dir: Path, runtime: Runtime) -> SearchEncoder:
    """Return an encoder for search.

    Args:
        name: `base` for the shipped encoder with the shipped head; the name or folder of another head
            for search, which reads with the shipped encoder; or those of any encoder, which is used as it is.
        models_dir: the user's folder of models.
        runtime: how to run it.

    Raises:
        NotFound: no such model.
        ModelError: damaged, changed, or a head of another encoder.
        MissingExtra: it runs in torch, which the `train` extra installs.
    """
    path = find_model(name, models_dir)
    shipped = shipped_models()
    if ModelFolder.peek(path).card.task == TASK:
        encoder = load_encoder(shipped[BASE], runtime)
        return SearchEncoder(encoder, SearchHead.load(path, encoder_sha256=encoder.sha256))
    encoder = load_encoder(path, runtime)
    if path == shipped[BASE] and SHIPPED_HEAD in shipped:
        return SearchEncoder(encoder, SearchHead.load(shipped[SHIPPED_HEAD], encoder_sha256=encoder.sha256))
    return SearchEncoder(encoder)
