from concurrent.futures import ThreadPoolExecutor

import pytest

from metier.errors import Conflict, CorruptDocument, EmptyDocument, NotFound, UnsupportedFormat
from metier.service import documents, people, vacancies
from metier.service.documents import ReadingState
from metier.store.workspaces.log import ActorKind
from metier.store.workspaces.vacancies import VacancyState
from metier.types import Role, YearMonth
from tests.service.small import VACANCY, resume
from tests.service.team import logged, request

NAMED = b"Anna Petrova\nanna@example.org\n\nExperience\n2019 - present Python developer\n"
BROKEN = b"%PDF-1.7\nnothing"


def add(service, team, content=NAMED, name="CV 7.txt", **more):
    return documents.add(service, team.recruiter, content, name=name, **more)


def test_a_file_is_kept_as_it_came_and_not_read(service, team):
    added = add(service, team, name="../../CV 7.txt")
    document = added.document
    assert added.new
    assert documents.content(service, team.viewer, document.id) == NAMED
    assert (document.name, document.size, document.role) == ("CV 7.txt", len(NAMED), Role.RESUME)
    assert documents.reading_state(document) is ReadingState.UNREAD
    assert documents.get(service, team.viewer, document.id) == document


def test_the_same_bytes_are_one_document_and_make_no_second_person(service, team):
    first, again = add(service, team), add(service, team, name="other.txt")
    assert (again.new, again.document) == (False, first.document)
    assert len(people.page(service, team.viewer).items) == 1


@pytest.mark.parametrize(
    ("content", "error"), [(b"", EmptyDocument), (b"PK\x03\x04 files", UnsupportedFormat)]
)
def test_a_file_that_is_no_document_leaves_nothing_behind(service, team, content, error):
    with pytest.raises(error):
        add(service, team, content)
    assert documents.page(service, team.viewer).items == ()
    assert people.page(service, team.viewer).items == ()


def test_a_resume_is_about_a_person_named_after_the_file_until_it_is_read(service, team):
    document = add(service, team).document
    assert people.get(service, team.viewer, document.person).name == "CV 7"
    documents.read(service, team.viewer, document.id)
    assert people.get(service, team.viewer, document.person).name == "Anna Petrova"


def test_a_name_that_a_person_gave_stays(service, team):
    person = people.add(service, team.recruiter, name="A. P.", external_id="7").id
    document = add(service, team, person=person).document
    documents.read(service, team.viewer, document.id)
    assert people.get(service, team.viewer, person).name == "A. P."


def test_a_vacancy_and_an_answer_are_about_nobody(service, team):
    for role in (Role.VACANCY, Role.ANSWER):
        assert add(service, team, role.encode() + NAMED, role=role).document.person is None
    assert people.page(service, team.viewer).items == ()


def test_an_unknown_person_leaves_nothing_behind(service, team):
    with pytest.raises(NotFound):
        add(service, team, person="0" * 26)
    assert documents.page(service, team.viewer).items == ()


def test_the_same_bytes_in_another_role_are_refused(service, team):
    add(service, team)
    with pytest.raises(Conflict):
        add(service, team, role=Role.VACANCY)


def test_the_same_request_adds_once_and_says_what_it_said(service, team):
    first = add(service, team, once=request("k"))
    assert add(service, team, once=request("k")) == first
    assert len(logged(service, team.admin, "document.add")) == 1


def test_what_was_read_is_kept_and_given_again(service, team):
    document = add(service, team).document
    first = documents.read(service, team.viewer, document.id)
    assert documents.read(service, team.viewer, document.id) == first
    assert first.source == "CV 7.txt"
    assert first.runs == ()
    assert documents.reading_state(documents.get(service, team.viewer, document.id)) is ReadingState.READ
    assert len(logged(service, team.admin, "document.read-again")) == 1


def test_a_month_that_changes_is_noticed(service, team, clock):
    document = add(service, team).document
    before = documents.read(service, team.viewer, document.id)
    clock.move(30 * 24 * 3600)
    after = documents.read(service, team.viewer, document.id)
    assert after.months == before.months + 1
    assert documents.read(service, team.viewer, document.id) == after


def test_what_is_read_for_another_month_is_not_kept(service, team):
    document = add(service, team).document
    now = documents.read(service, team.viewer, document.id)
    then = documents.read(service, team.viewer, document.id, as_of=YearMonth(2020, 1))
    assert then.months < now.months
    assert documents.read(service, team.viewer, document.id) == now


def test_reading_the_same_document_at_once_is_harmless(service, team):
    document = add(service, team).document
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda _: documents.read(service, team.viewer, document.id), range(4)))
    assert all(one == read[0] for one in read)
    assert people.get(service, team.viewer, document.person).name == "Anna Petrova"


def test_a_file_that_cannot_be_read_says_so_each_time_and_is_read_once(service, team):
    document = add(service, team, BROKEN, "Anna.pdf").document
    messages = set()
    for _ in range(2):
        with pytest.raises(CorruptDocument) as raised:
            documents.read(service, team.viewer, document.id)
        messages.add(str(raised.value))
    assert len(messages) == 1
    assert "Anna" not in messages.pop()
    found = documents.get(service, team.viewer, document.id)
    assert documents.reading_state(found) is ReadingState.UNREADABLE
    assert len(logged(service, team.admin, "document.read-again")) == 1


def test_a_failure_that_has_passed_can_be_read_again(service, team, monkeypatch):
    document = add(service, team).document

    def fail(*_, **__):
        raise CorruptDocument("It made its parser stop.")

    with monkeypatch.context() as patch:
        patch.setattr(documents, "read_file", fail)
        with pytest.raises(CorruptDocument):
            documents.read(service, team.viewer, document.id)
    with pytest.raises(CorruptDocument):
        documents.read(service, team.viewer, document.id)
    assert documents.read(service, team.viewer, document.id, again=True).text
    assert documents.read(service, team.viewer, document.id).text


def test_a_document_that_is_erased_while_it_is_read_keeps_nothing(service, team, monkeypatch):
    document = add(service, team).document
    read_file = documents.read_file

    def slow(*args, **more):
        documents.erase(service, team.admin, document.id)
        return read_file(*args, **more)

    monkeypatch.setattr(documents, "read_file", slow)
    with pytest.raises(NotFound):
        documents.read(service, team.viewer, document.id)


def test_an_erased_document_is_gone_and_leaves_a_job_for_the_index(service, team):
    document = add(service, team).document
    job = documents.erase(service, team.admin, document.id)
    assert (job.kind, job.payload) == ("erase-index", {"documents": [document.id]})
    for ask in (documents.get, documents.content, documents.read, documents.erase):
        with pytest.raises(NotFound):
            ask(service, team.admin, document.id)
    assert documents.page(service, team.viewer).items == ()


def test_what_an_open_vacancy_stands_on_is_not_erased(service, team):
    vacancy = vacancies.add(service, team.recruiter, VACANCY, name="v.txt")
    with pytest.raises(Conflict, match="open vacancy"):
        documents.erase(service, team.admin, vacancy.document)
    vacancies.set_state(service, team.recruiter, vacancy.id, state=VacancyState.CLOSED)
    documents.erase(service, team.admin, vacancy.document)


def test_documents_are_listed_by_role_and_person(service, team):
    one = add(service, team).document
    add(service, team, resume(2))
    vacancy = vacancies.add(service, team.recruiter, VACANCY, name="v.txt").document
    assert documents.page(service, team.viewer, person=one.person).items == (one,)
    listed = documents.page(service, team.viewer, role=Role.VACANCY).items
    assert [item.id for item in listed] == [vacancy]
    first = documents.page(service, team.viewer, limit=2)
    rest = documents.page(service, team.viewer, limit=2, after=first.after)
    assert len({item.id for item in (*first.items, *rest.items)}) == 3


def test_a_document_can_be_about_another_person(service, team):
    document = add(service, team).document
    other = people.add(service, team.recruiter, name="Other").id
    assert documents.attach(service, team.recruiter, document.id, other).person == other


def test_the_log_says_who_added_and_who_read(service, team):
    document = add(service, team).document
    documents.read(service, team.viewer, document.id)
    by = {entry.action: entry.actor for entry in logged(service, team.admin) if entry.subject == document.id}
    assert by["document.add"] == f"{ActorKind.KEY}:{team.recruiter.key}"
    assert by["document.read-again"] == f"{ActorKind.KEY}:{team.viewer.key}"
