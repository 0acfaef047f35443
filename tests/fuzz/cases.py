"""Requests that no proper client sends, each with the statuses that may answer it."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from metier.http.limits import MAX_PLAIN_BYTES
from metier.store.workspaces.keys import KeyRole
from tests.fuzz.site import MAX_BYTES, READING_S, FuzzedSite, csrf_in, exchange, head, signed_in
from tests.http.running import API

HOSTILE = (
    "'; DROP TABLE people; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}${7*7}",
    "../../etc/passwd",
    "=HYPERLINK(1)",
)
FILE_NAMES = (
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\x",
    "/etc/shadow",
    "a%00.pdf",
    "a\x01b.txt",
    "\u202efdp.exe",
    "<script>alert(1)</script>.txt",
    "'; DROP TABLE documents; --.txt",
    "x" * 5_000,
    "....//....//x",
    "CON",
    ".",
    " ",
)
PATHS = (
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%2e%2e/%2e%2e/app.py",
    "/static/..%2f..%2fwords%2fen.py",
    "/static/..%5c..%5capp.py",
    "/static//etc/passwd",
    "//etc/passwd",
    "/%00",
    "/static/%00",
    "/%c0%ae%c0%ae/%c0%af",
    "/%ff%fe",
    "/" + "a/" * 5_000,
    "/people/%0d%0aSet-Cookie:%20a=b",
    f"{API}/documents/%2e%2e%2fpeople",
    f"{API}//documents",
    f"{API}/documents/%00",
    f"{API}/../../etc/passwd",
    f"{API}/models/..%2f..%2fbase",
    f"{API}/models/%2e%2e",
    "/room/%00",
    "/room/" + "a" * 4_000,
)
JSON_BODIES = {
    "not closed": b'{"name": "a"',
    "no value": b"",
    "a number": b"1",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "half a surrogate": b'{"name": "\\ud800"}',
    "NUL": b'{"name": "a\\u0000b"}',
    "depth of 100,000": b"[" * 100_000 + b"]" * 100_000,
    "a name of depth 100,000": b'{"name": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "NaN": b'{"name": NaN}',
    "a number of 100,000 digits": b'{"name": ' + b"9" * 100_000 + b"}",
    "a list of 1,000,000": b'{"name": [' + b"1," * 1_000_000 + b"1]}",
    "unknown fields": b'{"name": "a", "workspace": "other"}',
}


@dataclass(frozen=True)
class Case:
    """One request, or a few that belong together.

    Attributes:
        group: what kind of mischief it is.
        name: what it does.
        send: sends it and returns the status that counts.
        allowed: statuses that may answer it.
    """

    group: str
    name: str
    send: Callable[[FuzzedSite], int]
    allowed: frozenset[int]


def cases() -> Iterator[Case]:
    """Yield all of them."""
    for group in (_sizes, _multipart, _names, _paths, _json, _documents, _keys, _forms, _framing):
        name = group.__name__.strip("_")
        for case, send, *allowed in group():
            # Whoever sends on after a head that is refused may see the connection reset before the answer.
            reset = {0} if name == "framing" and 400 in allowed else set()
            yield Case(name, case, send, frozenset(allowed) | reset)


def upload(site: FuzzedSite, content: bytes, name: str = "a.txt", kind: str = "text/plain") -> httpx.Response:
    """Return the answer to a document that is added."""
    files = {"files": (name, content, kind)}
    return site.team.recruiter.post("/documents", files=files)


def chunk(content: bytes) -> bytes:
    """Return a chunk of a body whose length is not announced."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def _sizes():
    def announced(kind, size):
        lines = f"Content-Type: {kind}", f"Content-Length: {size}"
        return lambda site: exchange(site.url, [head("POST", f"{API}/documents", site.bearer, *lines)])[0]

    def in_chunks(path, kind, begin, most):
        lines = f"Content-Type: {kind}", "Transfer-Encoding: chunked"

        def send(site):
            start = head("POST", API + path, site.bearer, *lines)
            rest = [chunk(b"a" * 0x10000)] * (3 * most // 0x10000)
            return exchange(site.url, [start, chunk(begin), *rest])[0]

        return send

    def dripping(site):
        lines = "Content-Type: application/json", "Content-Length: 5000"

        def drip():
            yield head("POST", f"{API}/people", site.bearer, *lines)
            for _ in range(50):
                time.sleep(READING_S / 10)
                yield b" "

        return exchange(site.url, drip())[0]

    form = "multipart/form-data; boundary=b"
    yield "Content-Length over the limit", announced(form, MAX_BYTES + 1), 413
    yield "Content-Length of 20 digits", announced(form, 10**19), 413, 400
    yield "Content-Length of 5,000 digits", announced(form, "9" * 5_000), 413, 400
    yield "Content-Length below 0", announced(form, -1), 413, 400
    yield "JSON over the limit", announced("application/json", MAX_PLAIN_BYTES + 1), 413
    yield "JSON of 50 MB", announced("application/json", 50_000_000), 413
    first = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    yield "chunks over the limit, files", in_chunks("/documents", form, first, MAX_BYTES), 413
    json = "application/json"
    yield "chunks over the limit, JSON", in_chunks("/people", json, b'{"name": "', MAX_PLAIN_BYTES), 413
    yield "a body that drips", dripping, 408


def _multipart():
    def raw(body, kind="multipart/form-data; boundary=b", path="/documents"):
        def send(site):
            lines = f"Content-Type: {kind}", f"Content-Length: {len(body)}"
            return exchange(site.url, [head("POST", API + path, site.bearer, *lines), body])[0]

        return send

    def part(disposition, content=b"some text", more=b""):
        return b"--b\r\nContent-Disposition: " + disposition + b"\r\n" + more + b"\r\n" + content + b"\r\n"

    end = b"--b--\r\n"
    whole = part(b'form-data; name="files"; filename="a.txt"') + end
    yield "no boundary", raw(whole, "multipart/form-data"), 422
    yield "another boundary", raw(whole, "multipart/form-data; boundary=c"), 422
    yield "cut off", raw(whole[:-20]), 422, 200, 201
    yield "cut off in a header", raw(whole[:30]), 422
    yield "no parts", raw(end), 422
    yield "an empty body", raw(b""), 422
    yield "a part without a name", raw(part(b"form-data") + end), 422
    yield "10,000 parts", raw(part(b'form-data; name="role"') * 10_000 + end), 413
    yield "10,000 files", raw(part(b'form-data; name="files"; filename="a"') * 10_000 + end), 413
    yield (
        "a part with a header of 1 MB",
        raw(part(b'form-data; name="files"', more=b"X: " + b"a" * 1_000_000 + b"\r\n")),
        422,
    )
    yield "a part with 10,000 headers", raw(part(b'form-data; name="files"', more=b"X: a\r\n" * 10_000)), 422
    yield "a field of 2 MB", raw(part(b'form-data; name="role"', b"a" * 2_000_000) + end), 413
    yield "a boundary of 5,000", raw(whole, "multipart/form-data; boundary=" + "b" * 5_000), 422
    for codec in ("utf-16", "utf-7", "idna", "unicode_escape", "undefined", "base64", "no-such", "punycode"):
        kind = f"multipart/form-data; boundary=b; charset={codec}"
        odd = part(b'form-data; name="role"', b"\\ud800") + whole
        yield f"charset {codec}", raw(odd, kind), 415
    yield "JSON where files are asked for", raw(b"{}", "application/json"), 422
    yield "files where JSON is asked for", raw(whole, path="/people"), 422
    yield "no Content-Type", raw(b"{}", "", "/people"), 422, 201


def _names():
    def named(name):
        return lambda site: (
            upload(site, b"Resume\n\nPython\n" + name.encode("utf-8", "replace"), name).status_code
        )

    for name in FILE_NAMES:
        yield repr(name)[:40], named(name), 200, 201, 415, 422


def _paths():
    def asked(path, *headers):
        def send(site):
            lines = (site.bearer, "Connection: close", *headers)
            status, body = exchange(site.url, [head("GET", path, *lines)])
            assert b"root:" not in body
            assert b"import " not in body
            return status

        return send

    for path in PATHS:
        yield path[:40], asked(path), 303, 400, 404, 422
    yield "a path of 1 MB", asked("/" + "a" * 1_000_000), 400, 0
    yield "a header of 1 MB", asked("/people", "X-Long: " + "a" * 1_000_000), 400, 431, 0
    yield "10,000 headers", asked("/sign-in", *["X-Many: a"] * 10_000), 200, 400, 431, 0


def _json():
    def raw(body, kind="application/json"):
        def send(site):
            lines = f"Content-Type: {kind}", f"Content-Length: {len(body)}"
            return exchange(site.url, [head("POST", f"{API}/people", site.bearer, *lines), body])[0]

        return send

    for name, body in JSON_BODIES.items():
        yield name, raw(body), 422, *((201,) if name == "UTF-16" else ())
    yield "the same name twice", raw(b'{"name": "a", "name": "b"}'), 201
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "a/b; charset=\xff"):
        yield f"as {kind!r}", raw(b'{"name": "a"}', kind), 422


def zip_bomb(inner: int = 1_000_000_000) -> bytes:
    """Return a Word file whose text is so large, of zeros, in a few megabytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as file:
            for _ in range(inner // 10_000_000):
                file.write(b" " * 10_000_000)
    return buffer.getvalue()


def pdf_bomb(inner: int = 1_000_000_000) -> bytes:
    """Return a PDF file whose only page is a stream that unpacks to so much."""
    packer = zlib.compressobj(9)
    stream = (
        b"".join(packer.compress(b"(a) Tj " * 1_000_000) for _ in range(inner // 7_000_000)) + packer.flush()
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%b endobj\n" % (i, part) for i, part in enumerate(parts, 1))
    return body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def entity_bomb() -> bytes:
    """Return a Word file whose XML has entities that grow tenfold, ten times."""
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 11))
    text = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "aaaaaaaaaa">{entities}]><d>&a10;</d>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", text)
    return buffer.getvalue()


def _documents():
    def read(make, name):
        def send(site):
            answer = upload(site, make(), name)
            if answer.is_error:
                return answer.status_code
            document = answer.json()["files"][0]["document"]["id"]
            return site.team.recruiter.post("/assessments", json={"document": document}).status_code

        return send

    yield "a Word file that unpacks to 1 GB", read(zip_bomb, "a.docx"), 413, 422
    yield "a PDF file that unpacks to 1 GB", read(pdf_bomb, "a.pdf"), 413, 422
    yield "a Word file of growing entities", read(entity_bomb, "a.docx"), 413, 422
    yield "a Word file cut off", read(lambda: zip_bomb(10_000_000)[:-50], "a.docx"), 413, 415, 422
    yield "no bytes", read(lambda: b"", "a.txt"), 422
    yield "HTML of depth 100,000", read(lambda: b"<html>" + b"<div>" * 100_000, "a.html"), 201, 413, 422
    yield "RTF of depth 100,000", read(lambda: b"{\\rtf1" + b"{" * 100_000, "a.rtf"), 201, 413, 422
    yield "a name of another format", read(lambda: b"\x7fELF" + b"\0" * 100, "a.pdf"), 415, 422


def _keys():
    def with_key(make, method="GET", path="/people"):
        def send(site):
            headers = {"Authorization": f"Bearer {make(site)}"}
            return httpx.request(method, site.url + API + path, headers=headers, trust_env=False).status_code

        return send

    def new(site, **rest):
        return site.team.admin.post("/keys", json={"name": "x", "role": "viewer", **rest}).json()

    def revoked(site):
        made = new(site)
        assert with_key(lambda _: made["token"])(site) == 200
        assert site.team.admin.delete(f"/keys/{made['key']['id']}").status_code == 200
        return made["token"]

    def expired(site):
        made = new(site, lasts_s=0.01)
        time.sleep(0.05)
        return made["token"]

    yield "revoked", with_key(revoked), 401
    yield "expired", with_key(expired), 401
    yield "cut off", with_key(lambda site: site.team.admin.token[:-1]), 401, 429
    yield "of another case", with_key(lambda site: site.team.admin.token.swapcase()), 401, 429
    yield "the prefix alone", with_key(lambda site: site.team.admin.token[:16]), 401, 429
    yield "SQL", with_key(lambda _: "mtr_' OR 1=1 --"), 401, 429
    yield "of 100,000 characters", with_key(lambda _: "mtr_" + "a" * 60_000), 400, 401, 429
    yield (
        "not ASCII",
        lambda site: exchange(
            site.url,
            [head("GET", f"{API}/people", "Authorization: Bearer mtr_\xff\xfe", "Connection: close")],
        )[0],
        400,
        401,
        429,
    )
    for role in (KeyRole.VIEWER, KeyRole.RECRUITER):
        yield (
            f"a {role.value} adds a key",
            with_key(lambda site, r=role: site.team.of(r).token, "POST", "/keys"),
            403,
        )
    yield "a session in place of a key", _session_for_key, 401, 429


def _session_for_key(site):
    with signed_in(site, site.team.admin.token) as browser:
        return browser.get(f"{API}/people").status_code


def _forms():
    def posted(path, form, **headers):
        def send(site):
            with signed_in(site, site.team.admin.token) as browser:
                right = csrf_in(browser.get("/people"))
                data = {name: right if value == "right" else value for name, value in form.items()}
                return browser.post(path, data=data, headers=headers).status_code

        return send

    def of_another(site):
        with signed_in(site, site.team.viewer.token) as other, signed_in(site, site.team.admin.token) as mine:
            form = {"csrf": csrf_in(other.get("/people")), "name": "x"}
            return mine.post("/people", data=form).status_code

    def after_revoking(site):
        made = site.team.admin.post("/keys", json={"name": "x", "role": "admin"}).json()
        with signed_in(site, made["token"]) as browser:
            csrf = csrf_in(browser.get("/people"))
            site.team.admin.delete(f"/keys/{made['key']['id']}")
            answer = browser.post("/people", data={"csrf": csrf, "name": "x"})
            assert answer.headers["location"].startswith("/sign-in")
            return answer.status_code

    yield "no token", posted("/people", {"name": "x"}), 403
    yield "an empty token", posted("/people", {"name": "x", "csrf": ""}), 403
    yield "the token of another session", of_another, 403
    yield (
        "from another site",
        posted("/people", {"name": "x", "csrf": "right"}, Origin="https://evil.example"),
        403,
    )
    yield (
        "from a site of the same domain",
        posted("/people", {"name": "x", "csrf": "right"}, **{"Sec-Fetch-Site": "same-site"}),
        403,
    )
    yield "from nowhere", posted("/people", {"name": "x", "csrf": "right"}, Origin="null"), 403
    yield (
        "sign-out from another site",
        posted("/sign-out", {"csrf": "right"}, **{"Sec-Fetch-Site": "cross-site"}),
        403,
    )
    yield "the session of a revoked key", after_revoking, 303


def _framing():
    """Requests that a proxy and the server could cut into pieces at different places."""
    smuggled = b"GET /people HTTP/1.1\r\nHost: a\r\n\r\n"

    def raw(*headers, body=b"0\r\n\r\n" + smuggled, method="POST"):
        def send(site):
            lines = (site.bearer, "Content-Type: application/json", *headers)
            return exchange(site.url, [head(method, f"{API}/people", *lines), body])[0]

        return send

    chunked = "Transfer-Encoding: chunked"
    yield "Content-Length and Transfer-Encoding", raw("Content-Length: 4", chunked), 400
    yield "two Content-Lengths", raw("Content-Length: 4", "Content-Length: 5"), 400
    yield "Transfer-Encoding in a fold", raw("X: a", "\tb", "Transfer-Encoding:\tchunked"), 400, 422
    yield "Transfer-Encoding twice", raw(chunked, "Transfer-Encoding: identity"), 400, 501
    yield "an unknown Transfer-Encoding", raw("Transfer-Encoding: xchunked"), 400, 501
    yield "a blank before the colon", raw("Content-Length : 4"), 400
    yield "a chunk size that is none", raw(chunked, body=b"zz\r\n"), 400
    yield "a chunk size of 100 digits", raw(chunked, body=b"f" * 100 + b"\r\n"), 400
    yield (
        "a bare line feed",
        lambda site: exchange(site.url, [b"GET /healthz HTTP/1.1\nHost: a\n\n"])[0],
        200,
        400,
    )
    yield "no Host", lambda site: exchange(site.url, [b"GET /healthz HTTP/1.1\r\n\r\n"])[0], 400
    yield (
        "not HTTP",
        lambda site: exchange(site.url, [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])[0],
        400,
    )
    yield "an unknown method", raw(method="BREW", body=b""), 405
