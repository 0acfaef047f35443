import json

import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.row_files import FileRow
from metier.workbench.finetuning.rows import Answer, AnswerRow
from metier.workbench.finetuning.squad import answer_row, check_ids, read_squad

CONTEXT = "😀 Живёт в Риге."
FIELDS = {
    "id": "1",
    "question": "Где?",
    "context": CONTEXT,
    "answers": [{"text": "Риге", "answer_start": 10}],
}
ROW = AnswerRow("1", "Где?", CONTEXT, (Answer("Риге", 10),))


@pytest.fixture
def squad(tmp_path):
    def read(content):
        path = tmp_path / "q.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return read_squad(path)

    return read


def paragraphs(*questions, context=CONTEXT):
    return {
        "version": "v2.0",
        "data": [{"title": "t", "paragraphs": [{"context": context, "qas": questions}]}],
    }


def test_both_versions_are_read(squad):
    first = {"id": "1", "question": "Где?", "answers": FIELDS["answers"]}
    none = {"id": "2", "question": "Кто?", "is_impossible": True, "plausible_answers": FIELDS["answers"]}
    assert squad(paragraphs(first, none)) == [ROW, AnswerRow("2", "Кто?", CONTEXT, ())]
    assert squad({"data": []}) == []


def test_rows_may_have_answers_as_two_lists():
    lists = {"text": ["Риге"], "answer_start": [10]}
    assert answer_row(FileRow("here", {**FIELDS, "answers": lists})) == ROW
    assert answer_row(FileRow("here", {**FIELDS, "id": 1})) == ROW


def test_offsets_slice_the_context():
    (answer,) = answer_row(FileRow("here", FIELDS)).answers
    assert CONTEXT[answer.start : answer.start + len(answer.text)] == answer.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "here: id must be a text or a whole number"),
        ({"id": True}, "here: id must be"),
        ({"question": " "}, "here: question must be a text"),
        ({"context": 5}, "here: context must be a text"),
        ({"answers": None}, "here: answers must be a list"),
        ({"answers": {"text": ["a"], "answer_start": []}}, "here: answers must be a list"),
        ({"answers": ["Риге"]}, "here: an answer must have a text and a whole number answer_start"),
        ({"answers": [{"text": "", "answer_start": 0}]}, "an answer must have a text"),
        ({"answers": [{"text": "Риге", "answer_start": True}]}, "an answer must have a text"),
        ({"answers": [{"text": "Риге", "answer_start": 11}]}, "4 characters from 11. Another text stands"),
        ({"answers": [{"text": ".", "answer_start": -1}]}, "1 characters from -1"),
    ],
)
def test_bad_questions_are_refused_without_their_text(changes, message):
    with pytest.raises(InvalidInput, match=message) as raised:
        answer_row(FileRow("here", {**FIELDS, **changes}))
    assert "Риге" not in str(raised.value)


def test_a_field_must_be_there():
    with pytest.raises(InvalidInput, match="here: a question must have the field answers"):
        answer_row(FileRow("here", {key: value for key, value in FIELDS.items() if key != "answers"}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "q.json: it must be JSON"),
        ([], "q.json must be a JSON object with data, a list of articles"),
        ({"data": [5]}, "q.json, article 1: it must be a JSON object with paragraphs"),
        ({"data": [{"paragraphs": [{"context": "c"}]}]}, "article 1, paragraph 1: it must be .* with qas"),
        (paragraphs(5), "article 1, paragraph 1, question 1: a question must be a JSON object"),
        (paragraphs({"id": "1", "question": "q"}), "question 1: a question must have the field answers"),
        (paragraphs({**FIELDS}, context=None), "question 1: context must be a text"),
    ],
)
def test_bad_files_are_refused_by_article_and_paragraph(squad, content, message):
    with pytest.raises(InvalidInput, match=message):
        squad(content)


def test_ids_are_each_questions_own():
    assert check_ids([ROW], "q.json") == [ROW]
    with pytest.raises(InvalidInput, match=r"q.json: each question must have an id of its own"):
        check_ids([ROW, ROW], "q.json")
