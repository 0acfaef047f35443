import tracemalloc

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from starlette.datastructures import FormData

from metier.errors import InvalidInput
from metier.http import pages
from metier.http.limits import FORMS_OF_ANYONE
from metier.http.pages.forms import Posted, by_anyone, number_of
from tests.http.pages.visitor import token_in


def posted(*items: tuple[str, str]) -> Posted:
    return Posted(None, FormData(items))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "number"), [("", None), (" 2,5 ", 2.5), ("0", 0.0), ("10", 10.0)])
def test_numbers_may_be_left_out_and_have_a_comma(text, number):
    assert number_of({"years": text}, "years", least=0, most=10) == number


@pytest.mark.parametrize("text", ["-1", "11", "many", "nan", "inf", "1e9", "<b>"])
def test_numbers_out_of_range_name_the_field_and_the_range(text):
    with pytest.raises(InvalidInput, match="years must be a number from 0 to 10"):
        number_of({"years": text}, "years", least=0, most=10)


def test_the_same_form_is_the_same_request_and_another_is_not():
    form = posted(("once", "abc"), ("title", "A"))
    assert form.once() == posted(("once", "abc"), ("title", "A")).once()
    others = [posted(("once", "abc"), ("title", "B")).once(), form.once(b"file"), form.once(b"other file")]
    assert len({form.once(), *others}) == 4
    assert posted(("title", "A")).once() is None


def test_text_is_trimmed_and_has_one_kind_of_line_end():
    assert posted(("text", "  a\r\nb  ")).text("text") == "a\nb"
    assert posted().text("text") == ""


def multipart(*parts: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--b\r\nContent-Disposition: form-data; name="x"'
    body = b"".join(head + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("path", ["/sign-in", "/look", "/room", "/room/any-link"])
def test_large_forms_of_anyone_are_refused_before_they_are_held(url, path):
    part = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + bytes(4_000_000) + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(45 * len(part))}
    tracemalloc.start()
    try:
        parts = (part for _ in range(45))
        answer = httpx.post(url + path, content=parts, headers=headers, trust_env=False, timeout=60)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 30_000_000


@pytest.mark.parametrize("path", ["/sign-in", "/look", "/room"])
@pytest.mark.parametrize(
    "parts",
    [[b"\r\n\r\nx"] * 21, [b'; filename="a.txt"\r\n\r\nx'], [b"\r\n\r\n" + b"x" * 4_300_000]],
    ids=["many fields", "a file", "a long field"],
)
def test_forms_of_anyone_are_small_and_have_no_files(url, path, parts):
    body, headers = multipart(*parts)
    answer = httpx.post(url + path, content=body, headers=headers, trust_env=False)
    assert answer.status_code == 413


def test_an_answer_of_the_longest_kind_is_read(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as candidate:
        token = token_in(candidate.get("/sign-in").text)
        fields = {
            "csrf": (None, token),
            "what": (None, "answer"),
            "answer": (None, "\N{GRINNING FACE}" * 1_000_000),
        }
        answer = candidate.post("/room", files=fields)
    assert answer.status_code == 404, "it was read, and only its seat is missing"


def test_all_forms_of_anyone_are_kept_small():
    open_to_all = {
        route.path
        for part in pages._PARTS
        for route in part.router.routes
        if asks(route.dependant, by_anyone)
    }
    assert open_to_all
    assert all(path.startswith(FORMS_OF_ANYONE) for path in open_to_all)


def asks(dependant: Dependant, call: object) -> bool:
    return dependant.call is call or any(asks(inner, call) for inner in dependant.dependencies)
