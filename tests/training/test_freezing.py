import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.freezing import drop_dropout, freeze_lowest, layers_of, lowest_third  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402


@pytest.fixture(params=tiny.BACKBONES)
def model(request, tmp_path):
    return load_backbone(tiny.save_backbone(tmp_path / "backbone", request.param)).model


def trained(model):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_word_embeddings_are_never_trained(model):
    before = trained(model)
    freeze_lowest(model, 0)
    assert before - trained(model) == {"embeddings.word_embeddings.weight"}


def test_the_lowest_layers_and_all_embeddings_stay(model):
    freeze_lowest(model, 1)
    left = trained(model)
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in left)
    assert any(name.startswith("encoder.layer.1.") for name in left)


def test_all_layers_can_stay_but_no_more(model):
    freeze_lowest(model, 2)
    assert not any(name.startswith("encoder.layer.") for name in trained(model))
    with pytest.raises(InvalidInput, match="frozen_layers must be at most 2 for this backbone. Got 3"):
        freeze_lowest(model, 3)


def test_a_third_of_the_layers_is_rounded_down(model):
    assert lowest_third(model) == 0
    model.encoder.layer.extend([torch.nn.Identity() for _ in range(5)])
    assert lowest_third(model) == 2
    assert lowest_third(torch.nn.Linear(1, 1)) == 0


def test_a_backbone_of_unknown_layers_cannot_be_frozen_in_part():
    embedding = torch.nn.Embedding(3, 2)

    class Flat(torch.nn.Module):
        def get_input_embeddings(self):
            return embedding

    freeze_lowest(Flat(), 0)
    assert not embedding.weight.requires_grad
    with pytest.raises(InvalidInput, match="at most 0 for this backbone"):
        freeze_lowest(Flat(), 1)


def test_without_dropout_training_mode_changes_nothing(model):
    ids = torch.arange(2, 12)[None]
    model.train()
    with torch.no_grad():
        assert not torch.equal(model(input_ids=ids)[0], model(input_ids=ids)[0])
        drop_dropout(model)
        first, again = (model(input_ids=ids)[0] for _ in range(2))
        assert torch.equal(first, again)
        assert torch.allclose(first, model.eval()(input_ids=ids)[0], atol=1e-6)


def test_layers_of_distilbert_are_found_too():
    backbone = tiny_network("distilbert", Head.NONE).backbone
    freeze_lowest(backbone, 1)
    left = trained(backbone)
    assert not any(name.startswith(("embeddings.", "transformer.layer.0.")) for name in left)
    assert any(name.startswith("transformer.layer.1.") for name in left)


def test_layers_that_share_their_weights_are_none_of_their_own():
    assert not layers_of(tiny_network("albert", Head.NONE).backbone)
