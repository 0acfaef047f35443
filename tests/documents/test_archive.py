import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.archive import check_archive, damage_told, parse_part, read_parts
from metier.errors import CorruptDocument, EncryptedDocument, LimitExceeded

BOMB = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


def archive(*parts):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(name, content)
    return buffer.getvalue()


def test_an_honest_archive_passes_and_its_parts_are_read():
    data = archive(("content.xml", b"<x/>"), ("picture.png", b"0" * 1000))
    check_archive(data, "cv.odt")
    assert read_parts(data, "cv.odt", ["content.xml", "styles.xml"]) == {"content.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        ([("content.xml", b"0" * 20_000_000)], LimitExceeded, "unpacks to 20,000,000 bytes"),
        ([(f"{i}.txt", b"") for i in range(5001)], LimitExceeded, "in 5,001 parts"),
        ([("content.xml", BOMB)], CorruptDocument, "document type"),
        ([("content.xml", b"<?xml version='1.0'?>\n<!-- a --> " + BOMB)], CorruptDocument, "document type"),
        ([("content.xml", BOMB.decode().encode("utf-16"))], CorruptDocument, "document type"),
    ],
)
def test_what_no_word_processor_writes_is_refused(parts, error, words):
    with pytest.raises(error, match=words):
        check_archive(archive(*parts), "cv.odt")


def test_the_bounds_can_be_set():
    data = archive(("a.txt", b"12345"), ("b.txt", b""))
    check_archive(data, "cv.odt", max_unpacked=5, max_parts=2)
    with pytest.raises(LimitExceeded, match="5 in 1"):
        check_archive(data, "cv.odt", max_unpacked=5, max_parts=1)
    with pytest.raises(LimitExceeded, match="4 in 5,000"):
        check_archive(data, "cv.odt", max_unpacked=4)


def test_a_document_type_counts_only_in_parts_that_are_parsed():
    data = archive(("META-INF/manifest.xml", BOMB))
    check_archive(data, "cv.odt", is_parsed=("content.xml",).__contains__)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_twice_is_refused():
    with pytest.raises(CorruptDocument, match="holds a part twice"):
        check_archive(archive(("content.xml", b"<a/>"), ("content.xml", b"<b/>")), "cv.odt")


def test_a_part_with_a_password_is_told():
    data = bytearray(archive(("content.xml", b"<a/>")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(EncryptedDocument, match="asks for a password"):
        check_archive(bytes(data), "cv.odt")


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_cut_off_archive_is_corrupt(share):
    data = archive(("content.xml", b"<x/>" * 100))
    with pytest.raises(CorruptDocument, match="damaged or cut-off"):
        check_archive(data[: int(len(data) * share)], "cv.odt")


def test_a_part_that_was_changed_is_corrupt():
    data = archive(("a.txt", bytes(range(256))))
    start = data.index(b"a.txt") + 5
    broken = data[:start] + b"\xff" * 20 + data[start + 20 :]
    with pytest.raises(CorruptDocument, match="damaged or cut-off"):
        read_parts(broken, "cv.odt", ["a.txt"])


def test_a_part_is_parsed_without_comments():
    root = parse_part(b"<a><!-- no --><?pi no?><b/></a>", "cv.odt")
    assert [child.tag for child in root] == ["b"]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"<a>", "damaged or nests too deep"),
        (b"", "damaged or nests too deep"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "damaged or nests too deep"),
        (BOMB, "document type"),
        (b"<!--" + b" " * 5000 + b"-->" + BOMB, "document type"),
    ],
)
def test_broken_or_typed_xml_is_refused(xml, words):
    with pytest.raises(CorruptDocument, match=words):
        parse_part(xml, "cv.odt")


@pytest.mark.parametrize("error", [zlib.error("secret"), KeyError("secret"), OSError("secret")])
def test_damage_is_told_without_the_words_of_the_parser(error):
    with pytest.raises(CorruptDocument, match="^told$"), damage_told("told"):
        raise error


def test_errors_of_documents_pass_through():
    with pytest.raises(LimitExceeded, match="own"), damage_told("told"):
        raise LimitExceeded("own")


@given(st.binary(max_size=300), st.integers(0, 200))
def test_changed_bytes_only_raise_errors_of_documents(noise, start):
    data = archive(("content.xml", b"<x>" + b"words" * 50 + b"</x>"))
    broken = data[:start] + noise + data[start + len(noise) :]
    try:
        check_archive(broken, "cv.odt")
        parts = read_parts(broken, "cv.odt", ["content.xml"])
        for xml in parts.values():
            parse_part(xml, "cv.odt")
    except (CorruptDocument, EncryptedDocument, LimitExceeded):
        pass
