import pytest

from metier.report.words import ReportLanguage, Words
from metier.types import Effect, ExclusionReason, Mask, MaskKind, Span

EN, RU = Words(ReportLanguage.EN).trust, Words(ReportLanguage.RU).trust


@pytest.mark.parametrize("reason", ExclusionReason)
def test_every_reason_has_words_of_its_own(reason):
    assert EN.exclusion(reason) != RU.exclusion(reason)


def test_masks_are_counted_in_the_order_of_their_kinds():
    masks = [
        Mask(Span(i, i + 1), kind) for i, kind in enumerate([MaskKind.PHONE, MaskKind.NAME, MaskKind.NAME])
    ]
    assert EN.masked(masks) == "name ×2, phone"
    assert RU.masked(masks) == "имя ×2, телефон"
    assert EN.masked([]) == ""


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (Effect("x", False, (), 0.5, 0.5), "If these words counted, nothing would change."),
        (Effect("x", False, ("Go",)), "If these words counted, these skills would be shown too: Go."),
        (
            Effect("x", True, ("Go",), 0.5, 0.4, 0.3, 0.2),
            "Without these words, coverage would be 40.0% instead of 50.0%; nearness in meaning 0.2 "
            "instead of 0.3; these skills would not be shown: Go.",
        ),
    ],
)
def test_an_effect_is_one_sentence(effect, sentence):
    assert EN.effect(effect) == sentence


def test_a_code_without_words_is_called_by_itself():
    assert EN.title("some_new_code") == "Some new code"
    assert RU.title("hidden_text") == "Слова, которых человек не видит"
