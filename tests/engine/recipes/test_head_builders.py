import pytest

torch = pytest.importorskip("torch")
for _module in ("transformers", "accelerate", "matplotlib", "sklearn"):
    pytest.importorskip(_module)

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.encoders.load import Runtime  # noqa: E402
from metier.engine.recipes.head_builders import HeadJob, build_head  # noqa: E402
from metier.engine.recipes.head_recipe import HeadKind, HeadTask  # noqa: E402
from metier.expertise.load import load_levels  # noqa: E402
from metier.interview.choice_model import load_choice_model  # noqa: E402
from metier.interview.short_answers.scorer import ScoreModel  # noqa: E402
from metier.search.head import SearchHead  # noqa: E402
from metier.skills.architectures.load import load_classifier  # noqa: E402
from metier.skills.linking.head import load_linking_head  # noqa: E402
from metier.skills.mentions import MentionFinder  # noqa: E402
from metier.skills.taxonomy_files import load_taxonomy  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.training.sets import SetPart, read_sets  # noqa: E402
from tests.engine.recipes.tiny_levels import level_set  # noqa: E402
from tests.engine.recipes.tiny_sets import write_folder  # noqa: E402

ENCODER = FakeEncoder(16)
SETS = {"linking": "spans", "search": "pairs"}
FIGURES = {
    "linking": {"score", "precision", "recall"},
    "search": {"before", "after", "gain", "n_queries"},
    "skills": {"macro_f1", "accuracy", "n_texts"},
    "choices": {"accuracy", "total", "accuracy_low"},
    "scores": {"unseen_questions"},
    "levels": {"qwk", "coverage", "rows"},
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    folder = write_folder(tmp_path_factory.mktemp("sets"))
    return read_sets(folder) | {"levels": level_set(folder, "long-levels")}


def job(sets, kind, output, **options):
    task = HeadTask.model_validate({"head": kind, "sets": ["a"], **options})
    data = (sets[SETS.get(kind, kind)],)
    return HeadJob(task, data, ENCODER, 3, output, Origin(f"tiny-{kind}"), Watch())


def load(kind, output, sets):
    """Load a head as its capability does, and return the hash of the encoder that it belongs to."""
    folder, sha256 = output / "model", ENCODER.sha256
    if kind == "linking":
        return load_linking_head(folder, encoder_sha256=sha256).encoder_sha256
    if kind == "search":
        return SearchHead.load(folder, encoder_sha256=sha256).encoder_sha256
    if kind == "choices":
        return load_choice_model(output, Runtime(), encoder=ENCODER).head.encoder_sha256
    if kind == "scores":
        return ScoreModel.load(folder, encoder=ENCODER).encoder_sha256
    if kind == "levels":
        return load_levels(output, encoder_sha256=sha256).encoder_sha256
    taxonomy = load_taxonomy(sets["skills"].file(SetPart.TAXONOMY))
    finder = MentionFinder(taxonomy)
    return load_classifier(
        folder, encoder=ENCODER, finder=finder, taxonomy_sha256=taxonomy.sha256
    ).encoder.sha256


@pytest.mark.parametrize("kind", list(HeadKind))
def test_a_head_is_built_measured_and_loads_in_its_capability(sets, tmp_path, kind):
    steps = {} if kind in (HeadKind.SCORES, HeadKind.LEVELS) else {"steps": 3}
    figures = build_head(job(sets, kind, tmp_path / "out", **steps))
    assert set(figures) >= FIGURES[kind]
    assert load(kind, tmp_path / "out", sets) == ENCODER.sha256
    card = ModelFolder.open(tmp_path / "out" / "model").card
    assert card.name == f"tiny-{kind}"
    assert any(name.endswith("/train.jsonl") or name.endswith("/train.csv") for name in card.training_data)
    assert not any("report" in name for name in card.training_data)


def test_choices_without_a_tune_part_give_no_figures(sets, tmp_path):
    data = sets["choices"]
    files = {SetPart.TRAIN: data.files[SetPart.TRAIN]}
    alone = {
        "choices": type(data)(**{name: getattr(data, name) for name in data.__slots__} | {"files": files})
    }
    assert build_head(job(alone, "choices", tmp_path / "out", steps=2)) == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (None, 10, 1e-3)),
        ({"steps": 7}, (7, None, 1e-3)),
        ({"epochs": 2.5}, (None, 2.5, 1e-3)),
        ({"head_rate": 0.5}, (None, 10, 0.5)),
    ],
)
def test_the_recipe_goes_before_what_is_usual(sets, tmp_path, given, expected):
    usual = TrainOptions(epochs=10, evaluate_every=5, patience=2)
    found = job(sets, "search", tmp_path, **given).options(usual)
    assert (found.steps, found.epochs, found.head_rate) == expected
    assert (found.seed, found.evaluate_every, found.patience) == (3, 5, 2)
