"""Trains heads by a recipe, one after another, on an encoder that stays as it is."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from metier.encoders.folder import ModelFolder
from metier.encoders.reading import Encoder
from metier.engine.recipes.head_builders import HeadJob, build_head
from metier.engine.recipes.head_recipe import SET_KINDS, HeadKind, HeadRecipe, HeadTask
from metier.errors import InvalidInput, NotFound
from metier.training.checkpoint import write_json
from metier.training.durable import remove_folder
from metier.training.fingerprint import fingerprint
from metier.training.output import MODEL, Origin, Watch
from metier.training.sets import DataSet, SetPart

HEADS: Final = "heads.json"
FORMAT: Final = 1
_PARTS: Final[Mapping[HeadKind, tuple[SetPart, ...]]] = {
    HeadKind.SKILLS: (SetPart.TRAIN, SetPart.TUNE, SetPart.TAXONOMY),
}


@dataclass(frozen=True, slots=True)
class HeadResult:
    """A head that was trained.

    Attributes:
        name: of its folder.
        head: what it is for.
        sets: what it learned from.
        folder: its model folder, below that of all heads, with forward slashes.
        sha256: hash of the model folder.
        seconds: that the call which finished it took for it.
        tune: figures of rows that it did not learn from.
        key: hash of all that it depends on: options, seed, data and encoder.
    """

    name: str
    head: HeadKind
    sets: tuple[str, ...]
    folder: str
    sha256: str
    seconds: float
    tune: Mapping[str, Any]
    key: str

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the result that an entry of `heads.json` holds; one that is none raises what it likes."""
        return cls(**{**mapping, "head": HeadKind(mapping["head"]), "sets": tuple(mapping["sets"])})


def train_heads(
    recipe: HeadRecipe,
    sets: Mapping[str, DataSet],
    encoder: Encoder,
    output: Path,
    *,
    origin: Origin,
    watch: Watch | None = None,
) -> list[HeadResult]:
    """Train the heads of a recipe, write them, and return them in its order.

    A head that is finished is not trained again, and one that was stopped goes on, with the same arguments.

    Args:
        recipe: which heads, and how.
        sets: data, by name.
        encoder: stays as it is; the heads belong to it.
        output: gets a folder for each head, with `model` and, where it learns step by step, `run`; and
            `heads.json`, which lists them.
        origin: what the cards say of them; the name of each head is put behind its name.
        watch: told how it goes.

    Raises:
        NotFound: a set or a file is missing.
        InvalidInput: the recipe does not fit the sets, a file breaks its format or is too small, or the
            output holds other things.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    check_heads(recipe, sets)
    found = _read_list(output, encoder)
    origin = replace(origin, license=origin.license or recipe.license)
    for task in recipe.heads:
        chosen = tuple(sets[name] for name in task.sets)
        key = _key(task, chosen, recipe.seed, encoder)
        if _is_finished(found.get(task.name), key, output):
            watch.say(f"Head {task.name} is trained already.")
            continue
        languages = dict.fromkeys(language for data in chosen for language in data.languages)
        own = replace(
            origin,
            name=f"{origin.name}-{task.name}",
            languages=origin.languages or recipe.languages or tuple(languages),
        )
        watch.say(f"Head {task.name}, from {', '.join(task.sets)}.")
        output.mkdir(parents=True, exist_ok=True)
        _write_list(output, recipe, encoder, found)  # first of all, so that the folder is known as one
        job = HeadJob(task, chosen, encoder, recipe.seed, output / task.name, own, watch)
        found[task.name] = _trained(job, key)
        _write_list(output, recipe, encoder, found)
        watch.say(f"Head {task.name}: done in {found[task.name].seconds:,.0f} s.")
    return [found[task.name] for task in recipe.heads]


def check_heads(recipe: HeadRecipe, sets: Mapping[str, DataSet]) -> None:
    """Hold a recipe against the sets that it names, before anything is trained.

    Raises:
        NotFound: a set or one of its files is missing.
        InvalidInput: a head cannot learn from a set of that kind, a file is not the one that the list of
            sets names, or heads that ship would learn from a set that does not allow it.
    """
    for task in recipe.heads:
        for name in task.sets:
            if name not in sets:
                raise NotFound(
                    f"Recipe {recipe.name}, head {task.name}: there is no set {name}. The folder has "
                    f"{', '.join(sets) or 'none'}."
                )
            _check_set(recipe, task, sets[name])


def _check_set(recipe: HeadRecipe, task: HeadTask, data: DataSet) -> None:
    wanted = SET_KINDS[task.head]
    if data.kind is not wanted:
        raise InvalidInput(
            f"Recipe {recipe.name}, head {task.name}: a head of kind {task.head} learns from sets of kind "
            f"{wanted}. Set {data.name} is of kind {data.kind}."
        )
    if recipe.ships and not data.ships:
        raise InvalidInput(
            f"Recipe {recipe.name} makes heads to give away (ships: true); set {data.name} does not allow "
            f"it ({data.license}). Leave the set out, or set ships: false."
        )
    for part in _PARTS.get(task.head, (SetPart.TRAIN,)):
        data.file(part)


def _trained(job: HeadJob, key: str) -> HeadResult:
    began = time.perf_counter()
    remove_folder(job.output / MODEL)  # of a call that died before it was listed, maybe of other options
    figures = build_head(job)
    return HeadResult(
        name=job.task.name,
        head=job.task.head,
        sets=job.task.sets,
        folder=f"{job.task.name}/{MODEL}",
        sha256=ModelFolder.open(job.output / MODEL).sha256,
        seconds=round(time.perf_counter() - began, 1),
        tune=_numbers(figures),
        key=key,
    )


def _key(task: HeadTask, sets: tuple[DataSet, ...], seed: int, encoder: Encoder) -> str:
    """Return a hash of all that a head depends on."""
    files = [
        (data.name, part.value, data.files[part].sha256)
        for data in sets
        for part in sorted(data.files)
        if part is not SetPart.REPORT
    ]
    return fingerprint([task.model_dump(mode="json"), seed, files, encoder.sha256])


def _is_finished(known: HeadResult | None, key: str, output: Path) -> bool:
    """Tell whether a head is there, as it was listed.

    Raises:
        InvalidInput: it was made of something else, or was changed since.
    """
    if known is None or not (output / known.folder).exists():
        return False
    if known.key != key:
        raise InvalidInput(
            f"{output / known.name} must hold the head that is asked for. It was trained with other options "
            "or data: delete that folder, or name another output."
        )
    if ModelFolder.peek(output / known.folder).sha256 != known.sha256:
        raise InvalidInput(
            f"{output / known.folder} must be as {HEADS} lists it. It was changed since: delete "
            f"{output / known.name}, or name another output."
        )
    return True


def _read_list(output: Path, encoder: Encoder) -> dict[str, HeadResult]:
    """Return the heads that an output lists, by name.

    Raises:
        InvalidInput: the output is no folder for heads, the list is damaged, or they are of another encoder.
    """
    path = output / HEADS
    if not path.is_file():
        if output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise InvalidInput(f"{output} must be a new or empty folder, or hold heads. Name another one.")
        return {}
    try:
        content = json.loads(path.read_bytes())
        version = content["format"]
        owner = content["encoder"]["sha256"] if version == FORMAT else ""
        found = {entry["name"]: HeadResult.from_mapping(entry) for entry in content["heads"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"{path} must list heads. It is damaged: name another output.") from error
    if version != FORMAT:
        raise InvalidInput(f"{path} must have format {FORMAT}. Got {version!r}: name another output.")
    if owner != encoder.sha256:
        raise InvalidInput(
            f"{output} must hold heads of one encoder. Those there are of another one than {encoder.name}: "
            "name another output."
        )
    return found


def _write_list(output: Path, recipe: HeadRecipe, encoder: Encoder, found: Mapping[str, HeadResult]) -> None:
    content = {
        "format": FORMAT,
        "recipe": recipe.name,
        "seed": recipe.seed,
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "heads": [asdict(result) for result in found.values()],
    }
    write_json(output / HEADS, content)


def _numbers(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers among figures, at any depth; what is not finite becomes nothing."""
    found: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping) and value:
            found[name] = _numbers(value)
        elif isinstance(value, int):
            found[name] = value
        elif isinstance(value, float):
            found[name] = round(value, 6) if math.isfinite(value) else None
    return found
