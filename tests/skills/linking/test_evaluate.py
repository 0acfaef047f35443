import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.linking.evaluate import LinkingRow, evaluate_linking, read_linking_rows
from metier.skills.taxonomy import Taxonomy
from tests.skills.linking.small import Reranker, small_linker, things
from tests.skills.taxonomies import entry

ROWS = [
    LinkingRow("you weld steel", "weld steel"),
    LinkingRow("we use java", "JVM language"),
    LinkingRow("we use java", "LABEL NOT PRESENT"),
    LinkingRow("we use java", "Java"),
    LinkingRow("nothing here", "UNDERSPECIFIED"),
    LinkingRow("nothing here", ""),
    LinkingRow("paint walls", "painting"),
    LinkingRow("paint walls", "painting"),
    LinkingRow("cook and weld steel", "cook meals"),
    LinkingRow("cook and weld steel", "knitting"),
]


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "rows.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def test_figures_are_means_over_sentences_with_a_target():
    linker = small_linker()
    found = evaluate_linking(linker, ROWS).to_mapping()
    assert (found["n_sentences"], found["n_targets"], found["n_skills"]) == (3, 3, 6)
    assert found["n_missing_targets"] == 2
    (ranking,) = linker.link_sentences(["cook and weld steel"], top_k=6)
    rank = 1 + [item.skill for item in ranking].index("cook")
    assert rank > 1
    assert found["mrr"] == pytest.approx((1 + 1 + 1 / rank) / 3)
    assert found["rp@1"] == pytest.approx(2 / 3)
    assert found["rp@5"] == found["rp@10"] == 1.0


def test_the_report_names_figures_counts_and_what_made_it():
    linker = small_linker(reranker=Reranker("weld"))
    found = evaluate_linking(linker, ROWS).to_mapping()
    assert list(found)[:5] == ["mrr", "rp@1", "rp@5", "rp@10", "intervals"]
    assert set(found["intervals"]) == {"mrr", "rp@1", "rp@5", "rp@10"}
    for name, (low, high) in found["intervals"].items():
        assert 0 <= low <= found[name] <= high <= 1
    assert (found["model"], found["model_sha256"]) == ("small", "5" * 64)
    assert (found["encoder"], found["encoder_sha256"]) == ("fake", linker.encoder.sha256)
    assert (found["taxonomy"], found["taxonomy_sha256"]) == ("things", things().sha256)
    assert (found["reranker"], found["reranker_sha256"]) == ("likes", "9" * 64)
    assert found["priors"] is False
    assert found["weights"]["span"] == 0.02


def test_the_order_of_the_rows_plays_no_part_in_the_figures():
    first, second = (evaluate_linking(small_linker(), rows).to_mapping() for rows in (ROWS, ROWS[::-1]))
    assert [first[name] for name in ("mrr", "rp@1")] == [second[name] for name in ("mrr", "rp@1")]


def test_a_label_goes_before_an_alias_and_an_alias_of_two_is_missing():
    taxonomy = Taxonomy(
        "t", [entry("a", "saw", "cut"), entry("b", "cut"), entry("c", "mow", "trim"), entry("d", "x", "trim")]
    )
    rows = [LinkingRow("cut it", "cut"), LinkingRow("cut it", "trim")]
    found = evaluate_linking(small_linker(taxonomy=taxonomy), rows).to_mapping()
    assert (found["n_targets"], found["n_missing_targets"]) == (1, 1)
    assert found["rp@1"] == 1.0


@pytest.mark.parametrize("rows", [[], [LinkingRow("a", "LABEL NOT PRESENT")], [LinkingRow("a", "knitting")]])
def test_rows_without_a_target_are_refused(rows):
    with pytest.raises(InvalidInput, match="No row has a target that taxonomy things has"):
        evaluate_linking(small_linker(), rows)


@pytest.mark.parametrize(("n", "words"), [(0, "0 targets"), (1, "1 target"), (2, "2 targets")])
def test_missing_targets_are_counted_in_words_that_fit(n, words):
    rows = [LinkingRow(f"a{i}", "knitting") for i in range(n)]
    with pytest.raises(InvalidInput, match=rf"it lacks {words}\."):
        evaluate_linking(small_linker(), rows)


def test_rows_are_read_with_whatever_columns_stand_beside(write):
    path = write('﻿sentence,span,sub_span,label\n"Weld, daily",Weld,,weld steel\nx,,,UNDERSPECIFIED\n')
    assert read_linking_rows(path) == (
        LinkingRow("Weld, daily", "weld steel"),
        LinkingRow("x", "UNDERSPECIFIED"),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "It lacks sentence"),
        ("sentence,name\na,b\n", "It lacks label"),
        ("sentence,label\na,b\n ,c\n", "row 3, field sentence: it must not be empty"),
        (b"sentence,label\n\xff,b\n", "must be a CSV file in UTF-8"),
    ],
)
def test_files_that_break_a_rule_are_refused(write, content, message):
    with pytest.raises(InvalidInput, match=message):
        read_linking_rows(write(content))


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no file of annotations"):
        read_linking_rows(tmp_path / "none.csv")


def test_a_file_that_cannot_be_opened_is_an_error(write, monkeypatch):
    path = write("sentence,label\n")

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(InvalidInput, match="cannot be opened: Permission denied"):
        read_linking_rows(path)
