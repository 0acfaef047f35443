"""The whole client, against a real server over a real socket."""

from __future__ import annotations

import pytest

from metier.client import Client
from metier.errors import InvalidInput, Unauthenticated
from tests.service.small import VACANCY, resume


def test_a_hiring_goes_from_upload_to_decision(client):
    vacancy = client.vacancies.add_text(VACANCY.decode(), title="Python developer")
    for number in (1, 2):
        document = client.documents.add(resume(number), name=f"{number}.txt")
        client.assessments.add(document.id, vacancy=vacancy.id)
    first, second = client.shortlists.list(vacancy.id)
    assert (first.rank, first.record.coverage.score) == (1, first.assessment.score)
    client.decisions.add(vacancy.id, first.document.id, kind="shortlist")
    (kept,) = client.shortlists.list(vacancy.id, where={"decision": "shortlist"})
    assert kept.document.id == first.document.id
    (named,) = client.shortlists.search(vacancy.id, kept.document.name.upper(), where={"records": False})
    assert (named.document, named.record) == (kept.document, None)
    compared = client.shortlists.compare(vacancy.id, [first.document.id, second.document.id])
    assert [one.name for one in compared.requirements] == ["Python", "PostgreSQL", "Docker"]


@pytest.mark.parametrize("key", ["mtr_nothing", "mtr_aaaaaaaaaaaa_" + "a" * 43])
def test_a_key_that_does_not_work_is_said_so(url, key):
    with Client(url, key) as stranger, pytest.raises(Unauthenticated, match="key"):
        stranger.workspace.get()


def test_an_address_without_a_scheme_is_refused():
    with pytest.raises(InvalidInput, match="url must begin"):
        Client("metier.example.org", "mtr_x")


@pytest.mark.parametrize("key", ["", " ", "mtr_ключ", "mtr_x\n"])
def test_what_can_be_no_key_is_refused(key):
    with pytest.raises(InvalidInput, match="key must be a whole key"):
        Client("http://127.0.0.1", key)


def test_a_timeout_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="timeout_s must be above 0"):
        Client("http://127.0.0.1", "mtr_x", timeout_s=0)
