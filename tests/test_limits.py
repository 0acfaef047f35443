import dataclasses

import pytest

from metier.limits import OcrPolicy, ReadingLimits


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ReadingLimits)])
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_that_lets_nothing_through_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be above 0 and at most 1,000,000,000. Got {value}"):
        ReadingLimits(**{name: value})


@pytest.mark.parametrize("timeout_s", [0, -1, 10**10])
def test_ocr_needs_some_time(timeout_s):
    with pytest.raises(ValueError, match="ocr_timeout_s must be above 0"):
        OcrPolicy(timeout_s=timeout_s)


@pytest.mark.parametrize("language", ["", "-l", "eng rus", "e", "../x"])
def test_a_language_of_ocr_is_a_code(language):
    with pytest.raises(ValueError, match="ocr_languages must be codes"):
        OcrPolicy((language,))


def test_no_language_turns_ocr_off():
    assert OcrPolicy(()).languages == ()
    assert OcrPolicy(("chi_sim", "heb")).languages == ("chi_sim", "heb")
