import pytest

from metier.errors import EmptyDocument, InvalidInput, NotFound
from metier.service import documents, people, taxonomies, vacancies
from metier.service.documents import ReadingState
from metier.store.workspaces.vacancies import VacancyState
from metier.types import Importance, Role
from tests.service.small import VACANCY
from tests.service.team import logged, request


def add(service, team, content=VACANCY, name="vacancy.txt", **more):
    return vacancies.add(service, team.recruiter, content, name=name, **more)


def test_a_vacancy_is_read_at_once_and_open(service, team):
    vacancy = add(service, team)
    assert (vacancy.title, vacancy.state) == ("Python developer", VacancyState.OPEN)
    document = documents.get(service, team.viewer, vacancy.document)
    assert document.role is Role.VACANCY
    assert documents.reading_state(document) is ReadingState.READ
    assert vacancies.text(service, team.viewer, vacancy.id).text.startswith("Python developer")
    assert logged(service, team.admin, "document.read-again") == []
    assert people.page(service, team.viewer).items == ()


def test_a_vacancy_says_what_it_wants(service, team):
    vacancy = add(service, team, VACANCY + b"\nNice to have:\n- Kafka\n")
    wanted = vacancies.wanted(service, team.viewer, vacancy.id)
    assert [(item.names, item.importance) for item in wanted if item.names != ("Back-end development",)] == [
        (("Python",), Importance.REQUIRED),
        (("PostgreSQL",), Importance.REQUIRED),
        (("Docker",), Importance.REQUIRED),
        (("Kafka",), Importance.PREFERRED),
    ]


@pytest.mark.parametrize(
    ("content", "title", "called"),
    [
        (VACANCY, "  Senior\ndeveloper ", "Senior developer"),
        (b"We look for someone who knows " + b"Python and Docker, " * 20 + b"well.", "", "A job"),
    ],
)
def test_a_title_is_as_given_or_that_of_the_file(service, team, content, title, called):
    assert add(service, team, content, "A job.txt", title=title).title == called


def test_a_text_that_asks_for_nothing_leaves_nothing_behind(service, team):
    with pytest.raises(InvalidInput, match="asks for no skill") as raised:
        add(
            service,
            team,
            b"We are a friendly team with a view of the sea and a long way to the next town.",
            "Secret project.txt",
        )
    assert "Secret" not in str(raised.value)
    with pytest.raises(EmptyDocument):
        add(service, team, b"")
    assert documents.page(service, team.viewer).items == ()
    assert vacancies.page(service, team.viewer).items == ()


def test_the_same_request_adds_one_vacancy(service, team, monkeypatch):
    first = add(service, team, once=request("k"))
    monkeypatch.setattr(vacancies, "read_file", None)
    assert add(service, team, once=request("k")) == first
    assert vacancies.page(service, team.viewer).items == (first,)


def test_the_same_bytes_may_be_two_vacancies_on_one_document(service, team):
    one, other = add(service, team), add(service, team, title="Again")
    assert one.id != other.id
    assert one.document == other.document


def test_vacancies_are_renamed_closed_and_listed_by_state(service, team):
    one, other = add(service, team), add(service, team)
    vacancies.rename(service, team.recruiter, one.id, title="New")
    closed = vacancies.set_state(service, team.recruiter, one.id, state=VacancyState.CLOSED)
    assert closed.title == "New"
    assert vacancies.get(service, team.viewer, one.id) == closed
    assert vacancies.page(service, team.viewer, state=VacancyState.CLOSED).items == (closed,)
    assert vacancies.page(service, team.viewer, state=VacancyState.OPEN).items == (other,)
    with pytest.raises(InvalidInput, match="title"):
        vacancies.rename(service, team.recruiter, one.id, title=" \u200b ")


def test_what_is_wanted_follows_the_taxonomy_in_use(service, team):
    vacancy = add(service, team)
    csv = b"id,label\ndocker,Docker\n"
    taxonomies.use(service, team.admin, taxonomies.add(service, team.admin, csv, name="Ours.csv").id)
    assert [item.names for item in vacancies.wanted(service, team.viewer, vacancy.id)] == [("Docker",)]


def test_a_vacancy_whose_document_was_erased_has_no_text(service, team):
    vacancy = add(service, team)
    vacancies.set_state(service, team.recruiter, vacancy.id, state=VacancyState.CLOSED)
    documents.erase(service, team.admin, vacancy.document)
    with pytest.raises(NotFound):
        vacancies.text(service, team.viewer, vacancy.id)
