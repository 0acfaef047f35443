import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.training.networks import Head
from metier.workbench.finetuning.formats import read_rows
from metier.workbench.finetuning.rows import Answer, AnswerRow, ClassRow, RankRow, TagRow


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("head", "name", "content", "row"),
    [
        (Head.CLASSES, "a.csv", "text,label\nhi,1\n", ClassRow("hi", "1")),
        (Head.CLASSES, "a.jsonl", {"text": "hi", "label": 1}, ClassRow("hi", "1")),
        (Head.TAGS, "a.tsv", "Ann\tB-PER\n", TagRow(("Ann",), ("B-PER",))),
        (Head.TAGS, "a.txt", "Ann I-PER\n", TagRow(("Ann",), ("B-PER",))),
        (Head.TAGS, "a.jsonl", {"tokens": ["Ann"], "tags": ["S-PER"]}, TagRow(("Ann",), ("B-PER",))),
        (
            Head.SPANS,
            "a.jsonl",
            {"id": 1, "question": "q", "context": "c", "answers": [{"text": "c", "answer_start": 0}]},
            AnswerRow("1", "q", "c", (Answer("c", 0),)),
        ),
        (Head.RANK, "a.tsv", "query\ttext\tlabel\nq\tt\t2\n", RankRow("q", "t", 2.0)),
        (Head.RANK, "a.jsonl", {"query": "q", "text": "t", "label": 0.5}, RankRow("q", "t", 0.5)),
    ],
)
def test_each_task_reads_its_files(file, head, name, content, row):
    assert read_rows(head, file(name, content)) == [row]


@pytest.mark.parametrize(
    ("head", "name", "content", "message"),
    [
        (Head.CLASSES, "a.json", "{}", "a.json must end in .csv, .jsonl, .tsv"),
        (Head.CLASSES, "a.csv", "text,label\n ,x\n", "a.csv, row 2: text must be a text"),
        (Head.TAGS, "a.csv", "Ann O", "must end in"),
        (Head.TAGS, "a.conll", "# nothing\n", "a.conll must hold at least one row. It holds none"),
        (Head.TAGS, "a.jsonl", {"tokens": ["a"], "tags": []}, "line 1: a row must have tokens and tags"),
        (
            Head.TAGS,
            "a.jsonl",
            {"tokens": ["a"], "tags": [0]},
            "numbers for tags must be turned into their names",
        ),
        (Head.TAGS, "a.jsonl", {"tokens": [" "], "tags": ["O"]}, "none of them blank"),
        (Head.TAGS, "a.jsonl", {"tokens": ["a"], "tags": ["X"]}, "line 1, token 1: a tag must be"),
        (Head.SPANS, "a.json", {"data": []}, "a.json must hold at least one row"),
        (Head.RANK, "a.csv", "query,text,label\nq,t,-1\n", "row 2: label must be a number from 0"),
        (Head.RANK, "a.csv", "query,text,label\nq,t,nan\n", "label must be a number"),
        (Head.RANK, "a.csv", "query,text,label\nq,t,yes\n", "label must be a number"),
        (Head.RANK, "a.jsonl", {"query": "q", "text": "t", "label": True}, "label must be a number"),
        (Head.RANK, "a.jsonl", {"query": "q", "text": "t", "label": None}, "label must be a number"),
        (Head.NONE, "a.csv", "text\na\n", "Labelled rows are for classify, tag, answer, rank. Got encoder"),
    ],
)
def test_what_breaks_a_format_is_named(file, head, name, content, message):
    with pytest.raises(InvalidInput, match=message):
        read_rows(head, file(name, content))


def test_a_file_must_be_there(tmp_path):
    with pytest.raises(NotFound, match="There is no data file"):
        read_rows(Head.RANK, tmp_path / "none.csv")
