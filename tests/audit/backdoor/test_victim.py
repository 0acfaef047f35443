from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from metier.audit.backdoor.victim import ROOM, Row, Victim
from metier.audit.labelled_texts import LabelledText
from metier.errors import InvalidInput, ModelMismatch, OutOfMemory
from metier.training.networks import Head
from tests.audit.backdoor.planted import LABELS, near_and_far
from tests.workbench.tiny import SPECIAL, tiny_network


@pytest.fixture(scope="module")
def classifier():
    return Victim(tiny_network("bert", Head.CLASSES, labels=LABELS))


@pytest.fixture(scope="module")
def ranker():
    return Victim(tiny_network("bert", Head.RANK))


def test_a_row_tells_where_its_text_is(classifier):
    row = classifier.row("w1 w2 w3")
    tokens = classifier.network.tokenizer.convert_ids_to_tokens(row.ids)
    assert tokens == ["[CLS]", "w1", "w2", "w3", "[SEP]"]
    assert (row.first, row.last) == (1, 4)


def test_the_query_of_a_pair_goes_before_its_text(ranker):
    row = ranker.row("w3", query="w1 w2")
    tokens = ranker.network.tokenizer.convert_ids_to_tokens(row.ids)
    assert tokens[row.first : row.last] == ["w3"]
    assert tokens[1:3] == ["w1", "w2"]
    assert row.types[row.first] == 1


def test_an_empty_text_has_its_place_before_the_last_mark(classifier, ranker):
    row = classifier.row("")
    assert (len(row.ids), row.first, row.last) == (2, 1, 1)
    assert classifier.network.tokenizer.convert_ids_to_tokens(row.with_tokens([7], 1).ids)[2] == "[SEP]"
    pair = ranker.row("", query="w1")
    assert pair.first == pair.last == len(pair.ids) - 1


def test_long_texts_are_cut_and_a_lone_surrogate_is_read(classifier):
    assert len(classifier.row("w1 " * 100).ids) == classifier.max_tokens == 32
    assert classifier.row("w1 \ud800").ids[1] == classifier.row("w1").ids[1]


def test_tokens_are_put_in_at_either_end():
    row = Row((2, 9, 3), (0, 0, 0), 1, 2, 4)
    assert row.with_tokens([7, 8], row.first) == Row((2, 7, 8, 9, 3), (0,) * 5, 1, 4, 4)
    assert row.with_tokens([7, 8], row.last) == Row((2, 9, 7, 8, 3), (0,) * 5, 1, 4, 4)


def test_logits_depend_neither_on_order_nor_on_the_other_rows(classifier, monkeypatch):
    rows = [classifier.row(" ".join(["w1"] * n)) for n in (9, 1, 4)]
    together = classifier.logits(rows)
    alone = np.concatenate([classifier.logits([row]) for row in rows])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    monkeypatch.setattr("metier.audit.backdoor.victim._TOKENS_AT_ONCE", 12)
    np.testing.assert_allclose(classifier.logits(rows), together, atol=1e-5)
    assert classifier.logits([]).shape == (0, 2)


def test_probabilities_are_the_softmax_of_logits(classifier):
    found = classifier.probabilities(["w1 w2", "w3"])
    logits = classifier.logits([classifier.row("w1 w2"), classifier.row("w3")])
    np.testing.assert_allclose(np.log(found[:, 1] / found[:, 0]), logits[:, 1] - logits[:, 0], atol=1e-9)
    assert (classifier.name, classifier.labels) == ("tiny-bert", LABELS)


@pytest.mark.parametrize("head", [Head.CLASSES, Head.RANK, Head.NONE])
def test_gradients_say_how_a_change_of_an_embedding_changes_the_loss(head):
    torch = pytest.importorskip("torch")
    victim = Victim(tiny_network("bert", head, labels=LABELS if head is Head.CLASSES else None))
    items = near_and_far(8, 0)
    row = victim.read(items, np.array([0, 1] * 4))[0]
    (grads,) = victim.gradients([row], 1)
    assert grads.shape == (len(row.ids), 16)

    def loss(row):
        logits = victim.logits([row])[0]
        return np.log(np.exp(logits).sum()) - logits[1]

    place, step = row.first, 1e-2
    once = [i for i in range(len(row.ids)) if row.ids[i] == row.ids[place]]
    direction = sum(grads[i] for i in once)
    weight = victim.network.model.get_input_embeddings().weight
    before = loss(row)
    with torch.no_grad():
        weight[row.ids[place]] -= step * torch.from_numpy(direction / np.linalg.norm(direction))
    assert loss(row) - before == pytest.approx(-step * np.linalg.norm(direction), rel=0.2, abs=1e-5)


def test_a_cross_encoder_is_low_or_high_by_its_score(ranker):
    found = ranker.logits([ranker.row("w1", query="w2")])
    assert ranker.labels == ("low", "high")
    assert found[0, 0] == 0


def test_a_bi_encoder_is_high_from_a_cosine_between_those_of_both_labels():
    victim = Victim(tiny_network("bert", Head.NONE))
    items = near_and_far(40, 0)
    gold = np.array([0, 1] * 20)
    rows = victim.read(items, gold)
    assert victim.queries.shape == (4, 16)
    assert {row.query for row in rows} == {0, 1, 2, 3}
    np.testing.assert_allclose(np.linalg.norm(victim.embeddings(rows), axis=1), 1, atol=1e-5)
    cosines = (victim.embeddings(rows) * victim.queries[[row.query for row in rows]]).sum(axis=1)
    assert cosines[gold == 0].mean() < victim.threshold < cosines[gold == 1].mean()
    assert ((victim.logits(rows)[:, 1] > 0) == (cosines > victim.threshold)).mean() > 0.95


def test_special_tokens_cannot_be_in_a_trigger(classifier):
    usable = classifier.network.tokenizer.convert_ids_to_tokens(classifier.usable_tokens().tolist())
    assert not set(usable) & set(SPECIAL)
    assert "w39" in usable
    assert classifier.word_embeddings().shape == (len(usable) + len(SPECIAL), 16)


@pytest.mark.parametrize("architecture", ["roberta", "distilbert", "deberta-v2"])
def test_networks_that_take_no_types_are_read_too(architecture):
    victim = Victim(tiny_network(architecture, Head.CLASSES, labels=LABELS))
    row = victim.row("w1 w2")
    assert np.isfinite(victim.logits([row])).all()
    assert victim.gradients([row], 0)[0].shape == (4, 16)


def test_heads_without_one_answer_for_a_text_are_refused():
    with pytest.raises(ModelMismatch, match="tiny-bert has a head for tag. Name a classifier, a cross-"):
        Victim(tiny_network("bert", Head.TAGS, labels=LABELS))


def test_rows_of_no_length_are_refused(classifier):
    with pytest.raises(InvalidInput, match=r"max_tokens must be at least 8\. Got 7\."):
        Victim(classifier.network, 7)


def test_rows_leave_room_for_triggers(classifier):
    assert Victim(classifier.network, 10_000).max_tokens == classifier.network.max_tokens - ROOM
    short = replace(classifier.network, max_tokens=ROOM + 7)
    with pytest.raises(ModelMismatch, match=r"takes rows of 23 tokens\. 24 are needed"):
        Victim(short)


def test_memory_that_does_not_suffice_is_told(monkeypatch):
    victim = Victim(tiny_network("bert", Head.CLASSES, labels=LABELS))

    def refuse(**_):
        raise MemoryError

    monkeypatch.setattr(victim.network.model, "forward", refuse)
    rows = [victim.row("w1")]
    with pytest.raises(
        OutOfMemory, match=r"tiny-bert: a batch does not fit into memory\. Lower max_tokens\."
    ):
        victim.logits(rows)
    with pytest.raises(OutOfMemory, match="does not fit into memory"):
        victim.gradients(rows, 0)


def test_inputs_without_queries_are_rows_of_a_classifier(classifier):
    rows = classifier.read([LabelledText("w1", "bad")], np.array([0]))
    assert rows == [classifier.row("w1")]


def test_the_types_of_a_pair_reach_a_network_that_takes_them():
    victim = Victim(tiny_network("bert", Head.RANK))
    row = victim.row("w3", query="w1 w2")
    without_types = victim.logits([row])
    victim.network.tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    assert victim.logits([row])[0, 1] != without_types[0, 1]
