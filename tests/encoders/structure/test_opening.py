import os

import pytest

from metier.encoders.structure.opening import (
    check_levels,
    mapped,
    open_regular,
    parse_json,
    read_at_most,
    read_json,
)
from metier.errors import ModelFormatError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'{"a": 1}')
    return path


def test_no_more_is_read_than_asked_for(file):
    assert read_at_most(file, 3) == b'{"a'
    assert read_at_most(file, 100, start=6) == b"1}"


def test_bytes_are_mapped_those_of_an_empty_file_too(file, tmp_path):
    with mapped(file) as content:
        assert bytes(content[1:4]) == b'"a"'
    (tmp_path / "empty").touch()
    with mapped(tmp_path / "empty") as content:
        assert len(content) == 0


def test_a_link_is_not_followed(file, tmp_path):
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(OSError), open_regular(tmp_path / "link"):  # noqa: PT011 - the system's own words
        pass


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is no regular file"), open_regular(tmp_path / "pipe"):
        pass


def test_json_is_read(file):
    assert read_json(file) == {"a": 1}


def test_long_json_is_refused(file):
    with pytest.raises(ModelFormatError, match=r"a\.json must be at most 7 bytes of JSON"):
        read_json(file, 7)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1', "x must be JSON. It is damaged"),
        (b"\xff\xfe", "x must be JSON"),
        (b"9" * 10_000, "x must be JSON"),
        (b'{"a": 1, "a": 2}', "x must name each key once"),
        (b"[" * 100_000, "x must be nested at most 100 levels deep. It is far deeper"),
        (b'{"a":' * 100_000, "nested at most 100 levels"),
    ],
    ids=["cut off", "no text", "a number without end", "a key twice", "deep lists", "deep objects"],
)
def test_what_is_no_plain_json_is_refused(content, message):
    with pytest.raises(ModelFormatError, match=message):
        parse_json(content, "x")


def test_json_that_is_deeper_than_any_model_needs_is_refused():
    content = {}
    for _ in range(99):
        content = {"a": [content]} if isinstance(content, dict) else {"a": content}
    with pytest.raises(ModelFormatError, match="x must be nested at most 100 levels deep"):
        check_levels(content, "x")
    check_levels({"a": [1, {"b": [2]}]}, "x")
