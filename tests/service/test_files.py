import pytest

from metier.documents.formats import DocumentFormat
from metier.errors import CorruptDocument, EmptyDocument, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.service.files import check_file, clean_name, nameless, shown, stem

LIMITS = ReadingLimits(max_bytes=100)


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"%PDF-1.7\n", "a.txt", DocumentFormat.PDF),
        (b"Some words", "a.md", DocumentFormat.MARKDOWN),
        (b"Some words", "", DocumentFormat.TEXT),
    ],
)
def test_the_bytes_tell_the_format(content, name, found):
    assert check_file(content, name, LIMITS) is found


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "Petrova.pdf", EmptyDocument),
        (b" \n", "Petrova.pdf", EmptyDocument),
        (b"x" * 101, "Petrova.txt", LimitExceeded),
        (b"MZ\x90\x00", "Petrova.exe", UnsupportedFormat),
        (b"\x00\x01", "Petrova.pdf", CorruptDocument),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_without_saying_its_name(content, name, error):
    with pytest.raises(error) as raised:
        check_file(content, name, LIMITS)
    assert "Petrova" not in str(raised.value)


def test_a_file_of_the_largest_size_is_taken():
    check_file(b"x" * 100, "a.txt", LIMITS)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("CV.pdf", "CV.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\CV.pdf", "CV.pdf"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("  Анна   Петрова .docx ", "Анна Петрова .docx"),
        ("..", "document"),
        ("folder/", "document"),
        ("", "document"),
        ("\ud800", "document"),
        ("е\u0308.pdf", "ё.pdf"),
    ],
)
def test_a_name_keeps_what_can_be_seen_of_its_last_part(name, clean):
    assert clean_name(name) == clean
    assert clean_name(clean) == clean


def test_a_long_name_is_cut_before_its_ending():
    assert clean_name("я" * 300 + ".docx") == "я" * 195 + ".docx"
    assert len(clean_name("x." * 300)) <= 200


@pytest.mark.parametrize(
    ("name", "person"),
    [("CV Anna.pdf", "CV Anna"), ("v1.2 final", "v1.2 final"), (".pdf", "pdf"), ("a.b.PDF", "a.b")],
)
def test_only_the_ending_of_a_format_is_taken_off(name, person):
    assert stem(name) == person


def test_a_nameless_file_keeps_the_ending_of_a_format_alone():
    assert nameless("Anna Petrova.PDF") == "document.PDF"
    assert nameless("Anna Petrova.secret") == "document"


def test_a_shown_text_is_one_line():
    assert shown(" a\n\tb\u200b ") == "a b"
