import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.workbench.corpus import read_corpus, split_sentences


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def test_blank_lines_part_documents_and_sentences_are_told_apart(tmp_path):
    path = write(
        tmp_path / "a.txt", "One is here. Two is\nhere too.\n \nДругой текст. В нём два предложения.\n\n\n"
    )
    corpus = read_corpus([path], dev=[write(tmp_path / "b.txt", "Kept.")])
    assert corpus.train == (
        ("One is here.", "Two is here too."),
        ("Другой текст.", "В нём два предложения."),
    )
    assert corpus.dev == (("Kept.",),)
    assert set(corpus.hashes) == {f"{tmp_path.name}/a.txt", f"{tmp_path.name}/b.txt"}


def test_lines_of_json_are_documents(tmp_path):
    lines = [{"text": "A first one."}, {"text": "A second one."}, {"text": "  "}, {"text": "A first one."}]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)))
    corpus = read_corpus([path])
    assert sorted(corpus.train + corpus.dev) == [("A first one.",), ("A second one.",)]


def test_a_tenth_is_kept_whatever_the_order(tmp_path):
    texts = [f"Document number {i} is about work." for i in range(400)]
    one = read_corpus([write(tmp_path / "a.txt", "\n\n".join(texts))])
    other = read_corpus([write(tmp_path / "b.txt", "\n\n".join(reversed(texts)))])
    assert set(one.dev) == set(other.dev)
    assert 20 <= len(one.dev) <= 60
    assert not set(one.dev) & set(one.train)


def test_two_documents_are_enough_and_one_is_not(tmp_path):
    corpus = read_corpus([write(tmp_path / "a.txt", "One.\n\nTwo.")])
    assert len(corpus.train) == len(corpus.dev) == 1
    with pytest.raises(
        InvalidInput, match=r"at least 2 different documents.*b\.txt held 1\. Put a blank line"
    ):
        read_corpus([write(tmp_path / "b.txt", "Only one line.")])


@pytest.mark.parametrize("content", ["", "  \n\n \n"])
def test_an_empty_file_holds_no_documents(tmp_path, content):
    with pytest.raises(InvalidInput, match=r"a\.txt held 0"):
        read_corpus([write(tmp_path / "a.txt", content)])
    with pytest.raises(InvalidInput, match="no files held 0"):
        read_corpus([])


def test_what_is_measured_on_is_not_learned_from(tmp_path):
    train = write(tmp_path / "a.txt", "One.\n\nTwo.\n\nThree.")
    assert read_corpus([train], dev=[write(tmp_path / "b.txt", "Two.")]).train == (("One.",), ("Three.",))
    with pytest.raises(InvalidInput, match="at least 2 different documents"):
        read_corpus([train], dev=[train])


def test_files_that_are_no_texts_are_refused(tmp_path):
    with pytest.raises(NotFound, match="no text file"):
        read_corpus([tmp_path / "none.txt"])
    with pytest.raises(InvalidInput, match=r"must end in \.txt, \.md, \.jsonl\. Got \.pdf"):
        read_corpus([write(tmp_path / "a.pdf", "x")])
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00caf\xe9")
    with pytest.raises(InvalidInput, match=r"b\.txt must be UTF-8"):
        read_corpus([tmp_path / "b.txt"])


@pytest.mark.parametrize("line", ["no", "[1]", '{"words": "x"}', "[" * 9999])
def test_a_line_that_is_no_text_is_named(tmp_path, line):
    path = write(tmp_path / "a.jsonl", '{"text": "x"}\n\n' + line)
    with pytest.raises(InvalidInput, match=r"a\.jsonl, line 3: a line must be a JSON object with a text"):
        read_corpus([path])


def test_a_text_that_is_no_string_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="line 1: text must be a string"):
        read_corpus([write(tmp_path / "a.jsonl", '{"text": 3}')])


def test_half_a_surrogate_pair_becomes_a_sign_that_tokenizers_take(tmp_path):
    corpus = read_corpus([write(tmp_path / "a.jsonl", '{"text": "a \\ud800 b"}\n{"text": "c"}')])
    for document in corpus.train + corpus.dev:
        assert "".join(document).encode()


def test_a_text_without_a_sentence_is_its_own():
    assert split_sentences("word") == ("word",)
    assert split_sentences("- ") == ("-",)
