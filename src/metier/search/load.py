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
    head = head_of(path)
    encoder = load_encoder(path if head is None else shipped_models()[BASE], runtime)
    if head is None:
        return SearchEncoder(encoder)
    return SearchEncoder(encoder, SearchHead.load(head, encoder_sha256=encoder.sha256))


def head_of(path: Path) -> Path | None:
    """Return the folder of the head that search uses with a model, or None for an encoder as it is.

    A head is used itself, on the shipped encoder; the shipped encoder is used with the shipped head.

    Raises:
        NotFound: no model folder.
        ModelFormatError: its card breaks a rule.
    """
    if ModelFolder.peek(path).card.task == TASK:
        return path
    shipped = shipped_models()
    return shipped.get(SHIPPED_HEAD) if path == shipped[BASE] else None
