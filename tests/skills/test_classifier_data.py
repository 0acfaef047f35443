import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.classifier_data import check_apart, join_repeats, measured_pairs, read_data
from metier.skills.data import LabelledText
from metier.skills.negatives import NegativeOptions
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()


def row(text="Writes services", complete=True, **labels):
    return LabelledText(text, labels, complete)


def write(path, *rows):
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    return path


def test_a_file_is_read_with_its_hash_and_what_was_left_out(tmp_path):
    path = write(
        tmp_path / "d.jsonl",
        {"text": "Python and Cobol", "skills": {"Python": 1.0, "Cobol": 1.0}},
        {"text": "Nothing", "skills": {}},
    )
    found = read_data(path, TAXONOMY, unknown="skip")
    assert (found.name, found.skipped, len(found.rows), len(found.sha256)) == ("d.jsonl", 1, 2, 64)
    assert [each.complete for each in found.rows] == [False, True]


TRAINED = ["Bakes bread and cakes for the 300 guests that a hotel by the sea has every day.", "Welds pipes."]


@pytest.mark.parametrize(
    "text", [TRAINED[0], TRAINED[0].upper().replace("300", " 250"), f"{TRAINED[0]} Yes."]
)
def test_texts_that_are_nearly_the_same_as_trained_ones_are_counted(text):
    with pytest.raises(InvalidInput, match=r"Texts to tune on .* 1 of 2 are; .* give other texts\.") as error:
        check_apart(TRAINED, [text, "Sells cars.", text], use="tune")
    assert "bread" not in str(error.value).casefold()


@pytest.mark.parametrize(("trained", "held_out"), [(TRAINED, ["Sells cars."]), (TRAINED, []), ([], TRAINED)])
def test_other_texts_are_apart(trained, held_out):
    check_apart(trained, held_out, use="tune")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "x", "skills": {"Cobol": 1.0}}, "d.jsonl, row 2.*'Cobol'"),
        ({"text": "x", "skills": {"Python": 0.7}}, "d.jsonl, row 2.*label of 'Python' must be 1.0.*Got 0.7"),
        ({"text": "", "skills": {}}, "d.jsonl, row 2.*text must not be empty"),
        ({"text": "x" * 100_001, "skills": {}}, "d.jsonl, row 2.*may have 100,000 characters"),
        ({"skills": {}}, "d.jsonl, row 2"),
    ],
)
def test_a_bad_row_is_named_by_file_row_and_field(tmp_path, fields, message):
    path = write(tmp_path / "d.jsonl", {"text": "Good", "skills": {}}, fields)
    with pytest.raises(InvalidInput, match=message):
        read_data(path, TAXONOMY)


def test_a_text_of_the_most_characters_is_read(tmp_path):
    path = write(tmp_path / "d.jsonl", {"text": "x" * 100_000, "skills": {"Python": 1.0}})
    assert len(read_data(path, TAXONOMY).rows[0].text) == 100_000


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no data file"):
        read_data(tmp_path / "d.jsonl", TAXONOMY)


def test_equal_texts_become_one_with_the_labels_of_both():
    found = join_repeats(
        [row(python=1.0, complete=False), row("Other"), row(java=0.5, complete=False)], name="d.jsonl"
    )
    assert [(dict(each.labels), each.complete) for each in found] == [
        ({"python": 1.0, "java": 0.5}, False),
        ({}, True),
    ]


@pytest.mark.parametrize(
    ("first", "second", "skill"),
    [
        (row(python=1.0), row(python=0.5), "python"),
        (row(python=1.0, complete=False), row(), "python"),
        (row(java=0.0), row(python=1.0, java=0.0), "python"),
    ],
)
def test_equal_texts_that_contradict_each_other_are_refused(first, second, skill):
    for pair in ((first, second), (second, first)):
        with pytest.raises(InvalidInput, match=f"d.jsonl: text 2 is the same as text 1.*'{skill}'"):
            join_repeats(pair, name="d.jsonl")


def test_agreeing_texts_are_complete_if_one_is():
    (found,) = join_repeats([row(python=1.0), row(python=1.0, complete=False)], name="d")
    assert found.complete


def test_a_complete_text_is_asked_for_every_skill():
    found = measured_pairs([row(python=0.5)], TAXONOMY, NegativeOptions())
    assert len(found.pairs) == len(TAXONOMY)
    assert {pair.skill: pair.label for pair in found.pairs if pair.label} == {"python": 0.5}
    assert (found.n_texts, found.sampled_texts, found.sampled_pairs) == (1, 0, 0)


@pytest.mark.parametrize(("complete", "all_skills"), [(False, True), (True, False)])
def test_negatives_are_sampled_where_labels_are_incomplete_or_on_demand(complete, all_skills):
    rows = [row(python=1.0, java=0.0, complete=complete)]
    found = measured_pairs(rows, TAXONOMY, NegativeOptions(3), all_skills=all_skills)
    # One of the three may be a skill that the row calls none already.
    assert found.sampled_pairs in {2, 3}
    assert len(found.pairs) == 2 + found.sampled_pairs
    assert found.sampled_texts == 1


def test_texts_of_which_nothing_is_known_give_no_pair():
    known, unknown = row(python=1.0, complete=False), row("Other", complete=False)
    assert measured_pairs([known, unknown], TAXONOMY, NegativeOptions()).n_texts == 1
    with pytest.raises(InvalidInput, match="say nothing"):
        measured_pairs([unknown], TAXONOMY, NegativeOptions())


def test_a_label_of_another_taxonomy_is_not_found():
    with pytest.raises(NotFound, match="no skill 'cobol'"):
        measured_pairs([row(cobol=1.0)], TAXONOMY, NegativeOptions())


def test_more_pairs_than_can_be_resampled_are_refused(monkeypatch):
    monkeypatch.setattr("metier.skills.classifier_data.MOST_PAIRS", 2 * len(TAXONOMY))
    rows = [row(str(i), python=1.0) for i in range(3)]
    assert len(measured_pairs(rows[:2], TAXONOMY, NegativeOptions()).pairs) == 2 * len(TAXONOMY)
    with pytest.raises(InvalidInput, match="give 57: sample their negatives"):
        measured_pairs(rows, TAXONOMY, NegativeOptions())
    assert measured_pairs(rows, TAXONOMY, NegativeOptions(), all_skills=False).sampled_texts == 3
