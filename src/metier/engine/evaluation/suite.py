"""Runs every set's measure on one encoder after another, and puts them side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import Encoder
from metier.engine.evaluation.choices import ChoicesMeasure
from metier.engine.evaluation.kept import Kept, ResultKey, read_kept, write_kept
from metier.engine.evaluation.levels import LevelsMeasure
from metier.engine.evaluation.linking import LinkingMeasure, SpansMeasure
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.pairs import PairsMeasure
from metier.engine.evaluation.protocol import Bench, CannotMeasure, HeadSteps, Measure, Outcomes
from metier.engine.evaluation.results import Evaluation, ModelRun, SetRun, side_by_side
from metier.engine.evaluation.scores import ScoresMeasure
from metier.engine.evaluation.skills import SkillsMeasure
from metier.engine.evaluation.speed import tokens_per_second
from metier.errors import InvalidInput, MissingExtra, ModelMismatch
from metier.training.sets import DataSet, SetKind

# Whole readings first: vectors and pooled states follow from them, and not the other way round.
MEASURES: Final[Mapping[SetKind, Measure]] = {
    SetKind.SKILLS: SkillsMeasure(),
    SetKind.SPANS: SpansMeasure(),
    SetKind.LINKING: LinkingMeasure(),
    SetKind.SCORES: ScoresMeasure(),
    SetKind.LEVELS: LevelsMeasure(),
    SetKind.CHOICES: ChoicesMeasure(),
    SetKind.PAIRS: PairsMeasure(),
}
"""How each kind of set is measured, in the order in which that is done; other kinds are not measured."""


WORDS: Final = "words"
"""Name of the baseline."""
_WORDS_DIM: Final = 384


class _Words(FakeEncoder):
    name = WORDS


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """An encoder that is measured.

    Attributes:
        name: what tables call it; no two share one.
        encoder: stays as it is.
        n_bytes: size of its folder, or None where there is none.
    """

    name: str
    encoder: Encoder
    n_bytes: int | None = None

    @classmethod
    def load(cls, path: Path, runtime: Runtime, *, name: str = "") -> Self:
        """Load an encoder from its model folder.

        Args:
            path: of the folder.
            runtime: how it runs.
            name: what to call it; as its card does by default.

        Raises:
            NotFound: no folder with a `model.json`.
            ModelError: it is damaged, or holds no encoder.
            MissingExtra: torch must run it, and is not installed.
        """
        card = ModelFolder.peek(path).card
        if card.task != "encoder":
            raise ModelMismatch(
                f"Model {card.name} is for {card.task!r}; an evaluation needs an encoder. Name its folder."
            )
        n_bytes = sum(entry.bytes for entry in card.files.values())
        return cls(name or card.name, load_encoder(path, runtime), n_bytes)

    @classmethod
    def words(cls) -> Self:
        """Return the baseline: every word has a random direction, so that only words in common tell."""
        return cls(WORDS, _Words(_WORDS_DIM))


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """What is measured, and how.

    Attributes:
        names: of sets; none for all.
        seed: of folds, first weights and resamples, 0 or more.
        steps: of heads that are trained.
        work: folder of results that are kept, or None to keep none.

    Raises:
        InvalidInput: a seed below 0.
    """

    names: tuple[str, ...] = ()
    seed: int = 0
    steps: HeadSteps = field(default_factory=HeadSteps)
    work: Path | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidInput(f"seed must be 0 or more. Got {self.seed}.")


def evaluate(
    entrants: Sequence[Entrant],
    sets: Mapping[str, DataSet],
    options: SuiteOptions | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Return every figure of every encoder, and by how much each is above the first one.

    Args:
        entrants: at least one; the others are held against the first.
        sets: of a folder, by name, as `read_sets` returns them.
        options: what and how.
        say: told in a sentence what is being done.

    Raises:
        InvalidInput: no encoder, two of one name, a set that there is not, none that can be measured, or a
            file that breaks its format.
    """
    options = options or SuiteOptions()
    names = [entrant.name for entrant in entrants]
    if not names or len(set(names)) < len(names):
        raise InvalidInput(f"Models must be named, each once. Got {', '.join(names) or 'none'}.")
    chosen = chosen_sets(sets, options.names)
    of_all: dict[str, object] = {}
    runs = [_measured(entrant, chosen, sets, options, say, of_all) for entrant in entrants]
    return side_by_side(chosen, runs, MEASURES, seed=options.seed)


def chosen_sets(sets: Mapping[str, DataSet], names: Sequence[str]) -> list[DataSet]:
    """Return the sets of some names, or all, that some measure is for, in the order of the folder.

    Raises:
        InvalidInput: a name that no set has, or nothing to measure.
    """
    for name in names:
        if name not in sets:
            raise InvalidInput(f"There is no set {name!r}. Sets are {', '.join(sets)}.")
        if sets[name].kind not in MEASURES:
            raise InvalidInput(f"Set {name} holds {sets[name].kind}, which nothing measures. Drop it.")
    found = [data for data in sets.values() if data.kind in MEASURES and (not names or data.name in names)]
    if not found:
        raise InvalidInput(f"There must be a set of kind {', '.join(MEASURES)}. Got none.")
    return found


def _measured(
    entrant: Entrant,
    chosen: Sequence[DataSet],
    sets: Mapping[str, DataSet],
    options: SuiteOptions,
    say: Callable[[str], None],
    of_all: dict[str, object],
) -> ModelRun:
    bench = Bench(
        RememberingEncoder(entrant.encoder),
        sets,
        options.seed,
        options.steps,
        options.work,
        say,
        of_all=of_all,
    )
    order = list(MEASURES)
    found: dict[str, SetRun] = {}
    for data in sorted(chosen, key=lambda data: order.index(data.kind)):
        found[data.name] = _run(data, bench, options.work)
        say(f"{entrant.name}, {data.name}: {found[data.name].words}.")
    speed = tokens_per_second(entrant.encoder)
    return ModelRun(entrant.name, entrant.encoder.name, entrant.encoder.sha256, entrant.n_bytes, found, speed)


def _run(data: DataSet, bench: Bench, work: Path | None) -> SetRun:
    """Return what was noted of a set, now or in an earlier run, or why there is nothing."""
    measure = MEASURES[data.kind]
    missing = [part for part in measure.parts if part not in data.files]
    if missing:
        return SetRun(None, 0.0, f"it has no part {' and no part '.join(missing)}")
    key = ResultKey.of(data, list(measure.inputs(data, bench.sets)), bench)
    kept = read_kept(work, key)
    if kept is not None:
        return SetRun(kept.outcomes, kept.seconds)
    began = time.perf_counter()
    try:
        outcomes: Outcomes = measure.measure(data, bench)
    except InvalidInput as error:  # files of many sets are called train.jsonl
        raise InvalidInput(f"Measuring set {data.name}: {error}") from error
    except CannotMeasure as reason:
        return SetRun(None, 0.0, str(reason))
    except MissingExtra as error:
        return SetRun(None, 0.0, f"{error.module} is not installed: pip install 'metier[{error.extra}]'")
    found = Kept(outcomes, time.perf_counter() - began)
    write_kept(work, key, found)
    return SetRun(found.outcomes, found.seconds)
