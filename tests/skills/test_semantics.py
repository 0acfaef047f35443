import numpy as np

from metier.skills.detect import SkillDetector
from metier.skills.semantics import Semantics
from metier.types import EvidenceLabel, Span
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy

TAXONOMY = practice_taxonomy()


def names_head(word):
    """Return a head for which an ambiguous name stands for its skill if its own state says so."""
    state = ENCODER.read(word).states[0]
    return fake_head(name_weights=state / np.square(state).sum(), name_bias=-0.5)


def detector(head=None):
    return SkillDetector(TAXONOMY, Semantics(TAXONOMY, ENCODER, head or fake_head()))


def labels(text, *, head=None):
    found = detector(head)
    return {e.skill: e.label.value for e in found.detect(text, reading=found.read(text))}


def test_a_described_practice_is_implicit_with_its_sentence():
    text = "Answering users whose computers misbehave."
    found = detector()
    (evidence,) = found.detect(text, reading=found.read(text))
    assert evidence.label is EvidenceLabel.IMPLICIT
    assert evidence.name == "Support"
    assert [quote.text for quote in evidence.quotes] == [text]
    assert evidence.reason == "The text describes it without naming it."
    assert 0.5 <= evidence.probability <= 1


def test_what_is_named_or_implied_by_a_name_is_not_found_by_meaning_again():
    text = "Restic for the servers. Copying files so that lost ones come back."
    assert labels(text) == {"restic": "explicit", "backup": "implicit"}
    found = detector()
    backup = found.detect(text, reading=found.read(text))[1]
    assert [quote.text for quote in backup.quotes] == ["Restic"]


def test_without_a_reading_words_alone_count():
    assert detector().detect("Answering users whose computers misbehave.") == ()


def test_the_head_settles_the_names_that_it_knows():
    text = "Go for the quick wins, then rest."
    assert labels(text, head=names_head("Go")) == {"go": "explicit"}
    assert labels(text, head=fake_head(name_bias=-9.0)) == {}


def test_a_name_that_the_head_does_not_know_needs_company():
    head = fake_head(settled_names=frozenset(), name_bias=9.0)
    assert labels("Go for the quick wins, then rest.", head=head) == {}
    assert labels("Go, Restic", head=head)["go"] == "explicit"


def test_a_name_is_judged_by_its_own_sentence():
    semantics = Semantics(TAXONOMY, ENCODER, names_head("Go"))
    text = "Long text before. " * 60 + "Go fast." + " Long text after." * 60
    start = text.index("Go")
    assert semantics.means_skill(text, Span(start, start + 2))
    assert not semantics.means_skill(text, Span(0, 0))


def test_model_and_hash_name_all_that_decides():
    plain, full = SkillDetector(TAXONOMY), detector()
    assert plain.model == "lexical"
    assert full.model == "lexical+fake+fake-skills"
    assert plain.model_sha256 != full.model_sha256
    assert detector(fake_head(sha256="2" * 64)).model_sha256 != full.model_sha256


def test_a_detector_with_semantics_keeps_its_taxonomy():
    assert (
        SkillDetector(TAXONOMY).with_semantics(Semantics(TAXONOMY, ENCODER, fake_head())).taxonomy is TAXONOMY
    )
