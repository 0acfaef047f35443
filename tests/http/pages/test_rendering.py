import pytest
from jinja2 import UndefinedError

from metier.http.pages.rendering import environment


def test_whatever_is_shown_is_escaped_and_turns_no_direction():
    shown = environment().from_string("{{ text }}").render(text="<b>'\"{{7*7}}\u202eab\u2066c")
    assert shown == "&lt;b&gt;&#39;&#34;{{7*7}}\N{REPLACEMENT CHARACTER}abc"


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_no_template_holds_a_style_or_a_script_of_its_own():
    made = environment()
    for name in made.list_templates():
        source, _, _ = made.loader.get_source(made, name)
        assert " style=" not in source, name
        assert "<style" not in source, name
        assert " onclick" not in source, name
        assert "javascript:" not in source, name
        assert "<script>" not in source, name
        assert "http://" not in source.replace('xmlns="http://www.w3.org', ""), name
        assert "https://" not in source, name
