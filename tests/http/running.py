"""The application behind a real socket, and clients with keys of each role."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from metier.service import access
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole
from tests.service.small import VACANCY, new_workspace, resume

API = "/api/v1"


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Yield the address of an application that answers on a free port of this machine."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        until = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < until
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive()


class Api(httpx.Client):
    """A client of one key; paths are those below /api/v1."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(base_url=f"{url}{API}", headers=headers, timeout=60, trust_env=False)
        self.token = token


@dataclass(frozen=True)
class Things:
    """Ids of one of each thing in a workspace."""

    document: str
    person: str
    vacancy: str
    assessment: str
    decision: str
    interview: str
    job: str
    key: str


@dataclass(frozen=True)
class Team:
    """Clients of one workspace."""

    admin: Api
    recruiter: Api
    viewer: Api

    def of(self, role: str) -> Api:
        return {"admin": self.admin, "recruiter": self.recruiter, "viewer": self.viewer}[role]

    def close(self) -> None:
        for client in (self.admin, self.recruiter, self.viewer):
            client.close()


def new_team(service: Service, url: str, name: str = "Team") -> Team:
    """Return clients for a new workspace."""
    operator = new_workspace(service, name)
    tokens = [access.add_key(service, operator, name=role.value, role=role)[1] for role in reversed(KeyRole)]
    return Team(*(Api(url, token) for token in tokens))


def upload(client: Api, content: bytes, name: str = "resume.txt", **headers: str) -> str:
    """Return the id of a document that was added."""
    answer = client.post("/documents", files={"files": (name, content)}, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["files"][0]["document"]["id"])


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """Return what an answer holds, which must have a status."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def add_things(team: Team, number: int = 1) -> Things:
    """Return ids of one of each thing."""
    client = team.recruiter
    document = upload(client, resume(number))
    vacancy = ok(client.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    body = {"document": document, "vacancy": vacancy}
    assessment = ok(client.post("/assessments", json=body), 201)["id"]
    decision = ok(client.post("/decisions", json=body | {"kind": "shortlist"}), 201)["id"]
    person = ok(client.get(f"/documents/{document}"))["person"]
    banks = ok(client.get("/interviews/banks"))
    bank = next(one for one in banks if one["name"] != "vacancy")
    plan = {"bank": bank["name"], "language": bank["language"], "person": person}
    interview = ok(client.post("/interviews", json=plan), 201)["id"]
    job = ok(client.post("/jobs/assess", json={"documents": [document]}), 202)["id"]
    key = ok(team.admin.post("/keys", json={"name": "spare", "role": "viewer"}), 201)["key"]["id"]
    return Things(document, person, vacancy, assessment, decision, interview, job, key)
