import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.engine.recipes.network import joint_module, shared_backbone  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.training.lower_states import StateMemory  # noqa: E402
from tests.engine.recipes.tiny_sets import save_backbone  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_backbone(tmp_path_factory.mktemp("backbone"))


def trained(backbone):
    return {name for name, weights in backbone.model.named_parameters() if weights.requires_grad}


def test_all_layers_learn_but_for_the_word_embeddings(folder):
    backbone = shared_backbone(folder, train_layers=None, seed=0)
    rest = {name for name, _ in backbone.model.named_parameters()} - trained(backbone)
    assert rest == {"embeddings.word_embeddings.weight"}


def test_the_uppermost_layers_alone_learn_where_a_number_is_given(folder):
    found = trained(shared_backbone(folder, train_layers=1, seed=0))
    assert any(".layer.1." in name for name in found)
    assert not any(".layer.0." in name or name.startswith("embeddings") for name in found)


@pytest.mark.parametrize("train_layers", [None, 1])
def test_there_is_no_dropout(folder, train_layers):
    backbone = shared_backbone(folder, train_layers=train_layers, seed=0)
    dropouts = [each.p for each in backbone.model.modules() if isinstance(each, torch.nn.Dropout)]
    assert dropouts
    assert set(dropouts) == {0.0}


def test_the_same_seed_gives_the_same_weights_and_leaves_random_numbers_alone(folder):
    before = torch.random.get_rng_state()
    first, second = (shared_backbone(folder, train_layers=None, seed=4) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    for name, weights in first.model.state_dict().items():
        assert torch.equal(weights, second.model.state_dict()[name])


def test_a_memory_is_shared_by_backbones_of_one_start(folder):
    memory = StateMemory()
    first, second = (shared_backbone(folder, train_layers=1, seed=0, memory=memory) for _ in range(2))
    rows = [first.frame(1).around([encoding.ids]) for encoding in first.tokenise(["ab cd", "ef"])]
    said = [backbone.hidden(rows)[0].detach() for backbone in (first, second)]
    assert torch.equal(*said)
    assert set(memory.rows) == set(rows)


def test_what_is_no_backbone_and_too_many_layers_are_told(folder, tmp_path):
    with pytest.raises(NotFound):
        shared_backbone(str(tmp_path / "none"), train_layers=None, seed=0)
    with pytest.raises(InvalidInput, match="layers"):
        shared_backbone(folder, train_layers=9, seed=0)


def test_one_module_holds_the_backbone_and_all_heads_in_the_order_of_their_names(folder):
    backbone = shared_backbone(folder, train_layers=None, seed=0)
    heads = {name: torch.nn.Linear(2, size) for name, size in (("b", 3), ("a", 5))}
    module = joint_module(backbone, heads)
    assert [head.out_features for head in module.heads] == [5, 3]
    own = {id(weights) for weights in module.backbone_parameters()}
    assert own == {id(weights) for weights in backbone.model.parameters()}
    everything = {id(weights) for weights in module.parameters()}
    assert everything - own == {id(weights) for head in heads.values() for weights in head.parameters()}


def test_a_backbone_may_have_no_heads(folder):
    module = joint_module(shared_backbone(folder, train_layers=1, seed=0), {})
    assert list(module.heads) == []
