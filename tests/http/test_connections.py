"""Connections on which requests must begin in time."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import pytest
import uvicorn

from metier.http import connections
from metier.http.connections import PromptConnection

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    config = uvicorn.Config(app, port=0, http=PromptConnection, ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


def is_closed_within(connection, seconds, drip=b""):
    """Tell whether the other side closes, while bytes of a head come one by one."""
    connection.settimeout(0.05)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            connection.sendall(drip)
            if connection.recv(1000) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_a_connection_that_sends_nothing_is_closed(address):
    with socket.create_connection(address) as connection:
        assert is_closed_within(connection, 10)


def test_a_head_that_drips_is_not_waited_for(address):
    with socket.create_connection(address) as connection:
        connection.sendall(HEAD)
        assert is_closed_within(connection, 10, drip=b"a")


def test_a_second_head_that_drips_is_not_waited_for_either(address):
    with socket.create_connection(address) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert b" 204 " in connection.recv(1000)
        connection.sendall(HEAD)
        assert is_closed_within(connection, 10, drip=b"a")


def test_requests_that_come_in_time_are_served_on_one_connection(address):
    with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", trust_env=False) as client:
        for _ in range(3):
            assert client.get("/").status_code == 204
            time.sleep(0.2)
