"""Interviews by the client."""

from __future__ import annotations

import pytest

from metier.errors import NotFound


def test_an_interview_is_made_linked_held_and_erased(client):
    bank = next(one for one in client.interviews.banks() if one.name != "vacancy")
    person = client.people.add("Anna")
    made = client.interviews.add(bank.name, language=bank.language, person=person.id, max_questions=2)
    assert made.state == "waiting"
    link = client.interviews.link(made.id, lasts_s=3600)
    assert "/room/" in link.url
    asked = client.interviews.ask(made.id)
    assert asked.turn.wording.text
    after = client.interviews.answer(made.id, "I do not know.", turn=asked.turn.number)
    assert after.n_asked >= asked.n_asked
    assert client.interviews.end(made.id).state == "ended"
    assert client.interviews.record(made.id).turns[0].answer == "I do not know."
    assert client.interviews.report(made.id).interview.id
    assert "<html" in client.interviews.report_html(made.id, language="ru")
    assert [one.id for one in client.interviews.list(person=person.id)] == [made.id]
    client.interviews.erase(made.id)
    with pytest.raises(NotFound):
        client.interviews.get(made.id)
