"""Builds every model that ships, from public weights and data to the folders under src/metier/models.

    python benchmarks/build_models.py --data FOLDER --work WORK [--from STEP] [--to STEP]

    sets      the folder of data sets (model_data.py)
    base      the published encoder with its vocabulary cut, in float32 and int8 (`metier models build-base`)
    train     one encoder trained on all tasks (`metier train recipe recipes/small.yaml`)
    export    the same in int8 (`metier models export`), into src/metier/models/base
    heads     skills, linking, search, grading, expertise, mask-words, fitted to the encoder that is there

FOLDER is laid out as benchmarks/README.md says. A step whose output is there already is passed over, but for
`heads`, which writes each head anew. Training takes the most time; stopped, it goes on where it was. The
previous encoder and heads under src/metier/models are replaced: git has them. Afterwards
scripts/shipped_outputs.py writes anew what tests hold the encoder to.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "src" / "metier" / "models"
RECIPE = ROOT / "recipes" / "small.yaml"
BASE_TEXTS = (
    "esco/skills_en.csv",
    "jobbert-titles/titles.csv",
    "onet/technology_skills.csv",
    "resumes-en/livecareer.jsonl",
    "skillskape/train.csv",
    "skillspan/dev.json",
    "skillspan/train.json",
    "vacancies-en/dice.csv",
    "vacancies-en/linkedin_2024.jsonl",
    "vacancies-en/nofluffjobs_2022.jsonl",
    "vacancies-ru/habr_2024.jsonl",
    "vacancies-ru/hh_2022.jsonl",
    "vacancies-ru/hh_2022_noisy.jsonl",
    "vacancies-ru/hh_2025.jsonl",
    "vacancies-ru/superjob_2018.jsonl",
)
EXPORT_TEXTS = ("texts/vacancies/train.jsonl", "pairs/families/train.jsonl")
HEAD_TEXTS = (
    "resumes-en/livecareer.jsonl",
    "vacancies-en/linkedin_2024.jsonl",
    "vacancies-en/nofluffjobs_2022.jsonl",
    "vacancies-ru/hh_2022.jsonl",
    "vacancies-ru/hh_2025.jsonl",
    "vacancies-ru/superjob_2018.jsonl",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that the steps read and write."""

    data: Path
    work: Path

    @property
    def sets(self) -> Path:
        """The folder of data sets."""
        return self.work / "sets"

    @property
    def base(self) -> Path:
        """What training begins with: float32 and int8 in it."""
        return self.work / "base"

    @property
    def trained(self) -> Path:
        """The trained encoder: run and model in it."""
        return self.work / "small"

    @property
    def exported(self) -> Path:
        """The trained encoder in int8."""
        return self.work / "int8"


def make_sets(places: Places) -> None:
    """Write the folder of data sets."""
    if not (places.sets / "sets.json").exists():
        script("model_data.py", "--data", places.data, "--output", places.sets)


def make_base(places: Places) -> None:
    """Build the published encoder with its vocabulary cut."""
    if not (places.base / "float32").exists():
        texts = [word for name in BASE_TEXTS for word in ("--texts", places.data / name)]
        metier("models", "build-base", *texts, "--output", places.base)


def train(places: Places) -> None:
    """Train the encoder on all tasks."""
    data = ("--data", places.sets, "--backbone", places.base / "float32")
    metier("train", "recipe", RECIPE, *data, "--output", places.trained)


def export(places: Places) -> None:
    """Make the trained encoder small, and put it where the wheel takes it from."""
    if not places.exported.exists():
        texts = [word for name in EXPORT_TEXTS for word in ("--texts", places.sets / name)]
        base = places.base / "int8"
        model = places.trained / "model"
        metier("models", "export", model, *texts, "--base", base, "--output", places.exported)
    replace_folder(places.exported, MODELS / "base")


def fit_heads(places: Places) -> None:
    """Fit each head to the encoder that is in the package now."""
    texts = [word for name in HEAD_TEXTS for word in ("--texts", places.data / name)]
    judged = ROOT / "benchmarks" / "judgements" / "skills_implicit.csv"
    float32 = places.trained / "model"

    def skills(output: Path) -> Path:
        more = ("--judged", judged, "--float32", float32, "--output", output)
        metier("skills", "fit-head", *texts, *more)
        return output

    def linking(output: Path) -> Path:
        script("linking.py", "build", "--data", places.data, "--work", output, "--run", "frozen")
        return output / "frozen" / "model"

    def search(output: Path) -> Path:
        pairs = places.work / "pairs"
        script("search_data.py", "--data", places.data, "--pairs", pairs)
        script("search_head.py", "--pairs", pairs, "--output", output)
        return output / "model"

    def grading(output: Path) -> Path:
        metier("interview", "fit-grader", "--name", "metier-grading", "--output", output)
        return output

    def expertise(output: Path) -> Path:
        cache = places.work / "cache"
        shutil.rmtree(cache, ignore_errors=True)  # of another encoder, perhaps
        script("expertise_resumes.py", "fit", "--data", places.data, "--cache", cache, "--output", output)
        return output

    def mask_words(output: Path) -> Path:
        script("mask_head.py", "--data", places.data, "--output", output)
        return output / "head" / "model"

    makers: Mapping[str, Callable[[Path], Path]] = {
        "skills": skills,
        "linking": linking,
        "search": search,
        "grading": grading,
        "expertise": expertise,
        "mask-words": mask_words,
    }
    for name, make in makers.items():
        output = places.work / "heads" / name
        shutil.rmtree(output, ignore_errors=True)
        replace_folder(make(output), MODELS / name)


STEPS: Mapping[str, Callable[[Places], None]] = {
    "sets": make_sets,
    "base": make_base,
    "train": train,
    "export": export,
    "heads": fit_heads,
}


def replace_folder(source: Path, target: Path) -> None:
    """Put a copy of a folder in the place of another one."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def metier(*words: str | Path) -> None:
    """Run a command of metier."""
    call(Path(sys.executable).with_name("metier"), *words)


def script(name: str, *words: str | Path) -> None:
    """Run another script of this folder."""
    call(sys.executable, ROOT / "benchmarks" / name, *words)


def call(*words: str | Path) -> None:
    """Run a program and stop where it fails."""
    print("==", *words[1:], file=sys.stderr, flush=True)
    subprocess.run([str(word) for word in words], check=True)


def main() -> None:
    """Run the steps that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="gets all that is made on the way")
    parser.add_argument("--from", dest="first", choices=STEPS, default="sets")
    parser.add_argument("--to", dest="last", choices=STEPS, default="heads")
    arguments = parser.parse_args()
    places = Places(arguments.data, arguments.work)
    names = list(STEPS)
    for name in names[names.index(arguments.first) : names.index(arguments.last) + 1]:
        STEPS[name](places)


if __name__ == "__main__":
    main()
