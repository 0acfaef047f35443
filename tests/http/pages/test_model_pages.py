from metier.http.pages.model_pages import rendered
from tests.http.pages.visitor import first, plain


def test_markup_in_a_card_is_shown_as_text_and_nothing_is_loaded():
    page = rendered(
        "# Title\n\n<script>alert(1)</script> ![x](http://evil.example/x.png) [a](javascript:alert(1))"
    )
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "<h1>Title</h1>" in page


def test_a_table_of_a_card_scrolls_by_keyboard():
    page = rendered("| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert '<div class="scroll" role="region" tabindex="0"' in page
    assert page.rstrip().endswith("</table></div>")


def test_each_model_has_its_card_and_its_scan(team):
    listed = team.viewer.see("/models")
    path = first(r'href="(/models/[^"]+)"', listed)
    assert "sha256" in plain(team.viewer.see(path))
    page = plain(team.recruiter.fill(f"{path}/scan").text)
    assert "What was looked at" in page


def test_a_model_that_is_not_there_is_not_found(team):
    team.viewer.see("/models/nothing", 404)
    team.viewer.see("/models/..%2F..%2Fetc", 404)


def test_only_administrators_scan_all_of_them(team):
    team.recruiter.fill("/models/scan", 403)
    assert "Looking at the files of the models" in plain(team.admin.fill("/models/scan").text)
