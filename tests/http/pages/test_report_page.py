from io import BytesIO

from PIL import Image

from metier.service import assessing, decisions, documents
from metier.store.workspaces.decisions import DecisionKind
from tests.http.pages.visitor import plain


def test_the_report_marks_evidence_and_says_what_it_was_made_with(team, things):
    page = team.viewer.see(f"/documents/{things.documents[0]}/report?vacancy={things.vacancy}")
    assert '<mark class="mark explicit opens"' in page
    words = plain(page)
    assert "Requirements of the vacancy" in words
    assert "Hidden from every score" in words or "Ann Better" in words
    assert "sha256" in words
    assert "Nobody is ever rejected automatically" in words
    assert page.count("<h1") == 1


def test_a_report_against_nothing_is_offered_before_it_is_made(team, things):
    document = things.documents[0]
    page = team.recruiter.see(f"/documents/{document}/report")
    assert "was not assessed so yet" in plain(page)
    made = team.recruiter.fill(f"/documents/{document}/assess")
    assert "What the text shows" in plain(made.text)


def test_made_again_it_is_the_same_to_the_last_byte(team, things):
    fields = {"vacancy": things.vacancy}
    page = team.recruiter.fill(f"/documents/{things.documents[0]}/recompute", **fields).text
    assert "The same to the last byte." in page


def test_a_viewer_is_offered_nothing_that_only_recruiters_may(team, things):
    document, fields = things.documents[0], {"vacancy": things.vacancy}
    page = team.viewer.see(f"/documents/{document}/report?vacancy={things.vacancy}")
    assert not any(path in page for path in ("/recompute", "/assess", "/decisions"))
    team.viewer.fill(f"/documents/{document}/recompute", 403, **fields)


def test_its_files_are_kept_and_not_shown(team, things):
    document, query = things.documents[0], f"?vacancy={things.vacancy}"
    for ending, start in (("json", b"{"), ("html", b"<!doctype html>"), ("pdf", b"%PDF")):
        answer = team.viewer.get(f"/documents/{document}/report.{ending}{query}")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.content.lstrip().startswith(start)
    original = team.viewer.get(f"/documents/{document}/original")
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"
    assert b"Ann Better" in original.content


def test_the_audit_of_a_document_names_each_check(team, things):
    page = plain(team.viewer.see(f"/documents/{things.documents[0]}/audit?vacancy={things.vacancy}"))
    assert "words-that-nobody-sees" in page


def test_a_document_that_cannot_be_read_says_why_and_what_to_do(team):
    added = documents.add(team.service, team.caller, b"%PDF-1.4 broken", name="broken.pdf")
    team.recruiter.fill(f"/documents/{added.document.id}/assess", 422)
    page = plain(team.recruiter.see(f"/documents/{added.document.id}/report"))
    assert "Damaged file" in page
    assert "save it anew as PDF" in page


def test_a_scan_that_nobody_could_read_has_a_report_that_says_so(team, things):
    scan = BytesIO()
    Image.new("L", (600, 800), 200).save(scan, "PDF")
    added = documents.add(team.service, team.caller, scan.getvalue(), name="scan.pdf").document.id
    assessing.assess(team.service, team.caller, added, vacancy=things.vacancy)
    page = plain(team.recruiter.see(f"/documents/{added}/report?vacancy={things.vacancy}"))
    assert "not scored" in page.casefold()
    assert "scan.pdf" in plain(team.recruiter.see(f"/vacancies/{things.vacancy}"))


def test_who_decided_is_told_by_the_name_of_their_key(team, things):
    document = things.documents[0]
    kind = DecisionKind.SHORTLIST
    decisions.decide(team.service, team.caller, things.vacancy, document, kind=kind, note="Good.")
    page = plain(team.viewer.see(f"/documents/{document}/report?vacancy={things.vacancy}"))
    assert team.caller.name in page


def test_the_report_speaks_the_visitors_language(team, things):
    team.viewer.fill("/look", language="ru")
    page = plain(team.viewer.see(f"/documents/{things.documents[0]}/report?vacancy={things.vacancy}"))
    assert "Требования вакансии" in page
    assert "Никому не отказывают автоматически" in page
