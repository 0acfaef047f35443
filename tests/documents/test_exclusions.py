import pytest

from metier.documents.exclusions import CODES, exclusion_findings
from metier.types import Exclusion, ExclusionReason, Severity, Span
from tests.documents.documents_made import span_of

TEXT = "Anna Lind, accountant. Kubernetes Terraform Rust. Kept the books of two shops."


def findings(words, reason, text=TEXT, page=None):
    return exclusion_findings(text, [Exclusion(span_of(text, words), reason, page)])


def test_every_reason_has_a_code_and_a_message():
    for reason in ExclusionReason:
        (finding,) = findings("Kubernetes Terraform Rust", reason)
        assert finding.code == CODES[reason]
        assert finding.message.endswith(".")


def test_the_finding_gives_span_page_and_words_and_the_message_none_of_them():
    (finding,) = findings("Kubernetes Terraform Rust", ExclusionReason.TINY, page=2)
    assert (finding.page, finding.words, finding.span) == (
        2,
        "Kubernetes Terraform Rust",
        span_of(TEXT, "Kubernetes Terraform Rust"),
    )
    assert "Page 2 holds 3 words too small to be seen" in finding.message
    assert "Kubernetes" not in finding.message
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("words", ["An", ". ", "."])
def test_a_stray_letter_or_dot_is_no_finding(words):
    assert findings(words, ExclusionReason.BACKGROUND_COLOR) == ()


def test_a_cut_off_copy_of_seen_words_is_a_note():
    text = "Kept the books.\n\nKept the books."
    copy = Span(17, len(text))
    (finding,) = exclusion_findings(text, [Exclusion(copy, ExclusionReason.CLIPPED)])
    assert finding.severity is Severity.INFO
    (white,) = exclusion_findings(text, [Exclusion(copy, ExclusionReason.BACKGROUND_COLOR)])
    assert white.severity is Severity.WARNING


def test_a_short_cut_off_label_of_a_page_is_a_note():
    (label,) = findings("Kubernetes Terraform Rust", ExclusionReason.CLIPPED)
    assert label.severity is Severity.INFO
    (on_paper,) = findings("Kubernetes Terraform Rust", ExclusionReason.CLIPPED, page=1)
    assert on_paper.severity is Severity.WARNING


def test_words_never_reorder_what_shows_them():
    (finding,) = findings("\u202eavaJ\u202c", ExclusionReason.REORDERED, text="x \u202eavaJ\u202c y")
    assert finding.words == "avaJ"


def test_many_places_are_summed_up():
    text = "hidden word " * 40
    items = [Exclusion(Span(12 * i, 12 * i + 6), ExclusionReason.TINY) for i in range(40)]
    found = exclusion_findings(text, items)
    assert len(found) == 11
    assert found[-1].message.startswith("30 more places")


def test_characters_are_told_once_and_a_few_are_only_noted():
    text = "a\u200bb\u200bc" * 4
    places = [i for i, char in enumerate(text) if char == "\u200b"]
    items = [Exclusion(Span(i, i + 1), ExclusionReason.HIDDEN_CHARACTERS) for i in places]
    (many,) = exclusion_findings(text, items)
    (few,) = exclusion_findings(text, items[:2])
    assert (many.severity, few.severity) == (Severity.WARNING, Severity.INFO)
    assert many.message.startswith("8 characters")


def test_disguised_words_are_listed():
    text = "Руthоn and Jаvа and Руthоn"
    items = [Exclusion(span_of(text, word), ExclusionReason.LOOKALIKE_LETTERS) for word in ("Руthоn", "Jаvа")]
    (finding,) = exclusion_findings(text, items)
    assert finding.words == "Руthоn, Jаvа"


def test_long_words_are_cut():
    (finding,) = findings("x" * 5000, ExclusionReason.INVISIBLE, text="x" * 5000)
    assert len(finding.words) == 300


def test_nothing_excluded_is_nothing_found():
    assert exclusion_findings(TEXT, []) == ()
