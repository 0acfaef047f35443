import pytest

torch = pytest.importorskip("torch")

from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.batches import input_names, padded, padded_inputs, takes_types  # noqa: E402
from metier.workbench.finetuning.windows import Window, cut_rows  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

WITH_TYPES = {"bert", "roberta", "albert", "electra"}  # the tiny RoBERTa has two types, unlike the real one


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_types_are_given_where_model_and_tokenizer_know_them(architecture):
    network = tiny_network(architecture, Head.RANK)
    assert takes_types(network) is (architecture in WITH_TYPES)
    network.tokenizer.model_input_names = ["input_ids", "attention_mask"]
    assert input_names(network) == ["input_ids", "attention_mask"]
    network.tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    assert ("token_type_ids" in input_names(network)) is (architecture in WITH_TYPES)


def test_a_model_of_one_type_is_given_none():
    assert not takes_types(tiny_network("roberta", Head.RANK, type_vocab_size=1))


def test_rows_are_padded_on_the_right():
    network = tiny_network("bert", Head.RANK)
    network.tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    pairs = [("w1", "w2 w3"), ("w4", "w5")]
    windows = [Window.of(i, encoding, 0) for i, encoding in enumerate(cut_rows(network, pairs))]
    found = padded_inputs(network, windows)
    theirs = network.tokenizer(*map(list, zip(*pairs, strict=True)), padding=True, return_tensors="pt")
    assert found.keys() == theirs.keys()
    for name, tensor in found.items():
        assert tensor.dtype == torch.int64
        assert torch.equal(tensor, theirs[name])


def test_values_are_padded():
    assert padded([1], 3, 9) == [1, 9, 9]
    assert padded([], 2, 0) == [0, 0]
