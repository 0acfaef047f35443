"""Each page in each look: no error, nothing from elsewhere, no wider than the window, accessible."""

from __future__ import annotations

import pytest

from tests.browser.browsing import DESK, LOOKS, visiting


def paths(filled) -> dict[str, str]:
    vacancy, document, person = filled.vacancy, filled.documents[0], filled.people[0]
    both = "&".join(f"document={one}" for one in filled.documents[:2])
    return {
        "vacancies": "/",
        "closed": "/?state=closed",
        "vacancy": f"/vacancies/{vacancy}",
        "vacancy text": f"/vacancies/{vacancy}/text",
        "compare": f"/vacancies/{vacancy}/compare?{both}",
        "report": f"/documents/{document}/report?vacancy={vacancy}",
        "no report": f"/documents/{document}/report",
        "audit of a document": f"/documents/{filled.documents[2]}/audit?vacancy={vacancy}",
        "search": "/search",
        "found": f"/search?like={document}",
        "interviews": "/interviews",
        "new interview": f"/interviews/new?person={person}&vacancy={vacancy}",
        "people": "/people",
        "person": f"/people/{person}",
        "jobs": "/jobs",
        "log": "/audit",
        "audit of documents": "/audit/documents",
        "audit of decisions": f"/audit/decisions?vacancy={vacancy}",
        "models": "/models",
        "model": "/models/base",
        "settings": "/settings",
    }


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_pages_of_an_administrator(browser, place, filled, look):
    with visiting(browser, place.url, look) as visitor:
        visitor.open("/sign-in")
        visitor.check()
        visitor.sign_in(place.admin)
        for path in paths(filled).values():
            visitor.open(path)
            visitor.check()
        visitor.open("/nothing", status=404)
        visitor.check()


def test_every_page_can_be_read_without_scripts(browser, place, filled):
    with visiting(browser, place.url, DESK, scripts=False) as visitor:
        visitor.sign_in(place.admin)
        for name, path in paths(filled).items():
            visitor.open(path)
            assert visitor.page.text_content("h1").strip(), name
            assert visitor.wrong == [], name
        visitor.page.click("button[value=ru]")
        assert visitor.page.get_attribute("html", "lang") == "ru"


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_is_wider_than_a_narrow_window(browser, place, filled, width):
    with visiting(browser, place.url) as visitor:
        visitor.sign_in(place.admin)
        visitor.page.set_viewport_size({"width": width, "height": 800})
        for name, path in paths(filled).items():
            visitor.open(path)
            wide = visitor.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide"
