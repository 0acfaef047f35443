"""How a server is run, by the client."""

from __future__ import annotations

import pytest

from metier.client import Client
from metier.errors import Forbidden, NotFound, Unauthenticated


def test_a_key_is_added_used_and_revoked(client, url):
    made = client.keys.add("viewer", role="viewer")
    with Client(url, made.token) as viewer:
        with pytest.raises(Forbidden, match="admin"):
            viewer.keys.add("more", role="admin")
        assert client.keys.revoke(made.key.id).revoked_at
        with pytest.raises(Unauthenticated):
            viewer.workspace.get()
    assert [one.name for one in client.keys.list()] == ["viewer", "client"]


def test_a_workspace_is_renamed(client):
    assert client.workspace.rename("Ours").name == client.workspace.get().name == "Ours"


def test_rules_of_retention_are_set_and_taken_away(client):
    assert [(one.kind, one.days) for one in client.retention.set("documents", 90)] == [("documents", 90)]
    assert client.retention.set("documents", None) == client.retention.list() == ()


def test_the_log_is_listed_and_verified(client):
    client.people.add("Anna")
    entries = list(client.log.list())
    assert entries[-1].action == "person.add"
    head = client.log.head()
    assert (head.number, head.hash) == (entries[-1].number, entries[-1].hash)
    assert client.log.verify(head).broken_at is None
    assert [one.number for one in client.log.list(subject=entries[-1].subject)] == [head.number]


def test_models_are_listed_with_their_cards(client):
    found = client.models.list()
    assert found
    assert client.models.get(found[0].name).card == found[0].card
    with pytest.raises(NotFound):
        client.models.get("nothing")
