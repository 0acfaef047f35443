import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.load import Runtime  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.interview.choice_model import ChoiceModel, load_choice_model  # noqa: E402
from metier.interview.training.build import ChoiceTrainOptions, train_choices  # noqa: E402
from metier.interview.training.measure import evaluate_choices, evaluate_seeds  # noqa: E402
from metier.interview.training.rows import read_choices  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.training.output import Origin  # noqa: E402
from tests.interview.training.small import made_rows, save_backbone, write_rows  # noqa: E402

ENCODER = FakeEncoder(48)
TRAIN = TrainOptions(steps=3, head_rate=0.01, backbone_rate=1e-3, checkpoint_every=100)


@pytest.mark.parametrize("kind", ["backbone", "head"])
def test_each_run_is_measured_as_its_training_measured_it(kind, tmp_path):
    data = write_rows(tmp_path / "rows.csv", made_rows(24))
    backbone = save_backbone(tmp_path / "backbone") if kind == "backbone" else None
    options = ChoiceTrainOptions(data, TRAIN, backbone=backbone, average_seeds=2)
    card = train_choices(options, tmp_path / "mine", origin=Origin("mine"), encoder=ENCODER)
    choices = read_choices(data)
    found = evaluate_seeds(tmp_path / "mine", choices, Runtime(), encoder=ENCODER)
    assert list(found) == ["seed-0", "seed-1"]
    for run, known in zip(found.values(), card.metrics["train"]["seeds"], strict=True):
        assert run.mean_diff == pytest.approx(known["mean_diff"], abs=2e-3)
    model = load_choice_model(tmp_path / "mine", Runtime(), encoder=ENCODER)
    average = evaluate_choices(model, choices)
    assert average.mean_diff == pytest.approx(card.metrics["train"]["after"]["mean_diff"], abs=2e-3)


def test_a_training_of_one_run_has_no_seeds_to_measure(tmp_path):
    data = write_rows(tmp_path / "rows.csv", made_rows(24))
    train_choices(ChoiceTrainOptions(data, TRAIN), tmp_path / "mine", origin=Origin("mine"), encoder=ENCODER)
    with pytest.raises(InvalidInput, match="must hold the runs of several seeds"):
        evaluate_seeds(tmp_path / "mine", read_choices(data), Runtime(), encoder=ENCODER)


def test_a_model_for_something_else_is_refused(tmp_path):
    choices = read_choices(write_rows(tmp_path / "rows.csv", made_rows(24)))
    assert evaluate_choices(ChoiceModel("any", "", ENCODER), choices).total == 24
    with pytest.raises(ModelMismatch, match="chooses the next-topic; rows.csv holds the answer-type"):
        evaluate_choices(ChoiceModel("mine", "", ENCODER, target="next-topic"), choices)
