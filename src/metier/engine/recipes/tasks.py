"""The tasks of a recipe: each is the one that its capability trains alone, on a backbone that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from metier.encoders.reading import TextKind
from metier.engine.recipes.recipe import LESSONS, Lesson, Recipe, TaskRecipe
from metier.engine.recipes.skill_teacher import taught
from metier.errors import InvalidInput, NotFound
from metier.expertise.application import LevelRange
from metier.expertise.level_texts import LevelText, read_level_texts
from metier.expertise.networks.encoder import EncoderNetwork
from metier.expertise.networks.task import LevelTask, LevelTaskOptions, TokenRows
from metier.expertise.ordinal import allowed_levels
from metier.interview.short_answers.rows import read_score_rows
from metier.interview.training.answer_task import AnswerTask
from metier.interview.training.rows import read_choices
from metier.interview.training.task import ChoiceTask
from metier.interview.training.task import LossOptions as ChoiceLoss
from metier.search.training.pairs import read_pairs
from metier.search.training.task import LossOptions, PairTask
from metier.skills.architectures.attention_head import ARCHITECTURE as LABEL_ATTENTION
from metier.skills.architectures.attention_network import LabelAttentionNetwork
from metier.skills.architectures.load import load_classifier
from metier.skills.architectures.rows import examples_from_pairs
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions
from metier.skills.architectures.token_states import TrainedStates
from metier.skills.labelled_json import read_label_rows
from metier.skills.linking.network import LinkingNetwork
from metier.skills.linking.tasks import ContextTask, SpanTask, is_trained_on
from metier.skills.mentions import MentionFinder
from metier.skills.negatives import NegativeOptions, NegativeSampler, labelled_pairs
from metier.skills.seeds import stable_seed
from metier.skills.span_sets import read_span_sets
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import load_taxonomy
from metier.skills.train_classifier import ClassifierOptions, make_examples, never_shown
from metier.training.backbone import Backbone
from metier.training.bi_encoder import RowLimits, TrainedBackbone
from metier.training.corpus import read_set_texts
from metier.training.keep import KeepOptions, KeepTask
from metier.training.masked_words import MaskedWordsOptions, MaskedWordsTask
from metier.training.options import TrainOptions
from metier.training.sets import LIST, DataSet, SetKind, SetPart
from metier.training.task import SCORE

if TYPE_CHECKING:
    from torch import Tensor

RAW: Final = "raw"
"""The figure of a task before what chance reaches is taken off."""
_FLOORS: Final[Mapping[Lesson, float]] = {Lesson.LEVELS: 0.5}
_NOT_JUDGED: Final = frozenset({Lesson.CONTEXT})
_BATCH: Final[Mapping[Lesson, int]] = {
    Lesson.PAIRS: 16,
    Lesson.SPANS: 32,
    Lesson.CONTEXT: 24,
    Lesson.SKILLS: 16,
    Lesson.LEVELS: 16,
    Lesson.CHOICES: 16,
    Lesson.SCORES: 32,
    Lesson.KEEP: 16,
    Lesson.MASKED_WORDS: 16,
}
_NONE_SHARE: Final = 4.0
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False)
class RecipeTask:
    """Implements `TrainingTask` with a task of a capability, under the name and weight of a recipe.

    Attributes:
        name: of the recipe's task.
        weight: its share of the steps.
        lesson: what is learned.
        task: what does the work.
        head: torch module that it trains beside the backbone, or None.
    """

    name: str
    weight: float
    lesson: Lesson
    task: Any
    head: Any = None

    @property
    def score_weight(self) -> float:
        """How much its score counts beside those of others: all alike, but for what is not judged."""
        return 0.0 if self.lesson in _NOT_JUDGED else 1.0

    @property
    def data_sha256(self) -> str:
        """Return a hash over its data."""
        return str(self.task.data_sha256)

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the batches of an epoch."""
        found: Sequence[Any] = self.task.batches(seed=seed, epoch=epoch)
        return found

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of a batch."""
        found: Tensor = self.task.loss(batch)
        return found

    def evaluate(self) -> Mapping[str, float]:
        """Return the figures of the tune part; `score` is 1 at best, `raw` what it was.

        Where chance alone reaches a known figure, as of ROC-AUC, `score` is 0 for that.
        """
        found = dict(self.task.evaluate())
        floor = _FLOORS.get(self.lesson, 0.0)
        return {**found, RAW: found[SCORE], SCORE: (found[SCORE] - floor) / (1 - floor)}


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What the tasks of a recipe have in common.

    Attributes:
        backbone: what learns.
        teacher: gives what `keep` goes by; asked for once, where a task needs it.
        recipe: the recipe.
        sets: by name.
        prefixes: words before a text of each kind.
        skill_teacher: folder of a classifier that brings its backbone, which skills come near to; or None.
        say: told what takes its time.
    """

    backbone: Backbone
    teacher: Callable[[], Backbone]
    recipe: Recipe
    sets: Mapping[str, DataSet]
    prefixes: Mapping[TextKind, str] = field(default_factory=dict)
    skill_teacher: Path | None = None
    say: Callable[[str], None] = lambda _: None

    def taxonomy(self, name: str) -> Taxonomy:
        """Return the taxonomy of a set of kind skills."""
        return load_taxonomy(self.sets[name].file(SetPart.TAXONOMY))

    def bi_encoder(self, task: TaskRecipe) -> TrainedBackbone:
        """Return the backbone as what turns queries and passages into vectors."""
        limits = RowLimits(task.query_tokens, task.max_tokens, self.prefixes)
        return TrainedBackbone(self.backbone, limits=limits)


def check_sets(recipe: Recipe, sets: Mapping[str, DataSet]) -> None:
    """Hold a recipe against the sets that it names, before anything is loaded.

    Raises:
        NotFound: a set is missing.
        InvalidInput: a task asks for what its set's kind cannot teach, or weights that ship would learn from
            a set that does not allow it.
    """
    for task in recipe.tasks:
        for name in (task.set, task.names):
            if name is not None:
                _check_set(recipe, sets, name)
        data = sets[task.set]
        allowed = LESSONS.get(data.kind, ())
        if not allowed or (task.learn is not None and task.learn not in allowed):
            raise InvalidInput(
                f"Recipe {recipe.name}, task {task.name}: a set of kind {data.kind} can teach "
                f"{', '.join(allowed) or 'nothing'}. Got {task.learn or data.kind}."
            )
        if task.learn is Lesson.CONTEXT and (
            task.names is None or sets[task.names].kind is not SetKind.SKILLS
        ):
            raise InvalidInput(
                f"Recipe {recipe.name}, task {task.name}: names must be a set of kind skills, whose names "
                f"are filled in. Got {task.names}."
            )


def _check_set(recipe: Recipe, sets: Mapping[str, DataSet], name: str) -> None:
    if name not in sets:
        raise NotFound(f"Recipe {recipe.name} names set {name}; the folder has {', '.join(sets) or 'none'}.")
    if recipe.ships and not sets[name].ships:
        raise InvalidInput(
            f"Recipe {recipe.name} makes weights to give away (ships: true); set {name} does not allow it "
            f"({sets[name].license}). Leave the set out, or set ships: false."
        )


def make_tasks(shared: Shared) -> list[RecipeTask]:
    """Return the tasks of a recipe, in its order.

    Raises:
        NotFound: a set or a file is missing.
        InvalidInput: the recipe does not fit the sets, or a file breaks its format or is too small.
    """
    check_sets(shared.recipe, shared.sets)
    found = []
    for task in shared.recipe.tasks:
        data = shared.sets[task.set]
        lesson = task.learn or LESSONS[data.kind][0]
        try:
            made, head = _MAKERS[lesson](shared, task, data)
        except InvalidInput as error:  # files of many sets are called train.jsonl
            raise InvalidInput(f"Recipe {shared.recipe.name}, task {task.name}: {error}") from error
        weight = task.weight * _n_train(data) ** (1 / shared.recipe.sampling_temperature)
        found.append(RecipeTask(task.name, weight, lesson, made, head))
    return found


def _n_train(data: DataSet) -> int:
    rows = data.files[SetPart.TRAIN].rows
    if not rows:
        raise InvalidInput(
            f"Set {data.name}: its train part must hold rows. {LIST} says that it holds none: write the list "
            "anew."
        )
    return rows


def _pairs(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    train, tune = (read_pairs((data.file(part),)).rows for part in (SetPart.TRAIN, SetPart.TUNE))
    options = LossOptions(
        margin=task.margin, temperature=task.temperature, batch_size=_batch(task, Lesson.PAIRS)
    )
    measured = _some(tune, task.tune_rows, lambda pair: pair.query)
    return PairTask(shared.bi_encoder(task), train, measured, options, n_distractors=0), None


def _scores(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    rows = [row for row in read_score_rows(data.file(SetPart.TRAIN)).rows if not row.is_blank]
    tune = _some(rows, min(task.tune_rows, len(rows) // 10), lambda row: row.answer)
    kept = {row.number for row in tune}
    train = [row for row in rows if row.number not in kept]
    batch_size = _batch(task, Lesson.SCORES)
    return AnswerTask(shared.bi_encoder(task), train, tune, batch_size=batch_size), None


def _spans(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    train, tune = (read_span_sets(data.file(part)) for part in (SetPart.TRAIN, SetPart.TUNE))
    network = LinkingNetwork(TrainedStates(shared.backbone), seed=shared.recipe.seed)
    measured = _some(tune, task.tune_rows, lambda row: row.text)
    made = SpanTask(
        network, [row for row in train if is_trained_on(row)], measured, batch_size=_batch(task, Lesson.SPANS)
    )
    return made, network.tagger


def _context(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    skills = [entry.skill for entry in shared.taxonomy(task.names or "").entries]
    rows = [row for row in read_span_sets(data.file(SetPart.TRAIN)) if row.spans]
    network = LinkingNetwork(TrainedStates(shared.backbone), seed=shared.recipe.seed)
    return ContextTask(network, skills, rows, batch_size=_batch(task, Lesson.CONTEXT)), None


def _skills(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    taxonomy = shared.taxonomy(data.name)
    seed = shared.recipe.seed
    train, tune = (read_label_rows(data.file(part), taxonomy).rows for part in (SetPart.TRAIN, SetPart.TUNE))
    measured = _some(tune, task.tune_rows, lambda row: row.text)
    skills = [entry.skill for entry in taxonomy.entries]
    steps = TrainOptions(steps=1, seed=seed)
    options = ClassifierOptions(LABEL_ATTENTION, None, steps, ratio=1, held_out=never_shown(train, taxonomy))
    examples = make_examples(options, train, taxonomy, skills)
    if shared.skill_teacher is not None:
        classifier = load_classifier(shared.skill_teacher, finder=MentionFinder(taxonomy))
        examples = taught(examples, skills, classifier, most=task.taught_texts, say=shared.say)
    sampler = NegativeSampler(taxonomy, NegativeOptions(options.ratio, seed=seed))
    known = examples_from_pairs(list(labelled_pairs(measured, sampler)), skills)
    network = LabelAttentionNetwork(TrainedStates(shared.backbone), seed=seed, finder=MentionFinder(taxonomy))
    network.set_centers([row.text for row in train], skills)
    loss = SkillTaskOptions(batch_size=_batch(task, Lesson.SKILLS), none_share=_NONE_SHARE)
    return SkillTask(network, SkillRows(skills, examples, known), loss), network.module.head


def _levels(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    network = EncoderNetwork(shared.backbone, dropout=0.1, seed=shared.recipe.seed)
    train, tune = (read_level_texts(data.file(part)) for part in (SetPart.TRAIN, SetPart.TUNE))
    measured = _some(tune, task.tune_rows, lambda row: row.text)
    parts = [_level_rows(network, rows, task.max_tokens) for rows in (train, measured)]
    options = LevelTaskOptions(batch_size=_batch(task, Lesson.LEVELS))
    return LevelTask(network, parts[0], parts[1], options), network.module.head


def _level_rows(network: EncoderNetwork, rows: Sequence[LevelText], max_tokens: int) -> TokenRows:
    allowed = allowed_levels([LevelRange.of(row.level) for row in rows])
    return TokenRows(network.rows([row.text for row in rows], max_tokens=max_tokens), allowed)


def _choices(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    train = read_choices(data.file(SetPart.TRAIN))
    tune = read_choices(data.file(SetPart.TUNE), train.target)
    if tune.candidates != train.candidates:
        raise InvalidInput(
            f"Set {data.name}: its train and tune parts must have the same candidates. They have not."
        )
    options = ChoiceLoss(batch_size=_batch(task, Lesson.CHOICES))
    network = shared.bi_encoder(task)
    return ChoiceTask(network, train, tune, texts=train.candidates, options=options), None


def _keep(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    train, tune = _text_parts(data, task)
    options = KeepOptions(
        batch_size=_batch(task, Lesson.KEEP),
        max_tokens=task.max_tokens,
        state_weight=task.state_weight,
        vector_weight=task.vector_weight,
        similarity_weight=task.similarity_weight,
        prefixes=shared.prefixes,
    )
    return KeepTask(shared.backbone, shared.teacher(), train, tune, options=options), None


def _masked(shared: Shared, task: TaskRecipe, data: DataSet) -> tuple[Any, Any]:
    train, tune = _text_parts(data, task)
    options = MaskedWordsOptions(
        batch_size=_batch(task, Lesson.MASKED_WORDS),
        max_tokens=task.max_tokens,
        seed=shared.recipe.seed,
    )
    made = MaskedWordsTask(shared.backbone, train, tune, options=options)
    return made, made.head


def _text_parts(data: DataSet, task: TaskRecipe) -> tuple[list[str], list[str]]:
    """Return texts to train on and a few to measure on, all of the train part."""
    texts = read_set_texts(data.file(SetPart.TRAIN))
    tune = set(_some(texts, max(1, min(task.tune_rows, len(texts) // 10)), str))
    return [text for text in texts if text not in tune], sorted(tune)


_MAKERS: Final[Mapping[Lesson, Callable[[Shared, TaskRecipe, DataSet], tuple[Any, Any]]]] = {
    Lesson.PAIRS: _pairs,
    Lesson.SPANS: _spans,
    Lesson.CONTEXT: _context,
    Lesson.SKILLS: _skills,
    Lesson.LEVELS: _levels,
    Lesson.CHOICES: _choices,
    Lesson.SCORES: _scores,
    Lesson.KEEP: _keep,
    Lesson.MASKED_WORDS: _masked,
}


def _batch(task: TaskRecipe, lesson: Lesson) -> int:
    return task.batch_size or _BATCH[lesson]


def _some(rows: Sequence[_Item], most: int, text: Callable[[_Item], str]) -> list[_Item]:
    """Return at most so many rows, the same ones each time."""
    if len(rows) <= most:
        return list(rows)
    keys = [stable_seed("tune", text(row)) for row in rows]
    chosen = sorted(range(len(rows)), key=lambda i: keys[i])[:most]
    return [rows[i] for i in chosen]
