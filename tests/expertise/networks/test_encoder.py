import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch  # noqa: E402
from metier.expertise.application import Field, LevelRange  # noqa: E402
from metier.expertise.networks.encoder import EncoderNetwork, EncoderOptions, level_head, read_encoder  # noqa: E402
from metier.expertise.trainable import LevelParts  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.lora import LoraOptions  # noqa: E402
from metier.training.output import Watch  # noqa: E402
from metier.types import Level  # noqa: E402
from tests.expertise.networks import tiny  # noqa: E402

RANKS = [level.rank for level in tiny.LEVELS]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return tiny.save_base(tmp_path_factory.mktemp("bases") / "bert", "bert")


@pytest.fixture(scope="module")
def model(bert, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    training = tiny.training("encoder", bert, run, fit=tiny.fit_options(steps=30))
    return training.fit(tiny.rows(), tiny.rows(), Watch())


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """Models of three architectures that learnt the rows, with the folders that they were saved in."""
    folder = tmp_path_factory.mktemp("learnt")
    found = {}
    for name in ("bert", "roberta", "deberta-v2"):
        base = tiny.save_base(folder / name, name)
        model = tiny.training("encoder", base, folder / f"{name}-run").fit(tiny.rows(), tiny.rows(), Watch())
        found[name] = model, tiny.keep(model, folder / f"{name}-model")
    return found


@pytest.mark.parametrize("architecture", ["bert", "roberta", "deberta-v2"])
def test_it_learns_by_heart(architecture, learnt):
    model, _ = learnt[architecture]
    assert model.logits(tiny.items())[:8].argmax(axis=1).tolist() == RANKS


def test_a_new_process_gives_the_same_logits(learnt):
    found = tiny.reloaded([folder for _, folder in learnt.values()])
    for (model, _), logits in zip(learnt.values(), found, strict=True):
        assert logits.tobytes() == model.logits(tiny.items()).tobytes()


def test_a_run_killed_in_the_middle_of_a_step_ends_with_the_same_weights(bert, tmp_path):
    whole = tiny.training("encoder", bert, tmp_path / "whole", fit=tiny.fit_options(**tiny.SHORT))
    expected = whole.fit(tiny.rows(), tiny.rows(), Watch())
    done = tiny.in_new_process("fit", "encoder", bert, tmp_path / "run", 7)
    assert done.returncode == -9, done.stderr
    again = tiny.training("encoder", bert, tmp_path / "run", fit=tiny.fit_options(**tiny.SHORT))
    found = again.fit(tiny.rows(), tiny.rows(), Watch())
    for name in ("best/model.safetensors", "checkpoints/step-00000012/model.safetensors"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert found.logits(tiny.items()).tobytes() == expected.logits(tiny.items()).tobytes()


def test_labels_of_several_levels_are_learnt_as_far_as_they_tell(bert, tmp_path):
    up, down = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.JUNIOR)
    labels = [up, down, up, down, up, down, LevelRange.of(Level.MIDDLE), LevelRange.of(Level.MIDDLE)]
    rows = tiny.rows(labels)
    model = tiny.training("encoder", bert, tmp_path / "run").fit(rows, rows, Watch())
    logits = model.logits([row.item for row in rows])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for row, chances in zip(rows, p, strict=True):
        assert chances[row.label.low.rank : row.label.high.rank + 1].sum() > 0.8


def test_logits_are_the_same_bytes_alone_and_in_any_company(model):
    items = tiny.items()
    together = model.logits(items)
    assert together.dtype == np.float64
    assert np.isfinite(together).all()
    assert model.logits(items[::-1])[::-1].tobytes() == together.tobytes()
    assert b"".join(model.logits([item]).tobytes() for item in items) == together.tobytes()
    assert model.logits([]).shape == (0, 5)


@pytest.mark.parametrize(
    ("options", "trained"),
    [
        ({}, {"layer.0", "layer.1", "position"}),
        ({"freeze_embeddings": False}, {"layer.0", "layer.1", "position", "word"}),
        ({"train_layers": 1}, {"layer.1"}),
        ({"train_layers": 0}, set()),
        ({"train_layers": 2}, {"layer.0", "layer.1", "position"}),
        ({"train_layers": 1, "freeze_embeddings": False}, {"layer.1"}),
    ],
)
def test_what_is_frozen_stays(bert, tmp_path, options, trained):
    before = load_backbone(str(bert)).model.state_dict()
    fit = tiny.fit_options(steps=3)
    model = tiny.training("encoder", bert, tmp_path / "run", fit=fit, **options).fit(tiny.rows(), [], Watch())
    after = model.network.backbone.model.state_dict()
    changed = {name for name, tensor in after.items() if not torch.equal(tensor, before[name])}
    found = {part for part in ("layer.0", "layer.1", "position", "word") if any(part in n for n in changed)}
    assert found == trained


def test_additions_are_learnt_and_added_in(bert, tmp_path):
    pytest.importorskip("peft")
    lora = LoraOptions(rank=4, target_modules=("query", "value", "dense"))
    training = tiny.training("encoder", bert, tmp_path / "run", lora=lora, fit=tiny.fit_options(rate=1e-2))
    model = training.fit(tiny.rows(), tiny.rows(), Watch())
    found = model.logits(tiny.items())
    assert found[:8].argmax(axis=1).tolist() == RANKS
    again = tiny.kept(tiny.keep(model, tmp_path / "model"))
    assert again.logits(tiny.items()).tobytes() == found.tobytes()


def test_sensitive_fields_count_only_where_they_were_trained_with(bert, model, tmp_path):
    old = tiny.document("w1 w2", "w20.", fields={Field.AGE: "w300 w301"})
    plain = tiny.document("w1 w2", "w20.")
    assert model.sensitive == ()
    assert model.logits([old]).tobytes() == model.logits([plain]).tobytes()
    rows = [tiny.LevelRow(old, LevelRange.of(Level.LEAD)), *tiny.rows()]
    fit = tiny.fit_options(steps=2)
    aged = tiny.training("encoder", bert, tmp_path / "run", fit=fit).fit(rows, [], Watch())
    assert aged.sensitive == ("age",)
    assert aged.logits([old]).tobytes() != aged.logits([plain]).tobytes()


def test_sentences_that_decide_are_told_with_their_place(model):
    item = tiny.items()[0]
    pushes = model.explain(item)
    assert pushes == model.explain(item)
    assert {push.name for push in pushes} == {"wording"}
    shown = {item.text[span.start : span.end] for push in pushes for span in push.spans}
    assert shown <= {"w1 w2", "w20 w21 w22."}
    assert abs(pushes[0].effect) == max(abs(push.effect) for push in pushes) > 0


def test_the_head_has_half_the_width():
    head = level_head(8, dropout=0.1, seed=0)
    shapes = [tuple(tensor.shape) for tensor in head.state_dict().values()]
    assert shapes == [(4, 8), (4,), (5, 4), (5,)]
    assert [type(layer).__name__ for layer in head] == ["Dropout", "Linear", "Dropout", "GELU", "Linear"]
    other = level_head(8, dropout=0.1, seed=0)
    assert all(torch.equal(a, b) for a, b in zip(head.parameters(), other.parameters(), strict=True))


def test_layers_that_are_not_there_are_refused(bert, tmp_path):
    training = tiny.training("encoder", bert, tmp_path / "run", train_layers=3)
    with pytest.raises(InvalidInput, match="train_layers must be at most 2"):
        training.fit(tiny.rows(), [], Watch())


def test_it_says_what_kind_it_is(tmp_path, model):
    training = tiny.training("encoder", "b", tmp_path)
    assert (training.kind, training.reads, model.kind, model.reads) == ("encoder", False, "encoder", False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dropout": 1.0}, "dropout must be"),
        ({"train_layers": -1}, "train_layers must be 0 or more"),
        ({"train_layers": 1, "lora": LoraOptions()}, "drop one of the two"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        EncoderOptions("b", **change)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"row_tokens": "many"}, ModelFormatError, "how many tokens"),
        ({"row_tokens": 50}, ModelMismatch, "reads 100 tokens of a text; its backbone takes 48"),
        ({"fields": None}, ModelFormatError, "what of a document it reads"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(model, tmp_path, change, error, message):
    folder = tiny.keep(model, tmp_path / "model")
    parts = model.write(tmp_path)
    wrong = LevelParts("", parts.dim, {}, parts.tensors, {**parts.facts, **change})
    with pytest.raises(error, match=message):
        read_encoder(ModelFolder.open(folder), wrong)


def test_a_head_of_another_width_is_refused(model, tmp_path):
    folder = tiny.keep(model, tmp_path / "model")
    parts = model.write(tmp_path)
    tensors = {name: tensor[:1] for name, tensor in parts.tensors.items()}
    with pytest.raises(ModelMismatch, match="head does not fit"):
        read_encoder(ModelFolder.open(folder), LevelParts("", parts.dim, {}, tensors, parts.facts))


def test_an_empty_row_has_logits(bert):
    network = EncoderNetwork(load_backbone(str(bert)))
    assert network.forward([()]).shape == (1, 5)
    assert network.offsets("w1 w2") == [(0, 2), (3, 5)]
    assert network.rows(["w1 w2 w3"], max_tokens=2)[0] == network.rows(["w1 w2"], max_tokens=9)[0]
