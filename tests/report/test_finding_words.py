import pytest

from metier.documents.exclusions import CODES
from metier.engine import STUFFING_CODE
from metier.report.finding_words import EXCLUSIONS, FINDINGS, MASKS
from metier.types import ExclusionReason, MaskKind


def test_every_reason_and_kind_has_words():
    assert set(EXCLUSIONS) == set(ExclusionReason)
    assert set(MASKS) == set(MaskKind)


def test_every_finding_of_excluded_words_is_explained():
    assert {*CODES.values(), STUFFING_CODE} <= set(FINDINGS)


@pytest.mark.parametrize("code", FINDINGS)
def test_titles_are_short_and_advice_is_a_sentence_in_both_languages(code):
    known = FINDINGS[code]
    for title, advice in zip(known.title, known.advice, strict=True):
        assert 4 < len(title) < 50
        assert not title.endswith(".")
        assert advice.endswith(".")
