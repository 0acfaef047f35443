import socket
import sys

import pytest

pytest.importorskip("openai")

from metier.errors import InvalidInput, MissingExtra
from metier.training.chat import ApiKey, Chat, Endpoint, Prompt
from tests.training.chat_server import Reply, chat_server, in_turn

KEY = "sk-very-secret"
MARKER = "Zyxwvut"
PROMPT = Prompt("You write.", "Write one.")


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def ask(reply, **options):
    with chat_server(reply) as server:
        options = {"retries": 2, "backoff_s": 0.0, "timeout_s": 5.0, **options}
        endpoint = Endpoint(server.url, "writer", ApiKey(KEY), **options)
        with Chat(endpoint) as chat:
            try:
                return server, chat.answer(PROMPT, temperature=0.5, seed=7)
            except InvalidInput as error:
                return server, error


def test_the_model_is_asked_with_temperature_and_seed():
    server, said = ask(in_turn(Reply("Hello")))
    assert said == "Hello"
    assert server.authorizations == [f"Bearer {KEY}"]
    assert server.requests == [
        {
            "path": "/v1/chat/completions",
            "model": "writer",
            "messages": [
                {"role": "system", "content": "You write."},
                {"role": "user", "content": "Write one."},
            ],
            "temperature": 0.5,
            "seed": 7,
        }
    ]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(status):
    server, said = ask(in_turn(Reply(status=status), Reply(status=status), Reply("Hello")))
    assert (said, len(server.requests)) == ("Hello", 3)


@pytest.mark.parametrize("status", [429, 500])
def test_retries_come_to_an_end(status):
    server, error = ask(in_turn(Reply(MARKER, status=status)))
    assert len(server.requests) == 3
    assert f"failed 3 times in a row, at last with status {status}. Check base_url" in str(error)
    assert MARKER not in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_tried_again(status):
    server, error = ask(in_turn(Reply(MARKER, status=status)))
    assert len(server.requests) == 1
    assert f"refused the request with status {status}. Check base_url, key and model 'writer'" in str(error)
    assert MARKER not in str(error)
    assert KEY not in str(error)


def test_a_slow_answer_is_given_up():
    slow = Reply("Too late", delay_s=0.5)
    server, said = ask(in_turn(slow, Reply("Hello")), timeout_s=0.1)
    assert (said, len(server.requests)) == ("Hello", 2)
    _, error = ask(in_turn(slow), timeout_s=0.1, retries=0)
    assert "failed 1 times in a row, at last with no answer within 0.1 s" in str(error)


def test_a_server_that_is_not_there_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    with (
        Chat(Endpoint(url, "writer", retries=1, backoff_s=0.0)) as chat,
        pytest.raises(InvalidInput, match="failed 2 times in a row, at last with no connection"),
    ):
        chat.answer(PROMPT, temperature=0.0, seed=0)


@pytest.mark.parametrize(
    ("asked", "pauses"),
    [(None, [0.5, 1.0]), ("3", [3.0, 3.0]), ("9999999", [60.0, 60.0]), ("soon", [0.5, 1.0])],
)
def test_pauses_double_and_heed_the_server(monkeypatch, asked, pauses):
    slept = []
    monkeypatch.setattr("metier.training.chat.sleep", slept.append)
    busy = Reply(status=429, headers={"retry-after": asked} if asked else {})
    with chat_server(lambda request: busy) as server:
        endpoint = Endpoint(server.url, "writer", retries=2, backoff_s=0.5)
        with Chat(endpoint) as chat, pytest.raises(InvalidInput, match="status 429"):
            chat.answer(PROMPT, temperature=0.0, seed=0)
    assert slept == pauses


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>"),
        Reply(body=b""),
        Reply(body=b"[]"),
        Reply(body=b'{"choices": []}'),
        Reply(body=b'{"choices": [{"message": null}]}'),
        Reply(content=None),
        Reply(content=[{"type": "text"}]),
        Reply(body=b"[" * 100_000),
        Reply(body=b"\xff"),
        Reply(body=b" " * 4_000_001),
        Reply(body=b"plain", headers={"content-type": "text/plain"}),
    ],
)
def test_what_is_no_answer_of_a_chat_is_none(reply):
    assert ask(in_turn(reply))[1] is None


def test_the_key_shows_nowhere():
    key = ApiKey(KEY)
    endpoint = Endpoint("http://localhost/v1", "writer", key)
    for shown in (repr(key), str(key), f"{key}", repr(endpoint), str(endpoint)):
        assert KEY not in shown
    assert key.reveal() == KEY


@pytest.mark.parametrize("value", ["", "with blank", "line\nbreak", "ключ"])
def test_a_key_that_no_header_can_hold_is_refused_unseen(value):
    with pytest.raises(InvalidInput, match="API key must be printable ASCII") as caught:
        ApiKey(value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base_url": "localhost:8080"}, "base_url must be an http or https address"),
        ({"base_url": "file:///etc"}, "base_url must be"),
        ({"base_url": "http://"}, "base_url must be"),
        ({"base_url": "http://[x/v1"}, "base_url must be"),
        ({"base_url": "http://me:secret@host/v1"}, "without a password in it"),
        ({"model": " "}, "model must be the name"),
        ({"timeout_s": 0}, "timeout_s must be above 0 and at most 3600. Got 0"),
        ({"timeout_s": float("nan")}, "timeout_s must be"),
        ({"retries": 21}, "retries must be from 0 to 20. Got 21"),
        ({"backoff_s": -1}, "backoff_s must be from 0 to 60. Got -1"),
    ],
)
def test_an_endpoint_keeps_to_its_ranges(options, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        Endpoint(**{"base_url": "http://localhost/v1", "model": "writer", **options})
    assert "secret" not in str(caught.value)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"metier\[llm\]"):
        Chat(Endpoint("http://localhost/v1", "writer"))
