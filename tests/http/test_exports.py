"""Assessments as files; the API's tests show them as answers."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

from metier.http.exports import policy_of, shortlist_csv
from metier.http.schemas.example_records import ASSESSMENT, DECISION, PERSON, RECORD
from metier.http.security import POLICY
from metier.scans import ScanVerdict
from metier.service.shortlists import ShortlistRow
from metier.store.workspaces.documents import StoredDocument
from metier.types import Role

DOCUMENT = StoredDocument("w", "d", "p", Role.RESUME, "anna.pdf", "0" * 64, 1, "", {})
ROW = ShortlistRow(1, PERSON, DOCUMENT, ASSESSMENT, RECORD, DECISION, ScanVerdict.CLEAN)


def rows(*found):
    return list(csv.DictReader(StringIO(shortlist_csv(found))))


def test_a_shortlist_has_a_row_for_each_document():
    (row,) = rows(ROW)
    assert (row["rank"], row["person"], row["coverage"]) == ("1", "Anna Berg", "1.0000")
    assert row["decision"] == "shortlist"
    assert row["required_matched"] == "Python"


def test_an_empty_shortlist_has_its_header():
    assert shortlist_csv(()).startswith("rank,person,external_id,document,")


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
