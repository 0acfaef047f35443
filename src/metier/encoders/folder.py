"""Model folders: what must be in them, and the check that nothing in them has changed.

A folder holds `model.json` and the files that it lists, each with its size and SHA-256, and nothing else.
No file is ever unpickled: only the formats below are taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from metier.encoders.reading import TextKind
from metier.encoders.structure.quick import refuse_unsafe
from metier.errors import ModelFormatError, NotFound

CARD: Final = "model.json"
FORMAT: Final = 1
NETWORK: Final = "model.onnx"
WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
_MAX_CARD_BYTES: Final = 1_000_000
_SAFETENSORS: Final = ".safetensors"
_SUFFIXES: Final = frozenset({".onnx", ".json", _SAFETENSORS, ".md", ".txt", ""})
_CHUNK: Final = 1 << 20
_KINDS: Final[dict[str, type]] = {
    "name": str,
    "task": str,
    "base": str,
    "license": str,
    "command": str,
    "dim": int,
    "max_tokens": int,
    "prefixes": dict,
    "training_data": dict,
    "parameters": dict,
    "metrics": dict,
}


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file of a model must be: its size in bytes and its SHA-256 in hex."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The content of `model.json`.

    Attributes:
        name: what the model is called.
        task: `encoder`, or what a head on it does.
        base: the model it was made from, and where that came from.
        license: SPDX identifier of the weights.
        languages: ISO 639-1 codes that it is meant for.
        dim: length of its vectors.
        max_tokens: most tokens in one row.
        prefixes: the words that go before a text of each kind.
        command: how it was made.
        training_data: name and SHA-256 of each file that shaped it.
        parameters: how many numbers each component holds.
        metrics: what was measured, by the scripts in `benchmarks/` or by the command itself.
        files: every other file of the folder.
        format: version of this layout.
    """

    name: str
    task: str
    base: str
    license: str
    languages: tuple[str, ...]
    dim: int
    max_tokens: int
    prefixes: Mapping[str, str]
    command: str
    training_data: Mapping[str, str]
    parameters: Mapping[str, int]
    metrics: Mapping[str, Any]
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    format: int = FORMAT

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the card in a `model.json`.

        Raises:
            ModelFormatError: no JSON object, a field is missing, unknown or of the wrong kind, or
                another version of the layout.
        """
        try:
            raw = json.loads(content)
            files = {name: FileEntry(**entry) for name, entry in raw.pop("files").items()}
            card = cls(**{**raw, "languages": tuple(raw["languages"]), "files": files})
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ModelFormatError(
                f"{CARD} must be a JSON object with the fields {', '.join(cls.__slots__)}."
            ) from error
        card._check()
        return card

    def dump(self) -> bytes:
        """Return the card as JSON; equal cards give equal bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"

    def _check(self) -> None:
        if self.format != FORMAT:
            raise ModelFormatError(
                f"{CARD}: format must be {FORMAT}. Got {self.format!r}; take the metier that made it."
            )
        for name, kind in _KINDS.items():
            if not isinstance(getattr(self, name), kind):
                raise ModelFormatError(f"{CARD}: {name} must be of type {kind.__name__}.")
        if not all(isinstance(count, int) for count in self.parameters.values()):
            raise ModelFormatError(f"{CARD}: parameters must be numbers.")
        words = self.prefixes.values()
        if not set(self.prefixes) <= set(TextKind) or not all(isinstance(word, str) for word in words):
            raise ModelFormatError(f"{CARD}: prefixes must be words for {' and '.join(TextKind)}.")
        for name, entry in self.files.items():
            if Path(name).name != name or name.startswith(".") or Path(name).suffix not in _SUFFIXES:
                raise ModelFormatError(f"{CARD}: {name!r} is no name that a model file may have.")
            if not isinstance(entry.bytes, int) or not isinstance(entry.sha256, str):
                raise ModelFormatError(f"{CARD}: {name} needs its bytes and sha256.")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model folder whose files are all as its card says; make one with `open`.

    Attributes:
        path: the folder.
        card: its `model.json`.
        sha256: hash of the card, and so of all that it lists.
    """

    path: Path
    card: ModelCard
    sha256: str

    @classmethod
    def open(cls, path: Path) -> Self:
        """Check a folder: names, sizes, kinds, structure and hashes of all files.

        Raises:
            NotFound: no folder with a `model.json`.
            ModelFormatError: a file is missing, of another size or kind, changed, not listed, or unsafe.
        """
        folder = cls.peek(path)
        present = {entry.name for entry in path.iterdir()} - {CARD}
        for name in sorted(present ^ set(folder.card.files)):
            where = "is not listed in its model.json" if name in present else "is missing"
            raise ModelFormatError(f"Model {folder.card.name}: {name} {where}. Install the model again.")
        for name, entry in folder.card.files.items():
            _check_file(folder.card.name, path / name, entry)
        refuse_unsafe(path, subject=f"Model {folder.card.name}")
        return folder

    @classmethod
    def peek(cls, path: Path) -> Self:
        """Read the card of a folder without looking at the other files; for lists.

        Raises:
            NotFound: no folder with a `model.json`.
            ModelFormatError: the card breaks a rule.
        """
        card = path / CARD
        if not card.is_file():
            raise NotFound(f"{path} is no model folder: it holds no {CARD}.")
        if card.stat().st_size > _MAX_CARD_BYTES:
            raise ModelFormatError(f"{CARD} must be at most {_MAX_CARD_BYTES:,} bytes.")
        content = card.read_bytes()
        return cls(path, ModelCard.parse(content), hashlib.sha256(content).hexdigest())

    def file(self, name: str) -> Path:
        """Return the path of a file that the card lists.

        Raises:
            ModelFormatError: the card does not list it.
        """
        if name not in self.card.files:
            raise ModelFormatError(f"Model {self.card.name} holds no {name}.")
        return self.path / name


def file_entry(path: Path) -> FileEntry:
    """Return size and hash of a file, as a card lists them."""
    return FileEntry(path.stat().st_size, file_sha256(path))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def file_hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of files by folder and name, as cards list what was learned from."""
    return {f"{path.resolve().parent.name}/{path.name}": file_sha256(path) for path in paths}


def _check_file(model: str, path: Path, entry: FileEntry) -> None:
    size = path.lstat().st_size  # of a link itself: what it points to may be gone
    if path.is_symlink() or not path.is_file() or size != entry.bytes:
        raise ModelFormatError(
            f"Model {model}: {path.name} must be a file of {entry.bytes:,} bytes. Got {size:,}. "
            "Install the model again."
        )
    with path.open("rb") as file:
        head = file.read(16)
    if not _looks_right(path, head):
        raise ModelFormatError(f"Model {model}: {path.name} does not hold what its name says.")
    if file_sha256(path) != entry.sha256:
        raise ModelFormatError(
            f"Model {model}: {path.name} has changed since it was made. Install the model again."
        )


def _looks_right(path: Path, head: bytes) -> bool:
    if path.suffix == ".onnx":
        return head[:1] == b"\x08"  # field 1 of ModelProto: ir_version
    if path.suffix == _SAFETENSORS:
        return head[8:9] == b"{"  # eight bytes of length, then a JSON header
    if path.suffix == ".json":
        return head.lstrip()[:1] in {b"{", b"["}
    return b"\0" not in head
