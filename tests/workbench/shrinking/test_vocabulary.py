import numpy as np
import pytest

from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head, load_network, new_network
from metier.workbench.finetuning.measuring import measure
from metier.workbench.finetuning.rows import ClassRow
from metier.workbench.shrinking import vocabulary
from metier.workbench.shrinking.comparison import Measure
from metier.workbench.shrinking.differences import read_rows
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.pieces import KINDS, Pieces
from metier.workbench.shrinking.samples import text_rows
from metier.workbench.shrinking.vocabulary import prune_network, prune_vocabulary
from tests.workbench.finetuning.tiny_rows import LABELS, network_of, save_network
from tests.workbench.shrinking.samples_of import write_classes, write_corpus
from tests.workbench.shrinking.tokenizers_of import TEXTS, trained_tokenizer
from tests.workbench.tiny import ARCHITECTURES, tiny_config

pytest.importorskip("torch")
OPTIONS = {"n_rows": 110}


def network_with(kind, architecture, head):
    """Return a random network with a trained tokenizer, and rows of its embeddings that no word has."""
    tokenizer = trained_tokenizer(kind)
    config = tiny_config(architecture, vocab_size=len(tokenizer) + 7, pad_token_id=tokenizer.pad_token_id)
    return new_network(config, tokenizer, head, name="old", labels=LABELS.get(head))


@pytest.mark.parametrize("head", [Head.NONE, Head.MASKED_WORDS, Head.CLASSES])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_texts_that_are_segmented_as_before_give_the_same_outputs_to_the_bit(architecture, head, one_thread):
    network = network_with("WordPiece", architecture, head)
    before = {name: tensor.clone() for name, tensor in network.model.state_dict().items()}
    pruned = prune_network(network, TEXTS[:20], n_rows=100, name="new")
    kept = list(pruned.kept)
    rows = [text_rows(each, TEXTS) for each in (network, pruned.network)]
    same = [i for i, row in enumerate(rows[1]) if tuple(kept[j] for j in row.ids) == rows[0][i].ids]
    assert len(same) > 20
    one = read_rows(network, [rows[0][i] for i in same])
    other = read_rows(pruned.network, [rows[1][i] for i in same])
    for said, after in zip(one, other, strict=True):
        for name, array in said.items():
            if head is Head.MASKED_WORDS:  # a product with fewer columns may add in another order
                assert np.allclose(array[..., kept], after[name], atol=1e-6)
            else:
                assert np.array_equal(array, after[name])
    assert all((before[name] == tensor).all() for name, tensor in network.model.state_dict().items())


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_of_each_kind_of_tokenizer_is_read_again_as_it_was_written(kind, tmp_path):
    network = network_with(kind, "roberta", Head.MASKED_WORDS)
    pieces = Pieces(network.tokenizer.backend_tokenizer, least_ids=2)
    n_rows = (pieces.n + len(pieces.needed())) // 2
    pruned = prune_network(network, TEXTS[:20], n_rows=n_rows, name="new").network
    save_network(pruned, tmp_path / "new")
    read = load_network(str(tmp_path / "new"))
    assert (len(read.tokenizer), read.model.config.vocab_size) == (n_rows, n_rows)
    assert read.tokenizer.pad_token_id == read.model.config.pad_token_id == 1
    assert read.tokenizer.mask_token_id == n_rows - 1
    rows = text_rows(read, TEXTS[:5])
    assert rows == text_rows(pruned, TEXTS[:5])
    for one, other in zip(read_rows(read, rows), read_rows(pruned, rows), strict=True):
        assert np.array_equal(one["logits"], other["logits"])


def test_ids_in_the_configuration_follow_their_words():
    network = network_with("WordPiece", "roberta", Head.NONE)
    network.model.config.eos_token_id = network.tokenizer.mask_token_id
    pruned = prune_network(network, TEXTS, n_rows=100, name="new").network
    assert pruned.model.config.eos_token_id == pruned.tokenizer.mask_token_id == 99
    assert network.model.config.eos_token_id == network.tokenizer.mask_token_id


def test_the_comparison_tells_what_is_segmented_otherwise(tmp_path):
    source = save_network(network_of("bert", Head.CLASSES), tmp_path / "source")
    corpus, data, said = write_corpus(tmp_path), write_classes(tmp_path), []
    options = ShrinkOptions(
        source, tmp_path / "out", corpus=(corpus,), data=data, most_difference=1.0, command="told"
    )
    found = prune_vocabulary(options, n_rows=110, say=said.append)
    assert found.differences.largest < 1e-6
    assert found.differences.n_same < found.differences.n_rows == found.differences.n_decisions
    assert found.notes["tokens_per_word_before"] < found.notes["tokens_per_word_after"]
    assert found.bound.measure is Measure.DECISIONS
    assert found.before.label == "123 words"
    assert found.after.bytes < found.before.bytes
    folder = ModelFolder.open(tmp_path / "out")
    assert (folder.card.name, folder.card.command) == ("tiny-110-words", "told")
    assert folder.card.metrics["comparison"]["notes"] == found.notes
    assert measure(load_network(str(tmp_path / "out")), [ClassRow("w1", "no"), ClassRow("w2", "yes")]).n == 2
    assert said == ["Choosing 110 of 123 words.", "Comparing the networks on texts kept aside."]


def test_states_are_what_counts_where_no_text_is_decided_on(tmp_path):
    source = save_network(network_of("bert", Head.TAGS), tmp_path / "source")
    options = ShrinkOptions(source, tmp_path / "out", corpus=(write_corpus(tmp_path),), most_difference=1.0)
    assert prune_vocabulary(options, **OPTIONS).bound.measure is Measure.COSINE


def test_a_network_that_differs_is_not_written_unless_told(tmp_path):
    source = save_network(network_of("bert", Head.NONE), tmp_path / "source")
    options = ShrinkOptions(source, tmp_path / "out", corpus=(write_corpus(tmp_path),), most_difference=0.0)
    with pytest.raises(ModelMismatch, match="tiny-110-words was not written: 1 - mean cosine"):
        prune_vocabulary(options, **OPTIONS)
    assert not (tmp_path / "out").exists()


def test_outputs_that_change_though_nothing_may_are_refused(tmp_path, monkeypatch):
    def wrong(*arguments):
        tensors = kept_rows(*arguments)
        return {name: tensor + 1 if "LayerNorm.bias" in name else tensor for name, tensor in tensors.items()}

    kept_rows = vocabulary._kept_rows
    monkeypatch.setattr(vocabulary, "_kept_rows", wrong)
    source = save_network(network_of("bert", Head.NONE), tmp_path / "source")
    options = ShrinkOptions(source, tmp_path / "out", corpus=(write_corpus(tmp_path),), most_difference=1.0)
    with pytest.raises(ModelMismatch, match="largest difference of an output must be at most 0.0001"):
        prune_vocabulary(options, n_rows=120)


def test_where_no_text_is_segmented_as_before_no_outputs_are_compared():
    network = network_of("bert", Head.NONE)
    pruned = prune_network(network, ["abc"], n_rows=83, name="new")
    rows = [text_rows(each, ["w1 w2", "w3"]) for each in (network, pruned.network)]
    found = vocabulary._differences(network, pruned, rows[0], rows[1])
    assert (found.n_same, found.largest, found.n_decisions) == (0, 0.0, 0)


@pytest.mark.parametrize("n_rows", [-1, 3, 124])
def test_rows_out_of_range_are_refused(tmp_path, n_rows):
    source = save_network(network_of("bert", Head.NONE), tmp_path / "source")
    with pytest.raises(InvalidInput, match="rows must be from 83, .* to 123"):
        prune_vocabulary(
            ShrinkOptions(source, tmp_path / "out", corpus=(write_corpus(tmp_path),)), n_rows=n_rows
        )
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_that_does_not_take_other_words_is_refused(monkeypatch):
    network = network_of("bert", Head.NONE)
    transformers = pytest.importorskip("transformers")
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", lambda *_: network.tokenizer)
    with pytest.raises(ModelMismatch, match="does not take a pruned vocabulary"):
        prune_network(network, ["w1"], n_rows=100, name="new")
