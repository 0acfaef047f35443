from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from safetensors.numpy import load_file  # noqa: E402

from metier.encoders.contract import check_encoder  # noqa: E402
from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import ModelFolder, file_sha256  # noqa: E402
from metier.encoders.load import Runtime, load_encoder  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.interview.choice_model import load_choice_model  # noqa: E402
from metier.interview.training import build  # noqa: E402
from metier.interview.training.build import ChoiceTrainOptions, train_choices  # noqa: E402
from metier.interview.training.labels import LabelOptions  # noqa: E402
from metier.interview.training.measure import evaluate_choices  # noqa: E402
from metier.interview.training.rows import read_choices  # noqa: E402
from metier.interview.training.task import ChoiceTask, Loss, LossOptions  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from tests.interview.training.small import TOPICS, made_rows, save_backbone, write_rows  # noqa: E402

ENCODER = FakeEncoder(48)
QUICK = TrainOptions(steps=6, head_rate=0.01, backbone_rate=3e-3, checkpoint_every=2)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return save_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture
def data(tmp_path):
    return write_rows(tmp_path / "rows.csv", made_rows(32))


def made(options, output, *, encoder=ENCODER, force=False, say=lambda _: None):
    watch = Watch(say=say)
    return train_choices(options, output, origin=Origin("mine"), encoder=encoder, watch=watch, force=force)


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_backbone_learns_and_loads_as_an_encoder_and_as_a_backbone(data, backbone, tmp_path):
    options = ChoiceTrainOptions(data, replace(QUICK, steps=60), backbone=backbone, frozen_layers=0)
    card = made(options, tmp_path / "mine", encoder=None)
    figures = card.metrics["train"]
    assert figures["after"]["accuracy"] == 1.0 > figures["before"]["accuracy"]
    assert figures["after"]["total"] == 32
    assert [(run["seed"], run["steps"]) for run in figures["seeds"]] == [(0, 60)]
    assert (card.task, card.dim) == ("encoder", 32)
    assert card.prefixes == {"query": "query: ", "passage": "passage: "}
    assert card.training_data == {f"{tmp_path.name}/rows.csv": file_sha256(data)}
    folder = ModelFolder.open(tmp_path / "mine" / "model")
    assert {"candidates.json", "model.safetensors", "tokenizer.json", "config.json"} <= set(folder.card.files)
    check_encoder(load_encoder(folder.path, Runtime()))
    assert load_backbone(str(folder.path)).dim == 32
    held_out = read_choices(write_rows(tmp_path / "other.csv", made_rows(24, seed=9)))
    found = evaluate_choices(load_choice_model(tmp_path / "mine", Runtime()), held_out)
    assert found.accuracy > 0.8


def test_a_head_learns_and_chooses_as_it_did_in_training(data, tmp_path):
    options = ChoiceTrainOptions(data, replace(QUICK, steps=60))
    card = made(options, tmp_path / "mine")
    assert (card.task, set(card.files)) == ("interview", {"candidates.json", "head.safetensors"})
    after = card.metrics["train"]["after"]
    assert after["accuracy"] > card.metrics["train"]["before"]["accuracy"]
    model = load_choice_model(tmp_path / "mine", Runtime(), encoder=ENCODER)
    found = evaluate_choices(model, read_choices(data))
    assert (found.accuracy, found.mean_diff) == pytest.approx(
        (after["accuracy"], after["mean_diff"]), abs=5e-3
    )


def test_a_tune_part_is_measured_every_epoch_and_its_best_weights_are_kept(data, tmp_path):
    said = []
    options = ChoiceTrainOptions(data, replace(QUICK, steps=8), tune_share=0.3)
    card = made(options, tmp_path / "mine", say=said.append)
    figures = card.metrics["tune"]
    per_epoch = -(-(32 - figures["after"]["total"]) // 16)
    assert sum(words.startswith("Step ") for words in said) == -(-8 // per_epoch)
    assert figures["seeds"][0]["best_step"] % per_epoch == 0
    assert "train" not in card.metrics


@pytest.mark.parametrize("kind", ["backbone", "head"])
def test_the_weights_of_several_seeds_are_averaged(kind, data, backbone, tmp_path):
    options = ChoiceTrainOptions(
        data, QUICK, backbone=backbone if kind == "backbone" else None, average_seeds=2
    )
    card = made(options, tmp_path / "mine")
    runs = [
        load_file(tmp_path / "mine" / "run" / f"seed-{seed}" / "best" / "model.safetensors")
        for seed in (0, 1)
    ]
    assert [run["seed"] for run in card.metrics["train"]["seeds"]] == [0, 1]
    assert build.run_folders(tmp_path / "mine") == [tmp_path / "mine" / "run" / f"seed-{i}" for i in (0, 1)]
    name = "change" if kind == "head" else "encoder.layer.1.output.dense.weight"
    assert not np.allclose(runs[0][name], runs[1][name])
    mean = (runs[0][name].astype(float) + runs[1][name]) / 2
    if kind == "head":
        model = load_choice_model(tmp_path / "mine", Runtime(), encoder=ENCODER)
        assert model.head.projection == pytest.approx(np.eye(48) + mean, abs=1e-3)
    else:
        saved = load_file(tmp_path / "mine" / "model" / "model.safetensors")
        assert saved[name] == pytest.approx(mean, abs=1e-6)
        frozen = "embeddings.word_embeddings.weight"
        assert np.array_equal(saved[frozen], runs[0][frozen])


CASES = {
    "head": {},
    "seeds": {"average_seeds": 2, "tune_share": 0.3},
    "backbone": {"backbone": True, "dropout": True, "loss": LossOptions(loss=Loss.BOTH, hard_weight=1.0)},
}


@pytest.mark.parametrize(("case", "stop"), [("head", 4), ("seeds", 4), ("seeds", 9), ("backbone", 4)])
def test_a_stopped_run_ends_as_one_that_was_not(case, stop, data, backbone, tmp_path, monkeypatch):
    chosen = {**CASES[case], "backbone": backbone if CASES[case].get("backbone") else None}
    options = ChoiceTrainOptions(data, QUICK, **chosen)
    made(options, tmp_path / "whole")
    loss, calls = ChoiceTask.loss, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == stop:
            raise KeyboardInterrupt
        return loss(self, batch)

    with monkeypatch.context() as patched:
        patched.setattr(ChoiceTask, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made(options, tmp_path / "stopped")
    assert not (tmp_path / "stopped" / "model").exists()
    made(options, tmp_path / "stopped")
    assert files(tmp_path / "stopped" / "model") == files(tmp_path / "whole" / "model")


def test_a_trained_model_is_left_alone_unless_it_is_forced(data, tmp_path):
    options = ChoiceTrainOptions(data, QUICK)
    card = made(options, tmp_path / "mine")
    before = files(tmp_path / "mine" / "model")
    other = replace(options, train=replace(QUICK, seed=1))
    assert made(other, tmp_path / "mine") == card
    assert files(tmp_path / "mine" / "model") == before
    assert made(other, tmp_path / "mine", force=True).metrics != card.metrics
    assert files(tmp_path / "mine" / "model") != before


def test_a_forced_run_deletes_nothing_before_its_data_are_read(data, tmp_path):
    made(ChoiceTrainOptions(data, QUICK), tmp_path / "mine")
    before = files(tmp_path / "mine" / "model")
    broken = write_rows(tmp_path / "broken.csv", [("x", "a", 7)])
    with pytest.raises(InvalidInput, match="must be 0 or 1"):
        made(ChoiceTrainOptions(broken, QUICK), tmp_path / "mine", force=True)
    assert files(tmp_path / "mine" / "model") == before


def test_another_run_is_not_gone_on_with(data, tmp_path, monkeypatch):
    def interrupted(self, batch):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ChoiceTask, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made(ChoiceTrainOptions(data, QUICK), tmp_path / "mine")
    for other, name in (
        ({"loss": LossOptions(margin=0.2)}, "margin"),
        ({"labels": LabelOptions(examples=1)}, "data"),
        ({"train": replace(QUICK, seed=3)}, "seed"),
    ):
        with pytest.raises(InvalidInput, match=name):
            made(ChoiceTrainOptions(**{"data": data, "train": QUICK, **other}), tmp_path / "mine")


def test_examples_in_labels_never_come_from_the_tune_part(data, tmp_path, monkeypatch):
    seen = []
    real = build.ChoiceTask

    def spy(network, train, tune, *, texts, options):
        seen.append((tune.inputs, texts))
        return real(network, train, tune, texts=texts, options=options)

    monkeypatch.setattr(build, "ChoiceTask", spy)
    options = ChoiceTrainOptions(data, QUICK, labels=LabelOptions(examples=100), tune_share=0.3)
    made(options, tmp_path / "mine")
    ((held_out, texts),) = seen
    assert held_out
    assert not [text for text in texts for words in held_out if words.partition(" -> ")[2] in text]
    model = load_choice_model(tmp_path / "mine", Runtime(), encoder=ENCODER)
    assert list(model.texts.values()) == texts
    assert list(model.texts) == TOPICS


def test_a_place_or_call_that_cannot_be_is_refused(data, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter").touch()
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        made(ChoiceTrainOptions(data, QUICK), tmp_path / "used")
    with pytest.raises(InvalidInput, match="must be a folder"):
        made(ChoiceTrainOptions(data, QUICK), data)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        made(ChoiceTrainOptions(data, QUICK), tmp_path / "mine", encoder=None)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"frozen_layers": -1}, "frozen_layers must be 0 or more. Got -1"),
        ({"average_seeds": 0}, "average_seeds must be at least 1. Got 0"),
        ({"tune_share": 1.0}, "tune_share must be from 0 to below 1. Got 1.0"),
        ({"train": replace(QUICK, evaluate_every=2)}, "Leave evaluate_every out"),
        ({"patience": 2}, "patience needs a tune part. Got 2 with tune_share 0"),
        ({"patience": 0, "tune_share": 0.5}, "patience must be at least 1. Got 0"),
    ],
)
def test_options_out_of_range_are_refused(tmp_path, wrong, message):
    with pytest.raises(InvalidInput, match=message):
        ChoiceTrainOptions(**{"data": tmp_path, "train": QUICK, **wrong})
