"""Documents over the API."""

from __future__ import annotations

import pytest

from tests.http.running import ok, upload
from tests.service.small import resume

MARKED = b"<script>alert(1)</script> Python developer since 2019\n"


def test_a_file_is_new_once_and_there_the_second_time(team):
    first = team.recruiter.post("/documents", files={"files": ("a.txt", resume(1))})
    second = team.recruiter.post("/documents", files={"files": ("b.txt", resume(1))})
    assert (first.status_code, second.status_code) == (201, 200)
    assert [answer.json()["files"][0]["outcome"] for answer in (first, second)] == ["added", "there"]
    assert first.json()["files"][0]["document"] == second.json()["files"][0]["document"]


def test_of_several_files_each_has_its_outcome(team):
    files = [
        ("files", ("a.txt", resume(1))),
        ("files", ("b.txt", b"")),
        ("files", ("c.gif", b"GIF89a" + b"\x00" * 50)),
    ]
    found = ok(team.recruiter.post("/documents", files=files), 201)["files"]
    assert [one["outcome"] for one in found] == ["added", "refused", "refused"]
    assert [one["code"] for one in found] == ["", "empty_document", "unsupported_format"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"", 422, "empty_document"), (b"GIF89a" + b"\x00" * 50, 415, "unsupported_format")],
)
def test_a_single_file_that_is_refused_is_a_problem(team, content, status, code):
    answer = team.recruiter.post("/documents", files={"files": ("a.gif", content)})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\cv.txt", "cv.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
    ],
)
def test_a_name_loses_its_path_and_its_tricks(team, sent, kept):
    document = upload(team.recruiter, resume(1), sent)
    assert ok(team.viewer.get(f"/documents/{document}"))["name"] == kept


def test_a_file_comes_back_as_it_was_and_only_as_a_download(team):
    document = upload(team.recruiter, MARKED, "a;'é.html")
    answer = team.viewer.get(f"/documents/{document}/content")
    assert answer.content == MARKED
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="a_.html"; ')
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_is_read_when_its_text_is_asked_for(team):
    document = upload(team.recruiter, resume(1))
    assert ok(team.viewer.get(f"/documents/{document}/reading"))["state"] == "unread"
    text = team.viewer.get(f"/documents/{document}/text")
    assert "Developer" in text.text
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    reading = ok(team.viewer.get(f"/documents/{document}/reading"))
    assert (reading["state"], "document" in reading["details"]) == ("read", True)


def test_a_file_that_cannot_be_read_says_why(team):
    document = upload(team.recruiter, b"%PDF-1.7\nbroken", "broken.pdf")
    answer = team.viewer.get(f"/documents/{document}/text")
    assert (answer.status_code, answer.json()["code"]) == (422, "corrupt_document")
    assert ok(team.viewer.get(f"/documents/{document}"))["state"] == "unreadable"


def test_documents_are_listed_in_pages_with_the_next_in_the_header(team):
    ids = [upload(team.recruiter, resume(n)) for n in range(3)]
    first = team.viewer.get("/documents", params={"limit": 2, "role": "resume"})
    assert [one["id"] for one in first.json()["items"]] == ids[:0:-1]
    link = first.headers["link"]
    assert link.endswith('>; rel="next"')
    address = link[1 : link.index(">")].removeprefix("/api/v1")
    second = team.viewer.get(address)
    assert [one["id"] for one in second.json()["items"]] == ids[:1]
    assert "link" not in second.headers


def test_a_document_is_attached_and_listed_by_its_person(team):
    document = upload(team.recruiter, resume(1))
    person = ok(team.recruiter.post("/people", json={"name": "Anna"}), 201)["id"]
    assert ok(team.recruiter.patch(f"/documents/{document}", json={"person": person}))["person"] == person
    found = ok(team.viewer.get("/documents", params={"person": person}))["items"]
    assert [one["id"] for one in found] == [document]


def test_an_upload_that_is_sent_again_is_done_once_though_its_boundary_differs(team):
    files = [("files", (f"{n}.txt", resume(n))) for n in range(2)]
    headers = {"Idempotency-Key": "upload-1"}
    first, second = (team.recruiter.post("/documents", files=files, headers=headers) for _ in range(2))
    assert first.request.headers["content-type"] != second.request.headers["content-type"]
    assert ok(first, 201) == ok(second, 201)
    other = team.recruiter.post("/documents", files=[("files", ("9.txt", resume(9)))], headers=headers)
    assert other.status_code in {201, 409}


def test_an_erased_document_is_not_found(team):
    document = upload(team.recruiter, resume(1))
    assert ok(team.admin.delete(f"/documents/{document}"), 202)["kind"] == "erase-index"
    assert team.viewer.get(f"/documents/{document}/content").status_code == 404
