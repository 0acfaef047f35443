import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.plain import clean_text, extract_plain
from metier.errors import LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits

LIMITS = ReadingLimits()
RUSSIAN = "Опыт работы: разработчик, пять лет."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read(encoding):
    extracted = extract_plain(RUSSIAN.encode(encoding), "cv.txt", LIMITS)
    assert extracted.text == RUSSIAN
    assert extracted.findings == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(RUSSIAN, "cp1251"), ("A naïve question – at the café we ask it every day.", "cp1252")],
)
def test_text_from_before_unicode_is_read_and_said(text, encoding):
    extracted = extract_plain(text.encode(encoding), "cv.txt", LIMITS)
    assert extracted.text == text
    assert [finding.code for finding in extracted.findings] == ["guessed_encoding"]
    assert encoding.removeprefix("cp") in extracted.findings[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes(range(256)) * 10, "binary data"),
        (b"caf\xe9 \x81 tr\xe8s bien, merci", "neither UTF-8 nor Windows-1251"),
        (b"\x01\x02\x03 text", "binary data"),
        (b"\xff\xfea", "breaks off in the middle"),
    ],
)
def test_other_bytes_are_refused(data, message):
    with pytest.raises(UnsupportedFormat, match=message):
        extract_plain(data, "cv.txt", LIMITS)


def test_too_long_a_text_is_refused():
    with pytest.raises(LimitExceeded, match="may have 5 characters. It has 6"):
        extract_plain(b"123456", "cv.txt", ReadingLimits(max_chars=5))


def test_line_ends_are_line_feeds_and_controls_are_gone():
    assert clean_text("a\r\nb\rc\x0cd\x00\x1be\x85f") == "a\nb\nc\n\nde\nf"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)
