import json
import pickle

import pytest

torch = pytest.importorskip("torch")

from metier.errors import ModelFormatError, ModelMismatch  # noqa: E402
from metier.training.checkpoint import (  # noqa: E402
    MODEL,
    TrainState,
    best_weights,
    checkpoints,
    drop_old,
    keep_best,
    load_checkpoint,
    load_weights,
    newest_checkpoint,
    read_state,
    save_checkpoint,
    save_weights,
)
from tests.training.tiny_run import tiny_model  # noqa: E402


def trained():
    """Return a network and its optimiser after two steps."""
    model = tiny_model()
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
    for _ in range(2):
        optimiser.zero_grad()
        model.heads[0](model.body(torch.ones(1, 4))).sum().backward()
        optimiser.step()
    return model, optimiser


def same(a, b):
    return all(
        torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


def test_a_checkpoint_brings_everything_back(tmp_path):
    model, optimiser = trained()
    state = TrainState(
        step=2, seconds=0.5, cursors={"a": (1, 3)}, best_step=1, best_scores={"a": {"score": 0.1}}
    )
    save_checkpoint(tmp_path, model, optimiser, state)
    other = tiny_model()
    fresh = torch.optim.AdamW(other.parameters())
    assert load_checkpoint(newest_checkpoint(tmp_path), other, fresh) == state
    assert same(other, model)
    before, after = optimiser.state_dict(), fresh.state_dict()
    assert before["param_groups"] == after["param_groups"]
    for key, values in before["state"].items():
        assert all(torch.equal(value, after["state"][key][name]) for name, value in values.items())


def test_the_newest_two_are_kept(tmp_path):
    model, optimiser = trained()
    for step in (5, 100, 20):
        save_checkpoint(tmp_path, model, optimiser, TrainState(step=step))
    assert [path.name for path in checkpoints(tmp_path)] == ["step-00000100", "step-00000020"]
    drop_old(tmp_path)
    assert len(checkpoints(tmp_path)) == 2


def test_no_checkpoint_is_none(tmp_path):
    assert newest_checkpoint(tmp_path / "none") is None


@pytest.mark.parametrize("name", [MODEL, "optimizer.pt", "state.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path, name, damage):
    model, optimiser = trained()
    for step in (1, 2):
        save_checkpoint(tmp_path, model, optimiser, TrainState(step=step))
    path = tmp_path / "step-00000002" / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    if damage == "changed":
        path.write_bytes(b"\0" + content[1:])
    assert newest_checkpoint(tmp_path).name == "step-00000001"


def test_where_all_are_damaged_none_is_taken(tmp_path):
    save_checkpoint(tmp_path, *trained(), TrainState(step=1))
    (tmp_path / "step-00000001" / "state.json").write_text("[")
    with pytest.raises(ModelFormatError, match="every checkpoint is damaged"):
        newest_checkpoint(tmp_path)
    with pytest.raises(ModelFormatError, match=r"state\.json is damaged"):
        read_state(tmp_path / "step-00000001")


class Trap:
    def __reduce__(self):
        return pytest.fail, ("code in a checkpoint was run",)


def test_nothing_in_a_checkpoint_is_executed(tmp_path):
    model, optimiser = trained()
    save_checkpoint(tmp_path, model, optimiser, TrainState(step=1))
    path = tmp_path / "step-00000001"
    torch.save({"state": Trap()}, path / "optimizer.pt")
    with pytest.raises(pickle.UnpicklingError):
        load_checkpoint(path, model, optimiser)


def test_weights_that_share_memory_stand_once_and_come_back(tmp_path):
    model = tiny_model()
    model.tied = model.heads[0]
    save_weights(model, tmp_path / "a.safetensors")
    other = tiny_model()
    other.tied = other.heads[0]
    with torch.no_grad():
        other.tied.weight.fill_(0)
    load_weights(other, tmp_path / "a.safetensors")
    assert same(other, model)
    assert other.tied.weight is other.heads[0].weight


def test_weights_of_another_network_are_refused(tmp_path):
    save_weights(torch.nn.Linear(2, 2), tmp_path / "a.safetensors")
    with pytest.raises(ModelMismatch, match="weights of another network"):
        load_weights(tiny_model(), tmp_path / "a.safetensors")


@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_a_file_that_holds_no_weights_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(ModelFormatError, match="missing or is no safetensors"):
        load_weights(tiny_model(), tmp_path / "a.safetensors")


def test_only_best_weights_that_a_checkpoint_names_are_kept(tmp_path):
    model, optimiser = trained()
    best = tmp_path / "best"
    best.mkdir()
    for step in (3, 4, 6):
        save_weights(model, best_weights(best, step))
    for step, best_step in ((4, 4), (6, 6)):
        save_checkpoint(tmp_path / "kept", model, optimiser, TrainState(step=step, best_step=best_step))
    keep_best(best, tmp_path / "kept")
    assert sorted(path.name for path in best.iterdir()) == [best_weights(best, s).name for s in (4, 6)]


def test_the_state_is_plain_json(tmp_path):
    save_checkpoint(tmp_path, *trained(), TrainState(step=1, cursors={"a": (0, 2)}))
    content = json.loads((tmp_path / "step-00000001" / "state.json").read_text())
    assert content["state"]["cursors"] == {"a": [0, 2]}
    assert set(content["files"]) == {MODEL, "optimizer.pt"}
