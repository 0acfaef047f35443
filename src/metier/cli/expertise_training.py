"""`metier expertise train`, `evaluate` and `compare`: models of levels, learnt from a user's own rows."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption
from metier.cli.skill_training import OutputFolderOption
from metier.cli.training_progress import counted, say, training_watch
from metier.errors import InvalidInput
from metier.types import Role

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.engine import Engine, Models
    from metier.expertise.application import Application
    from metier.expertise.data import LevelRow
    from metier.expertise.networks.fit import FitOptions
    from metier.expertise.trainable import TrainableLevels
    from metier.expertise.training import LevelTraining

_REPORT: Final = "report.json"


class Kind(StrEnum):
    """A kind of model of levels."""

    FEATURES = "features"
    READ_ONCE = "read-once"
    ENCODER = "encoder"
    LLM = "llm"


class DocumentRole(StrEnum):
    """What the rows are."""

    RESUME = "resume"
    VACANCY = "vacancy"


_NETWORKS: Final = (Kind.ENCODER, Kind.LLM)
_READ_BY_ENCODER: Final = (Kind.FEATURES, Kind.READ_ONCE)

RowsArgument = Annotated[
    Path,
    typer.Argument(
        help="JSON, JSON lines or CSV with position, key_skills, work_experience and a label.", metavar="ROWS"
    ),
]
LabelOption = Annotated[
    str,
    typer.Option(
        help="Column of the label: a level, or whether the claimed one was confirmed.", metavar="COLUMN"
    ),
]
RoleOption = Annotated[DocumentRole, typer.Option(help="What the rows are.")]
EmployersOption = Annotated[
    Path | None, typer.Option(help="Ratings of employers: company, score and more, as CSV.", metavar="FILE")
]
SensitiveOption = Annotated[
    bool,
    typer.Option(
        "--use-sensitive",
        help="Let age, city and country through to an encoder or llm; every result says so.",
    ),
]
BackboneOption = Annotated[
    str | None,
    typer.Option(help="Folder or hub name of what an encoder or llm is trained from.", metavar="NAME|DIR"),
]
EpochsOption = Annotated[float | None, typer.Option(help="Passes over the rows; encoder 8, llm 3.")]
RateOption = Annotated[
    float | None, typer.Option(help="Of the head; the backbone's is a tenth. Encoder 0.0005, llm 0.002.")
]
BatchOption = Annotated[int | None, typer.Option(help="Rows in a step; encoder 16, llm 8.")]
TokensOption = Annotated[
    int | None, typer.Option(help="Tokens of a text; by default what an encoder takes, llm 1,024.")
]
LoraOption = Annotated[
    int | None, typer.Option(help="Rank of LoRA; llm 16. With an encoder, without it all layers are trained.")
]
LayersOption = Annotated[
    int | None, typer.Option(help="Uppermost layers of an encoder to train; by default all.")
]
FourBitOption = Annotated[bool, typer.Option("--four-bit", help="Hold an llm in 4 bits; takes a GPU.")]


def register(app: typer.Typer) -> None:
    """Add train, evaluate and compare to the commands of `metier expertise`."""
    example = "Example: metier expertise train labelled.csv --label level --output mine/"
    app.command("train", epilog=example)(train)
    example = "Example: metier expertise evaluate held-out.csv --expertise-model mine/ --format json"
    app.command("evaluate", epilog=example)(evaluate)
    example = "Example: metier expertise compare labelled.csv --kind features --kind read-once"
    app.command("compare", epilog=example)(compare)


def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    rows: RowsArgument,
    output: OutputFolderOption,
    label: LabelOption = "level",
    kind: Annotated[
        Kind, typer.Option(help="Trees over features, a head on the shipped encoder, or a network.")
    ] = Kind.READ_ONCE,
    role: RoleOption = DocumentRole.RESUME,
    coverage: Annotated[
        float, typer.Option(help="Share of true levels that the sets of levels are to hold.")
    ] = 0.9,
    employers: EmployersOption = None,
    use_sensitive: SensitiveOption = False,  # noqa: FBT002 - a flag
    backbone: BackboneOption = None,
    epochs: EpochsOption = None,
    learning_rate: RateOption = None,
    batch_size: BatchOption = None,
    max_tokens: TokensOption = None,
    lora_rank: LoraOption = None,
    train_layers: LayersOption = None,
    four_bit: FourBitOption = False,  # noqa: FBT002 - a flag
    seed: SeedOption = 0,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train a model of levels on labelled rows, and measure it on a part of them; needs the train extra.

    OUTPUT gets the model, a report and drawings. Rows are parted by a hash into some to learn from, some to
    calibrate with and some to report on; texts that are nearly the same stay together. A network that was
    stopped goes on when the same command is given again.
    """
    network = NetworkGiven(
        backbone, epochs, learning_rate, batch_size, max_tokens, lora_rank, train_layers, four_bit
    )
    network.check((kind,))
    _check_sensitive((kind,), use_sensitive=use_sensitive)
    _check_output(output)
    given = RowsGiven(rows, label, role, employers, use_sensitive, Reading(model, taxonomy, as_of))
    with training_watch() as watch:
        from metier.expertise.training import LevelOptions, train_levels

        read = given.read(reads=kind is Kind.READ_ONCE, with_encoder=kind in _READ_BY_ENCODER)
        learner = network.learner(kind, output / "run", seed=seed, encoder_sha256=read.encoder_sha256)
        chosen = LevelOptions(learner, coverage=coverage, seed=seed)
        found = train_levels(read.rows, chosen, watch)
    _save(found, output, rows)
    _show_training(found, output, output_format)


def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    rows: RowsArgument,
    expertise_model: Annotated[
        Path, typer.Option(help="What train wrote, or a model folder.", metavar="DIR")
    ],
    label: LabelOption = "level",
    role: RoleOption = DocumentRole.RESUME,
    employers: EmployersOption = None,
    use_sensitive: SensitiveOption = False,  # noqa: FBT002 - a flag
    seed: SeedOption = 0,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Measure a model of levels on labelled rows that it did not learn from, with 95 % intervals."""
    from metier.cli.expertise_training_tables import evaluation_table, plain_json
    from metier.expertise.evaluation import evaluate_model
    from metier.expertise.load import load_levels

    given = RowsGiven(rows, label, role, employers, use_sensitive, Reading(model, taxonomy, as_of))
    read = given.read(reads=True, with_encoder=True)
    levels = load_levels(expertise_model, encoder_sha256=read.encoder_sha256)
    found = evaluate_model(levels, read.rows, seed=seed)
    as_json = options.wants_json(output_format)
    options.emit(plain_json(found) if as_json else evaluation_table(found), None)


def compare(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    rows: RowsArgument,
    label: LabelOption = "level",
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Kinds of models; by default features and read-once.")
    ] = None,
    role: RoleOption = DocumentRole.RESUME,
    folds: Annotated[int, typer.Option(help="Of the cross-validation, at least 2.")] = 5,
    employers: EmployersOption = None,
    use_sensitive: SensitiveOption = False,  # noqa: FBT002 - a flag
    runs: Annotated[
        Path | None, typer.Option(help="Folder for the runs of networks, one for each fold.", metavar="DIR")
    ] = None,
    backbone: BackboneOption = None,
    epochs: EpochsOption = None,
    learning_rate: RateOption = None,
    batch_size: BatchOption = None,
    max_tokens: TokensOption = None,
    lora_rank: LoraOption = None,
    train_layers: LayersOption = None,
    four_bit: FourBitOption = False,  # noqa: FBT002 - a flag
    seed: SeedOption = 0,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Compare kinds of models and baselines on the same rows by cross-validation; needs the train extra.

    Two are told apart where the interval of the difference, from the same resamples for both, holds no 0.
    """
    kinds = tuple(dict.fromkeys(kind or _READ_BY_ENCODER))
    network = NetworkGiven(
        backbone, epochs, learning_rate, batch_size, max_tokens, lora_rank, train_layers, four_bit
    )
    network.check(kinds)
    _check_sensitive(kinds, use_sensitive=use_sensitive)
    _check_runs(kinds, runs)
    given = RowsGiven(rows, label, role, employers, use_sensitive, Reading(model, taxonomy, as_of))
    with training_watch() as watch:
        from metier.cli.expertise_training_tables import comparison_table, plain_json
        from metier.expertise.comparison import ComparisonOptions, compare_learners

        chosen = ComparisonOptions(folds=folds, seed=seed)
        read = given.read(
            reads=Kind.READ_ONCE in kinds, with_encoder=any(each in _READ_BY_ENCODER for each in kinds)
        )
        make = partial(network.learner_of_fold, runs or Path(), seed, read.encoder_sha256)
        found = compare_learners(
            read.rows, {each.value: partial(make, each) for each in kinds}, chosen, watch
        )
    as_json = options.wants_json(output_format)
    options.emit(plain_json(found) if as_json else comparison_table(found), None)


@dataclass(frozen=True, slots=True)
class NetworkGiven:
    """What a network is told, as the command line has it."""

    backbone: str | None
    epochs: float | None
    learning_rate: float | None
    batch_size: int | None
    max_tokens: int | None
    lora_rank: int | None
    train_layers: int | None
    four_bit: bool

    def check(self, kinds: tuple[Kind, ...]) -> None:
        """Refuse options of networks without one, and a network without a backbone.

        Raises:
            InvalidInput: one or the other, or two networks that would share a backbone.
        """
        networks = [kind for kind in kinds if kind in _NETWORKS]
        if len(networks) > 1:
            raise InvalidInput("Two kinds of networks have two backbones. Compare them in two runs.")
        if networks and self.backbone is None:
            raise InvalidInput(f"Kind {networks[0]} is trained from a backbone. Name one with --backbone.")
        if networks:
            return
        for name in self.__slots__:
            if getattr(self, name):
                raise InvalidInput(
                    f"--{name.replace('_', '-')} is about an encoder or llm. Got it for kind "
                    f"{' and '.join(kinds)}: drop it, or choose such a kind."
                )

    def learner(self, kind: Kind, run: Path, *, seed: int, encoder_sha256: str) -> TrainableLevels:
        """Return what learns.

        Raises:
            InvalidInput: a number out of its range.
        """
        if kind is Kind.FEATURES:
            from metier.expertise.boosting import BoostingOptions, FeatureTrainer

            return FeatureTrainer(BoostingOptions(seed=seed), encoder_sha256)
        if kind is Kind.READ_ONCE:
            from metier.expertise.fit_read_once import ReadOnceOptions, ReadOnceTrainer

            return ReadOnceTrainer(ReadOnceOptions(seed=seed), encoder_sha256)
        if kind is Kind.ENCODER:
            return self._encoder(run, seed)
        return self._llm(run, seed)

    def learner_of_fold(
        self, runs: Path, seed: int, encoder_sha256: str, kind: Kind, fold: int
    ) -> TrainableLevels:
        """Return what learns for a fold of a comparison."""
        return self.learner(kind, runs / f"{kind}-{fold}", seed=seed, encoder_sha256=encoder_sha256)

    def _encoder(self, run: Path, seed: int) -> TrainableLevels:
        from metier.expertise.networks.encoder import LORA_LAYERS, EncoderOptions, EncoderTraining
        from metier.expertise.networks.fit import FitOptions
        from metier.training.lora import LoraOptions

        if self.four_bit:
            raise InvalidInput("--four-bit is about an llm. An encoder is small enough without it.")
        rank = self.lora_rank
        lora = None if rank is None else LoraOptions(rank, 2.0 * rank, LORA_LAYERS)
        fit = self._fit(FitOptions(), seed)
        chosen = EncoderOptions(self.backbone or "", fit, train_layers=self.train_layers, lora=lora)
        return EncoderTraining(chosen, run)

    def _llm(self, run: Path, seed: int) -> TrainableLevels:
        from dataclasses import replace

        from metier.expertise.networks.causal import CausalOptions, CausalTraining

        plain = CausalOptions(self.backbone or "", four_bit=self.four_bit)
        if self.train_layers is not None:
            raise InvalidInput("--train-layers is about an encoder. An llm learns by LoRA: see --lora-rank.")
        rank = plain.rank if self.lora_rank is None else self.lora_rank
        return CausalTraining(
            replace(plain, fit=self._fit(plain.fit, seed), rank=rank, alpha=2.0 * rank), run
        )

    def _fit(self, usual: FitOptions, seed: int) -> FitOptions:
        from dataclasses import replace

        train, task = usual.train, usual.task
        epochs = train.epochs if self.epochs is None else self.epochs
        rate = train.head_rate if self.learning_rate is None else self.learning_rate
        size = task.batch_size if self.batch_size is None else self.batch_size
        return replace(
            usual,
            train=replace(train, epochs=epochs, head_rate=rate, seed=seed),
            task=replace(task, batch_size=size),
            max_tokens=usual.max_tokens if self.max_tokens is None else self.max_tokens,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What documents are read with, as the command line has it."""

    model: str | None
    taxonomy: str | None
    as_of: str | None


@dataclass(frozen=True, slots=True, eq=False)
class RowsRead:
    """Labelled documents, and the hash of the encoder that read them; empty for none."""

    rows: list[LevelRow]
    encoder_sha256: str


@dataclass(frozen=True, slots=True)
class RowsGiven:
    """Labelled rows, as the command line has them."""

    rows: Path
    label: str
    role: DocumentRole
    employers: Path | None
    use_sensitive: bool
    reading: Reading

    def read(self, *, reads: bool, with_encoder: bool) -> RowsRead:
        """Return the rows that have a label and can be read, as models take them.

        Args:
            reads: keep what the encoder read of each, small.
            with_encoder: read with an encoder unless another wish was given.

        Raises:
            InvalidInput: no row has a label.
        """
        from metier.expertise.rows import read_applications

        found = read_applications(self.rows, use_sensitive=self.use_sensitive, label=self.label)
        labelled = [application for application in found if application.label is not None]
        if not labelled:
            raise InvalidInput(
                f"{self.rows.name} must have a label in column {self.label}. None of its {len(found):,} rows "
                "has one; name the column with --label."
            )
        if len(labelled) < len(found):
            say(f"{len(found) - len(labelled):,} of {len(found):,} rows have no label and are left out.")
        if self.use_sensitive:
            say("Warning: age, city and country are let through to the model. Every result says so.")
        with self._engine(with_encoder=with_encoder) as (engine, sha256):
            return RowsRead(self._rows(engine, labelled, reads=reads), sha256)

    def _rows(self, engine: Engine, labelled: list[Application], *, reads: bool) -> list[LevelRow]:
        from dataclasses import replace

        from metier.engine.expertise import InputMaker
        from metier.expertise.data import LevelRow
        from metier.expertise.employers import EmployerTable
        from metier.expertise.pooling import condense

        table = None if self.employers is None else EmployerTable.load(self.employers)
        maker = InputMaker(engine, employers=table, use_sensitive=self.use_sensitive)
        rows, failed = [], 0
        with counted("Reading", len(labelled)) as on_progress:
            for application in labelled:
                try:
                    item = maker.of_application(application, role=Role(self.role.value))
                except InvalidInput as error:
                    failed += 1
                    say(f"metier: {error}")
                    continue
                finally:
                    on_progress()
                small = condense(item.reading) if reads and item.reading is not None else None
                if application.label is not None:
                    rows.append(LevelRow(replace(item, reading=small), application.label))
        if failed:
            say(f"{failed:,} of {len(labelled):,} rows cannot be read and are left out.")
        return rows

    @contextmanager
    def _engine(self, *, with_encoder: bool) -> Iterator[tuple[Engine, str]]:
        """Yield an engine and the hash of its encoder."""
        from metier.engine import Engine

        settings, wish = options.load_settings(), self.reading
        name = wish.model or (settings.model if with_encoder else options.NO_MODEL)
        models = None if name == options.NO_MODEL else _models(name, settings)
        opened = Engine.load(
            lambda: options.load_taxonomy(wish.taxonomy or settings.taxonomy, settings),
            limits=settings.limits,
            as_of=options.parse_month(wish.as_of),
            models=lambda: models,
            ocr=settings.ocr,
        )
        with opened as engine:
            yield engine, models.encoder.sha256 if models else ""


def _models(name: str, settings: Settings) -> Models:
    """Return the encoder of a name or folder, without a model of levels."""
    from metier.encoders.load import find_model
    from metier.engine import Models

    return Models.load(find_model(name, options.models_dir(settings)), options.runtime(settings))


def _check_sensitive(kinds: tuple[Kind, ...], *, use_sensitive: bool) -> None:
    blind = [kind for kind in kinds if kind in _READ_BY_ENCODER]
    if use_sensitive and blind:
        raise InvalidInput(
            f"Kind {' and '.join(blind)} never sees age, city or country. Drop --use-sensitive, or choose an "
            "encoder or llm."
        )


def _check_runs(kinds: tuple[Kind, ...], runs: Path | None) -> None:
    if runs is None and any(kind in _NETWORKS for kind in kinds):
        raise InvalidInput("A network is trained for each fold. Name a folder for that with --runs.")


def _check_output(output: Path) -> None:
    from metier.training.output import MODEL, check_output

    if (output / MODEL).exists():
        raise InvalidInput(f"{output} holds a model. Name another folder.")
    check_output(output)


def _save(found: LevelTraining, output: Path, rows: Path) -> None:
    """Write the model, its report, and drawings of what it said of the report part."""
    from metier.cli.expertise_training_tables import plain, plain_json
    from metier.expertise.evaluation import draw_levels
    from metier.expertise.folder import save_levels
    from metier.training.output import MODEL, Origin

    report = found.report
    origin = Origin(
        output.resolve().name,
        languages=report.calibration.languages,
        command=shlex.join(["metier", *sys.argv[1:]]),
        training_data={rows.name: report.rows_sha256},
        metrics={"report": plain(report.figures), "rows": plain(report.parts)},
    )
    save_levels(found.model, output / MODEL, origin)
    (output / _REPORT).write_text(plain_json(report), encoding="utf-8")
    if found.table is not None:
        draw_levels(found.table, output)


def _show_training(found: LevelTraining, output: Path, output_format: options.TableOrJson | None) -> None:
    from metier.cli.expertise_training_tables import plain_json, training_table
    from metier.training.output import MODEL

    as_json = options.wants_json(output_format)
    options.emit(plain_json(found.report) if as_json else training_table(found.report), None)
    place = shlex.quote(str(output))
    say(f"Wrote {output / MODEL}. Use it: metier expertise score RESUME --expertise-model {place}")
