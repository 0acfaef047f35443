"""Assessments as files; the API's tests show them as answers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

import httpx
import pytest

from metier.errors import NotFound, StoreBusy
from metier.http import exports
from metier.http.app import create_app
from metier.http.exports import policy_of, shortlist_csv, shortlist_json, shortlist_parts
from metier.http.options import HttpOptions
from metier.http.schemas.example_records import ASSESSMENT, DECISION, PERSON, RECORD
from metier.http.security import POLICY
from metier.scans import ScanVerdict
from metier.service import assessing, shortlists
from metier.service.shortlists import ShortlistFilter, ShortlistRow
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.vacancies import Vacancy, VacancyState
from metier.types import Role
from tests.http.pages.visitor import new_team
from tests.http.running import running
from tests.service.small import add_resumes, add_vacancy, new_workspace, opened

DOCUMENT = StoredDocument("w", "d", "p", Role.RESUME, "anna.pdf", "0" * 64, 1, "", {})
ROW = ShortlistRow(1, PERSON, DOCUMENT, ASSESSMENT, RECORD, DECISION, ScanVerdict.CLEAN)
VACANCY = Vacancy("w", "v", "Title", "d", VacancyState.OPEN, "", None)
EVERYBODY = {"order": AssessmentOrder.SCORE, "where": ShortlistFilter()}


def rows(*found):
    return list(csv.DictReader(StringIO("".join(shortlist_csv([found])))))


def test_a_shortlist_has_a_row_for_each_document():
    (row,) = rows(ROW)
    assert (row["rank"], row["person"], row["coverage"]) == ("1", "Anna Berg", "1.0000")
    assert row["decision"] == "shortlist"
    assert row["required_matched"] == "Python"


def test_an_empty_shortlist_has_its_header():
    (text,) = shortlist_csv([()])
    assert text.startswith("rank,person,external_id,document,")
    assert text.count("\n") == 1


def test_parts_become_one_table_with_one_header():
    first, second = shortlist_csv([[ROW], [ROW, ROW]])
    assert first.startswith("rank,")
    assert len(list(csv.DictReader(StringIO(first + second)))) == 3


@pytest.mark.parametrize("parts", [[()], [[ROW]], [[ROW], [ROW, ROW]]])
def test_parts_become_one_json_object(parts):
    told = json.loads("".join(shortlist_json(VACANCY, parts)))
    assert told["vacancy"] == {"id": VACANCY.id, "title": "Title"}
    assert len(told["people"]) == sum(map(len, parts))
    assert all(one["assessment"]["coverage"]["score"] == 1 for one in told["people"])


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("exports")) as service:
        yield service


def assessed(service, caller, n):
    vacancy = add_vacancy(service, caller)
    for document in add_resumes(service, caller, n):
        assessing.assess(service, caller, document, vacancy=vacancy)
    return vacancy


def test_a_shortlist_is_read_a_part_at_a_time_and_whole(service, monkeypatch):
    monkeypatch.setattr(exports, "_PART", 2)
    read = []
    real = shortlists.shortlist
    monkeypatch.setattr(shortlists, "shortlist", lambda *a, **k: read.append(k["limit"]) or real(*a, **k))
    caller = new_workspace(service)
    parts = shortlist_parts(service, caller, assessed(service, caller, 5), **EVERYBODY)
    assert read == [2]
    assert [row.rank for row in next(parts)] == [1, 1]
    assert read == [2]
    assert [len(part) for part in parts] == [2, 1]
    assert read == [2, 2, 2]


def test_a_vacancy_that_is_not_there_is_not_found_before_anything_is_sent(service):
    with pytest.raises(NotFound):
        shortlist_parts(service, new_workspace(service), "nothing", **EVERYBODY)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_whose_making_fails_on_the_way_is_cut_off_and_not_ended(service, monkeypatch, kind):
    monkeypatch.setattr(exports, "_PART", 2)
    real = shortlists.shortlist

    def fails_later(*asked, after=None, **how):
        if after is not None:
            raise StoreBusy("The database is busy.")
        return real(*asked, after=after, **how)

    with running(create_app(service, HttpOptions())) as url:
        team = new_team(service, url)
        vacancy = assessed(service, team.caller, 3)
        path = f"/vacancies/{vacancy}/shortlist.{kind}"
        assert team.viewer.get(path).status_code == 200
        monkeypatch.setattr(shortlists, "shortlist", fails_later)
        with pytest.raises(httpx.RemoteProtocolError):
            team.viewer.get(path)
        team.close()


def test_no_name_is_run_by_a_spreadsheet():
    hostile = replace(ROW, person=replace(PERSON, name='=HYPERLINK("http://x")'))
    assert rows(hostile)[0]["person"] == '\'=HYPERLINK("http://x")'


def test_what_is_not_known_is_empty():
    bare = replace(ROW, person=None, decision=None, record=replace(RECORD, months=None, coverage=None))
    (row,) = rows(bare)
    assert (row["person"], row["months"], row["coverage"], row["required_matched"]) == ("", "", "", "")


def test_a_page_is_sent_with_the_policy_that_it_states():
    page = '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;">'
    assert policy_of(page) == "default-src 'none'; frame-ancestors 'none'"
    assert policy_of("<p>") == POLICY
