"""Visits of a browser: what they look at must be free of errors, of requests elsewhere, and accessible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "build" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@dataclass(frozen=True)
class Look:
    """How a visitor sees the pages."""

    language: str
    theme: str
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


DESK = Look("en", "light", 1280, 900)
PHONE = Look("ru", "dark", 390, 844)
LOOKS = (DESK, PHONE)


@dataclass
class Visitor:
    """A page of a browser, and what went wrong on it."""

    page: Any
    url: str
    look: Look
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str, *, status: int = 200) -> None:
        answer = self.page.goto(self.url + path)
        assert answer is not None, path
        assert answer.status == status, f"{path}: {answer.status}"

    def check(self) -> None:
        """Hold the page that is open to the rules of accessibility, and to its width."""
        assert self.wrong == []
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the window"
        if not AXE.is_file():
            pytest.skip("axe-core is not there; make test-service installs it")
        # The policy of the pages lets no foreign script in, so it is put there by the debugger.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        problems = [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]
        assert problems == [], self.page.url

    def sign_in(self, key: str) -> None:
        self.open("/sign-in")
        self.page.fill("#f-key", key)
        self.page.click("form[action='/sign-in'] button")
        self.page.wait_for_url(self.url + "/")


@contextmanager
def visiting(browser: Any, url: str, look: Look = DESK, *, scripts: bool = True) -> Iterator[Visitor]:
    """Yield a visitor whose browser is new; no error may show and nothing may be asked for elsewhere."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        java_script_enabled=scripts,
        locale=look.language,
        reduced_motion="reduce",
    )
    context.add_cookies(
        [{"name": "metier_look", "value": f"{look.language}.{look.theme}", "url": url, "httpOnly": True}]
    )
    page = context.new_page()
    visitor = Visitor(page, url, look)
    page.on("console", lambda told: _note_console(visitor, told))
    page.on("pageerror", lambda error: visitor.wrong.append(f"error: {error}"))
    page.on("request", lambda request: _note_request(visitor, request))
    try:
        yield visitor
    finally:
        context.close()


def _note_console(visitor: Visitor, told: Any) -> None:
    # A page whose status is 4xx is told of by the browser; tests ask for such pages on purpose.
    if told.type in {"error", "warning"} and "Failed to load resource" not in told.text:
        visitor.wrong.append(f"{told.type}: {told.text}")


def _note_request(visitor: Visitor, request: Any) -> None:
    if not request.url.startswith((visitor.url, "data:")):
        visitor.wrong.append(f"asked elsewhere: {request.url}")
