import pytest

from metier.documents.quality import text_findings


def codes(text):
    return [(finding.code, finding.severity.value) for finding in text_findings(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("almost_no_text", "error")]),
        ("1 2 3 . " * 100, [("almost_no_text", "error")]),
        ("a" * 39, [("almost_no_text", "error")]),
        ("a" * 40, [("almost_no_text", "warning")]),
        ("a" * 250, []),
        ("\ufffd" * 60 + "a" * 300, [("garbled_text", "error")]),
        ("\ue001" * 10 + "a" * 300, [("garbled_text", "warning")]),
        ("Опыт работы разработчиком ".encode().decode("latin-1") * 20, [("garbled_text", "error")]),
        ("Опыт работы разработчиком " * 20, []),
        ("naïve café — “quotes” " * 30, []),
    ],
)
def test_what_cannot_be_judged_is_said(text, expected):
    assert codes(text) == expected


def test_messages_hold_no_words_of_the_text():
    assert "secret" not in str(text_findings("secret"))
