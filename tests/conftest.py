"""Settings that hold for every test: no network, and the same examples in each run."""

from __future__ import annotations

import csv
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# The machines that build this are slow at times, so no deadline; a red build must be red for everyone.
settings.register_profile("metier", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("metier")


class NetworkBlocked(RuntimeError):
    """A test asked for an address outside this machine. Not an OSError, which code may swallow."""


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_remote(family: int, address: Any) -> None:
    unix = getattr(socket, "AF_UNIX", None)
    if family != unix and not _is_local(address[0]):
        raise NetworkBlocked(f"Tests reach no network. Asked for {address!r}.")


@pytest.fixture(autouse=True)
def limit_of_csv_fields_stays() -> Iterator[None]:
    """Fail a test that leaves the limit changed: it is one for the process, and others rely on it."""
    before = csv.field_size_limit()
    yield
    assert csv.field_size_limit(before) == before


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Let sockets reach this machine only; pipes and subprocesses are untouched."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(method: Any) -> Any:
    def call(self: socket.socket, *args: Any) -> Any:
        _refuse_remote(self.family, args[-1])
        return method(self, *args)

    return call


def _guarded_lookup(lookup: Any) -> Any:
    def call(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        _refuse_remote(socket.AF_INET, (name,))
        return lookup(host, *args, **kwargs)

    return call
