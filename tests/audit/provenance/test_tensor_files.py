import struct

import numpy as np
import pytest

from metier.audit.provenance.tensor_files import gguf_findings, numpy_fault, numpy_findings
from tests.audit.provenance.model_folders import REACHING, gguf, numpy_file


def gguf_tensor(*, kind=0, offset=0, data=bytes(32), shape=(8,)):
    name = (
        struct.pack("<Q", 1) + b"a" + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
    )
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + name + struct.pack("<IQ", kind, offset)
    return head + bytes(-len(head) % 32) + data


@pytest.fixture
def codes(tmp_path):
    def read(content):
        (tmp_path / "a").write_bytes(content)
        look = gguf_findings if content[:4] == b"GGUF" else numpy_findings
        return [finding.code for finding in look(tmp_path / "a", "a")]

    return read


@pytest.mark.parametrize(
    "array", [np.zeros((3, 4)), np.arange(5), np.array(1.5, np.float32), np.zeros((0, 2))]
)
def test_arrays_of_numbers_pass(codes, array):
    assert codes(numpy_file(array)) == []


def test_arrays_of_objects_are_pickles(codes):
    assert codes(numpy_file(np.array([{}], dtype=object))) == ["pickle"]
    assert codes(numpy_file(np.array([(1, {})], dtype=[("a", "i4"), ("b", "O")]))) == ["pickle"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c[:-1],
        lambda c: c + b"x",
        lambda c: c[:9],
        lambda c: c.replace(b"'shape'", b"'shope'"),
        lambda c: c.replace(b"'<f8'", b"'<zz'"),
        lambda c: c.replace(b"(3, 4)", b"f(3,4)"),
        lambda c: c.replace(b"(3, 4)", b"(-3,4)"),
        lambda c: c[:6] + b"\x09" + c[7:],
    ],
)
def test_damaged_arrays_are_named(codes, damage):
    assert codes(damage(numpy_file(np.zeros((3, 4))))) == ["damaged-file"]


def test_a_fault_says_what_is_wrong():
    assert numpy_fault(b"", 0)[0] == "damaged-file"


def test_gguf_files_pass(codes):
    assert codes(gguf()) == []
    assert codes(gguf("{{ messages }}")) == []
    assert codes(gguf_tensor()) == []
    assert codes(gguf_tensor(kind=8, shape=(32,), data=bytes(34 + 30))) == []


def test_templates_in_gguf_are_looked_at(codes):
    assert codes(gguf(REACHING)) == ["template-code"]


def test_tensors_of_unknown_kinds_are_not_understood(codes):
    assert codes(gguf_tensor(kind=200)) == ["not-understood"]


@pytest.mark.parametrize(
    "content",
    [
        b"GGUF",
        b"GGUF" + b"\xff" * 40,
        gguf("{{ messages }}")[:-3],
        gguf_tensor(data=bytes(31)),
        gguf_tensor(data=bytes(32 + 99)),
        gguf_tensor(offset=3),
        gguf_tensor(shape=(2**40, 2**40)),
        gguf_tensor(shape=(1,) * 9),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 77),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**60) + b"a",
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 1)
        + struct.pack("<Q", 1)
        + b"a"
        + struct.pack("<IIQ", 9, 8, 2**60),
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 1)
        + struct.pack("<Q", 1)
        + b"a"
        + struct.pack("<I", 9)
        + struct.pack("<IQ", 9, 1) * 9,
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 1)
        + struct.pack("<Q", 17)
        + b"general.alignment"
        + struct.pack("<II", 4, 0),
    ],
)
def test_damaged_gguf_files_are_named(codes, content):
    assert codes(content) == ["damaged-file"]
