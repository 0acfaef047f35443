import numpy as np
import pytest
from safetensors.numpy import save

from metier.encoders.parameters import count_parameters, safetensors_shapes
from metier.errors import ModelFormatError


def test_each_component_of_a_bert_is_counted():
    shapes = {
        "embeddings.word_embeddings.weight": (100, 8),
        "embeddings.position_embeddings.weight": (20, 8),
        "embeddings.LayerNorm.weight": (8,),
        "encoder.layer.0.attention.self.query.weight": (8, 8),
        "encoder.layer.0.attention.output.dense.bias": (8,),
        "encoder.layer.0.attention.output.LayerNorm.bias": (8,),
        "encoder.layer.0.intermediate.dense.weight": (32, 8),
        "encoder.layer.0.output.dense.weight": (8, 32),
        "pooler.dense.weight": (8, 8),
    }
    assert count_parameters(shapes) == {
        "word embeddings": 800,
        "layer norms": 16,
        "other embeddings": 160,
        "attention": 72,
        "feed-forward": 512,
        "other": 64,
    }


def test_shapes_come_from_the_header(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(save({"a": np.zeros((2, 3), np.float32)}, metadata={"format": "pt"}))
    assert safetensors_shapes(path) == {"a": (2, 3)}


def framed(header):
    return len(header).to_bytes(8, "little") + header


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"\xff" * 40,
        framed(b"[]"),
        framed(b"null"),
        framed(b'{"a": 1}'),
        framed(b'{"a": {}}'),
        framed(b'{"a": {"shape": "wide"}}'),
        framed(b'{"a": {"shape": [1e999]}}'),
        framed(b"[" * 100_000),
    ],
    ids=range(10),
)
def test_a_damaged_header_is_refused(tmp_path, content):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"m\.safetensors is no safetensors file"):
        safetensors_shapes(path)
