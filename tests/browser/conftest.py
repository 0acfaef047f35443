"""One browser and one service for all tests here; they are left out where there is no browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from metier.service import access, assessing, documents, vacancies
from tests.browser.place import EXAMPLES, Place, open_place

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
NAMES = ("anna-lindqvist.pdf", "vera-zimina.txt", "dana-cole.pdf")


@dataclass(frozen=True)
class Filled:
    """Ids of a vacancy of the examples and of people who were held against it."""

    vacancy: str
    documents: tuple[str, ...]
    people: tuple[str, ...]


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is not there")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def place(tmp_path_factory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="package")
def filled(place) -> Filled:
    service, caller = place.service, access.caller_of_key(place.service, place.admin)
    text = (EXAMPLES / "vacancies" / "backend-python.txt").read_bytes()
    vacancy = vacancies.add(service, caller, text, name="backend-python.txt").id
    kept = []
    for name in NAMES:
        content = (EXAMPLES / "resumes" / name).read_bytes()
        kept.append(documents.add(service, caller, content, name=name).document)
        assessing.assess(service, caller, kept[-1].id, vacancy=vacancy)
    return Filled(vacancy, tuple(one.id for one in kept), tuple(one.person or "" for one in kept))
