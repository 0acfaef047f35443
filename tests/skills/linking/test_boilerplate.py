import time

import pytest

from metier.skills.linking.boilerplate import MAX_CHARS, BoilerplateKind, find_boilerplate, is_boilerplate


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            BoilerplateKind.EQUAL_CHANCES,
            "All applicants are considered regardless of age, gender or religion.",
        ),
        (BoilerplateKind.OFFER, "We offer a competitive salary."),
        (BoilerplateKind.APPLICATION, "Please send your CV by Monday."),
        (BoilerplateKind.EMPLOYER, "The mill was founded in 1920."),
        (BoilerplateKind.OFFER, "Оформление по ТК РФ, белая зарплата"),
        (BoilerplateKind.EMPLOYER, "Мы верим в людей и гордимся ими."),
    ],
)
def test_boilerplate_is_told_by_what_it_says(kind, sentence):
    assert find_boilerplate(sentence) is kind
    assert is_boilerplate(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Write services in Go.",
        "You will work in an international team and weld pipes.",
        "We offer you the chance to use your knowledge of Kubernetes.",
        "Опыт расчёта заработной платы от двух лет",
        "Wir bieten ein gutes Gehalt.",
        "Join tables in SQL and tune queries.",
    ],
)
def test_what_may_tell_of_a_skill_is_kept(sentence):
    assert find_boilerplate(sentence) is None


def test_case_plays_no_part():
    assert is_boilerplate("WE OFFER FREE LUNCH.")


def test_long_stretches_are_kept():
    sentence = "We offer free lunch. "
    assert is_boilerplate(sentence * (MAX_CHARS // len(sentence)))
    assert not is_boilerplate(sentence * (MAX_CHARS // len(sentence) + 1))


def test_hostile_sentences_cost_little_time():
    before = time.process_time()
    for unit in ("a", "1,", "is a ", "regardless of ", "w ", "we", "-"):
        find_boilerplate((unit * MAX_CHARS)[:MAX_CHARS])
    assert time.process_time() - before < 2
