"""Every page with queries and forms that no browser sends, and hostile text in all that pages show."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from tests.fuzz.cases import HOSTILE
from tests.fuzz.pages import filled, paths_of
from tests.fuzz.site import FuzzedSite, csrf_in, fuzzed_site, signed_in
from tests.http.running import ok, upload
from tests.service.small import VACANCY, resume

# Names of all fields of queries and forms; each page is sent all of them.
FIELDS = (
    "after anchor answer back days decision document documents done external_id file groups head id jobs key "
    "key_name kind language like level name next note number once order q role score skills state subject "
    "taxonomy text theme title turn vacancy what word years bank person minutes max_questions lasts"
).split()
JUNK = (
    *HOSTILE,
    "",
    " ",
    "-1",
    "1e309",
    "nan",
    "9" * 400,
    "\x00",
    "\u202e",
    "x" * 1_000,
    "%00",
    "\r\nSet-Cookie: a=b",
    "//evil.example",
    "ё" * 150,
)
SCRIPT = "<script>alert(1)</script>"
RANDOM_FORMS = 12


PAGES, FORMS = paths_of("GET"), paths_of("POST")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[FuzzedSite]:
    with fuzzed_site(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(site) -> Iterator[httpx.Client]:
    with signed_in(site, site.team.admin.token) as client:
        yield client


def check_answer(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    assert "set-cookie: a=b" not in str(answer.headers).lower()
    assert "evil.example" not in answer.headers.get("location", "").partition("?")[0]
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert SCRIPT not in answer.text
        assert "onerror=alert(1)>" not in answer.text


def test_pages_and_forms_are_found():
    assert {"/", "/people/{person}", "/room/{link}", "/sign-in"} <= set(PAGES)
    assert {"/people/{person}/erase", "/vacancies/{vacancy}/resumes", "/room"} <= set(FORMS)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_any_query(site, browser, path):
    ids = vars(site.things) | {"name": "none", "path": "site.css"}
    for junk in JUNK:
        # httpx would refuse some of these as parameters of its own.
        every, two = urlencode(dict.fromkeys(FIELDS, junk)), urlencode({"done": junk, "document": junk})
        check_answer(browser.get(f"{filled(path, ids)}?{every}"))
        check_answer(browser.get(f"{filled(path, {})}?{two}&document=a"))
    for field in FIELDS:
        check_answer(browser.get(filled(path, ids), params={field: SCRIPT}))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_a_hostile_id_is_not_found_or_leads_elsewhere(browser, path):
    if "{" not in path:
        pytest.skip("no id in it")
    for junk in ("'; DROP TABLE people; --", "%00", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%ff", "é" * 300):
        address = re.sub(r"\{[^}]+\}", junk, path)
        answer = browser.get(address)
        check_answer(answer)
        assert answer.status_code in {303, 404, 422}


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_changes_nothing(site, browser, path):
    before = ok(site.team.admin.get("/log/head"))
    for form in ({}, {"csrf": "a" * 64}, {"csrf": "ё"}, dict.fromkeys(FIELDS, "a")):
        answer = browser.post(filled(path, vars(site.things)), data=form)
        # Those that anyone may send have few fields, and more are refused before the token is looked at.
        assert answer.status_code in ({403, 413} if len(form) > 20 else {403})
    assert ok(site.team.admin.get("/log/head")) == before


@pytest.mark.parametrize("path", FORMS)
def test_a_form_answers_any_fields(site, path):
    """Only ids of nothing, so that nothing is erased; a browser of its own, since one of them signs out."""
    rng = random.Random(path)
    with signed_in(site, site.team.admin.token) as browser:
        for i in range(len(JUNK) + RANDOM_FORMS):
            token = csrf_in(browser.get("/people"))
            chosen = JUNK[i] if i < len(JUNK) else None
            form = {name: chosen if chosen is not None else rng.choice(JUNK) for name in FIELDS}
            ids = {} if path.endswith(("erase", "revoke")) or i % 2 else vars(site.things)
            files = {"files": (rng.choice(JUNK)[:200], b"some text")} if i % 3 == 0 else None
            answer = browser.post(filled(path, ids), data=form | {"csrf": token}, files=files)
            check_answer(answer)
            if path == "/sign-out":
                return


@pytest.mark.parametrize("charset", ["idna", "unicode_escape", "undefined", "punycode", "utf-16"])
def test_a_form_in_an_encoding_that_may_fail_is_refused(site, charset):
    """Python decodes some of them to half characters, or fails; that was answered with 500."""
    body = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    answer = httpx.post(f"{site.url}/sign-in", content=body, headers={"Content-Type": kind}, trust_env=False)
    assert answer.status_code == 415


@pytest.fixture(scope="module")
def hostile(site) -> dict[str, str]:
    """Ids of things whose every text is hostile: names, titles, notes, files, questions' answers."""
    client, text = site.team.recruiter, "<b>" + SCRIPT + "'\"&{{7*7}}"
    content = resume(77, f"Python, {text}") + f"\n{text}\n".encode()
    document = upload(client, content, f"{text}.txt")
    person = ok(client.get(f"/documents/{document}"))["person"]
    ok(client.patch(f"/people/{person}", json={"name": text, "external_id": text}))
    asked = {"text": VACANCY.decode() + f"- {text}\n", "title": text}
    vacancy = ok(client.post("/vacancies/text", json=asked), 201)["id"]
    body = {"document": document, "vacancy": vacancy}
    ok(client.post("/assessments", json=body), 201)
    ok(client.post("/assessments", json={"document": document}), 201)
    decision = ok(client.post("/decisions", json=body | {"kind": "shortlist", "note": text}), 201)["id"]
    bank = next(one for one in ok(client.get("/interviews/banks")) if one["name"] != "vacancy")
    plan = {"bank": bank["name"], "language": bank["language"], "person": person, "max_questions": 1}
    interview = ok(client.post("/interviews", json=plan), 201)["id"]
    ok(client.post(f"/interviews/{interview}/question"))
    ok(client.post(f"/interviews/{interview}/answer", json={"text": text}))
    key = ok(site.team.admin.post("/keys", json={"name": text, "role": "viewer"}), 201)["key"]["id"]
    ok(site.team.admin.patch("/workspace", json={"name": text}))
    job = ok(client.post("/jobs/assess", json={"documents": [document]}), 202)["id"]
    return {**body, "person": person, "decision": decision, "interview": interview, "key": key, "job": job}


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_is_shown_escaped_by_every_page(browser, hostile, path):
    for vacancy in ({}, {"vacancy": hostile["vacancy"]}):
        answer = browser.get(filled(path, hostile | {"name": "none", "path": "site.css"}), params=vacancy)
        check_answer(answer)
        if answer.headers.get("content-type", "").startswith("text/html"):
            # Neither a tag, nor quotes that end an attribute, nor a template that was filled in.
            for raw in ("<b>", "'\"&", "&amp;49"):
                assert raw not in answer.text


def test_hostile_text_is_on_the_pages_and_comes_back_as_it_was(site, browser, hostile):
    """That the pages above show it at all."""
    for path in (
        "/",
        "/people",
        f"/people/{hostile['person']}",
        f"/vacancies/{hostile['vacancy']}",
        "/settings",
    ):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in browser.get(path).text
    person = ok(site.team.viewer.get(f"/people/{hostile['person']}"))
    assert person["name"] == person["external_id"] == "<b>" + SCRIPT + "'\"&{{7*7}}"
