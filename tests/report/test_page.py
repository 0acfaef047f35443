import base64
import hashlib

import pytest

from metier.report.page import environment, showable, style


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nгод 년", "plain\ttext\nгод 년"),
        ("a\x00b\x1b[0m", "a␀b␛[0m"),
        ("\x7f\x85", "\N{SYMBOL FOR DELETE}\N{REPLACEMENT CHARACTER}"),
        ("\ud800\ufffe", "\N{REPLACEMENT CHARACTER}" * 2),
        ("\u202etxt\u202c\u2066x\u2069", "\N{REPLACEMENT CHARACTER}txtx"),
        ("a\fb\vc", "a\nb\nc"),
    ],
)
def test_what_no_page_can_show_is_shown_by_a_sign(text, shown):
    assert showable(text) == shown


def test_templates_escape_and_sign_whatever_they_are_given():
    page = environment().from_string("{{ text }}{{ number }}")
    assert page.render(text="<b>\x00", number=3) == "&lt;b&gt;␀3"


def test_a_style_comes_with_the_hash_that_admits_it():
    css, digest = style("report.css", "interview.css")
    assert base64.b64decode(digest) == hashlib.sha256(css.encode()).digest()
    assert css.startswith(style("report.css")[0])
