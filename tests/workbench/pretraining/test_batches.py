import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.pretraining.batches import (  # noqa: E402
    MaskOptions,
    backbone_of,
    check_row_length,
    make_masker,
)
from metier.workbench.pretraining.masking import Masking  # noqa: E402
from metier.workbench.pretraining.row_sources import make_rows  # noqa: E402
from metier.workbench.pretraining.rows import IS_NEXT, IS_OTHER, read_documents  # noqa: E402
from tests.workbench.pretraining.tiny_texts import documents  # noqa: E402
from tests.workbench.tiny import SPECIAL, tiny_network  # noqa: E402

MASK = SPECIAL.index("[MASK]")


@pytest.fixture(scope="module")
def network():
    return tiny_network("bert", Head.MASKED_WORDS)


@pytest.fixture(scope="module")
def rows(network):
    return rows_of(network)


def rows_of(network, *, max_tokens=24):
    read = read_documents(network.tokenizer.backend_tokenizer, documents(20))
    return make_rows(network, read, max_tokens=max_tokens).rows(seed=0, epoch=0)


def masks_of(network, rows, masking, *, epoch, seed=0, share=0.15):
    """Return what is read and guessed of each row, by the row's own tokens."""
    masker = make_masker(network, MaskOptions(masking, share, 4))
    found = {}
    for batch in masker.learned(rows, seed=seed, epoch=epoch):
        read = batch.inputs["input_ids"].numpy()
        whole = read.copy()
        places = batch.places.numpy()
        whole[places[:, 0], places[:, 1]] = batch.targets.numpy()
        for i, length in enumerate(batch.inputs["attention_mask"].sum(1).tolist()):
            key = tuple(whole[i, :length].tolist())
            found[key] = read[i, :length].tolist(), places[places[:, 0] == i, 1].tolist()
    return found


def test_static_masks_are_the_same_in_every_epoch_and_dynamic_ones_are_not(network, rows):
    epochs = {
        masking: [masks_of(network, rows, masking, epoch=epoch) for epoch in range(3)] for masking in Masking
    }
    first, *others = epochs[Masking.STATIC]
    assert len(first) > 10
    assert all(other == first for other in others)
    for masking in (Masking.DYNAMIC, Masking.WHOLE_WORD):
        first, *others = epochs[masking]
        for other in others:
            assert other.keys() == first.keys()
            assert sum(other[key] != first[key] for key in first) > 0.8 * len(first)


def test_rows_come_in_another_order_in_each_epoch(network, rows):
    masker = make_masker(network, MaskOptions(Masking.STATIC, 0.15, 4))
    orders = [
        [batch.inputs["input_ids"].tolist() for batch in masker.learned(rows, seed=0, epoch=epoch)]
        for epoch in (0, 0, 1)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_another_seed_masks_otherwise(network, rows):
    assert masks_of(network, rows, Masking.STATIC, epoch=0) != masks_of(
        network, rows, Masking.STATIC, epoch=0, seed=1
    )


@pytest.mark.parametrize("masking", Masking)
def test_a_fixed_share_of_all_tokens_is_to_be_guessed(network, rows, masking):
    n_guessed = n_masked = n_words = 0
    masker = make_masker(network, MaskOptions(masking, 0.15, 4))
    for epoch in range(20):
        for batch in masker.learned(rows, seed=0, epoch=epoch):
            read = batch.inputs["input_ids"]
            n_guessed += len(batch.targets)
            n_masked += int((read == MASK).sum())
            n_words += int((read[batch.inputs["attention_mask"].bool()] >= len(SPECIAL)).sum())
            n_words += int((read == MASK).sum())
    assert n_guessed / n_words == pytest.approx(0.15, abs=0.01)
    assert n_masked / n_guessed == pytest.approx(0.8, abs=0.03)


def test_what_is_measured_is_masked_the_same_whatever_the_options(network, rows):
    found = []
    for options in (MaskOptions(Masking.STATIC, 0.5, 4), MaskOptions(Masking.WHOLE_WORD, 0.15, 9)):
        batch = make_masker(network, options).measured(rows, range(len(rows)))
        found.append([batch.inputs["input_ids"].tolist(), batch.places.tolist(), batch.targets.tolist()])
    assert found[0] == found[1]


def test_a_row_is_measured_the_same_in_any_batch(network, rows):
    masker = make_masker(network, MaskOptions())
    whole = masker.measured(rows, range(len(rows)))
    alone = masker.measured(rows, range(3, 4))
    length = len(rows[3].ids)
    assert whole.inputs["input_ids"][3, :length].tolist() == alone.inputs["input_ids"][0].tolist()
    assert whole.targets[whole.places[:, 0] == 3].tolist() == alone.targets.tolist()


def test_short_rows_are_filled_up_and_not_attended(network, rows):
    batch = make_masker(network, MaskOptions()).measured(rows, range(len(rows)))
    for i, row in enumerate(rows):
        assert int(batch.inputs["attention_mask"][i].sum()) == len(row.ids)
        assert (batch.inputs["input_ids"][i, len(row.ids) :] == SPECIAL.index("[PAD]")).all()
    assert set(batch.inputs) == {"input_ids", "attention_mask", "token_type_ids"}
    assert batch.labels is None


def test_pairs_bring_their_labels():
    network = tiny_network("bert", Head.NEXT_SENTENCE)
    rows = rows_of(network)
    batch = make_masker(network, MaskOptions(batch_size=4)).learned(rows, seed=0, epoch=0)[0]
    assert set(batch.labels.tolist()) <= {IS_NEXT, IS_OTHER}
    assert len(batch.labels) == 4
    assert batch.inputs["token_type_ids"].max() == 1


@pytest.mark.parametrize("architecture", ["distilbert", "roberta", "deberta-v2"])
def test_a_network_without_types_gets_none(architecture):
    changes = {"type_vocab_size": 1} if architecture == "roberta" else {}
    network = tiny_network(architecture, Head.MASKED_WORDS, **changes)
    batch = make_masker(network, MaskOptions()).measured(rows_of(network), range(2))
    assert set(batch.inputs) == {"input_ids", "attention_mask"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 0.0}, "mlm_probability must be above 0 and below 1. Got 0.0"),
        ({"share": 1.0}, "mlm_probability must be above 0 and below 1. Got 1.0"),
        ({"share": float("nan")}, "mlm_probability must be above 0 and below 1. Got nan"),
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        MaskOptions(**change)


def test_rows_longer_than_the_positions_are_refused(network):
    check_row_length(network, network.max_tokens)
    with pytest.raises(InvalidInput, match="max_tokens must be from 8 to 66, the longest row .* Got 67"):
        check_row_length(network, 67)
    with pytest.raises(InvalidInput, match="Got 7"):
        check_row_length(network, 7)


def test_a_tokenizer_without_a_mask_is_refused(network):
    from dataclasses import replace

    from tokenizers import Tokenizer, models, processors
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.WordLevel({"[CLS]": 0, "a": 1, "[UNK]": 2}, unk_token="[UNK]"))
    bare.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 0)])
    other = replace(network, tokenizer=PreTrainedTokenizerFast(tokenizer_object=bare))
    with pytest.raises(ModelMismatch, match=r"a tokenizer without <mask> or \[MASK\]"):
        make_masker(other, MaskOptions())


def test_the_backbone_is_that_of_the_network(network):
    backbone = backbone_of(network)
    assert backbone.model is network.model.bert
    assert np.array_equal(backbone.frame(1).around([[9]]).ids, [2, 9, 3])
