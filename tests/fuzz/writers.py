"""Clients that write on while something beneath the service fails, and what became of what they wrote."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.http.running import Api

NO_ANSWER = "none"
# How long a request is tried again before its client gives up.
_PATIENCE_S = 120.0


@dataclass
class Writers:
    """Clients that add people, by name or with a resume, each until it is answered with success.

    Tries of the same one have the same idempotency key.

    Attributes:
        answers: how often each status came, with the code of the problem; `none` where no answer came.
        added: the ids that came back, by name.
        waits_s: how long those requests took that did not succeed at once, tries and all.
    """

    url: str
    token: str
    answers: Counter[str] = field(default_factory=Counter)
    added: dict[str, str] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ending = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def writing(self, clients: int) -> Iterator[None]:
        """Let so many write until the end of the block; what was begun is brought to its end."""
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join()

    def _write(self, number: int) -> None:
        with Api(self.url, self.token) as client:
            i = 0
            while not self._ending.is_set():
                name = f"Person {number}-{i}"
                begun = time.monotonic()
                tries = 0
                while time.monotonic() < begun + _PATIENCE_S and not self._add(client, name):
                    tries += 1
                    time.sleep(0.05)
                if tries:
                    self.waits_s.append(time.monotonic() - begun)
                i += 1

    def _add(self, client: Api, name: str) -> bool:
        """Send a request; return whether it succeeded."""
        headers = {"Idempotency-Key": name.replace(" ", "-")}
        with_resume = int(name.rpartition("-")[2]) % 2
        try:
            if with_resume:
                files = {"files": (f"{name}.txt", f"{name}\nPython\n".encode())}
                answer = client.post("/documents", files=files, headers=headers)
            else:
                answer = client.post("/people", json={"name": name}, headers=headers)
        except httpx.TransportError:
            told, answer = NO_ANSWER, None
        else:
            told = str(answer.status_code)
            told += f" {answer.json()['code']}" if answer.is_error else ""
        with self._lock:
            self.answers[told] += 1
            if answer is not None and answer.is_success:
                told_of = answer.json()
                person = told_of["files"][0]["document"]["person"] if with_resume else told_of["id"]
                self.added[name] = person
        return answer is not None and answer.is_success


@dataclass(frozen=True)
class Written:
    """What became of what writers wrote.

    Attributes:
        added: how many were answered with success.
        missing: of these, how many are not there, or under another id.
        twice: names that are there more than once.
        unasked: names that are there without an answer that said so.
    """

    added: int
    missing: int
    twice: int
    unasked: int


def compare(writers: Writers) -> Written:
    """Return what the service has of what its writers were told that it has."""
    there: dict[str, list[str]] = {}
    with Api(writers.url, writers.token) as client:
        after = None
        while True:
            asked = {"limit": 200} | ({"after": after} if after else {})
            page = client.get("/people", params=asked).raise_for_status().json()
            for person in page["items"]:
                there.setdefault(person["name"], []).append(person["id"])
            after = page["after"]
            if after is None:
                break
    return Written(
        added=len(writers.added),
        missing=sum(there.get(name) != [person] for name, person in writers.added.items()),
        twice=sum(len(ids) > 1 for ids in there.values()),
        unasked=sum(name not in writers.added for name in there),
    )
