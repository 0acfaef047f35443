import socket

import pytest

pytest.importorskip("openai")

from metier.dialogue import Wording
from metier.errors import BackendError
from metier.interview.endpoint_model import EndpointModel
from metier.interview.model_writer import ModelWriter
from metier.training.chat import ApiKey, Endpoint, Prompt
from tests.interview.test_model_writer import GOOD, request
from tests.training.chat_server import Reply, chat_server, in_turn

PROMPT = Prompt("You ask.", "Ask.")


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def model_at(url, **options):
    return EndpointModel(Endpoint(url, "kanana", ApiKey("secret-key"), backoff_s=0.0, **options))


def test_the_model_is_asked_with_all_it_is_to_know():
    with chat_server(in_turn(Reply("Hello?"))) as server:
        said = model_at(server.url).generate(PROMPT, temperature=0.6, max_tokens=99, seed=7)
    assert said == "Hello?"
    (asked,) = server.requests
    assert asked["messages"] == PROMPT.messages
    assert (asked["model"], asked["temperature"], asked["max_tokens"], asked["seed"]) == (
        "kanana",
        0.6,
        99,
        7,
    )


def test_an_answer_that_is_none_is_an_error():
    with (
        chat_server(in_turn(Reply(body=b"<html>"))) as server,
        pytest.raises(BackendError, match="'kanana' must answer as a chat does"),
    ):
        model_at(server.url).generate(PROMPT, temperature=0.6, max_tokens=9, seed=0)


def test_a_question_comes_over_the_wire():
    with chat_server(in_turn(Reply("- No"), Reply(f"<think>Hm.</think>{GOOD}"))) as server:
        wording = ModelWriter(model_at(server.url)).write(request())
    assert wording == Wording(GOOD, "kanana", 2, ("list-mark",))


@pytest.mark.parametrize(
    "reply", [Reply(status=401), Reply(status=500), Reply(body=b"x"), Reply(GOOD, delay_s=0.5)]
)
def test_whatever_goes_wrong_the_bank_asks(reply):
    with chat_server(in_turn(reply)) as server:
        wording = ModelWriter(model_at(server.url, retries=0, timeout_s=0.2)).write(request())
    assert wording == Wording("What is an index for?", "bank", 1, ("failed",))


def test_without_a_server_the_bank_asks():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    assert ModelWriter(model_at(url, retries=0)).write(request()).refused == ("failed",)
