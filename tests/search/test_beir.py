import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.search.beir import Collection, collection_of_pairs, read_beir, read_collection, write_beir

QUERIES = '{"_id": "q1", "text": "сварщик"}\n{"_id": "q2", "text": "nurse", "metadata": {}}\n'
CORPUS = (
    '{"_id": "d1", "title": "Сварщик", "text": "варить сталь"}\n{"_id": "d2", "text": "care"}\n'
    '{"_id": 3, "title": "Cook", "text": ""}\n'
)
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (tmp_path / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS)
    return tmp_path


def test_a_folder_is_read_and_unjudged_queries_are_left_out(folder):
    assert read_collection(folder) == Collection(
        {"q1": "сварщик"},
        {"d1": "Сварщик\nварить сталь", "d2": "care", "3": "Cook"},
        {"q1": {"d1": 2, "d2": 0}},
    )


def test_judgements_may_stand_beside_the_texts_without_a_header(folder):
    (folder / "qrels" / "test.tsv").unlink()
    (folder / "qrels.tsv").write_text("q2 0 d2 1\n")
    assert read_beir(folder).qrels == {"q2": {"d2": 1}}


def test_a_collection_comes_back_as_it_was_written(folder):
    collection = Collection(
        {"q 1": "Что\nискать\ud800"}, {"d1": " два  слова ", "d2": "x"}, {"q 1": {"d2": 3, "d1": -1}}
    )
    write_beir(collection, folder / "made" / "here")
    assert read_beir(folder / "made" / "here") == collection


@pytest.mark.parametrize("name", ["a\tb", " a", "", "a\n"])
def test_an_id_that_the_form_cannot_hold_is_not_written(tmp_path, name):
    with pytest.raises(InvalidInput, match="An id must hold no tab or end of line"):
        write_beir(Collection({"q": "x"}, {name: "y"}, {"q": {name: 1}}), tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be made"):
        write_beir(Collection({"q": "x"}, {"d": "y"}, {"q": {"d": 1}}), tmp_path / "file")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("queries.jsonl", "", "queries.jsonl must hold at least one row"),
        ("corpus.jsonl", "\n\n", "corpus.jsonl must hold at least one row"),
        (
            "queries.jsonl",
            '{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}\n',
            "row 2: an id .*'q1' stands",
        ),
        (
            "corpus.jsonl",
            '{"_id": "d1", "text": " \\n"}\n',
            "corpus.jsonl, row 1, field text: .* not be blank",
        ),
        (
            "corpus.jsonl",
            '{"_id": "d1", "title": "", "text": ""}\n',
            "row 1, field text: it must not be blank",
        ),
        ("corpus.jsonl", '{"_id": "d1"}\n', "row 1, field text: it must be a string. It is missing"),
        (
            "corpus.jsonl",
            '{"_id": "d1", "title": 5, "text": "a"}\n',
            "field title: it must be a string. It is a",
        ),
        ("queries.jsonl", '{"text": "a"}\n', "queries.jsonl, row 1, field _id: it must be a string"),
        ("queries.jsonl", '{"_id": true, "text": "a"}\n', "row 1, field _id: it must be a string"),
        (
            "queries.jsonl",
            '{"_id": "q1"\n',
            "queries.jsonl, row 1: the line must be one JSON object. It is no",
        ),
        ("queries.jsonl", '["q1"]\n', "row 1: the line must be one JSON object. It is another"),
        ("queries.jsonl", '{"_id": "q2", "text": "a"}\n', "must hold at least one query"),
        (
            "corpus.jsonl",
            '{"_id": "d1", "text": "a"}\n',
            "Each judged document must have a text. 'd2' has none",
        ),
        ("qrels/test.tsv", "q1 0 d1 1\nq9 0 d1 1\n", "Each judged query must have a text. 'q9' has none"),
        ("qrels/test.tsv", "q1 0 d1 0\n", "must hold a relevant document, of grade 1 or more"),
        ("qrels/test.tsv", "q1 d1\n", "test.tsv, row 1: a judgement must be"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_place(folder, name, content, message):
    (folder / name).write_text(content)
    with pytest.raises(InvalidInput, match=message):
        read_collection(folder)


def test_messages_hold_no_text(folder):
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "MARKER"}\n{"_id": "d1", "text": "MARKER"}\n')
    with pytest.raises(InvalidInput) as caught:
        read_collection(folder)
    assert "MARKER" not in str(caught.value)


@pytest.mark.parametrize("name", ["queries.jsonl", "corpus.jsonl"])
def test_a_missing_file_is_said(folder, name):
    (folder / name).unlink()
    with pytest.raises(NotFound, match=name):
        read_collection(folder)


def test_missing_judgements_and_missing_data_are_said(folder):
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(NotFound, match=r"must hold qrels/test.tsv or qrels.tsv"):
        read_collection(folder)
    with pytest.raises(NotFound, match="There is no folder or file at"):
        read_collection(folder / "absent")


@pytest.mark.parametrize(
    ("queries", "documents", "qrels", "message"),
    [
        ({}, {"d": "x"}, {}, "at least one query"),
        ({"q": "x"}, {}, {"q": {}}, "at least one document"),
        ({"q": " "}, {"d": "x"}, {"q": {"d": 1}}, "The text of a query must not be blank. That of 'q' is"),
        ({"q": "x"}, {"d": ""}, {"q": {"d": 1}}, "The text of a document must not be blank"),
        ({"q": "x", "r": "y"}, {"d": "x"}, {"q": {"d": 1}}, "'r' is not. Judge or remove it"),
    ],
)
def test_a_collection_that_cannot_be_measured_on_is_refused(queries, documents, qrels, message):
    with pytest.raises(InvalidInput, match=message):
        Collection(queries, documents, qrels)


def pairs_file(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_pairs_make_a_collection_with_equal_texts_once(tmp_path):
    path = pairs_file(
        tmp_path / "pairs.jsonl",
        [
            {"query": "weld", "positive": "Welder", "negatives": ["cook", "WELDER"]},
            {"query": "Weld ", "positive": "сварщик"},
            {"query": "bake", "positive": "cook"},
        ],
    )
    found = read_collection(path)
    assert sorted(found.queries.values()) == ["bake", "weld"]
    assert sorted(found.documents.values()) == ["Welder", "cook", "сварщик"]
    by_text = {
        (found.queries[query], found.documents[document]): grade
        for query, grades in found.qrels.items()
        for document, grade in grades.items()
    }
    assert by_text == {
        ("weld", "Welder"): 1,
        ("weld", "cook"): 0,
        ("weld", "сварщик"): 1,
        ("bake", "cook"): 1,
    }


def test_a_low_score_is_no_match(tmp_path):
    rows = [{"query": "a", "positive": "b", "score": 0.9}, {"query": "a", "positive": "c", "score": 0.2}]
    found = collection_of_pairs(pairs_file(tmp_path / "pairs.jsonl", rows))
    assert sorted(grade for grades in found.qrels.values() for grade in grades.values()) == [0, 1]


def test_ids_do_not_depend_on_the_other_rows(tmp_path):
    rows = [{"query": "a", "positive": "b"}, {"query": "c", "positive": "d"}]
    first = collection_of_pairs(pairs_file(tmp_path / "one.jsonl", rows))
    second = collection_of_pairs(pairs_file(tmp_path / "two.jsonl", rows[::-1]))
    assert first == second


def test_pairs_without_a_match_are_refused(tmp_path):
    path = pairs_file(tmp_path / "pairs.jsonl", [{"query": "a", "positive": "b", "score": 0}])
    with pytest.raises(InvalidInput, match="pairs.jsonl must hold a pair that is a match"):
        read_collection(path)


def test_a_csv_of_pairs_is_read(tmp_path):
    (tmp_path / "pairs.csv").write_text("query,positive\nweld,welder\n")
    assert len(read_collection(tmp_path / "pairs.csv").documents) == 1


def test_pairs_come_back_through_a_folder(tmp_path):
    found = collection_of_pairs(pairs_file(tmp_path / "p.jsonl", [{"query": "a", "positive": "b"}]))
    write_beir(found, tmp_path / "beir")
    assert read_beir(tmp_path / "beir") == found
