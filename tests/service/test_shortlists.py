import pytest

from metier.errors import InvalidInput, NotFound
from metier.scans import ScanVerdict
from metier.service import assessing, decisions, documents, people, shortlists, taxonomies, vacancies
from metier.service.shortlists import ShortlistFilter, shortlist
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.decisions import DecisionKind
from metier.types import RequirementStatus
from tests.service.small import VACANCY
from tests.service.test_reading import HIDDEN

NAMES = ("Anna Ivanova", "Boris Petrov", "Clara Sidorova", "Darya Volkova", "Egor Orlov")
SKILLS = ("Python", "Python, Docker", "Python, Docker, PostgreSQL", "Docker", "cooking")


def resume(name: str, skills: str, years: int = 3) -> bytes:
    return f"{name}\n\nExperience\n{2020 - years} - 2020 developer of many things\n{skills}\n".encode()


@pytest.fixture
def vacancy(service, team):
    return vacancies.add(service, team.recruiter, VACANCY, name="v.txt").id


def assessed(service, team, vacancy, content, name="cv.txt"):
    document = documents.add(service, team.recruiter, content, name=name).document.id
    assessing.assess(service, team.recruiter, document, vacancy=vacancy)
    return document


@pytest.fixture
def five(service, team, vacancy, clock):
    documents = []
    for years, (name, skills) in enumerate(zip(NAMES, SKILLS, strict=True), start=1):
        # Equal ones stand in the order of their time.
        clock.move(1)
        content = resume(name, skills, years)
        documents.append(assessed(service, team, vacancy, content, f"{years}.txt"))
    return documents


def shown(service, team, vacancy, **more):
    """Return (rank, first name) of all rows of all pages."""
    rows, after, sizes = [], None, []
    while True:
        page = shortlist(service, team.viewer, vacancy, after=after, **more)
        rows += [(row.rank, row.person.name.split()[0]) for row in page.items]
        sizes.append(len(page.items))
        if page.after is None:
            assert sizes[:-1] == [more.get("limit", 50)] * (len(sizes) - 1)
            return rows
        after = page.after


BY_SCORE = [(1, "Clara"), (2, "Boris"), (3, "Darya"), (3, "Anna"), (5, "Egor")]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
def test_ranks_do_not_depend_on_the_size_of_pages(service, team, vacancy, five, limit):
    assert shown(service, team, vacancy, limit=limit) == BY_SCORE


def test_another_order_has_other_ranks(service, team, vacancy, five):
    rows = shown(service, team, vacancy, order=AssessmentOrder.MONTHS, limit=2)
    assert rows == [(1, "Egor"), (2, "Darya"), (3, "Clara"), (4, "Boris"), (5, "Anna")]
    rows = shown(service, team, vacancy, order=AssessmentOrder.SIMILARITY, limit=2)
    assert {rank for rank, _ in rows} == {1}


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize(
    ("where", "names"),
    [
        (ShortlistFilter(min_score=0.5), ["Clara", "Boris"]),
        (ShortlistFilter(min_months=37), ["Darya", "Egor"]),
        (ShortlistFilter(min_score=0.1, min_months=37), ["Darya"]),
        (ShortlistFilter(text="OVA"), ["Clara", "Darya", "Anna"]),
        (ShortlistFilter(text="5.TXT"), ["Egor"]),
        (ShortlistFilter(text="%"), []),
        (ShortlistFilter(language="en"), ["Clara", "Boris", "Darya", "Anna", "Egor"]),
        (ShortlistFilter(language="ru"), []),
    ],
)
def test_a_filter_keeps_ranks_and_gives_full_pages(service, team, vacancy, five, where, names, limit):
    rows = shown(service, team, vacancy, where=where, limit=limit)
    assert rows == [row for row in BY_SCORE if row[1] in names]


def test_a_filter_goes_over_more_rows_than_are_read_at_once(service, team, vacancy, five, monkeypatch):
    monkeypatch.setattr(shortlists, "_CHUNK", 1)
    rows = shown(service, team, vacancy, where=ShortlistFilter(text="egor"), limit=1)
    assert rows == [(5, "Egor")]


def test_decisions_that_stand_are_shown_and_filtered(service, team, vacancy, five):
    def decide(document, kind, note=""):
        return decisions.decide(service, team.recruiter, vacancy, document, kind=kind, note=note)

    decide(five[0], DecisionKind.SHORTLIST)
    decide(five[1], DecisionKind.REJECT)
    decisions.undo(service, team.recruiter, decide(five[2], DecisionKind.REJECT).id)
    decide(five[3], DecisionKind.NOTE, "Calls back.")
    for decision, names in (
        ("any", ["Clara", "Boris", "Darya", "Anna", "Egor"]),
        ("none", ["Clara", "Darya", "Egor"]),
        (DecisionKind.SHORTLIST, ["Anna"]),
        ("reject", ["Boris"]),
    ):
        rows = shown(service, team, vacancy, where=ShortlistFilter(decision=decision))
        assert [name for _, name in rows] == names
    (row,) = shortlist(service, team.viewer, vacancy, where=ShortlistFilter(decision="reject")).items
    assert row.decision.kind is DecisionKind.REJECT


def test_two_with_the_same_inputs_get_the_same(service, team, vacancy):
    for name in ("Anna", "Boris"):
        assessed(service, team, vacancy, resume(f"{name} Petrova", "Python, Docker"))
    one, other = shortlist(service, team.viewer, vacancy).items
    assert one.rank == other.rank == 1
    assert one.record.coverage.score == other.record.coverage.score
    assert one.record.months == other.record.months


def test_a_row_says_what_it_shows(service, team, vacancy):
    document = assessed(service, team, vacancy, HIDDEN, "a.html")
    (row,) = shortlist(service, team.viewer, vacancy).items
    assert row.document.id == document
    assert row.person.name == "Anna Petrova"
    assert row.verdict is not ScanVerdict.CLEAN
    assert row.record == assessing.record(service, team.viewer, row.assessment.id)


def test_what_cannot_be_scored_comes_last_and_the_erased_not_at_all(service, team, vacancy, five):
    assessed(service, team, vacancy, b"x", "empty.txt")
    people.erase(service, team.admin, documents.get(service, team.viewer, five[4]).person)
    assert shown(service, team, vacancy, limit=2) == [*BY_SCORE[:4], (5, "empty")]


def test_an_empty_shortlist_is_one_empty_page(service, team, vacancy):
    assert shown(service, team, vacancy) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"min_score": 1.1},
        {"min_score": float("nan")},
        {"min_months": -1},
        {"decision": "note"},
        {"decision": DecisionKind.UNDO},
        {"decision": "x"},
    ],
)
def test_a_filter_that_says_nothing_is_refused(bad):
    with pytest.raises(InvalidInput, match=next(iter(bad))):
        ShortlistFilter(**bad)


def test_a_page_out_of_range_is_refused(service, team, vacancy):
    for bad in ({"limit": 0}, {"limit": 201}, {"after": "x"}):
        with pytest.raises(InvalidInput):
            shortlist(service, team.viewer, vacancy, **bad)


def test_documents_are_compared_in_the_order_asked_for(service, team, vacancy, five):
    found = shortlists.compare(service, team.viewer, vacancy, [five[3], five[2]])
    assert found.vacancy.id == vacancy
    assert [(row.rank, row.document.id) for row in found.rows] == [(3, five[3]), (1, five[2])]
    cells = {
        one.name: [cell.status for cell in one.cells]
        for one in found.requirements
        if one.name in {"Python", "Docker"}
    }
    assert cells == {
        "Python": [RequirementStatus.MISSING, RequirementStatus.MATCHED],
        "Docker": [RequirementStatus.MATCHED, RequirementStatus.MATCHED],
    }


@pytest.mark.parametrize("places", [[], [0], [0, 0], [0, 1, 2, 3, 4]])
def test_two_to_four_different_documents_are_compared(service, team, vacancy, five, places):
    with pytest.raises(InvalidInput, match="2 to 4 different"):
        shortlists.compare(service, team.viewer, vacancy, [five[i] for i in places])


def test_what_was_not_assessed_or_not_read_is_not_compared(service, team, vacancy, five):
    new = documents.add(service, team.recruiter, resume("F G", "Python"), name="f.txt").document.id
    with pytest.raises(NotFound, match="was not assessed"):
        shortlists.compare(service, team.viewer, vacancy, [five[0], new])
    empty = assessed(service, team, vacancy, b"x", "empty.txt")
    with pytest.raises(InvalidInput, match="could not be read"):
        shortlists.compare(service, team.viewer, vacancy, [five[0], empty])


def test_what_was_asked_for_other_things_is_not_compared(service, team, vacancy, five):
    own = taxonomies.add(service, team.admin, b"id,label\ndocker,Docker\n", name="Ours.csv")
    taxonomies.use(service, team.admin, own.id)
    assessing.assess(service, team.recruiter, five[0], vacancy=vacancy)
    with pytest.raises(InvalidInput, match="Assess them again"):
        shortlists.compare(service, team.viewer, vacancy, five[:2])
