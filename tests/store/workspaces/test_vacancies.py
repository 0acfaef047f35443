import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.store.workspaces import log, vacancies
from metier.store.workspaces.vacancies import VacancyState
from tests.store.workspaces.world import ACTOR


def test_a_vacancy_is_added_found_and_renamed(transaction, world):
    here = (transaction, world.workspace)
    vacancy = vacancies.get(*here, world.vacancy)
    assert (vacancy.title, vacancy.document, vacancy.state) == ("Engineer", world.advert, VacancyState.OPEN)
    assert vacancies.rename(*here, ACTOR, world.vacancy, title="Lead").title == "Lead"


def test_a_vacancy_is_closed_and_opened_again_and_each_is_logged_once(transaction, world):
    here = (transaction, world.workspace)
    for _ in range(2):
        closed = vacancies.set_state(*here, ACTOR, world.vacancy, state=VacancyState.CLOSED)
    assert (closed.state, closed.closed_at) == (VacancyState.CLOSED, transaction.at)
    assert vacancies.page(*here, state=VacancyState.OPEN).items == ()
    assert vacancies.page(*here, state=VacancyState.CLOSED).items == (closed,)
    assert vacancies.set_state(*here, ACTOR, world.vacancy, state=VacancyState.OPEN).closed_at is None
    results = [entry.result for entry in log.entries(*here, subject=world.vacancy)]
    assert results == ["", "closed", "open"]
