import bz2
import gzip
import io
import lzma
import marshal
import pickle
import zlib

import pytest

from metier.encoders.structure.kinds import FileKind, expected_kinds, has_control, kind_of
from tests.audit.provenance.model_folders import (
    Calls,
    gguf,
    message,
    network,
    safetensors_header,
    tarred,
    zipped,
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (safetensors_header({}), "safetensors"),
        (network(), "onnx"),
        (b'  {"a": 1}', "json"),
        (b"[1]", "json"),
        (b"# Model\n", "text"),
        ("# Модель\n".encode(), "text"),
        (message((1, message((1, "ab"), (2, 1)))), "sentencepiece"),
        (gguf(), "gguf"),
        (b"\x93NUMPY\x01\x00", "numpy"),
        (b"\x89HDF\r\n\x1a\n" + bytes(9), "hdf5"),
        (zipped({"a": b"b"}), "zip"),
        (tarred("a"), "tar"),
        (gzip.compress(b"a", mtime=0), "compressed"),
        (bz2.compress(b"a"), "compressed"),
        (lzma.compress(b"a"), "compressed"),
        (zlib.compress(b"words " * 9), "compressed"),
        (b"\x7fELF\x02", "executable"),
        (b"MZ\x90\x00", "executable"),
        (b"\xcf\xfa\xed\xfe", "executable"),
        (b"\xa7\x0d\r\n" + bytes(12) + marshal.dumps(compile("1", "a", "eval")), "bytecode"),
        (b"#!/bin/sh\n", "script"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"%PDF-1.7", "document"),
        (b"\x00\x01\x02\x03", "unknown"),
    ],
)
def test_a_file_is_told_by_its_first_bytes(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_told_whatever_its_protocol(protocol):
    assert kind_of(pickle.dumps(Calls(), protocol=protocol)) is FileKind.PICKLE
    assert kind_of(pickle.dumps({"a": [1, 2]}, protocol=protocol)) is FileKind.PICKLE


def test_a_pickle_in_letters_is_told_when_it_is_cut_off():
    assert kind_of(b"cposix\nsystem\np0\n(Vexit 1\np1\ntp2") is FileKind.PICKLE
    assert kind_of(b"(S'exit 1'\nios\nsystem\n") is FileKind.PICKLE


@pytest.mark.parametrize(
    "text",
    [
        b"cat\ndog\nfish\n",
        b"(a)\n",
        b"I am.\n",
        b"Very good.\n",
        b"N.",
        b".",
        b"c",
        b"in\nthe\n",
        b"MZ",
    ],
)
def test_a_text_that_begins_like_something_else_is_a_text(text):
    assert kind_of(text) is FileKind.TEXT


def test_the_last_character_of_a_head_may_be_cut():
    assert kind_of(("я" * 3000).encode()[:4096]) is FileKind.TEXT
    assert kind_of(("a" + "я" * 3000).encode()[:4096]) is FileKind.TEXT


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("model.safetensors", {"safetensors"}),
        ("MODEL.ONNX", {"onnx"}),
        ("LICENSE", {"text", "json"}),
        ("README.md", {"text", "json"}),
        (".gitattributes", {"text", "json"}),
        ("pytorch_model.bin", {"pickle", "zip", "tar"}),
        ("strange.xyz", set()),
        ("Makefile", set()),
    ],
)
def test_a_name_promises_a_kind(name, kinds):
    assert expected_kinds(name) == kinds


def test_control_characters_are_no_text():
    assert not has_control(b"a\tb\r\n\x0c")
    assert has_control(b"a\x00b")
    assert has_control(io.BytesIO(b"\x7f").read())
