"""Draws the pictures of docs/how-to/team.md from the example data: `python -m tests.browser.pictures`."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from metier.service import access, interviews
from metier.service.interview_banks import NewInterviewPlan
from tests.browser.browsing import PHONE, Look, Visitor, visiting
from tests.browser.conftest import CHROMIUM
from tests.browser.place import EXAMPLES, Place, open_place

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE = Look("en", "light", 1240, 720)


def main() -> None:
    """Write all pictures anew."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        open_place(Path(folder)) as place,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        with visiting(browser, place.url, WIDE) as visitor:
            _draw_team(visitor, place)
        _draw_room(browser, place)
        browser.close()


def _draw_team(visitor: Visitor, place: Place) -> None:
    page = visitor.page
    visitor.sign_in(place.admin)
    page.fill("#f-text", (EXAMPLES / "vacancies" / "backend-python.txt").read_text(encoding="utf-8"))
    page.click("form[action='/vacancies'] button")
    page.wait_for_selector("#f-files")
    vacancy = page.url.partition("?")[0]
    page.set_input_files("#f-files", sorted((EXAMPLES / "resumes").iterdir()))
    _keep(page, "upload", "section[aria-labelledby=upload]")
    page.click("form[action$='/resumes'] button")
    page.wait_for_selector("#job .status.matched", timeout=300_000)
    page.goto(vacancy)
    _keep(page, "shortlist", "#shortlist-title")
    page.click("table.shortlist tbody th a >> nth=0")
    _keep(page, "report", "#evidence")
    page.goto(vacancy)
    for row in (1, 2, 3):
        page.check(f"table.shortlist tbody tr:nth-child({row}) input")
    page.click("button[form=compare]")
    page.wait_for_selector("table.compare")
    _keep(page, "compare", "table.compare")


def _draw_room(browser: Any, place: Place) -> None:
    caller = access.caller_of_key(place.service, place.recruiter)
    plan = NewInterviewPlan(bank="python-backend", language="ru", max_questions=3)
    made = interviews.create(place.service, caller, plan)
    link = interviews.make_link(place.service, caller, made.id, lasts_s=3600)
    with visiting(browser, place.url, PHONE) as visitor:
        visitor.open(f"/room/{link}")
        visitor.page.click("button.primary")
        visitor.page.wait_for_selector("h1.question")
        _keep(visitor.page, "room", "body")


def _keep(page: Any, name: str, selector: str) -> None:
    page.locator(selector).first.evaluate("element => element.scrollIntoView()")
    picture = Image.open(BytesIO(page.screenshot()))
    # Pages have few colours, so that a palette makes the file a quarter as large.
    picture.convert("RGB").quantize(96).save(IMAGES / f"team-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
