"""The page of an attention map: what it shows, and that no token can break it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from copy import deepcopy

import pytest

from metier.errors import InvalidInput
from metier.report.attention import render_attention_html
from tests.report.test_html import HOSTILE, Page

ROLES = ["itself", "first special token", "broad", "rest of its word"]
CONTENT = {
    "model": "metier-small",
    "sha256": "a" * 64,
    "tokens": [
        {"shown": "<s>", "special": True},
        {"shown": "cat", "special": False},
        {"shown": "שלום", "special": False},
    ],
    "n_layers": 2,
    "n_heads": 2,
    "shares": bytes(range(36)),
    "roles": [
        {
            "layer": i // 2 + 1,
            "head": i % 2 + 1,
            "role": role,
            "role_in_text": "broad",
            "entropy": 0.5,
            "x": 1,
        }
        for i, role in enumerate(ROLES)
    ],
    "roles_from": "this text",
    "links": [
        {
            "layer": 2,
            "head": 1,
            "source": "it",
            "target": "cat",
            "share": 0.529,
            "others": 0.04,
            "over_uniform": 7.93,
        }
    ],
}


def changed(**changes):
    return {**deepcopy(CONTENT), **changes}


def data_of(html):
    (found,) = re.findall(r'<script type="application/json" id="maps">(.*?)</script>', html, re.DOTALL)
    return json.loads(found)


def script_of(html):
    (found,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return found


def test_the_page_shows_roles_and_links_without_its_script():
    page = Page(render_attention_html(CONTENT))
    text = " ".join(page.text.split())
    for words in ("Attention of metier-small", "over the tokens of this text", "52.9 %", "4.0 %", "7.9"):
        assert words in text
    labels = [attributes.get("aria-label", "") for _, attributes in page.elements]
    assert "Layer 1, head 2: first special token; in the text broad" in labels
    assert text.count("self") >= 1


def test_every_head_has_a_button():
    page = Page(render_attention_html(CONTENT))
    buttons = [attributes for name, attributes in page.elements if name == "button"]
    places = [(each["data-layer"], each["data-head"]) for each in buttons]
    assert places == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]


def test_the_shares_are_all_there():
    found = data_of(render_attention_html(CONTENT))
    assert base64.b64decode(found["shares"]) == bytes(range(36))
    assert found["tokens"] == ["<s>", "cat", "שלום"]
    assert found["special"] == [1, 0, 0]
    assert (found["layers"], found["heads"]) == (2, 2)
    assert found["roles"][1] == ["first special token", "broad"]


def test_the_page_needs_nothing_else():
    html = render_attention_html(CONTENT)
    names = {name for name, _ in Page(html).elements}
    assert not names & {"img", "link", "iframe", "object", "a"}
    assert "http" not in html.replace("http-equiv", "")
    (css,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "url(" not in css
    assert "@import" not in css
    for kind, content in (("style", css), ("script", script_of(html))):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html


def test_the_script_writes_text_and_never_markup():
    script = script_of(render_attention_html(CONTENT))
    for name in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "import(",
    ):
        assert name not in script


@pytest.mark.parametrize(
    "hostile", [HOSTILE, "<script>alert(1)</script>", "</script>", "<!--<script>", "&lt;"]
)
def test_no_token_is_read_as_markup(hostile):
    plain = render_attention_html(CONTENT)
    content = changed(
        tokens=[{"shown": hostile, "special": False}, *CONTENT["tokens"][1:]],
        model=hostile,
        roles_from=hostile,
        links=[{**CONTENT["links"][0], "source": hostile, "target": hostile}],
    )
    html = render_attention_html(content)
    assert [name for name, _ in Page(html).elements] == [name for name, _ in Page(plain).elements]
    assert script_of(html) == script_of(plain)
    if hostile != HOSTILE:
        assert data_of(html)["tokens"][0] == hostile


def test_ten_links_are_shown_and_none_leave_no_table():
    many = Page(render_attention_html(changed(links=CONTENT["links"] * 30)))
    assert many.text.count("52.9 %") == 10
    assert "Heads that link the words" not in Page(render_attention_html(changed(links=[]))).text


def test_the_page_can_be_read_on_a_phone():
    html = render_attention_html(CONTENT)
    assert 'name="viewport" content="width=device-width' in html
    assert html.count('<div class="scroll') == html.count("<table") + html.count('<canvas id="map"')


def test_shares_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="a byte for each pair of 3 tokens in 2 layers of 2 heads. Got 35"):
        render_attention_html(changed(shares=bytes(35)))


def test_the_same_content_gives_the_same_page():
    assert render_attention_html(CONTENT) == render_attention_html(deepcopy(CONTENT))
