"""The banks that come with metier, and the labelled answers to them."""

from collections import Counter
from functools import cache
from importlib import resources

import pytest

from metier.interview.bank import QuestionKind, Stage
from metier.interview.bank_files import advise, load_bank, shipped_banks
from metier.interview.labelled import own_answers
from metier.skills.taxonomy_files import default_taxonomy

KEYS = list(shipped_banks())
PAIRS = [
    (one, other)
    for one in KEYS
    for other in KEYS
    if one.partition(".")[0] == other.partition(".")[0] and one < other
]


@cache
def bank(key):
    return load_bank(shipped_banks()[key])


@cache
def answers():
    return own_answers()


def own(key):
    found = bank(key)
    return [row for row in answers() if (row.bank, row.language) == (found.name, found.language)]


def shape(key):
    """Return all of a bank that no translation changes."""
    return [
        (
            (topic.id, topic.requires, topic.skills, topic.stage),
            (question.id, question.kind, question.difficulty, question.needed),
            [(point.id, point.weight) for point in question.points],
        )
        for topic, question in bank(key).each()
    ]


def folded(texts):
    return [" ".join(text.casefold().split()) for text in texts]


def repeated(texts):
    return [text for text, n in Counter(folded(texts)).items() if n > 1]


def points(key):
    return [point for _, question in bank(key).each() for point in question.points]


def test_there_are_banks_in_english_and_russian():
    languages = {key.rpartition(".")[2] for key in KEYS}
    assert {"en", "ru"} <= languages
    assert {key.rpartition(".")[0] for key in KEYS if key.endswith(".en")} == {
        key.rpartition(".")[0] for key in KEYS if key.endswith(".ru")
    }


@pytest.mark.parametrize("key", KEYS)
def test_a_bank_is_called_as_its_file(key):
    assert f"{bank(key).name}.{bank(key).language}" == key


@pytest.mark.parametrize("key", KEYS)
def test_a_bank_needs_no_advice(key):
    assert advise(bank(key)) == []


@pytest.mark.parametrize("key", KEYS)
def test_a_bank_opens_asks_pauses_and_closes(key):
    stages = {topic.stage for topic in bank(key).topics}
    assert stages == set(Stage)
    for topic, question in bank(key).each():
        assert (question.kind is QuestionKind.TALK) is (topic.stage is not Stage.MAIN)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_bank_is_the_same_in_each_language(one, other):
    assert shape(one) == shape(other)


@pytest.mark.parametrize("key", KEYS)
def test_every_follow_up_is_a_question(key):
    assert [point.id for point in points(key) if not point.follow_up.endswith("?")] == []


@pytest.mark.parametrize("key", KEYS)
def test_every_wording_is_there_once(key):
    asked = [ask for _, question in bank(key).each() for ask in question.ask]
    said = [text for point in points(key) for text in (*point.references, *point.partial, *point.wrong)]
    assert (repeated(asked), repeated(said)) == ([], [])
    assert repeated(point.follow_up for point in points(key)) == []


@pytest.mark.parametrize("key", KEYS)
def test_skills_are_those_of_the_taxonomy(key):
    for topic in bank(key).topics:
        for skill in topic.skills:
            assert default_taxonomy().entry(skill).skill.id == skill


def test_every_bank_has_labelled_answers_and_every_file_its_bank():
    folder = resources.files("metier.interview").joinpath("data", "answers")
    assert sorted(entry.name for entry in folder.iterdir()) == [f"{key}.csv" for key in sorted(KEYS)]


@pytest.mark.parametrize("key", KEYS)
def test_every_point_is_earned_twice_at_least(key):
    earned = Counter((row.question.id, point) for row in own(key) for point in row.earned)
    few = [
        (question.id, point.id)
        for _, question in bank(key).each()
        for point in question.points
        if earned[question.id, point.id] < 2
    ]
    assert few == []


@pytest.mark.parametrize("key", KEYS)
def test_no_answer_says_a_reference_word_for_word(key):
    references = set(folded(text for point in points(key) for text in point.references))
    assert [row.question.id for row in own(key) if folded([row.answer])[0] in references] == []


@pytest.mark.parametrize("key", KEYS)
def test_no_answer_to_a_question_comes_twice(key):
    assert repeated(f"{row.question.id}: {row.answer}" for row in own(key)) == []
