from tests.http.pages.visitor import first, plain


def path(things, number: int = 0) -> str:
    return f"/vacancies/{things.vacancy}/documents/{things.documents[number]}/decisions"


def test_a_decision_shows_with_its_note_and_can_be_undone(team, things):
    page = team.recruiter.fill(path(things), kind="shortlist", note="Knows queues").text
    assert "Shortlisted." in plain(page)
    assert "Knows queues" in page
    undo = first(r'action="(/decisions/[a-z0-9]+/undo)"', page)
    back = f"/vacancies/{things.vacancy}"
    assert "The decision is undone" in team.recruiter.fill(undo, back=back).text
    team.recruiter.fill(undo, 409, back=back)


def test_the_way_back_is_the_page_that_was_decided_on(team, things):
    back = f"/vacancies/{things.vacancy}?order=months&done=vacancy_added"
    answer = team.recruiter.fill(path(things), kind="reject", back=back, anchor="d-x")
    assert answer.url.query == b"order=months&done=decided_reject"
    assert "Rejected, by you" in answer.text


def test_what_is_no_decision_is_refused(team, things):
    for kind in ("undo", "hire", ""):
        team.recruiter.fill(path(things), 422, kind=kind)
    team.recruiter.fill(path(things), 422, kind="note", note="  ")


def test_a_viewer_decides_nothing(team, things):
    team.viewer.fill(path(things), 403, kind="reject")
    assert "rejected" not in plain(team.viewer.see(f"/documents/{things.documents[0]}/report")).lower()
