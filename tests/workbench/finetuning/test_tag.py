from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import ModelMismatch  # noqa: E402
from metier.training.losses import IGNORED  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.reading import read_windows  # noqa: E402
from metier.workbench.finetuning.rows import TagRow  # noqa: E402
from metier.workbench.finetuning.tag import TagObjective, first_pieces  # noqa: E402
from metier.workbench.finetuning.windows import bare_rows  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

LABELS = ("O", "B-X", "I-X", "B-Y", "I-Y")
ROW = TagRow(("w1", "abc", "don't", "w2"), ("O", "B-X", "I-X", "B-Y"))


@pytest.fixture(scope="module")
def network():
    return tiny_network("bert", Head.TAGS, labels=LABELS)


def pieces_of(network, words):
    text = " ".join(words)
    (encoding,) = bare_rows(network, [text])
    found = first_pieces(text, words, encoding)
    tokens = network.tokenizer.convert_ids_to_tokens(encoding.ids)
    return {word: (place, tokens[place]) for word, place in found.items()}


def test_the_first_piece_of_a_word_stands_for_it(network):
    found = pieces_of(network, ROW.words)
    assert found == {0: (0, "w1"), 1: (1, "a"), 2: (4, "d"), 3: (9, "w2")}


def test_words_with_spaces_and_words_without_tokens_keep_the_others_in_place(network):
    found = pieces_of(network, ["w1 w2", "\u200b", "\x01", "w3", "."])
    assert (found[0][1], found[3][1], found[4][1]) == ("w1", "w3", ".")
    assert set(found) <= {0, 1, 2, 3, 4}


def test_byte_pieces_that_hold_the_space_before_them_belong_to_the_word_after_it():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    words = ["Рига", "is", "日本", "a", "city", "🙂"]
    tokenizer.train_from_iterator(
        [" ".join(words)] * 3, trainers.BpeTrainer(vocab_size=300, show_progress=False)
    )
    for trim in (True, False):
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim)
        text = " ".join(words)
        encoding = tokenizer.encode(text)
        found = first_pieces(text, words, encoding)
        assert sorted(found) == list(range(6))
        starts = [encoding.offsets[found[i]][0] for i in range(6)]
        ends = [encoding.offsets[found[i]][1] for i in range(6)]
        for i, word in enumerate(words):
            begin = text.index(word, starts[i])
            assert starts[i] <= begin < ends[i]
        assert list(found.values()) == sorted(set(found.values()))


def test_pieces_of_unigram_belong_to_their_words():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    words = ["Рига", "is", "日本", "a", "city"]
    trainer = trainers.UnigramTrainer(
        vocab_size=60, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False
    )
    tokenizer.train_from_iterator([" ".join(words)] * 3, trainer)
    text = " ".join(words)
    encoding = tokenizer.encode(text)
    found = first_pieces(text, words, encoding)
    assert sorted(found) == list(range(5))
    for i, word in enumerate(words):
        start, end = encoding.offsets[found[i]]
        assert text[start:end].strip()[0] == word[0]


def test_only_first_pieces_are_learned(network):
    objective = TagObjective(network)
    windows = objective.windows([ROW])
    tags = objective.targets(windows, 12)["tags"][0].tolist()
    assert sorted(tag for tag in tags if tag != IGNORED) == [0, 1, 2, 3]
    assert tags[0] == tags[-1] == IGNORED
    assert tags[1:3] == [0, 1]


@pytest.mark.parametrize("overlap", [None, 0, 5])
def test_no_word_of_a_long_sentence_is_lost_and_none_counts_twice(network, overlap):
    short = replace(network, max_tokens=16)
    words = tuple(f"w{i}" if i % 3 else "abcde" for i in range(40))
    row = TagRow(words, ("O",) * 40)
    windows = TagObjective(short, overlap=overlap).windows([row])
    assert len(windows) > 3
    counted = [piece.word for window in windows for piece in window.target]
    assert sorted(counted) == list(range(40))
    tokens = [short.tokenizer.convert_ids_to_tokens(window.ids) for window in windows]
    for window, own in zip(windows, tokens, strict=True):
        for piece in window.target:
            assert own[piece.place][0] == words[piece.word][0]


def test_logits_that_count_are_those_of_words(network):
    objective = TagObjective(network)
    windows = objective.windows([ROW, TagRow(("w1",), ("O",))])
    targets = objective.targets(windows, 12)
    outputs = type("Outputs", (), {"logits": torch.randn(2, 12, 5)})
    (found,) = objective.logits_of(outputs, targets)
    assert found.shape == (5, 5)
    assert torch.equal(found, outputs.logits[targets["tags"] != IGNORED])


def test_outputs_are_put_together_by_word(network):
    objective = TagObjective(replace(network, max_tokens=16))
    rows = [TagRow(tuple(f"w{i}" for i in range(30)), ("O",) * 30), ROW]
    windows = objective.windows(rows)
    raws = read_windows(objective, windows, batch_size=2).raws
    logits = objective.row_logits(rows, windows, raws)
    assert [each.shape for each in logits] == [(30, 5), (4, 5)]
    decided = objective.decide(rows, windows, raws)
    assert decided == [tuple(LABELS[i] for i in each.argmax(axis=1)) for each in logits]


def test_words_without_a_token_are_outside():
    from tokenizers import normalizers

    network = tiny_network("bert", Head.TAGS, labels=LABELS)
    network.tokenizer.backend_tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    row = TagRow(("w1", "\x01"), ("O", "B-X"))
    objective = TagObjective(network)
    windows = objective.windows([row])
    assert [piece.word for piece in windows[0].target] == [0]
    raws = [np.full((3, 5), 1, np.float32)]
    raws[0][1] = [0, 9, 0, 0, 0]
    assert objective.decide([row], windows, raws) == [("B-X", "O")]
    assert objective.row_logits([row], windows, raws)[0][1].tolist() == [0] * 5
    assert objective.windows([TagRow(("\x01",), ("O",))]) == []


def test_an_entity_is_right_if_type_and_both_ends_are(network):
    rows = [
        TagRow(("w",) * 5, ("B-X", "I-X", "O", "B-Y", "O")),
        TagRow(("w",) * 3, ("O", "B-Y", "I-Y")),
    ]
    decided = [("B-X", "I-X", "O", "B-X", "O"), ("O", "B-Y", "O")]
    figures = TagObjective(network).figures(rows, decided)
    found = {name: figure.value for name, figure in figures.intervals(seed=0).items()}
    assert (found["precision"], found["recall"], found["f1"]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found["word_accuracy"] == pytest.approx(6 / 8)
    assert (found["f1:X"], found["f1:Y"]) == (pytest.approx(2 / 3), 0)
    assert dict(figures.counts) == {"rows": 2, "words": 8, "entities": 3}
    assert TagObjective(network).tuned(rows, decided).network is network


def test_no_entities_at_all_are_no_fault(network):
    figures = TagObjective(network).figures([TagRow(("w",), ("O",))], [("O",)])
    assert figures.values() == {"score": 0, "precision": 0, "recall": 0, "word_accuracy": 1}


def test_records_have_tags_and_entities(network):
    assert TagObjective(network).record(ROW, ("O", "B-X", "I-X", "O")) == {
        "tags": ["O", "B-X", "I-X", "O"],
        "entities": [{"kind": "X", "start": 1, "end": 3}],
    }


def test_unknown_tags_are_refused(network):
    with pytest.raises(ModelMismatch, match="The data hold others: B-Z"):
        TagObjective(network).check([TagRow(("w",), ("B-Z",))])
