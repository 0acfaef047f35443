import json
from collections import Counter
from dataclasses import dataclass, replace

import pytest

torch = pytest.importorskip("torch")
for _module in ("transformers", "accelerate", "matplotlib"):
    pytest.importorskip(_module)

from metier.engine.recipes.network import shared_backbone  # noqa: E402
from metier.engine.recipes.recipe import Lesson, Recipe  # noqa: E402
from metier.engine.recipes.tasks import RAW, RecipeTask, Shared, check_sets, make_tasks  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.skills.span_sets import read_span_sets  # noqa: E402
from metier.training.sets import DataSet, SetKind, SetPart, read_sets, set_file  # noqa: E402
from tests.engine.recipes.tiny_sets import lines, save_backbone, table, write_folder  # noqa: E402
from tests.training.tiny_texts import save_bert  # noqa: E402

FIGURES = {"score": 0.75, "other": 3.0}


@dataclass
class Stub:
    """A task that says what it was asked."""

    data_sha256: str = "abc"

    def batches(self, *, seed, epoch):
        return [(seed, epoch)]

    def loss(self, batch):
        return batch[0] + batch[1]

    def evaluate(self):
        return FIGURES


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    folder = save_backbone(tmp_path_factory.mktemp("backbone"))
    return shared_backbone(folder, train_layers=None, seed=0)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    return shared_backbone(save_backbone(tmp_path_factory.mktemp("teacher")), train_layers=None, seed=0)


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return read_sets(write_folder(tmp_path_factory.mktemp("sets")))


def recipe(*tasks, **changes):
    fields = {"format": 1, "name": "tiny", "run": {"steps": 1}, "tasks": tasks}
    return Recipe.model_validate(fields | changes)


@pytest.fixture
def make(backbone, teacher, sets):
    def run(*tasks, others=None, **changes):
        wanted = recipe(*tasks, **changes)
        return make_tasks(Shared(backbone, lambda: teacher, wanted, sets | (others or {})))

    return run


def with_files(data, folder, paths):
    """Return a set whose parts are other files."""
    files = {part: set_file(folder, path, rows=n) for part, (path, n) in paths.items()}
    return replace(data, files=files, folder=folder)


def without(data, *parts):
    return replace(data, files={part: entry for part, entry in data.files.items() if part not in parts})


@pytest.mark.parametrize(
    ("lesson", "score"),
    [
        (Lesson.LEVELS, 0.5),
        (Lesson.PAIRS, 0.75),
        (Lesson.KEEP, 0.75),
        (Lesson.SCORES, 0.75),
        (Lesson.SKILLS, 0.75),
    ],
)
def test_a_score_lies_between_chance_and_perfection(lesson, score):
    found = RecipeTask("a", 1.0, lesson, Stub()).evaluate()
    assert found == {"score": score, RAW: 0.75, "other": 3.0}
    assert FIGURES == {"score": 0.75, "other": 3.0}


def test_what_is_not_judged_has_no_weight_in_the_mean():
    weights = {lesson: RecipeTask("a", 2.0, lesson, Stub()).score_weight for lesson in Lesson}
    assert weights.pop(Lesson.CONTEXT) == 0
    assert set(weights.values()) == {1}


def test_the_rest_is_that_of_the_task():
    task = RecipeTask("a", 1.0, Lesson.PAIRS, Stub())
    assert task.data_sha256 == "abc"
    assert list(task.batches(seed=3, epoch=4)) == [(3, 4)]
    assert task.loss((3, 4)) == 7


@pytest.mark.parametrize(
    ("task", "error", "message"),
    [
        ({"set": "none"}, NotFound, r"names set none; the folder has pairs, spans"),
        ({"set": "pairs", "learn": "spans"}, InvalidInput, "a set of kind pairs can teach pairs. Got spans"),
        ({"set": "texts", "learn": "skills"}, InvalidInput, "can teach keep, masked-words. Got skills"),
        ({"set": "linking"}, InvalidInput, "a set of kind linking can teach nothing. Got linking"),
    ],
)
def test_a_task_that_its_set_cannot_teach_is_refused(sets, task, error, message):
    linking = replace(sets["pairs"], name="linking", kind=SetKind.LINKING)
    with pytest.raises(error, match=message):
        check_sets(recipe({"set": "pairs"}, task), sets | {"linking": linking})


def test_a_set_that_may_not_ship_is_refused_for_weights_that_do(sets):
    closed = {"pairs": replace(sets["pairs"], ships=False, license="research only")}
    with pytest.raises(InvalidInput, match=r"set pairs does not allow it \(research only\)"):
        check_sets(recipe({"set": "pairs"}, ships=True), closed)
    check_sets(recipe({"set": "pairs"}), closed)
    check_sets(recipe({"set": "pairs"}, ships=True), sets)


def test_tasks_come_in_order_with_heads_where_they_have_one(make):
    lessons = [
        ("spans", "spans"),
        ("pairs", None),
        ("spans", "context"),
        ("skills", None),
        ("levels", None),
        ("choices", None),
        ("scores", None),
        ("texts", None),
    ]
    found = make(*({"set": name, "learn": learn, "names": "skills"} for name, learn in lessons))
    assert [task.name for task in found] == [
        *("spans/spans", "pairs", "spans/context", "skills", "levels", "choices", "scores", "texts"),
    ]
    assert [task.lesson for task in found][-1] is Lesson.KEEP
    assert {task.name for task in found if task.head is not None} == {"spans/spans", "skills", "levels"}


def test_hidden_words_are_a_lesson_of_texts(sets, tmp_path):
    masking = shared_backbone(str(save_bert(tmp_path)), train_layers=None, seed=0)
    wanted = recipe({"set": "texts", "learn": "masked-words", "batch_size": 6})
    (task,) = make_tasks(Shared(masking, lambda: masking, wanted, sets))
    tune, train = set(task.task.tune), set(task.task.train)
    assert (len(tune), len(train), tune & train) == (2, 22, set())
    assert task.head is not None
    assert task.lesson is Lesson.MASKED_WORDS


@pytest.mark.parametrize(("temperature", "ratio"), [(1.0, 8.0), (3.0, 2.0), (1e9, 1.0)])
def test_shares_of_steps_go_by_a_root_of_the_rows(make, sets, temperature, ratio):
    data = sets["pairs"]
    entry = replace(data.files[SetPart.TRAIN], rows=8 * 24)
    large = replace(data, name="large", files={**data.files, SetPart.TRAIN: entry})
    first, second = make(
        {"set": "pairs", "weight": 3},
        {"set": "large", "weight": 3},
        others={"large": large},
        sampling_temperature=temperature,
    )
    assert second.weight / first.weight == pytest.approx(ratio, rel=1e-6)
    (alone,) = make({"set": "pairs"}, sampling_temperature=temperature)
    assert first.weight == pytest.approx(3 * alone.weight)


def test_at_most_so_many_rows_are_measured_on_and_the_same_ones_each_time(make):
    (few,) = make({"set": "pairs", "tune_rows": 4})
    (again,) = make({"set": "pairs", "tune_rows": 4})
    (all_of_them,) = make({"set": "pairs", "tune_rows": 50})
    assert few.task.n_queries == 4
    assert few.data_sha256 == again.data_sha256 != all_of_them.data_sha256
    assert all_of_them.task.n_queries == 12


def test_two_in_three_sentences_without_a_mark_are_left_out(make, sets, tmp_path):
    marked = {"tags_skill": ["B", "I"], "tags_knowledge": ["O", "O"]}
    bare = {"tags_skill": ["O", "O"], "tags_knowledge": ["O", "O"]}
    rows = [{"tokens": [f"a{i}", "b"], **(marked if i < 30 else bare)} for i in range(330)]
    path = lines(tmp_path / "train.jsonl", rows)
    tune = lines(tmp_path / "tune.jsonl", rows[:40])
    data = with_files(sets["spans"], tmp_path, {SetPart.TRAIN: (path, 330), SetPart.TUNE: (tune, 40)})
    (task,) = make({"set": "spans"}, others={"spans": data})
    counts = Counter(bool(row.spans) for row in task.task.train)
    assert counts[True] == 30
    assert 70 <= counts[False] <= 130
    assert len(task.task.tune) == 40
    assert len(read_span_sets(path)) == 330


def test_answers_to_measure_on_are_set_apart_and_blank_ones_left_out(make, sets, tmp_path):
    rows = [
        {"question": "ab", "reference": "cd", "answer": f"ef {i}" if i else "", "score": i % 5}
        for i in range(41)
    ]
    path = lines(tmp_path / "train.jsonl", rows)
    data = with_files(sets["scores"], tmp_path, {SetPart.TRAIN: (path, 41)})
    (task,) = make({"set": "scores"}, others={"scores": data})
    tune, train = ({row.number for row in part} for part in (task.task.tune, task.task.train))
    assert (len(tune), len(train), tune & train) == (4, 36, set())


def test_texts_to_measure_on_are_set_apart(make):
    (task,) = make({"set": "texts"})
    tune, train = set(task.task.tune), set(task.task.train)
    assert (len(tune), len(train), tune & train) == (2, 22, set())


def test_keeping_goes_by_the_teacher(make, teacher):
    (task,) = make({"set": "texts", "state_weight": 0, "similarity_weight": 0.5})
    assert task.task.teacher is teacher
    assert (task.task.options.state_weight, task.task.options.similarity_weight) == (0, 0.5)


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (None, InvalidInput, "task spans/context: names must be a set of kind skills"),
        ("none", NotFound, "names set none; the folder has pairs"),
        ("pairs", InvalidInput, "must be a set of kind skills.*Got pairs"),
    ],
)
def test_context_needs_names_to_fill_in(make, names, error, message):
    with pytest.raises(error, match=message):
        make({"set": "spans", "learn": "context", "names": names})


def test_choices_are_the_same_in_both_parts(make, sets, tmp_path):
    header, rows = ("input_part", "output_answer", "similarity"), []
    for part, other in (("train", "cd"), ("tune", "ef")):
        content = [(f"w{i} -> a", each, int(each == "ab")) for i in range(3) for each in ("ab", other)]
        rows.append(table(tmp_path / f"{part}.csv", header, content))
    paths = {SetPart.TRAIN: (rows[0], 6), SetPart.TUNE: (rows[1], 6)}
    data = with_files(sets["choices"], tmp_path, paths)
    with pytest.raises(InvalidInput, match="train and tune parts must have the same candidates"):
        make({"set": "choices"}, others={"choices": data})


def test_a_set_without_a_part_to_measure_on_is_told(make, sets):
    with pytest.raises(NotFound, match="Set pairs has no part tune"):
        make({"set": "pairs"}, others={"pairs": without(sets["pairs"], SetPart.TUNE)})


def test_a_file_that_was_changed_is_told(make, sets, tmp_path):
    folder = write_folder(tmp_path / "sets")
    data = read_sets(folder)["pairs"]
    path = folder / data.files[SetPart.TRAIN].path
    path.write_text(path.read_text() + json.dumps({"query": "a", "positive": "b"}) + "\n")
    assert isinstance(data, DataSet)
    with pytest.raises(InvalidInput, match="Set pairs: its train file"):
        make({"set": "pairs"}, others={"pairs": data})


def test_a_broken_file_is_told_with_its_task(make, sets, tmp_path):
    path = lines(tmp_path / "train.jsonl", [{"query": "MARKER"}])
    broken = with_files(sets["pairs"], tmp_path, {SetPart.TRAIN: (path, 1)})
    with pytest.raises(InvalidInput, match=r"task pairs: train\.jsonl") as caught:
        make({"set": "pairs"}, others={"pairs": broken})
    assert "MARKER" not in str(caught.value)


def test_a_set_that_says_it_has_no_rows_is_refused(make, sets):
    entry = replace(sets["pairs"].files[SetPart.TRAIN], rows=0)
    none = replace(sets["pairs"], files={**sets["pairs"].files, SetPart.TRAIN: entry})
    with pytest.raises(InvalidInput, match="its train part must hold rows"):
        make({"set": "pairs"}, others={"pairs": none})


def test_skills_come_near_to_a_teacher_that_brings_its_backbone(sets, backbone, monkeypatch, tmp_path):
    from metier.engine.recipes import tasks as module
    from tests.engine.recipes.test_skill_teacher import Teacher

    monkeypatch.setattr(module, "load_classifier", lambda folder, finder: Teacher())
    wanted = recipe({"set": "skills", "taught_texts": 5})
    shared = Shared(backbone, lambda: backbone, wanted, sets, skill_teacher=tmp_path)
    (task,) = make_tasks(shared)
    taught = [each for each in task.task._train if each.teacher is not None]
    assert len(taught) == 5
    assert float(task.loss(task.batches(seed=0, epoch=0)[0]).detach()) > 0
