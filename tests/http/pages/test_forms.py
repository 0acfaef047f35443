import pytest
from starlette.datastructures import FormData

from metier.errors import InvalidInput
from metier.http.pages.forms import Posted, number_of


def posted(*items: tuple[str, str]) -> Posted:
    return Posted(None, FormData(items))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "number"), [("", None), (" 2,5 ", 2.5), ("0", 0.0), ("10", 10.0)])
def test_numbers_may_be_left_out_and_have_a_comma(text, number):
    assert number_of({"years": text}, "years", least=0, most=10) == number


@pytest.mark.parametrize("text", ["-1", "11", "many", "nan", "inf", "1e9", "<b>"])
def test_numbers_out_of_range_name_the_field_and_the_range(text):
    with pytest.raises(InvalidInput, match="years must be a number from 0 to 10"):
        number_of({"years": text}, "years", least=0, most=10)


def test_the_same_form_is_the_same_request_and_another_is_not():
    form = posted(("once", "abc"), ("title", "A"))
    assert form.once() == posted(("once", "abc"), ("title", "A")).once()
    others = [posted(("once", "abc"), ("title", "B")).once(), form.once(b"file"), form.once(b"other file")]
    assert len({form.once(), *others}) == 4
    assert posted(("title", "A")).once() is None


def test_text_is_trimmed_and_has_one_kind_of_line_end():
    assert posted(("text", "  a\r\nb  ")).text("text") == "a\nb"
    assert posted().text("text") == ""
