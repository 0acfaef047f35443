from dataclasses import replace

import pytest

pytest.importorskip("torch")

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.finetuning.windows import (
    Window,
    bare_rows,
    cut_rows,
    n_leading,
    seen_span,
    windows_of,
)
from tests.workbench.tiny import tiny_network


@pytest.fixture(scope="module")
def network():
    return replace(tiny_network("bert", Head.RANK), max_tokens=16)


def pieces(network, encoding):
    return network.tokenizer.convert_ids_to_tokens(encoding.ids)


def words(first, n):
    return " ".join(f"w{i % 40}" for i in range(first, first + n))


def test_texts_are_cut_as_transformers_cuts_them(network):
    texts = [words(0, 3), words(0, 30), ""]
    theirs = network.tokenizer(texts, truncation=True, max_length=16)["input_ids"]
    assert [encoding.ids for encoding in cut_rows(network, texts)] == theirs


def test_of_a_pair_the_longer_text_is_cut_first_as_transformers_does(network):
    pairs = [(words(0, a), words(9, b)) for a in (1, 6, 7, 20) for b in (1, 6, 7, 20)]
    theirs = network.tokenizer([a for a, _ in pairs], [b for _, b in pairs], truncation=True, max_length=16)[
        "input_ids"
    ]
    assert [encoding.ids for encoding in cut_rows(network, pairs)] == theirs


def test_cutting_leaves_the_tokenizer_as_it_was(network):
    cut_rows(network, [words(0, 30)])
    assert network.tokenizer.backend_tokenizer.truncation is None


@pytest.mark.parametrize("n", [0, 1, 13, 14, 15, 40])
@pytest.mark.parametrize("overlap", [None, 0, 13])
def test_windows_hold_every_token_and_share_some(network, n, overlap):
    (encoding,) = bare_rows(network, [words(0, n)])
    whole = list(encoding.ids)
    parts = windows_of(network, encoding, overlap=overlap)
    seen = {}
    for part in parts:
        assert len(part.encoding.ids) <= 16
        assert pieces(network, part.encoding)[0] == "[CLS]"
        assert pieces(network, part.encoding)[-1] == "[SEP]"
        inner = part.encoding.ids[1:-1]
        assert inner == whole[part.start : part.start + len(inner)]
        seen |= {part.start + i: token for i, token in enumerate(inner)}
    assert [seen[i] for i in sorted(seen)] == whole


def test_a_first_text_stands_in_each_window(network):
    question, context = bare_rows(network, [words(0, 3), words(10, 30)])
    parts = windows_of(network, context, first=question, overlap=2)
    assert len(parts) > 1
    for part in parts:
        assert pieces(network, part.encoding)[:5] == ["[CLS]", "w0", "w1", "w2", "[SEP]"]
        assert part.encoding.sequence_ids.count(1) <= 10


def test_a_long_first_text_leaves_half_the_room(network):
    question, context = bare_rows(network, [words(0, 50), words(10, 30)])
    part = windows_of(network, context, first=question)[0].encoding
    assert (part.sequence_ids.count(0), part.sequence_ids.count(1)) == (6, 7)


def test_an_overlap_must_leave_room(network):
    (encoding,) = bare_rows(network, [words(0, 30)])
    with pytest.raises(InvalidInput, match="overlap must be below the 14 tokens .* Got 14"):
        windows_of(network, encoding, overlap=14)


def test_leading_special_tokens_are_counted(network):
    (encoding,) = cut_rows(network, ["w1"])
    assert n_leading(encoding) == 1
    assert n_leading(bare_rows(network, [""])[0]) == 0


def test_a_window_is_made_of_an_encoding(network):
    (encoding,) = cut_rows(network, [("w1", "w2")])
    window = Window.of(3, encoding, "target")
    assert (window.row, window.target, list(window.ids)) == (3, "target", encoding.ids)
    assert window.types == (0, 0, 0, 1, 1)


def test_spaces_of_a_span_are_left_out():
    assert seen_span("a  b ", 1, 5) == (3, 4)
    assert seen_span("   ", 0, 3) == (3, 3)
