"""The one door to packages that the base install does not bring."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from metier.errors import MissingExtra

EXTRA_OF: Final[dict[str, str]] = {
    "accelerate": "train",
    "bm25s": "train",
    "datasets": "train",
    "matplotlib": "train",
    "nncf": "train",
    "gguf": "train",
    "onnx": "train",
    "onnxruntime": "train",
    "peft": "train",
    "pyarrow": "train",
    "sentence_transformers": "train",
    "sklearn": "train",
    "torch": "train",
    "transformers": "train",
    "trl": "train",
    "alembic": "serve",
    "fastapi": "serve",
    "httpx": "serve",
    "prometheus_client": "serve",
    "python_multipart": "serve",
    "reportlab": "serve",
    "sqlalchemy": "serve",
    "uvicorn": "serve",
    "psycopg": "postgres",
    "ray": "ray",
    "openai": "llm",
    "cyclonedx": "audit",
    "picklescan": "audit",
}
"""Top-level module to the extra of `pyproject.toml` that installs it."""


def require(module: str) -> ModuleType:
    """Return an optional module, imported now.

    Args:
        module: dotted name; its first part is a key of `EXTRA_OF`.

    Raises:
        MissingExtra: the package is not installed.
        ModuleNotFoundError: the package is there, but it or one it needs is broken. This is not
            turned into `MissingExtra`, since installing the extra again would not mend it.
    """
    top = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != top or top not in EXTRA_OF:
            raise
        raise MissingExtra(top, EXTRA_OF[top]) from error
