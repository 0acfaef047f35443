"""What was tried for the encoder that ships, on equal budgets: so many steps of the same batches' sizes.

Each variant is `recipes/experiments.yaml` with something changed, from the same float32 base, and is measured
on the tune parts of the sets (`model_data.py` writes them), never on a report part: this table chooses, and
`metier evaluate` reports. A task's score is what its capability measures: MRR of pairs, F1 of spans, macro-F1
of skills, 2 AUC - 1 of levels, for keep the cosine with what the variant began with (the base for six
layers). A variant that begins with another one comes on top of its steps, and makes it first where need be.
At most 100 rows of each tune part are measured, so a point or two says nothing by itself.

    python benchmarks/encoder_experiments.py --data SETS --backbone FLOAT32 --work WORK [--variant NAME ...]

A finished variant is not repeated; WORK/experiments.json and experiments.md hold the table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.encoders.folder import ModelFolder
from metier.engine.recipes.recipe import Recipe, load_recipe
from metier.engine.recipes.train import Bases, train_recipe
from metier.training.average import average_weights
from metier.training.layers import keep_layers
from metier.training.lower_states import StateMemory
from metier.training.output import MODEL, Origin, Watch
from metier.training.sets import DataSet, read_sets

RECIPE = Path(__file__).parents[1] / "recipes" / "experiments.yaml"
STEPS = 240
TUNE_ROWS = 100
FROZEN = 1e-12
GROUPS = {
    "linking": ("esco-names", "esco-descriptions", "esco-sentences", "titles", "skillspan"),
    "skills": ("skills",),
    "search": ("vacancies-en", "vacancies-ru", "families"),
    "levels": ("levels-hh", "levels-linkedin", "levels-nofluffjobs", "levels-habr"),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A change of the recipe.

    Attributes:
        says: what it is, for the table.
        sets: that are learned from; empty for all.
        fields: of the recipe that differ.
        run: fields of its run that differ.
        start: another variant to start from, or a way to make the start; empty for the base.
    """

    says: str
    sets: tuple[str, ...] = ()
    fields: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    start: str = ""


VARIANTS = {
    "base": Variant("base as is, heads alone trained", run={"backbone_rate": FROZEN}),
    **{f"{name}-alone": Variant(f"{name} alone", sets) for name, sets in GROUPS.items()},
    "joint": Variant("joint, upper four layers"),
    "joint-2": Variant("joint, upper four layers, another seed", fields={"seed": 2}),
    "joint-all": Variant("joint, all layers", fields={"train_layers": None}),
    "taught": Variant("joint, skills near a pairwise teacher"),
    "soup": Variant("mean of both joint ones, heads anew", run={"backbone_rate": FROZEN}, start="soup"),
    "words": Variant("masked words alone, all layers", fields={"train_layers": None}, start=""),
    "words-joint": Variant("masked words first, then joint", start="words"),
    "six": Variant("six layers, distilled from the base", fields={"train_layers": None}, start="six"),
    "six-joint": Variant("six layers distilled, then joint", fields={"train_layers": None}, start="six-done"),
}  # fmt: skip
STARTS = {"soup": ("joint", "joint-2"), "words-joint": ("words",), "six-joint": ("six",)}
TASKS = {
    "words": [{"set": "vacancies", "learn": "masked-words", "max_tokens": 128}],
    "six": [
        {"set": "vacancies", "learn": "keep", "max_tokens": 128, "similarity_weight": 1.0, "weight": 3.0},
        {"set": "esco-names", "batch_size": 64, "max_tokens": 48},
    ],
}


def recipe_of(name: str, steps: int) -> Recipe:
    """Return the recipe of a variant."""
    variant, whole = VARIANTS[name], load_recipe(RECIPE).model_dump()
    tasks = TASKS.get(name) or [
        task for task in whole["tasks"] if not variant.sets or task["set"] in variant.sets
    ]
    whole["tasks"] = [task | {"tune_rows": TUNE_ROWS} for task in tasks]
    whole |= dict(variant.fields or {})
    whole["run"] |= {"steps": steps, "evaluate_every": steps, "max_seconds": None} | dict(variant.run or {})
    return Recipe.model_validate(whole)


def with_starts(names: Iterable[str]) -> list[str]:
    """Return the names of some variants, each after those that it begins with, each once.

    >>> with_starts(["soup", "joint"])
    ['joint', 'joint-2', 'soup']
    """
    return list(dict.fromkeys(each for name in names for each in (*STARTS.get(name, ()), name)))


def start_of(name: str, work: Path, base: Path) -> Path:
    """Return the folder that a variant starts from; it is made where it is not there yet."""
    start = VARIANTS[name].start
    if start == "soup":
        place = work / "soup-start"
        if not place.exists():
            average_weights([work / each / MODEL for each in ("joint", "joint-2")], place, name="soup")
        return place
    if start == "six":
        place = work / "six-start"
        if not place.exists():
            keep_layers(base, (1, 3, 5, 7, 9, 11), place, name="six")
        return place
    if start:
        return work / start.removesuffix("-done") / MODEL
    return base


def run(name: str, arguments: argparse.Namespace, sets: Mapping[str, DataSet], memory: StateMemory) -> Any:
    """Train a variant, unless that is done, and return the figures of its card."""
    recipe = recipe_of(name, arguments.steps)
    start = start_of(name, arguments.work, arguments.backbone)
    shares = recipe.train_layers is not None and start == arguments.backbone
    teacher = str(arguments.backbone) if name.startswith("six") else None
    pairwise = arguments.pairwise if name == "taught" else None
    bases = Bases(str(start), teacher, pairwise, memory if shares else None)
    train_recipe(
        recipe,
        sets,
        bases,
        arguments.work / name,
        origin=Origin(name),
        watch=Watch(lambda words: print(words, file=sys.stderr, flush=True)),
    )
    return ModelFolder.peek(arguments.work / name / MODEL).card.metrics


def table(work: Path) -> str:
    """Return the figures of the variants that are finished, as a table of Markdown."""
    found = {
        name: ModelFolder.peek(work / name / MODEL).card.metrics
        for name in VARIANTS
        if (work / name / MODEL).exists()
    }
    tasks = [task.name for task in load_recipe(RECIPE).tasks if task.learn != "context"]
    tasks = list(dict.fromkeys(tasks))
    rows = ["| variant | " + " | ".join(tasks) + " | minutes |", "|---" * (len(tasks) + 2) + "|"]
    for name, metrics in found.items():
        cells = []
        for task in tasks:
            score = metrics["tune"].get(task, {}).get("score")
            cells.append("" if score is None else f"{score:.3f}")
        minutes = metrics["training"]["seconds"] / 60
        rows.append(f"| {VARIANTS[name].says} | " + " | ".join(cells) + f" | {minutes:.1f} |")
    (work / "experiments.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Run the variants that were asked for and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of data sets")
    parser.add_argument("--backbone", type=Path, required=True, help="the base in float32")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--variant", choices=VARIANTS, action="append")
    parser.add_argument("--pairwise", type=Path, help="a pairwise model that skills.py trained, for taught")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    import torch

    torch.set_num_threads(arguments.threads)
    sets, memory = read_sets(arguments.data), StateMemory()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name in with_starts(arguments.variant or VARIANTS):
        if name == "taught" and arguments.pairwise is None:
            print("taught is passed over: it takes --pairwise.", file=sys.stderr, flush=True)
            continue
        print(name, file=sys.stderr, flush=True)
        run(name, arguments, sets, memory)
        found = table(arguments.work)
        (arguments.work / "experiments.md").write_text(found, encoding="utf-8")
    print(table(arguments.work))


if __name__ == "__main__":
    main()
