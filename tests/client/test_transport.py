"""Requests of the client: what is sent again, and what a problem becomes."""

from __future__ import annotations

import httpx
import pytest

from metier import errors
from metier.client.transport import N_TRIES, Request, Transport, error_of, new_once
from metier.errors import BackendError, InvalidInput, MetierError, NotFound, Overloaded, TooManyRequests
from metier.http.problems import STATUS_OF, Problem, problem_of

READ = Request("GET", "/people")
MAKE = Request("POST", "/people", body={"name": "Anna"}, once="k")
ASK = Request("POST", "/interviews/x/question")


class Server:
    """Answers one after another; notes what it was asked and how long the client slept."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def transport(self) -> Transport:
        return Transport(
            "http://test",
            "mtr_x",
            timeout_s=5,
            network=httpx.MockTransport(self.answer),
            sleep=self.slept.append,
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status, code, **headers):
    body = Problem(status, code, "A sentence.").to_mapping("n1")
    return httpx.Response(status, json=body, headers=headers)


FINE = httpx.Response(200, json={})
LOST = httpx.ConnectError("no route")


@pytest.mark.parametrize("request_", [READ, MAKE], ids=["reads", "is done once"])
@pytest.mark.parametrize("first", [LOST, problem(503, "overloaded"), problem(429, "too_many_requests")])
def test_what_does_nothing_twice_is_sent_again(request_, first):
    server = Server(first, httpx.Response(200, json={}))
    assert server.transport().send(request_).status_code == 200
    assert len(server.asked) == 2
    assert 0 < server.slept[0] < 1


def test_a_request_that_may_do_something_twice_is_sent_once():
    for first, error in ((LOST, BackendError), (problem(503, "overloaded"), Overloaded)):
        server = Server(first)
        with pytest.raises(error):
            server.transport().send(ASK)
        assert (len(server.asked), server.slept) == (1, [])


def test_the_pause_is_as_long_as_the_server_asks():
    server = Server(problem(429, "too_many_requests", **{"Retry-After": "7"}), httpx.Response(200, json={}))
    server.transport().send(READ)
    assert server.slept == [7.0]


def test_it_gives_up_after_a_few_tries_with_the_error_of_the_last():
    server = Server(*[problem(503, "store_busy")] * N_TRIES)
    with pytest.raises(errors.StoreBusy, match="A sentence"):
        server.transport().send(READ)
    assert len(server.asked) == N_TRIES


def test_a_server_that_cannot_be_reached_is_a_backend_error():
    server = Server(*[LOST] * N_TRIES)
    with pytest.raises(BackendError, match="cannot be reached: ConnectError"):
        server.transport().send(READ)


def test_the_same_key_is_sent_with_each_try():
    server = Server(LOST, httpx.Response(200, json={}))
    server.transport().send(MAKE)
    assert [request.headers["Idempotency-Key"] for request in server.asked] == ["k", "k"]


@pytest.mark.parametrize("kind", [kind for kind in STATUS_OF if kind is not errors.MissingExtra])
def test_a_problem_becomes_the_error_that_the_server_had(kind):
    found = problem_of(kind("A sentence."))
    answer = httpx.Response(found.status, json=found.to_mapping("n1"))
    error = error_of(answer)
    assert type(error) is kind
    assert str(error) == "A sentence."
    assert "n1" in error.__notes__[0]


def test_fields_that_break_a_rule_are_told():
    body = Problem(422, "invalid_input", "Wrong.").to_mapping("n") | {
        "errors": [{"field": "body.name", "message": "too long"}]
    }
    assert str(error_of(httpx.Response(422, json=body))) == "Wrong. body.name: too long."


@pytest.mark.parametrize(("status", "kind"), [(500, BackendError), (418, MetierError), (404, MetierError)])
def test_an_answer_that_is_no_problem_is_an_error_too(status, kind):
    assert type(error_of(httpx.Response(status, text="<html>"))) is kind


def test_the_pause_asked_for_is_in_the_error():
    error = error_of(problem(429, "too_many_requests", **{"Retry-After": "7"}))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after_s == 7


def test_an_extra_that_the_server_lacks_is_no_extra_that_the_client_lacks():
    assert type(error_of(problem(501, "missing_extra"))) is BackendError


def test_an_unknown_thing_is_not_found(client):
    with pytest.raises(NotFound, match="person"):
        client.people.get("01kakq0v9x8m4t2c6r5n7p3wjd")


def test_a_broken_rule_is_invalid_input(client):
    with pytest.raises(InvalidInput, match=r"body\.name"):
        client.people.add("")


def test_keys_for_being_done_once_differ():
    assert new_once() != new_once()
