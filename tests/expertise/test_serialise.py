import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.expertise.application import Application, Field
from metier.expertise.serialise import count_words, newest_part, serialise

NEWEST = "Acme — Senior nurse\nMay 2019 – present\nLed a ward of nine nurses and planned all of their shifts."
MIDDLE = "Beta — Nurse\nMarch 2014 – April 2019\nCared for people at night and kept the books."
OLDEST = "Gamma — Trainee\nJanuary 2012 – February 2014\nLearned a lot from everybody."
ORDERS = [[NEWEST, MIDDLE, OLDEST], [OLDEST, MIDDLE, NEWEST], [MIDDLE, OLDEST, NEWEST]]


def application(*jobs, **fields):
    texts = {Field(name): text for name, text in fields.items()}
    return Application("a", {Field.WORK_EXPERIENCE: "\n\n".join(jobs), **texts})


def test_fields_stand_behind_their_markers_in_order():
    item = application("Led a ward.", city="Berlin", key_skills="triage", position="Nurse")
    assert (
        serialise(item)
        == "[POSITION] Nurse\n[KEY_SKILLS] triage\n[CITY] Berlin\n[WORK_EXPERIENCE] Led a ward."
    )
    assert serialise(Application("a", {})) == ""


def test_a_budget_keeps_the_beginning_of_a_field():
    item = application("Led a ward.", key_skills="triage, first aid, nursing", position="Nurse")
    text = serialise(item, budgets={Field.KEY_SKILLS: 3, Field.POSITION: 0})
    assert text == "[KEY_SKILLS] triage, first aid,\n[WORK_EXPERIENCE] Led a ward."


@pytest.mark.parametrize("jobs", ORDERS)
def test_of_experience_the_newest_jobs_stay_whatever_their_order(jobs):
    short = serialise(application(*jobs), max_tokens=count_words(f"[] {NEWEST}"))
    assert short == f"[WORK_EXPERIENCE] {NEWEST}"
    longer = serialise(application(*jobs), budgets={Field.WORK_EXPERIENCE: count_words(NEWEST + MIDDLE) + 8})
    assert all(part in longer for part in (NEWEST, MIDDLE, "Gamma — Trainee"))
    assert "everybody" not in longer
    assert longer.index(NEWEST) < longer.index(MIDDLE) or jobs.index(NEWEST) > jobs.index(MIDDLE)


@pytest.mark.parametrize("jobs", ORDERS)
def test_of_the_newest_job_the_beginning_stays(jobs):
    assert serialise(application(*jobs), max_tokens=5) == "[WORK_EXPERIENCE] Acme — Senior nurse"


def test_without_dates_the_first_paragraphs_stay():
    text = "Led a ward of nine.\n\nCared for people."
    assert newest_part(text, lambda part: count_words(part) <= 6) == "Led a ward of nine.\n\nCared"


def test_long_skills_leave_room_for_experience():
    text = serialise(
        application(NEWEST, OLDEST, key_skills="triage " * 500, position="Nurse " * 90), max_tokens=60
    )
    assert NEWEST in text
    assert text.count("triage") == 12


def test_fields_give_way_from_the_last_where_nothing_else_fits():
    item = application(NEWEST, key_skills="triage first aid", position="Head nurse")
    budgets = {Field.POSITION: 9, Field.KEY_SKILLS: 9}
    assert serialise(item, max_tokens=5, budgets=budgets) == "[POSITION] Head nurse\n[KEY_SKILLS] triage"
    assert serialise(item, max_tokens=3, budgets=budgets) == "[POSITION] Head nurse"
    assert [serialise(item, max_tokens=n, budgets=budgets) for n in (0, 1)] == ["", ""]


@pytest.mark.parametrize("limits", [{"max_tokens": -1}, {"budgets": {Field.AGE: -1}}])
def test_limits_are_not_negative(limits):
    with pytest.raises(InvalidInput, match="must be at least 0. One is below"):
        serialise(application(NEWEST), **limits)


def count_pieces(text):
    # As tokenizers do: pieces of words, and marks of beginning and end.
    return 2 + sum(-(-len(word) // 4) for word in text.split())


@pytest.mark.parametrize("count", [count_words, count_pieces, len])
@given(
    jobs=st.permutations([NEWEST, MIDDLE, OLDEST]),
    others=st.dictionaries(st.sampled_from(list(Field)[:7]), st.text("ab \n", max_size=90)),
    limit=st.integers(0, 400),
    budget=st.none() | st.integers(0, 99),
)
def test_a_text_is_never_over_its_limit_and_no_word_is_cut(count, jobs, others, limit, budget):
    item = Application("a", {**others, Field.WORK_EXPERIENCE: "\n\n".join(jobs)})
    budgets = None if budget is None else {Field.WORK_EXPERIENCE: budget}
    text = serialise(item, max_tokens=limit, budgets=budgets, count=count)
    assert not text or count(text) <= limit
    known = {word for words in item.fields.values() for word in words.split()}
    assert {word for word in text.split() if not word.startswith("[")} <= known
    kept = text.partition("[WORK_EXPERIENCE]")[2].strip()
    assert not kept or "Acme" in kept
    roomy = limit >= 2 * count(f"[WORK_EXPERIENCE] {NEWEST}") + 150 and budget is None
    assert not roomy or NEWEST in text


def test_a_long_text_is_not_counted_again_and_again():
    counted = 0

    def count(text):
        nonlocal counted
        counted += len(text)
        return len(text.split())

    jobs = [NEWEST.replace("2019", str(1960 + i % 50)) + f" {i}" for i in range(400)]
    item = application(*jobs)
    serialise(item, max_tokens=300, count=count)
    assert counted < 5 * len(item.text(Field.WORK_EXPERIENCE))
