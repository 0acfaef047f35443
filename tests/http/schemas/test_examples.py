"""Examples, made from the records that they show."""

from __future__ import annotations

import pytest

from metier.http.schemas.examples import example_of
from metier.http.schemas.requests import PersonToAdd
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import Page


def test_a_record_a_page_a_list_and_an_option_have_examples():
    person = example_of(Person)
    assert person["name"] == "Anna Berg"
    assert example_of(Page[Person]) == {"items": [person], "after": None}
    assert example_of(tuple[Person, ...]) == [person]
    assert example_of(Person | None) == person


def test_a_body_has_the_example_that_it_states():
    assert example_of(PersonToAdd) == {"name": "Anna Berg", "external_id": "ats-1027"}


def test_what_has_no_example_says_so():
    with pytest.raises(KeyError):
        example_of(int)
