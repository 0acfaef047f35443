from tests.http.pages.visitor import Visitor, first, plain


def test_a_new_key_is_shown_once_and_lets_in(team, url):
    page = team.admin.fill("/settings/keys", key_name="Maria", role="recruiter", days="30").text
    token = first(r'value="(mtr_[^"]+)"', page)
    assert "shown this once" in plain(page)
    assert token not in team.admin.see("/settings")
    with Visitor(url) as maria:
        maria.sign_in(token)
        assert "recruiter" in plain(maria.see("/settings"))


def test_a_revoked_key_ends_its_sessions_at_once(team, url):
    page = team.admin.fill("/settings/keys", key_name="Maria", role="viewer").text
    with Visitor(url) as maria:
        maria.sign_in(first(r'value="(mtr_[^"]+)"', page))
        settings = team.admin.see("/settings")
        row = next(part for part in settings.split("<tr>") if "Maria" in part)
        team.admin.fill(first(r'action="([^"]+/revoke)"', row))
        assert maria.get("/people").url.path == "/sign-in"


def test_retention_is_set_by_kind_and_taken_away_by_an_empty_field(team):
    team.admin.fill("/settings/retention", documents="365", jobs="30")
    assert "365 days" in plain(team.viewer.see("/people"))
    team.admin.fill("/settings/retention", documents="", jobs="30")
    page = plain(team.viewer.see("/people"))
    assert "365" not in page
    assert "30 days" in page


def test_numbers_that_do_not_fit_are_said(team):
    assert "from 1 to 36600" in plain(team.admin.fill("/settings/retention", 422, documents="0").text)
    assert "days must be" in plain(team.admin.fill("/settings/keys", 422, key_name="x", days="-1").text)
    assert "must not be blank" in plain(team.admin.fill("/settings/workspace", 422, name=" ").text)


def test_viewers_and_recruiters_see_what_concerns_them_alone(team):
    for visitor in (team.viewer, team.recruiter):
        page = visitor.see("/settings")
        assert "mtr_" not in page
        assert '<form class="row"' not in page
        visitor.fill("/settings/keys", 403, key_name="x", role="admin")
        visitor.fill("/settings/retention", 403, documents="1")
        visitor.fill("/settings/taxonomy", 403, taxonomy="")


def test_the_taxonomy_of_the_server_can_be_chosen_back(team):
    assert "The taxonomy is chosen" in team.admin.fill("/settings/taxonomy", taxonomy="").text
    team.admin.fill("/settings/taxonomy", 404, taxonomy="nothing")
