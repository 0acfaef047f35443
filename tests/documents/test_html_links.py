import pytest

from metier.documents.html_links import unshown_address


@pytest.mark.parametrize(
    ("href", "words", "address"),
    [
        ("mailto:anna@example.org", "Write", "anna@example.org"),
        ("MAILTO:Anna@Example.org?subject=CV&body=x", "anna@example.org", ""),
        ("mailto:anna%40example.org", "", "anna@example.org"),
        ("tel:+49%2030%201234567", "Call", "+49 30 1234567"),
        ("tel:+49301234567", "(030) 123-45-67", ""),
        ("https://www.linkedin.com/in/anna-berg/?trk=x", "LinkedIn", "linkedin.com/in/anna-berg"),
        ("https://ru.linkedin.com/in/anna", "LinkedIn", "ru.linkedin.com/in/anna"),
        ("https://github.com/anna", "github.com/anna", ""),
        ("//t.me/anna", "Telegram", "t.me/anna"),
        ("skype:anna.berg?chat", "Skype", "anna.berg"),
        ("https://github.com/", "GitHub", ""),
        ("https://acme.example/anna", "Acme", ""),
        ("https://notgithub.com/anna", "x", ""),
        ("javascript:alert(1)", "x", ""),
        ("mailto:" + "x" * 500 + "@example.org", "x", ""),
        ("#top", "x", ""),
        ("", "", ""),
    ],
)
def test_addresses_that_words_do_not_show(href, words, address):
    assert unshown_address(href, words) == address
