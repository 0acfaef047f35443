import numpy as np
import pytest
from safetensors.numpy import save_file

from metier.encoders.structure.safetensors_file import TensorPlace, read_safetensors_header
from metier.errors import ModelFormatError
from tests.audit.provenance.model_folders import OVERLAP, safetensors_header


def entry(shape, start, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_the_places_of_tensors_are_those_where_their_bytes_are(tmp_path):
    arrays = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.ones((), np.int64),
        "e": np.zeros((0, 4)),
    }
    save_file(arrays, tmp_path / "m.safetensors", metadata={"format": "pt"})
    header = read_safetensors_header(tmp_path / "m.safetensors")
    content = (tmp_path / "m.safetensors").read_bytes()
    place = header.tensors["b"]
    assert header.metadata == {"format": "pt"}
    assert place.shape == (2, 3)
    assert content[place.start : place.end] == arrays["b"].tobytes()
    assert header.tensors["e"].shape == (0, 4)


def test_a_file_without_tensors_is_whole(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(safetensors_header({}))
    assert read_safetensors_header(tmp_path / "m.safetensors").tensors == {}


def test_a_place_counts_from_the_start_of_the_file(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(safetensors_header({"a": entry([1], 0, 4)}, bytes(4)))
    (place,) = read_safetensors_header(tmp_path / "m.safetensors").tensors.values()
    size = (tmp_path / "m.safetensors").stat().st_size
    assert place == TensorPlace("F32", (1,), size - 4, size)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "first 8 bytes say"),
        (safetensors_header(b"{}", length=2**62), "They say 4,611,686,018,427,387,904"),
        (safetensors_header(b"{}", length=3), "They say 3"),
        (safetensors_header(b"[]"), "header must be a JSON object"),
        (safetensors_header(b" {}"), "header must be a JSON object"),
        (safetensors_header(b"{{}"), r"The header of m\.safetensors must be JSON"),
        (safetensors_header(b'{"a": {}, "a": {}}'), "each key once"),
        (safetensors_header({"__metadata__": {"a": 1}}), "__metadata__ must hold words only"),
        (safetensors_header({"a": 1}), "tensor 'a' must have a known dtype"),
        (safetensors_header({"a": entry([1], 0, 4, "X9")}, bytes(4)), "known dtype"),
        (safetensors_header({"a": entry([1], 0, 4, ["F32"])}, bytes(4)), "known dtype"),
        (safetensors_header({"a": entry([2], 0, 4)}, bytes(4)), "as many bytes as they take"),
        (safetensors_header({"a": entry([-1], 0, -4)}), "a shape"),
        (safetensors_header({"a": entry([True], 0, 4)}, bytes(4)), "a shape"),
        (safetensors_header({"a": entry([1] * 40, 0, 4)}, bytes(4)), "a shape"),
        (safetensors_header({"a": entry([2**61, 2**61], 0, 4)}, bytes(4)), "as many bytes"),
        (safetensors_header(OVERLAP, bytes(24)), "'b' overlaps the one before it"),
        (safetensors_header({"a": entry([1], 4, 8)}, bytes(8)), "'a' leaves a gap before it"),
        (safetensors_header({"a": entry([1], 0, 4)}, bytes(3)), "cut off, or with something added"),
        (safetensors_header({"a": entry([1], 0, 4)}, bytes(5)), "cut off, or with something added"),
    ],
)
def test_a_header_that_does_not_fit_its_file_is_refused(tmp_path, content, message):
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(ModelFormatError, match=message):
        read_safetensors_header(tmp_path / "m.safetensors")
