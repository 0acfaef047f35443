import pytest

from metier.encoders.structure.wire import WireReader
from metier.errors import ModelFormatError
from tests.audit.provenance.model_folders import message, varint


def reader(content, **limits):
    return WireReader(memoryview(content), "x", **limits)


def test_fields_come_with_their_values_and_places():
    content = message((1, 300), (200, "ab")) + b"\x1d" + bytes(4) + b"\x21" + bytes(8)
    read = reader(content)
    found = list(read.fields(0, len(content)))
    assert [(field.number, field.wire) for field in found] == [(1, 0), (200, 2), (3, 5), (4, 1)]
    assert found[0].value == 300
    assert read.text(found[1]) == "ab"


def test_repeated_numbers_are_read_packed_or_one():
    content = message((1, 7), (1, varint(1) + varint(300)))
    read = reader(content)
    assert [number for field in read.fields(0, len(content)) for number in read.numbers(field)] == [7, 1, 300]


@pytest.mark.parametrize(
    "content",
    [b"\x0a", b"\x0a\x05ab", b"\x08", b"\x08" + b"\xff" * 11, b"\x0b", b"\x00\x00", b"\x1d\x00", b"\x80"],
    ids=[
        "no length",
        "too short",
        "no number",
        "endless number",
        "a group",
        "field 0",
        "no bytes",
        "half a tag",
    ],
)
def test_a_broken_message_is_refused(content):
    with pytest.raises(ModelFormatError, match="x is no whole protobuf file"):
        list(reader(content).fields(0, len(content)))


def test_more_fields_than_are_read_are_refused():
    content = message((1, 1)) * 11
    with pytest.raises(ModelFormatError, match="more fields than are read"):
        list(reader(content, most_fields=10).fields(0, len(content)))


@pytest.mark.parametrize("content", [message((1, 5)), message((1, b"\xff")), message((1, "abcdef"))])
def test_what_is_no_short_text_is_refused(content):
    read = reader(content)
    (field,) = read.fields(0, len(content))
    with pytest.raises(ModelFormatError, match="no whole protobuf file"):
        read.text(field, most=5)


def test_numbers_are_bounded():
    content = message((1, varint(1) * 65))
    read = reader(content)
    (field,) = read.fields(0, len(content))
    with pytest.raises(ModelFormatError, match="no whole protobuf file"):
        read.numbers(field)
    (single,) = reader(b"\x0d" + bytes(4)).fields(0, 5)
    with pytest.raises(ModelFormatError, match="no whole protobuf file"):
        read.numbers(single)
