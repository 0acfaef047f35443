"""How a server is run: its models, keys, workspace, rules and log."""

from __future__ import annotations

from collections.abc import Iterator

from metier.client.records import (
    ApiKey,
    KeyWithToken,
    LogCheck,
    LogEntry,
    LogHead,
    Model,
    RetentionRule,
    Workspace,
)
from metier.client.transport import Request, Transport, pages, record, records


class Models:
    """The models of the server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> tuple[Model, ...]:
        """Return the models."""
        return records(Model, self._transport.send(Request("GET", "/models")))

    def get(self, model: str) -> Model:
        """Return a model with its card."""
        return record(Model, self._transport.send(Request("GET", f"/models/{model}")))


class Keys:
    """Who may use the API."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, name: str, *, role: str, lasts_s: float | None = None) -> KeyWithToken:
        """Add a key: viewer, recruiter or admin; the whole of it is shown this once."""
        body = {"name": name, "role": role, "lasts_s": lasts_s}
        return record(KeyWithToken, self._transport.send(Request("POST", "/keys", body=body)))

    def list(self) -> Iterator[ApiKey]:
        """Yield keys, the latest first, revoked ones too."""
        return pages(self._transport, ApiKey, "/keys", {"limit": 200})

    def revoke(self, key: str) -> ApiKey:
        """Take a key back for good, by its id."""
        return record(ApiKey, self._transport.send(Request("DELETE", f"/keys/{key}")))


class WorkspaceOfKey:
    """The workspace that the key lets into."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self) -> Workspace:
        """Return the workspace."""
        return record(Workspace, self._transport.send(Request("GET", "/workspace")))

    def rename(self, name: str) -> Workspace:
        """Give the workspace another name."""
        return record(Workspace, self._transport.send(Request("PATCH", "/workspace", body={"name": name})))


class Retention:
    """After how many days things go."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> tuple[RetentionRule, ...]:
        """Return the rules."""
        return records(RetentionRule, self._transport.send(Request("GET", "/retention")))

    def set(self, kind: str, days: int | None) -> tuple[RetentionRule, ...]:
        """Say after how many days a kind of thing goes, None for never; return all rules."""
        request = Request("PUT", f"/retention/{kind}", body={"days": days})
        return records(RetentionRule, self._transport.send(request))


class Log:
    """Who did what to which thing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, subject: str | None = None) -> Iterator[LogEntry]:
        """Yield the entries, the oldest first; those of one thing, or all."""
        query = {"subject": subject, "limit": 200}
        return pages(self._transport, LogEntry, "/log", query)

    def head(self) -> LogHead:
        """Return the end of the log, to be noted elsewhere."""
        return record(LogHead, self._transport.send(Request("GET", "/log/head")))

    def verify(self, noted: LogHead | None = None) -> LogCheck:
        """Return whether the log is as it was written; without a noted head, a cut end looks sound."""
        body = {"noted": None if noted is None else {"number": noted.number, "hash": noted.hash}}
        return record(LogCheck, self._transport.send(Request("POST", "/log/verify", body=body)))
