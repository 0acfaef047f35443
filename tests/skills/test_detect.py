import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.detect import SkillDetector, rules_sha256
from metier.types import EvidenceLabel
from tests.skills.taxonomies import small_taxonomy

DETECTOR = SkillDetector(small_taxonomy())


def labels(text):
    return {evidence.skill: evidence.label.value for evidence in DETECTOR.detect(text)}


def evidence_for(text, skill):
    return next(evidence for evidence in DETECTOR.detect(text) if evidence.skill == skill)


def test_a_named_skill_is_explicit_with_every_mention_quoted():
    evidence = evidence_for("Python, then more Python.", "python")
    assert evidence.label is EvidenceLabel.EXPLICIT
    assert [quote.text for quote in evidence.quotes] == ["Python", "Python"]
    assert 0.5 < evidence.probability <= 1


def test_an_implied_skill_points_at_what_implies_it():
    evidence = evidence_for("Built with Django.", "python")
    assert evidence.label is EvidenceLabel.IMPLICIT
    assert [quote.text for quote in evidence.quotes] == ["Django"]
    assert evidence.reason == "Django is built on python."


def test_a_chain_of_implications_gives_all_its_reasons():
    assert (
        evidence_for("Django", "http").reason == "Django is built on web. Web development is built on http."
    )


def test_a_named_skill_is_not_implied_as_well():
    assert labels("Django and Python")["python"] == "explicit"


def test_a_denial_outweighs_an_implication():
    assert labels("Django. No experience with Python.")["python"] == "none"


def test_a_claim_outweighs_a_denial():
    assert labels("No experience with Java in 2015. Java developer now.")["java"] == "explicit"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No experience with Java.", "says that it is not there"),
        ("I want to learn Java.", "to be learned"),
        ("Acme, a leading provider of Java tools.", "of an employer or another party"),
    ],
)
def test_a_skill_named_without_a_claim_is_none_with_a_reason(text, reason):
    evidence = evidence_for(text, "java")
    assert evidence.label is EvidenceLabel.NONE
    assert evidence.probability < 0.5
    assert reason in evidence.reason
    assert [quote.text for quote in evidence.quotes] == ["Java"]


def test_a_wish_does_not_hide_an_implication():
    assert labels("Django. Want to learn Python.")["python"] == "implicit"


def test_order_is_explicit_implicit_none():
    assert list(labels("No experience with Java. Django. SQL.")) == [
        "django",
        "sql",
        "python",
        "web",
        "http",
        "java",
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n", "Nothing of the kind."])
def test_a_text_without_skills_shows_none(text):
    assert DETECTOR.detect(text) == ()


@given(st.text(), st.text())
def test_quotes_slice_back_and_a_skill_occurs_once(before, after):
    text = f"{before}\n\nDjango, no experience with Java.\n\n{after}"
    found = DETECTOR.detect(text)
    assert len({evidence.skill for evidence in found}) == len(found)
    for evidence in found:
        assert evidence.quotes
        for quote in evidence.quotes:
            assert text[quote.span.start : quote.span.end] == quote.text


@given(st.text(max_size=80), st.text())
def test_unrelated_text_after_a_mention_leaves_its_evidence_as_it_is(start, unrelated):
    start = f"Django with Go. {start}\n\n"
    before = {e.skill: e.quotes for e in DETECTOR.detect(start) if e.label is EvidenceLabel.EXPLICIT}
    after = {
        e.skill: e.quotes for e in DETECTOR.detect(start + unrelated) if e.label is EvidenceLabel.EXPLICIT
    }
    for skill, quotes in before.items():
        assert after[skill][: len(quotes)] == quotes


def test_the_rules_have_one_hash():
    assert rules_sha256() == rules_sha256()
    assert len(rules_sha256()) == 64
