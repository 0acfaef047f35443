import pytest

from metier.http.pages.rendering import environment


@pytest.mark.parametrize("path", ["pages.css", "report.css", "pages.js", "vendor/htmx.min.js", "icon.svg"])
def test_files_of_the_pages_are_there_and_asked_for_once(stranger, path):
    answer = stranger.get(f"/static/{path}")
    assert answer.status_code == 200
    again = stranger.get(f"/static/{path}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["nothing.css", "%2e%2e/__init__.py", "..%2f__init__.py", "vendor", "vendor/htmx.LICENSE", "/etc/passwd"],
)
def test_nothing_else_is(stranger, path):
    assert stranger.get(f"/static/{path}").status_code == 404


def test_styles_load_nothing(stranger):
    for name in ("pages.css", "report.css"):
        text = stranger.get(f"/static/{name}").text
        assert "url(" not in text
        assert "@import" not in text


def test_base_names_only_files_that_there_are(stranger):
    made = environment()
    source, _, _ = made.loader.get_source(made, "base.html.j2")
    for part in source.split('"/static/')[1:]:
        path = part.split('"')[0].split("?")[0]
        assert stranger.get(f"/static/{path}").status_code == 200, path
