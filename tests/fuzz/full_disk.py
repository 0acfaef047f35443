"""A SQLite database on a disk that fills up, and goes on once there is room."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service import access
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import log
from metier.store.workspaces.keys import KeyRole
from tests.http.running import Api, running
from tests.service.small import new_workspace, opened

_ROOM_MB = 4
# Of a file that does not stay in memory while it comes, but goes to the folder for temporary files.
_SPOOLED = 1_500_000


@dataclass
class Disk:
    """A disk of its own, in memory."""

    folder: Path
    size_mb: int

    def grow(self) -> None:
        """Make some room."""
        self.size_mb += _ROOM_MB
        options = f"remount,size={self.size_mb}m"
        subprocess.run(["mount", "-o", options, str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Disk]:
    """Yield a disk that holds so much and no more; skips where disks may not be mounted.

    Temporary files of this process are on it too, as they are where a server has one disk.
    """
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("disks may not be mounted here")
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield Disk(folder, size_mb)
    finally:
        tempfile.tempdir = before
        subprocess.run(["umount", str(folder)], check=True)


@dataclass
class Filling:
    """What became of it.

    Attributes:
        kept: content of documents that were answered with success, by id.
        while_filling: how often each status answered an upload until the disk was full.
        writes_while_full: how often each status answered a request that writes.
        reads_while_full: how often each status answered a request that reads.
        after: how often each status answered an upload once there was room.
        missing: documents of those answered with success whose bytes are not there as they were.
        log_broken_at: where the chain of the log is broken, or None.
    """

    kept: dict[str, bytes] = field(default_factory=dict)
    while_filling: Counter[str] = field(default_factory=Counter)
    writes_while_full: Counter[str] = field(default_factory=Counter)
    reads_while_full: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    log_broken_at: int | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Return it with the number of documents instead of their bytes."""
        told = {name: dict(value) for name, value in vars(self).items() if isinstance(value, Counter)}
        return {"kept": len(self.kept), **told, "missing": self.missing, "log_broken_at": self.log_broken_at}


def fill(disk: Disk, *, rounds: int, seed: int = 0) -> Filling:
    """Upload until a disk is full, make room, and so on.

    Args:
        disk: that the database is on.
        rounds: how often the disk fills up.
        seed: of the documents' bytes.
    """
    rng, found = random.Random(seed), Filling()
    with opened(disk.folder) as service:
        caller = new_workspace(service, "Full")
        with running(create_app(service, HttpOptions(requests_per_minute=10_000_000))) as url:
            for _ in range(rounds):
                # A key that was not used yet: noting its first use would be one more write.
                with _client(service, caller, url) as client, _client(service, caller, url) as fresh:
                    _fill_up(client, rng, found)
                    _ask_while_full(fresh, rng, found)
                    disk.grow()
                    for _ in range(3):
                        _upload(client, rng, found, found.after)
            with _client(service, caller, url) as client:
                found.missing = sum(
                    client.get(f"/documents/{document}/content").content != content
                    for document, content in found.kept.items()
                )
        with service.database.reading() as transaction:
            found.log_broken_at = log.verify(transaction, caller.workspace).broken_at
    return found


def _client(service: Service, caller: Caller, url: str) -> Api:
    return Api(url, access.add_key(service, caller, name="k", role=KeyRole.ADMIN)[1])


def _fill_up(client: Api, rng: random.Random, found: Filling) -> None:
    # Twice in a row, so that the rest of the room is used up by something small.
    for size in (300_000, 300_000, 20_000, 2_000):
        while _upload(client, rng, found, found.while_filling, size):
            pass


def _ask_while_full(client: Api, rng: random.Random, found: Filling) -> None:
    some = rng.sample(sorted(found.kept), 3)
    for path in ("/documents", "/people", "/log/head", "/vacancies", *(f"/documents/{one}" for one in some)):
        found.reads_while_full[_told(client.get(path))] += 1
    for document in some:
        answer = client.get(f"/documents/{document}/content")
        found.reads_while_full[_told(answer)] += 1
        assert answer.content == found.kept[document]
    for size in (300_000, 300_000, _SPOOLED):
        _upload(client, rng, found, found.writes_while_full, size)
    for document in some:
        body = {"document": document}
        found.writes_while_full[_told(client.post("/assessments", json=body))] += 1
    body = {"name": "x" * 500, "external_id": f"{rng.random()}" + "y" * 400}
    found.writes_while_full[_told(client.post("/people", json=body))] += 1


def _upload(
    client: Api, rng: random.Random, found: Filling, count: Counter[str], size: int = 300_000
) -> bool:
    """Upload a document; return whether it was kept."""
    words = "".join(rng.choices("abcdefghij \n", k=1000))
    content = (f"Resume {rng.random()}\n" + words * (size // 1000)).encode()
    answer = client.post("/documents", files={"files": ("a.txt", content)})
    count[_told(answer)] += 1
    if answer.is_success:
        found.kept[answer.json()["files"][0]["document"]["id"]] = content
    return answer.is_success


def _told(answer: Any) -> str:
    return f"{answer.status_code} {answer.json()['code']}" if answer.is_error else str(answer.status_code)
