import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.conll import check_tag, read_conll, tag_rows
from metier.workbench.finetuning.rows import TagRow


@pytest.fixture
def rows(tmp_path):
    def read(content):
        path = tmp_path / "a.conll"
        path.write_bytes(content.encode())
        return tag_rows(read_conll(path))

    return read


TWO = [TagRow(("Ann", "sings"), ("B-PER", "O")), TagRow(("Рига",), ("B-LOC",))]


@pytest.mark.parametrize(
    "content",
    [
        "Ann B-PER\nsings O\n\nРига B-LOC\n",
        "\ufeffAnn\tB-PER\r\nsings\tO\r\n\r\n\r\nРига\tB-LOC",
        "-DOCSTART- -X- -X- O\n\nAnn NNP I-NP B-PER\nsings VBZ I-VP O\n\nРига NNP I-NP B-LOC\n",
        "# text = Ann sings\nAnn B-PER\nsings   O \n \t\n# a comment\nРига B-LOC\n\n\n",
        "Ann S-PER\nsings O\n\nРига U-LOC\n",
        "Ann I-PER\nsings O\n\nРига I-LOC\n",
    ],
    ids=["spaces", "tabs", "four columns", "comments", "BIOES", "IO"],
)
def test_columns_of_every_kind_give_the_same_sentences(rows, content):
    assert rows(content) == TWO


def test_a_number_sign_may_be_a_word(rows):
    assert rows("#\tO\n# O\nC# B-X\n")[0].words == ("#", "#", "C#")


def test_spaces_may_stand_in_a_word_where_tabs_part_columns(rows):
    assert rows("New York\tB-LOC\n") == [TagRow(("New York",), ("B-LOC",))]
    assert rows("a\u00a0b O\n")[0].words == ("a\u00a0b",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Ann B-PER\nsings\n", "a.conll, line 2: a line must have a word and, in its last column, a tag"),
        ("\tO\n", "a.conll, line 1: a line must have a word"),
        ("Ann NOUN\n", "a.conll, line 1: a tag must be O, or B- or I- with a type"),
        ("Ann B-PER\n\nsings O\nso I-PER\n", "a.conll, line 4: I-PER must follow a tag of the same type"),
        ("", "must hold at least one row"),
    ],
)
def test_bad_lines_are_named(rows, content, message):
    with pytest.raises(InvalidInput, match=message):
        rows(content)


def test_messages_do_not_quote_words(rows):
    with pytest.raises(InvalidInput) as raised:
        rows("Secretname XYZZY\n")
    assert "Secretname" not in str(raised.value)
    assert "XYZZY" not in str(raised.value)


def test_a_tag_is_checked_at_its_place():
    check_tag("I-X", "here")
    with pytest.raises(InvalidInput, match="here: a tag must be"):
        check_tag("", "here")
