import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.skills.architectures.token_states import FrozenStates, TrainedStates  # noqa: E402
from metier.skills.linking.network import LinkingNetwork  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

TEXTS = ["one", "plan budgets and weld steel , every day", "two words"]


@pytest.fixture
def network():
    made = LinkingNetwork(FrozenStates(FakeEncoder(16)), seed=1)
    made.module.eval()
    return made


def test_torch_and_numpy_agree(network):
    read = network.source.read(TEXTS)
    with torch.no_grad():
        logits = network.logits([text.states for text in read])
    found = torch.log_softmax(logits, dim=-1).numpy()
    tagger = network.numpy_tagger()
    assert found.shape == (3, 8, 2, 3)
    for i, text in enumerate(read):
        expected = tagger.log_probabilities(text.states.numpy())
        assert found[i, : len(expected)] == pytest.approx(expected, abs=1e-4)


def test_a_text_gets_the_same_logits_in_any_company(network):
    states = [text.states for text in network.source.read(TEXTS)]
    with torch.no_grad():
        together, alone = network.logits(states), network.logits(states[:1])
    assert together[0, :1].numpy() == pytest.approx(alone[0].numpy(), abs=1e-5)


def test_the_same_seed_gives_the_same_weights_and_leaves_the_generator_alone():
    source = FrozenStates(FakeEncoder(16))
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (LinkingNetwork(source, seed=seed).numpy_tagger() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert first.conv_weight.tobytes() == again.conv_weight.tobytes()
    assert first.conv_weight.tobytes() != other.conv_weight.tobytes()


def test_a_frozen_source_leaves_only_the_head_to_train(network):
    assert list(network.module.backbone_parameters()) == []
    assert {name.partition(".")[0] for name, _ in network.module.named_parameters()} == {"head"}


def test_a_backbone_is_trained_along_but_for_its_word_embeddings(tmp_path):
    backbone = load_backbone(tiny.save_backbone(tmp_path / "bert"))
    network = LinkingNetwork(TrainedStates(backbone))
    frozen = {name for name, p in backbone.model.named_parameters() if not p.requires_grad}
    assert frozen == {"embeddings.word_embeddings.weight"}
    (text,) = network.source.read(["w1 w2 w3"])
    network.logits([text.states]).sum().backward()
    grads = [p.grad for p in network.module.backbone_parameters() if p.requires_grad]
    assert any(grad is not None and np.abs(grad.numpy()).sum() > 0 for grad in grads)
