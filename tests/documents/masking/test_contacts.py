from __future__ import annotations

import pytest

from metier.documents.masking.contacts import find_emails


def emails(text: str) -> list[str]:
    return [text[mask.span.start : mask.span.end] for mask in find_emails(text)]


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.com",
        "Anna.Lind+jobs@Mail.Example.CO.UK",
        "a_b-c@ex-ample.org",
        "anna @ example.com",
        "anna@ example.com",
        "anna (at) example dot com",
        "anna[at]example[dot]com",
        "anna at example dot com",
        "anna.lind (at) example.com",
        "anna(dot)lind(at)example(dot)com",
        "иван@пример.рф",
        "ivan (собака) example.ru",
    ],
)
def test_an_address_is_found_however_it_is_written(address):
    assert emails(f"Contact: {address}, Berlin") == [address]


def test_a_particle_or_a_full_stop_behind_an_address_is_none_of_it():
    assert emails("메일은 anna@example.com입니다. Or bob@example.org.") == [
        "anna@example.com",
        "bob@example.org",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "@Component and @media",
        "Engineer @ Acme.io",
        "looked at example dot",
        "worked at example.com",
        "using @deel.com domains",
        "more @ www.example.com",
        "user@localhost",
        "@",
    ],
)
def test_what_only_looks_like_an_address_is_none(text):
    assert emails(text) == []
