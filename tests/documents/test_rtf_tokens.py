import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.rtf_tokens import Kind, Token, read_tokens
from metier.errors import CorruptDocument


def tokens(data):
    return list(read_tokens(data, "cv.rtf"))


def word(name, number=None):
    return Token(Kind.WORD, name, number)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{}", [Token(Kind.OPEN), Token(Kind.CLOSE)]),
        (rb"\b0 text", [word(b"b", 0), Token(Kind.TEXT, b"text")]),
        (rb"\u-10179?", [word(b"u", -10179), Token(Kind.TEXT, b"?")]),
        (rb"\par\line-x", [word(b"par"), word(b"line"), Token(Kind.TEXT, b"-x")]),
        (rb"\'cf\'F0", [Token(Kind.CODED, b"\xcf"), Token(Kind.CODED, b"\xf0")]),
        (rb"\'zz", [Token(Kind.SYMBOL, b"'"), Token(Kind.TEXT, b"zz")]),
        (rb"\~\*\\", [Token(Kind.SYMBOL, b"~"), Token(Kind.SYMBOL, b"*"), Token(Kind.SYMBOL, b"\\")]),
        (b"a\r\nb\n", [Token(Kind.TEXT, b"a"), Token(Kind.TEXT, b"b")]),
        (b"\\\n\\", [Token(Kind.SYMBOL, b"\n")]),
        (b"\\bin3 {}\\x", [word(b"bin", 3), Token(Kind.TEXT, b"x")]),
        (
            rb"\bin0 x\bin-5 y",
            [word(b"bin", 0), Token(Kind.TEXT, b"x"), word(b"bin", -5), Token(Kind.TEXT, b"y")],
        ),
        (rb"\bin x", [word(b"bin"), Token(Kind.TEXT, b"x")]),
        (b"\\fs" + b"9" * 5000, [word(b"fs", 9_999_999_999)]),
        (b"", []),
    ],
)
def test_tokens(data, expected):
    assert tokens(data) == expected


def test_raw_bytes_that_are_not_there_are_told():
    with pytest.raises(CorruptDocument, match="cut off within a picture"):
        tokens(rb"{\bin100 abc}")


@given(st.binary())
def test_any_bytes_are_tokens(data):
    try:
        found = tokens(data)
    except CorruptDocument:
        return
    assert len(found) <= len(data)
