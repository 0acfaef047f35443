"""The page of an evaluation: what it shows, and that no name can break it."""

from __future__ import annotations

import base64
import hashlib
import re
from copy import deepcopy

import pytest

from metier.report.evaluation import render_evaluation_html
from tests.report.test_html import HOSTILE, Page


def figure(value, low, high, difference=None, verdict=None):
    return {"value": value, "low": low, "high": high, "difference": difference, "verdict": verdict}


def change(value, low, high):
    return {"value": value, "low": low, "high": high}


FIRST = {"mrr": figure(0.5, 0.4, 0.6), "pass@1": figure(0.25, 0.2, 0.3)}
SECOND = {
    "mrr": figure(0.7, 0.6, 0.8, change(0.2, 0.1, 0.3), "better"),
    "pass@1": figure(0.2, 0.1, 0.3, change(-0.05, -0.1, -0.01), "worse"),
}
CONTENT = {
    "format": 1,
    "metier": "0.1.0",
    "protocol": 1,
    "seed": 7,
    "resamples": 1000,
    "models": [
        {
            "name": "base",
            "model": "metier-base",
            "sha256": "a" * 64,
            "megabytes": 39.42,
            "mean": FIRST["mrr"],
        },
        {"name": "mine", "model": "mine", "sha256": "b" * 64, "megabytes": None, "mean": SECOND["mrr"]},
    ],
    "sets": [
        {
            "name": "vacancies",
            "kind": "pairs",
            "languages": ["en"],
            "source": "job ads",
            "license": "MIT",
            "ships": False,
            "parts": {"train": 1200, "report": 40},
            "sha256": "c" * 64,
            "words": "No head is fitted.",
            "n_rows": 1040,
            "rows": "queries",
            "score": "mrr",
            "facts": {"base": {"texts": 1500, "penalty": 0.1}, "mine": {"texts": 1500, "penalty": 1.0}},
            "figures": {"base": FIRST, "mine": SECOND},
        }
    ],
    "skipped": {"links": "torch is not installed"},
    "figures": {
        "mrr": {"title": "MRR", "words": "Mean reciprocal rank.", "rising": True},
        "pass@1": {"title": "pass@1", "words": "Share of first places.", "rising": True},
    },
    "timing": {
        "base": {"tokens_per_second": 5123.4, "seconds": {"vacancies": 90.0}},
        "mine": {"tokens_per_second": 10_000.0, "seconds": {"vacancies": 30.0}},
    },
}


def changed(**changes):
    return {**deepcopy(CONTENT), **changes}


def test_the_page_shows_models_scores_and_differences():
    text = " ".join(Page(render_evaluation_html(CONTENT)).text.split())
    for words in (
        "metier-base",
        "39.4",
        "5,123",
        "0.500 0.400–0.600",
        "0.700 0.600–0.800 ▲ better +0.200 (+0.100 to +0.300)",
        "▼ worse −0.050 (−0.100 to −0.010)",
        "MRR, 1,040 queries",
        "train 1,200, report 40",
        "for measuring only",
        "texts: 1,500; penalty: 0.1 / 1.0",
        "links: torch is not installed.",
        "Mean reciprocal rank.",
    ):
        assert words in text


def test_the_first_model_has_no_difference():
    content = changed(models=CONTENT["models"][:1])
    page = Page(render_evaluation_html(content))
    assert "better" not in page.text
    assert "paired" not in page.text


def test_what_is_not_defined_has_a_dash():
    content = changed()
    content["sets"][0]["figures"]["mine"]["mrr"] = figure(
        None, None, None, change(None, None, None), "not told apart"
    )
    text = " ".join(Page(render_evaluation_html(content)).text.split())
    assert "– –––" in text
    assert "≈ not told apart – (– to –)" in text


def test_a_difference_of_0_has_no_sign():
    content = changed()
    none = change(-0.0001, -0.05, 0.0)
    content["sets"][0]["figures"]["mine"]["mrr"] = figure(0.5, 0.4, 0.6, none, "not told apart")
    text = " ".join(Page(render_evaluation_html(content)).text.split())
    assert "≈ not told apart 0.000 (−0.050 to 0.000)" in text


def test_an_evaluation_without_a_set_says_so():
    content = changed(sets=[], figures={})
    for model in content["models"]:
        model["mean"] = None
    assert "No set was measured." in Page(render_evaluation_html(content)).text


def test_the_page_needs_nothing_else():
    html = render_evaluation_html(CONTENT)
    page = Page(html)
    names = {name for name, _ in page.elements}
    assert not names & {"script", "img", "link", "iframe", "object"}
    links = [attributes["href"] for name, attributes in page.elements if name == "a"]
    assert links
    assert all(link.startswith("#") for link in links)
    (css,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "url(" not in css
    assert "@import" not in css
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html


def test_links_lead_to_the_sets():
    page = Page(render_evaluation_html(CONTENT))
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    wanted = {attributes["href"][1:] for name, attributes in page.elements if name == "a"}
    assert wanted <= ids


def test_the_page_can_be_read_on_a_phone():
    html = render_evaluation_html(CONTENT)
    assert 'name="viewport" content="width=device-width' in html
    assert html.count('<div class="scroll"') == html.count("<table")


@pytest.mark.parametrize("field", ["name", "source", "license", "words"])
def test_no_name_is_read_as_markup(field):
    plain = Page(render_evaluation_html(CONTENT))
    content = changed()
    content["sets"][0][field] = HOSTILE
    hostile = Page(render_evaluation_html(content))
    assert [name for name, _ in hostile.elements] == [name for name, _ in plain.elements]


def test_no_model_name_is_read_as_markup():
    content = changed()
    content["models"][1]["name"] = HOSTILE
    content["timing"][HOSTILE] = content["timing"]["mine"]
    content["sets"][0]["figures"][HOSTILE] = SECOND
    content["sets"][0]["facts"][HOSTILE] = {"texts": 1500, "penalty": 1.0}
    plain = Page(render_evaluation_html(CONTENT))
    hostile = Page(render_evaluation_html(content))
    assert {name for name, _ in hostile.elements} == {name for name, _ in plain.elements}


def test_the_same_content_gives_the_same_page():
    assert render_evaluation_html(CONTENT) == render_evaluation_html(deepcopy(CONTENT))
