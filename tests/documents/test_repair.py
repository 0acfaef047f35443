from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.repair import NO_SOURCE, Traced, clean, join_hyphenated, trace, vocabulary


def traced(text):
    return Traced(text, list(range(len(text))))


def mend(text):
    cleaned = clean(traced(text))
    return join_hyphenated(cleaned, vocabulary([cleaned.text])).text


def test_each_character_needs_a_source():
    with pytest.raises(ValueError, match="one source"):
        Traced("ab", [0])


def test_laid_out_lines_become_text_with_the_glyph_of_each_character():
    result = trace([[1, -1, 0], [], [2]], ["a", "fi", "c"], first=10)
    assert result.text == "fi a\n\nc\n"
    assert list(result.sources) == [11, 11, NO_SOURCE, 10, NO_SOURCE, NO_SOURCE, 12, NO_SOURCE]


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        ("", ""),
        ("\n \n", ""),
        ("e\ufb03cient \ufb02ow, \ufb00", "efficient flow, ff"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a  \n  b   c", "a\nb c"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\x00\x08b\u200bc\ufeffd\u202ee\ufffe", "abcde"),
        ("cafe\u0301", "café"),
        ("C++ x\u00b2 \u2122 \u2163", "C++ x\u00b2 \u2122 \u2163"),
        ("front\u2011end", "front-end"),
        ("so\u00adft", "soft"),
        ("\uf0b7 one\n \uf0a7two\n\ue123 three\n\ufffd four", "• one\n•two\n• three\n• four"),
        ("a \ue123 b \ufffd c", "a \ue123 b \ufffd c"),
        ("\ud800", "\ufffd"),
    ],
)
def test_characters_are_mended(raw, mended):
    assert mend(raw) == mended


def test_characters_keep_their_sources():
    result = clean(traced("x\ufb01\x00 \u00a0e\u0301"))
    assert result.text == "xfi é"
    assert list(result.sources) == [0, 1, 1, 3, 5]


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        ("the develop-\nment of tools", "the development\nof tools"),
        ("micro-\nservices.", "microservices."),
        ("so\u00ad\nftware house", "software\nhouse"),
        ("раз-\nработка систем", "разработка\nсистем"),
        ("управле-\nние", "управление"),
        ("cloud-\nnative systems", "cloud-native\nsystems"),
        ("real-\ntime", "real-time"),
        ("state-of-the-\nart code", "state-of-the-art\ncode"),
        ("end-\nto-end tests", "end-to-end\ntests"),
        ("e-\nmail", "e-mail"),
        ("UI-\ndriven", "UI-driven"),
        ("plug-\nable and x plug-able", "plug-able\nand x plug-able"),
        ("big wood\nwood-\nfire", "big wood\nwood-fire"),
        ("Post-\ngres, Postgres", "Postgres,\nPostgres"),
        ("Jan 2019 -\nPresent", "Jan 2019 -\nPresent"),
        ("2019-\n2021", "2019-\n2021"),
        ("Engineer-\nGoogle", "Engineer-\nGoogle"),
        ("one-\n\ntwo", "one-\n\ntwo"),
    ],
)
def test_words_broken_at_line_ends(raw, mended):
    assert mend(raw) == mended


def test_joined_words_keep_their_sources():
    raw = "develop-\nment of"
    result = join_hyphenated(traced(raw), vocabulary([raw]))
    assert result.text == "development\nof"
    origins = [raw[source] for source in result.sources if source != NO_SOURCE]
    assert "".join(origins) == "developmentof"


texts = st.text(
    st.sampled_from("abeo AB19 -\n\n\u00ad\u00a0\ufb01\u0301\u0323\u200b\x00\uf0b7•\ufffd\u1100\u1161\u11a8")
    | st.characters(),
    max_size=60,
)


@given(texts)
def test_mended_text_is_clean_and_knows_its_sources(raw):
    result = clean(traced(raw))
    assert len(result.text) == len(result.sources)
    assert unicodedata.is_normalized("NFC", result.text)
    assert "  " not in result.text
    assert "\n\n\n" not in result.text
    assert result.text == result.text.strip(" \n")
    assert all(unicodedata.category(char) not in ("Cc", "Cs") or char == "\n" for char in result.text)
    assert list(result.sources) == sorted(result.sources)


@given(texts)
def test_plain_characters_come_from_themselves(raw):
    result = clean(traced(raw))
    joined = join_hyphenated(result, vocabulary([result.text]))
    for char, source in zip(joined.text, joined.sources, strict=True):
        if source != NO_SOURCE and char.isascii() and char.isalnum() and raw[source].isascii():
            assert raw[source] == char


@given(texts)
def test_joining_drops_hyphens_and_moves_line_ends_only(raw):
    result = clean(traced(raw))
    joined = join_hyphenated(result, vocabulary([result.text])).text
    kept = str.maketrans("", "", " \n-\u00ad")
    assert joined.translate(kept) == result.text.translate(kept)
    assert joined.count("\n") <= result.text.count("\n")
