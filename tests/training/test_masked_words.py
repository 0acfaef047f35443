from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.masked_words import (  # noqa: E402
    MaskedWordsOptions,
    MaskedWordsTask,
    MaskTokens,
    mask_tokens,
    mask_tokens_of,
)
from tests.training.tiny_texts import MASK, learner, save_bert, steps, texts, tokenizer  # noqa: E402

TOKENS = MaskTokens(99, np.arange(10, 90))
TRAIN, TUNE = texts(40), texts(12, seed=1)
OPTIONS = MaskedWordsOptions(batch_size=8)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_bert(tmp_path_factory.mktemp("bert"))


def task_of(folder, *, train=TRAIN, tune=TUNE, options=OPTIONS):
    return MaskedWordsTask(learner(folder), train, tune, options=options)


def contents(batch):
    return batch.rows, batch.places.tolist(), batch.targets.tolist()


def epoch_of(task, *, seed=0, epoch=0):
    batches = task.batches(seed=seed, epoch=epoch)
    return [contents(batches[i]) for i in range(len(batches))]


@given(st.lists(st.integers(0, 89), max_size=60), st.integers(0, 9), st.sampled_from([0.01, 0.15, 0.5, 1.0]))
def test_only_words_are_masked_and_as_many_as_was_asked_for(ids, seed, share):
    ids = np.array(ids, np.int64)
    n_words = int((ids >= 10).sum())
    read, places = mask_tokens(ids, TOKENS, np.random.default_rng(seed), share=share)
    assert len(places) == min(n_words, max(1, round(share * n_words)))
    assert (ids[places] >= 10).all()
    assert (np.diff(places) > 0).all()
    rest = np.delete(np.arange(len(ids)), places)
    assert (read[rest] == ids[rest]).all()
    assert np.isin(read[places], [*TOKENS.words, TOKENS.mask]).all()


def test_eight_of_ten_give_way_to_the_mask_and_one_to_a_random_word():
    ids = np.full(20_000, 50)
    read, places = mask_tokens(ids, TOKENS, np.random.default_rng(0), share=0.5)
    assert len(places) == 10_000
    chosen = read[places]
    assert (chosen == TOKENS.mask).mean() == pytest.approx(0.8, abs=0.02)
    # One in 80 random words is the one that stood there.
    assert (chosen == 50).mean() == pytest.approx(0.1 + 0.1 / 80, abs=0.01)
    assert len(set(chosen.tolist())) == len(TOKENS.words) + 1


def test_special_tokens_are_no_words(folder):
    backbone = learner(folder)
    tokens = mask_tokens_of(backbone)
    assert tokens.mask == backbone.tokenizer.token_to_id(MASK)
    special = {backbone.tokenizer.token_to_id(word) for word in ("<s>", "</s>", "<unk>", MASK)}
    assert set(range(backbone.tokenizer.get_vocab_size())) - set(tokens.words.tolist()) == special


@pytest.mark.parametrize("mask", ["<mask>", "[MASK]"])
def test_the_mask_token_is_found_by_either_name(tmp_path, mask):
    backbone = learner(save_bert(tmp_path, mask=mask))
    assert mask_tokens_of(backbone).mask == backbone.tokenizer.token_to_id(mask)


def test_a_backbone_without_a_mask_token_is_refused(tmp_path):
    with pytest.raises(ModelMismatch, match=r"plain has a tokenizer without <mask> or \[MASK\]"):
        task_of(save_bert(tmp_path / "plain", mask="w9999"))


def test_a_vocabulary_of_special_tokens_alone_is_refused(folder):
    words = ("<s>", "</s>", "<unk>", MASK)
    bare = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    bare.post_processor = tokenizer().post_processor
    bare.add_special_tokens(["<unk>"])
    with pytest.raises(ModelMismatch, match="a tokenizer with special tokens alone"):
        mask_tokens_of(replace(learner(folder), tokenizer=bare))


def test_the_same_seed_epoch_and_place_mask_the_same(folder):
    task, again = task_of(folder), task_of(folder)
    assert epoch_of(task, seed=1, epoch=2) == epoch_of(again, seed=1, epoch=2)
    last = len(epoch_of(task)) - 1
    assert contents(task.batches(seed=0, epoch=0)[last]) == epoch_of(task)[last]
    assert epoch_of(task, epoch=0) != epoch_of(task, epoch=1)
    assert epoch_of(task, seed=0) != epoch_of(task, seed=1)


def test_a_text_is_masked_otherwise_in_each_epoch(folder):
    task = task_of(folder, train=TRAIN[:1])
    assert len({str(epoch_of(task, epoch=epoch)) for epoch in range(8)}) > 4


def test_what_is_masked_can_be_put_back(folder):
    task = task_of(folder, options=MaskedWordsOptions(batch_size=8, share=0.5))
    found = []
    for batch in task.batches(seed=0, epoch=0):
        rows = [list(row.ids) for row in batch.rows]
        for (row, place), target in zip(batch.places, batch.targets, strict=True):
            rows[row][place] = int(target)
        found += [tuple(row) for row in rows]
    assert sorted(found) == sorted(tuple(task.backbone.tokenizer.encode(text).ids) for text in TRAIN)


def test_long_texts_are_cut(folder):
    task = task_of(folder, train=["w1 " * 500], options=MaskedWordsOptions(max_tokens=16))
    (batch,) = task.batches(seed=0, epoch=0)
    assert [len(row.ids) for row in batch.rows] == [16]
    assert len(batch.targets) == 2


def test_the_loss_is_the_cross_entropy_of_the_masked_words_alone(folder):
    task = task_of(folder)
    task.backbone.model.eval()
    with torch.no_grad():
        task.head.bias += torch.randn(len(task.head.bias), generator=torch.Generator().manual_seed(0))
        batch = task.batches(seed=0, epoch=0)[0]
        states, _ = task.backbone.hidden(batch.rows)
        head = task.head
        everywhere = head.norm(torch.nn.functional.gelu(head.dense(states)))
        scores = everywhere @ task.backbone.model.embeddings.word_embeddings.weight.T + head.bias
        expected = [
            float(-torch.log_softmax(scores[row, place], 0)[target])
            for (row, place), target in zip(batch.places, batch.targets, strict=True)
        ]
        assert float(task.loss(batch)) == pytest.approx(np.mean(expected), rel=1e-4)


def test_words_that_follow_from_their_neighbours_are_learned(folder):
    alike = [f"w{i % 4} " * (3 + i % 7) for i in range(40)]
    task = task_of(folder, train=alike, tune=alike[5:15])
    with torch.no_grad():
        first = task.evaluate()
        assert task.evaluate() == first
    assert first["nll"] == pytest.approx(np.log(400), rel=0.5)
    steps(task, task.module, 40, rate=1e-2)
    with torch.no_grad():
        last = task.evaluate()
    assert last["nll"] < first["nll"] / 4
    assert first["score"] < 0.5 < last["score"] <= 1


def test_the_backbone_and_the_head_learn_but_not_the_words(folder):
    task = task_of(folder)
    task.loss(task.batches(seed=0, epoch=0)[0]).backward()
    moved = {name for name, p in task.module.named_parameters() if p.grad is not None and p.grad.abs().sum()}
    assert {"head.dense.weight", "head.norm.weight", "head.bias"} <= moved
    assert any(name.startswith("backbone.encoder.layer.0") for name in moved)
    assert not any("word_embeddings" in name for name in moved)
    backbone = {id(p) for p in task.module.backbone_parameters()}
    assert {n for n, p in task.module.named_parameters() if id(p) not in backbone} == {
        "head.dense.weight",
        "head.dense.bias",
        "head.norm.weight",
        "head.norm.bias",
        "head.bias",
    }


def test_the_seed_tells_the_first_weights_of_the_head(folder):
    first, again, other = (task_of(folder, options=MaskedWordsOptions(seed=s)) for s in (3, 3, 4))
    assert torch.equal(first.head.dense.weight, again.head.dense.weight)
    assert not torch.equal(first.head.dense.weight, other.head.dense.weight)


def test_texts_without_words_lose_nothing(folder):
    task = task_of(folder, train=["", "</s>"], tune=[""])
    loss = task.loss(task.batches(seed=0, epoch=0)[0])
    loss.backward()
    assert float(loss.detach()) == 0
    with torch.no_grad():
        assert task.evaluate() == {"score": 0, "nll": 0}


def test_the_hash_follows_the_texts(folder):
    task = task_of(folder)
    assert task.data_sha256 == task_of(folder).data_sha256
    assert task.data_sha256 != task_of(folder, train=TRAIN[1:]).data_sha256
    assert task.data_sha256 != task_of(folder, tune=TUNE[1:]).data_sha256


def test_no_text_stands_in_what_a_task_says_of_itself(folder):
    assert TRAIN[0] not in repr(task_of(folder))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
        ({"max_tokens": 7}, "max_tokens must be at least 8. Got 7"),
        ({"seed": -1}, "seed must be at least 0. Got -1"),
        ({"share": 0.0}, "share must be above 0 and at most 1. Got 0.0"),
        ({"share": 1.1}, "share must be above 0 and at most 1. Got 1.1"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        MaskedWordsOptions(**change)


@pytest.mark.parametrize("part", ["train", "tune"])
@pytest.mark.parametrize("given", [[], "a single text"])
def test_a_part_without_texts_is_refused(folder, part, given):
    with pytest.raises(InvalidInput, match=f"Task masked-words: {part} must be a list of texts"):
        task_of(folder, **{part: given})
