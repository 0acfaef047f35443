import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training import lower_states  # noqa: E402
from metier.training.backbone import Row, load_backbone  # noqa: E402
from metier.training.lower_states import StateMemory, train_upper  # noqa: E402
from tests.skills.architectures.tiny import save_backbone  # noqa: E402

SHORT, LONG = Row((0, 7, 8, 1), (0, 0, 0, 0)), Row((0, *range(7, 40), 1), (0,) * 35)


@pytest.fixture
def bert(tmp_path):
    return load_backbone(save_backbone(tmp_path / "bert"))


def n_layers(backbone):
    return len(backbone.model.encoder.layer)


def test_states_are_those_of_the_whole_backbone(bert):
    bert.model.eval()
    with torch.no_grad():
        whole, inside = bert.hidden([SHORT, LONG])
        upper = train_upper(bert, 1)
        for _ in range(2):  # computed, then remembered
            parted, mask = upper.hidden([SHORT, LONG])
            assert torch.equal(inside, mask)
            assert parted[inside].numpy() == pytest.approx(whole[inside].numpy(), abs=5e-3)


def test_lower_layers_are_computed_once_for_each_row(bert, monkeypatch):
    upper = train_upper(bert, 1)
    computed = []
    own = lower_states.UpperBackbone._computed
    monkeypatch.setattr(
        lower_states.UpperBackbone,
        "_computed",
        lambda self, rows: computed.append(list(rows)) or own(self, rows),
    )
    upper.hidden([SHORT, SHORT])
    upper.hidden([LONG, SHORT])
    assert computed == [[SHORT], [LONG]]


def test_what_does_not_fit_the_memory_is_computed_each_time(bert):
    upper = train_upper(bert, 1, memory=StateMemory(room=len(SHORT.ids) * bert.dim * 2))
    first, _ = upper.hidden([LONG, SHORT])
    assert list(upper.memory.rows) == [SHORT]
    again, _ = upper.hidden([LONG, SHORT])
    assert torch.allclose(first, again, atol=1e-2)


def test_only_the_upper_layers_learn(bert):
    upper = train_upper(bert, 1)
    states, _ = upper.hidden([SHORT])
    states.sum().backward()
    moved = {name for name, tensor in bert.model.named_parameters() if tensor.grad is not None}
    assert moved
    assert all(name.startswith(f"encoder.layer.{n_layers(bert) - 1}.") for name in moved)


def test_all_layers_may_learn(bert):
    upper = train_upper(bert, n_layers(bert))
    upper.hidden([SHORT])[0].sum().backward()
    assert bert.model.encoder.layer[0].output.dense.weight.grad is not None
    assert bert.model.get_input_embeddings().weight.grad is None


@pytest.mark.parametrize("n", [0, 99])
def test_more_layers_than_there_are_cannot_be_trained(bert, n):
    with pytest.raises(InvalidInput, match="train_layers must be from 1 to"):
        train_upper(bert, n)


def test_a_backbone_whose_layers_give_something_else_is_refused(bert, monkeypatch):
    monkeypatch.setattr(lower_states, "_through", lambda layers, states, inside: states)
    with pytest.raises(ModelMismatch, match="cannot be run apart"):
        train_upper(bert, 1)


def test_a_backbone_without_layers_of_its_own_is_refused(bert):
    bert.model.encoder.layer[0].forward = lambda states, mask: states["other"]
    with pytest.raises(ModelMismatch, match="cannot be run apart"):
        train_upper(bert, 1)


def test_runs_from_one_backbone_share_what_its_lower_layers_said(bert, tmp_path):
    memory = StateMemory()
    first, _ = train_upper(bert, 1, memory=memory).hidden([SHORT])
    assert list(memory.rows) == [SHORT]
    again, _ = train_upper(bert, 1, memory=memory).hidden([SHORT])
    assert torch.equal(first, again)


def test_a_memory_of_other_layers_is_refused(bert):
    memory = StateMemory()
    train_upper(bert, 1, memory=memory)
    with torch.no_grad():
        bert.model.encoder.layer[0].output.dense.weight.add_(1.0)
    with pytest.raises(ModelMismatch, match="memory is of other layers"):
        train_upper(bert, 1, memory=memory)
