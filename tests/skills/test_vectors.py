import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.skills.vectors import encode_skills, practices, skill_text, skill_vectors
from metier.types import Skill
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy
from tests.skills.taxonomies import small_taxonomy


class Counting(FakeEncoder):
    calls = 0

    def encode(self, texts, *, kind):
        self.calls += 1
        return super().encode(texts, kind=kind)


def test_practices_are_the_marked_skills_in_order():
    assert [skill.id for skill in practices(practice_taxonomy())] == ["mentoring", "backup", "support"]


@pytest.mark.parametrize(
    ("skill", "text"),
    [(Skill("a", "Go"), "Go"), (Skill("a", "Go", description="A language."), "Go: A language.")],
)
def test_a_skill_is_told_by_label_and_description(skill, text):
    assert skill_text(skill) == text


def test_vectors_come_with_the_head_for_its_own_taxonomy():
    encoder = Counting(ENCODER.dim)
    vectors = skill_vectors(practice_taxonomy(), encoder, fake_head(), cache=None)
    assert encoder.calls == 0
    plain = ENCODER.encode([skill_text(s) for s in practices(practice_taxonomy())], kind=TextKind.QUERY)
    assert vectors == pytest.approx(plain, abs=2e-3)


def test_vectors_of_another_taxonomy_are_made_once_and_kept(tmp_path):
    encoder, head = Counting(ENCODER.dim), fake_head(taxonomy_sha256="other")
    first = skill_vectors(practice_taxonomy(), encoder, head, cache=tmp_path)
    again = skill_vectors(practice_taxonomy(), encoder, head, cache=tmp_path)
    assert encoder.calls == 1
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() == skill_vectors(practice_taxonomy(), encoder, fake_head(), cache=None).tobytes()


def test_a_damaged_cache_is_made_anew(tmp_path):
    head = fake_head(taxonomy_sha256="other")
    first = skill_vectors(practice_taxonomy(), ENCODER, head, cache=tmp_path)
    (kept,) = (tmp_path / "skills").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert skill_vectors(practice_taxonomy(), ENCODER, head, cache=tmp_path).tobytes() == first.tobytes()


def test_a_taxonomy_without_practices_gives_no_vectors():
    assert encode_skills(small_taxonomy(), ENCODER).shape == (0, ENCODER.dim)
    head = fake_head(taxonomy_sha256="other")
    assert skill_vectors(small_taxonomy(), ENCODER, head, cache=None).dtype == np.float16
