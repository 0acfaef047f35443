"""The client: one attribute for each thing of the API."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import httpx

from metier.client.assessing import Assessments, Audits, Decisions, Search, Shortlists, Skills
from metier.client.interviewing import Interviews
from metier.client.jobs import Jobs
from metier.client.keeping import Documents, People, Taxonomies, Vacancies
from metier.client.running import Keys, Log, Models, Retention, WorkspaceOfKey
from metier.client.transport import Transport

TIMEOUT_S: Final = 60.0


class Client:
    """Works with a metier server as whoever holds the key. Use it as a context manager.

    Errors are those of the library: `metier.errors.NotFound` where there is no such thing, and so on.
    Requests that read, and those that make something, are sent again when the server is away for a moment;
    what they make, they make once.

    Args:
        url: of the server, such as https://metier.example.org.
        key: the whole key, `mtr_...`.
        timeout_s: for which the server may be silent, in seconds, above 0.
        network: what carries requests; None for the network.

    Raises:
        InvalidInput: a url without http:// or https://, or a timeout out of its range.

    Attributes:
        documents, people, vacancies, taxonomies: what is kept.
        assessments, shortlists, decisions, search, skills, audits: what is said of it.
        interviews, jobs: what goes on.
        models, keys, workspace, retention, log: how the server is run.
    """

    def __init__(
        self, url: str, key: str, *, timeout_s: float = TIMEOUT_S, network: httpx.BaseTransport | None = None
    ) -> None:
        self._transport = transport = Transport(url, key, timeout_s=timeout_s, network=network)
        self.documents = Documents(transport)
        self.people = People(transport)
        self.vacancies = Vacancies(transport)
        self.taxonomies = Taxonomies(transport)
        self.assessments = Assessments(transport)
        self.shortlists = Shortlists(transport)
        self.decisions = Decisions(transport)
        self.search = Search(transport)
        self.skills = Skills(transport)
        self.audits = Audits(transport)
        self.interviews = Interviews(transport)
        self.jobs = Jobs(transport)
        self.models = Models(transport)
        self.keys = Keys(transport)
        self.workspace = WorkspaceOfKey(transport)
        self.retention = Retention(transport)
        self.log = Log(transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
