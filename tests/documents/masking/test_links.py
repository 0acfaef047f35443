from __future__ import annotations

import pytest

from metier.documents.masking.contacts import find_emails
from metier.documents.masking.links import find_handles, find_pages, own_words
from metier.documents.masking.place import Region, without

HEADER, BELOW = Region(10_000, ()), Region(0, ())


def links(text: str, region: Region = HEADER, owner: tuple[str, ...] = ()) -> list[str]:
    pages = list(find_pages(text, region, owner))
    masks = pages + list(find_handles(without(text, pages), region))
    return [text[mask.span.start : mask.span.end] for mask in sorted(masks)]


@pytest.mark.parametrize(
    "link",
    [
        "linkedin.com/in/anna-lind", "https://www.linkedin.com/in/anna-lind/", "github.com/annalind",
        "t.me/anna_dev", "vk.com/id123",
        "https://hh.ru/resume/1a2b3c", "career.habr.com/anna", "stackoverflow.com/users/1/anna",
        "www.annalind.example", "annalind.dev",
        "annalind.github.io", "behance.net/anna", "https://x.com/anna", "instagram.com/anna.lind",
        "gitlab.com/anna", "kaggle.com/anna",
    ],
)  # fmt: skip
def test_a_page_of_the_person_is_found_in_the_header(link):
    assert links(f"Malmö | {link} | Java") == [link]


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("Telegram: @pavel_dev", "@pavel_dev"),
        ("Telegram - pavel_dev", "pavel_dev"),
        ("Skype: pavel.orlov", "pavel.orlov"),
        ("Skype live:.cid.12ab", "live:.cid.12ab"),
        ("GitHub: annalind", "annalind"),
        ("카카오톡 gildong92", "gildong92"),
        ("Malmö | @anna_lind", "@anna_lind"),
        ("LinkedIn: /in/anna-lind", "/in/anna-lind"),
    ],
)
def test_an_account_is_found_by_the_name_of_its_network(text, handle):
    assert links(text) == [handle]


@pytest.mark.parametrize(
    "text",
    [
        "ASP.NET, Node.js, socket.io, draw.io", "Engineer at Booking.com", "linkedin.com/company/acme",
        "GitHub Actions, GitLab CI, Slack",
        "Skills: Telegram, WhatsApp", "Line manager", "signal processing", "e.g. this", "v2.io.x",
    ],
)  # fmt: skip
def test_products_and_companies_are_no_links_to_a_person(text):
    assert links(text) == []


def test_below_the_header_only_a_persons_page_counts():
    assert links("See github.com/acme/tool and acme.example.com/docs, t.me/acme_news", BELOW) == []
    assert links("See linkedin.com/in/anna-lind", BELOW) == ["linkedin.com/in/anna-lind"]


def test_below_the_header_a_profile_counts_where_it_holds_a_word_of_the_person():
    assert links("github.com/annalind", BELOW, owner=("annalind",)) == ["github.com/annalind"]


def test_words_of_the_person_come_from_the_address_and_the_first_lines():
    text = "Bo Lindqvist\nSoftware developer\nbo.berg@example.com\n"
    words = own_words(text, tuple(find_emails(text)), HEADER)
    assert {"lindqvist", "berg"} <= words
    assert "developer" not in words
