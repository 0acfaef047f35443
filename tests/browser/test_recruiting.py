"""The whole way of a recruiter by clicking, as people see it: two languages, two themes, two widths."""

from __future__ import annotations

import re

import pytest

from tests.browser.browsing import LOOKS, visiting
from tests.browser.place import EXAMPLES

RESUMES = [EXAMPLES / "resumes" / name for name in ("pavel-orlov.pdf", "jamie-whitlock.txt")]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_from_the_key_to_a_decision(browser, place, look, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 broken " + look.name.encode())
    with visiting(browser, place.url, look) as visitor:
        page = visitor.page
        visitor.sign_in(place.recruiter)
        visitor.check()
        page.fill("#f-text", (EXAMPLES / "vacancies" / "backend-python-ru.txt").read_text(encoding="utf-8"))
        page.fill("#f-title", f"Developer {look.name}")
        page.click("form[action='/vacancies'] button")
        page.wait_for_url(re.compile(r"/vacancies/[a-z0-9]{26}"))
        page.set_input_files("#f-files", [*RESUMES, broken])
        assert page.text_content("[data-chosen]").strip().endswith("3")
        page.click("form[action$='/resumes'] button")
        if page.locator("a[href^='/jobs/'].primary").count():
            page.click("a[href^='/jobs/'].primary")
        # Progress comes by itself, without loading the page anew.
        page.wait_for_selector("#job .status.matched", timeout=120_000)
        visitor.check()
        assert "broken.pdf" in page.text_content("#job")
        page.click("#job a.primary")
        page.wait_for_selector("table.shortlist")
        visitor.check()
        page.check("table.shortlist tbody tr:nth-child(1) input")
        page.check("table.shortlist tbody tr:nth-child(2) input")
        page.click("button[form=compare]")
        page.wait_for_selector("table.compare")
        visitor.check()
        page.click("table.compare thead a >> nth=0")
        page.wait_for_selector("article.card")
        visitor.check()
        page.fill("#note", "Knows queues. Знает очереди.")
        page.click("#decide button[value=shortlist]")
        page.wait_for_selector(".history")
        assert "Знает очереди" in page.text_content(".history")
        page.click("#decide form[action$='/undo'] button")
        page.wait_for_selector(".history .undone")
        visitor.check()


def test_filter_and_sort_without_loading_the_page(browser, place, filled):
    with visiting(browser, place.url) as visitor:
        visitor.sign_in(place.recruiter)
        visitor.open(f"/vacancies/{filled.vacancy}")
        page = visitor.page
        page.evaluate("window.stays = true")
        page.fill("form.filter #f-text", "anna")
        page.locator("table.shortlist tbody tr >> nth=1").wait_for(state="detached")
        assert "anna" not in page.url
        visitor.check()
        page.click("table.shortlist thead button[value=months]")
        page.wait_for_selector("th[aria-sort] button[value=months]")
        assert page.locator("table.shortlist tbody tr").count() == 1
        page.fill("form.filter #f-text", "")
        page.locator("table.shortlist tbody tr >> nth=2").wait_for()
        assert "order=months" in page.url, "what was sorted by stays"
        page.click("table.shortlist thead a[href*='order=similarity']")
        page.wait_for_selector("th[aria-sort] a[href*='order=similarity']")
        assert page.evaluate("window.stays") is True
        assert "order=similarity" in page.url
        visitor.check()


def test_names_are_looked_for_without_an_address_that_has_them(browser, place, filled):
    with visiting(browser, place.url) as visitor:
        visitor.sign_in(place.recruiter)
        page = visitor.page
        for path, field, found in (
            ("/people", "#f-text", "table tbody tr"),
            ("/search", "#f-q", "ol.hits"),
        ):
            visitor.open(path)
            page.fill(field, "Lindqvist")
            page.press(field, "Enter")
            page.wait_for_selector(found)
            assert "Lindqvist" not in page.url
            visitor.check()


def test_more_than_the_server_takes_is_not_sent(browser, place, filled, tmp_path):
    file = tmp_path / "resume.txt"
    file.write_text("A resume", encoding="utf-8")
    with visiting(browser, place.url) as visitor:
        visitor.sign_in(place.recruiter)
        visitor.open(f"/vacancies/{filled.vacancy}")
        page = visitor.page
        page.set_input_files("#f-files", [file] * 201)
        assert "That is more than 200 files or 200 MB" in page.text_content("[data-chosen]").replace(
            "\xa0", " "
        )
        page.click("form[action$='/resumes'] button")
        assert page.evaluate("document.querySelector('#f-files').validity.customError")
        assert page.url.endswith(filled.vacancy)
        page.evaluate("document.querySelector('[data-drop]').dataset.mostBytes = '100'")
        page.set_input_files("#f-files", [file])
        assert "That is more" in page.text_content("[data-chosen]")
        page.evaluate("document.querySelector('[data-drop]').dataset.mostBytes = '100000'")
        page.set_input_files("#f-files", [file, file])
        assert page.text_content("[data-chosen]") == "Files chosen: 2"
        assert page.evaluate("document.querySelector('#f-files').validity.valid")


@pytest.mark.parametrize(
    "clipboard", ["undefined", "{writeText: async () => { throw new DOMException('no') }}"]
)
def test_what_cannot_be_copied_is_selected_to_be_copied_by_hand(browser, place, clipboard):
    with visiting(browser, place.url) as visitor:
        visitor.sign_in(place.admin)
        visitor.open("/settings")
        page = visitor.page
        page.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}})")
        page.fill("input[name=key_name]", "Spare")
        page.click("form[action='/settings/keys'] button")
        page.wait_for_selector("#f-token")
        page.click("[data-copy]")
        page.wait_for_function("document.querySelector('[data-copy]').textContent.startsWith('Selected')")
        token = page.input_value("#f-token")
        assert page.evaluate("getSelection().toString()") == token
        visitor.check()


def test_a_key_and_a_decision_need_no_mouse(browser, place, filled):
    with visiting(browser, place.url) as visitor:
        visitor.open("/sign-in")
        page = visitor.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        _tab_to(page, "#f-key")
        page.keyboard.type(place.recruiter)
        page.keyboard.press("Enter")
        page.wait_for_url(visitor.url + "/")
        visitor.open(f"/documents/{filled.documents[1]}/report?vacancy={filled.vacancy}")
        _tab_to(page, "#note")
        page.keyboard.type("By keyboard")
        _tab_to(page, "#decide button[value=note]")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.wait_for_selector(".history")
        assert "By keyboard" in page.text_content(".history")
        visitor.check()


def _tab_to(page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the tabulator")
