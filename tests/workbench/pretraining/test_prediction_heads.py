import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.training.networks import Head  # noqa: E402
from metier.workbench.pretraining.prediction_heads import next_sentence_logits, read_rows  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

PLACES = torch.tensor([[0, 1], [0, 4], [1, 2]])


def inputs_of(network):
    ids = torch.arange(5, 15).reshape(2, 5)
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
    del network
    return {"input_ids": ids, "attention_mask": mask}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_scores_are_those_of_the_whole_model(architecture):
    network = tiny_network(architecture, Head.MASKED_WORDS)
    inputs = inputs_of(network)
    with torch.no_grad():
        found, _ = read_rows(network.model, inputs, PLACES)
        whole = network.model(**inputs).logits
    assert torch.allclose(found, whole[PLACES[:, 0], PLACES[:, 1]], atol=1e-6)


def test_the_scores_of_debertas_newer_head_are_those_of_the_whole_model():
    network = tiny_network("deberta-v2", Head.MASKED_WORDS, legacy=False)
    inputs = inputs_of(network)
    with torch.no_grad():
        found, _ = read_rows(network.model, inputs, PLACES)
        whole = network.model(**inputs).logits
    assert torch.allclose(found, whole[PLACES[:, 0], PLACES[:, 1]], atol=1e-6)


def test_an_architecture_that_is_not_known_is_asked_for_all_places():
    network = tiny_network("mpnet", Head.MASKED_WORDS, pad_token_id=0)
    inputs = inputs_of(network)
    with torch.no_grad():
        found, pooled = read_rows(network.model, inputs, PLACES)
        whole = network.model(**inputs).logits
    assert torch.equal(found, whole[PLACES[:, 0], PLACES[:, 1]])
    assert pooled is None


@pytest.mark.parametrize("architecture", ["bert", "albert"])
def test_pairs_are_judged_as_the_whole_model_judges_them(architecture):
    network = tiny_network(architecture, Head.NEXT_SENTENCE)
    inputs = inputs_of(network)
    with torch.no_grad():
        words, pooled = read_rows(network.model, inputs, PLACES)
        whole = network.model(**inputs)
        found = next_sentence_logits(network.model, pooled)
    expected = whole.sop_logits if architecture == "albert" else whole.seq_relationship_logits
    assert torch.allclose(found, expected, atol=1e-6)
    assert torch.allclose(words, whole.prediction_logits[PLACES[:, 0], PLACES[:, 1]], atol=1e-6)
