import numpy as np
import pytest

from metier.encoders.reading import TextKind
from metier.skills.linking.skill_index import index_skills, label_vectors
from metier.skills.taxonomy import Taxonomy
from tests.skills.linking.small import ENCODER, CountingEncoder, things
from tests.skills.taxonomies import entry


def test_vectors_are_those_of_the_labels_alone():
    labels = [each.skill.label for each in things().entries]
    expected = ENCODER.encode(labels, kind=TextKind.QUERY).astype(np.float16)
    found = label_vectors(things(), ENCODER, cache=None)
    assert found.dtype == np.float16
    assert found.tobytes() == expected.tobytes()


def test_vectors_are_made_once_and_kept(tmp_path):
    encoder = CountingEncoder()
    first, again = (label_vectors(things(), encoder, cache=tmp_path) for _ in range(2))
    assert len(encoder.encoded) == 1
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("change", ["taxonomy", "encoder"])
def test_another_taxonomy_or_encoder_has_vectors_of_its_own(tmp_path, change):
    label_vectors(things(), CountingEncoder(), cache=tmp_path)
    encoder = CountingEncoder(32 if change == "encoder" else 64)
    taxonomy = things() if change == "encoder" else Taxonomy("other", things().entries)
    assert label_vectors(taxonomy, encoder, cache=tmp_path).shape == (6, encoder.dim)
    assert encoder.encoded


def test_a_damaged_cache_is_made_anew(tmp_path):
    first = label_vectors(things(), ENCODER, cache=tmp_path)
    (kept,) = (tmp_path / "linking").iterdir()
    kept.write_bytes(kept.read_bytes()[:-3])
    assert label_vectors(things(), ENCODER, cache=tmp_path).tobytes() == first.tobytes()


def test_progress_is_told_of_large_taxonomies_only(tmp_path):
    said = []
    label_vectors(things(), ENCODER, cache=None, say=said.append)
    assert said == []
    large = Taxonomy("large", [entry(f"s{i}", f"skill {i}") for i in range(1500)])
    label_vectors(large, ENCODER, cache=tmp_path, say=said.append)
    assert said[-1] == "Vectors of taxonomy large, made once: 1,500 of 1,500."
    assert len(said) == 2
    label_vectors(large, ENCODER, cache=tmp_path, say=said.append)
    assert len(said) == 2


def test_an_index_holds_skills_in_order_with_hashes_of_what_made_it():
    index = index_skills(things(), ENCODER, cache=None)
    assert [skill.id for skill in index.skills] == [each.skill.id for each in things().entries]
    assert (index.taxonomy, index.taxonomy_sha256) == ("things", things().sha256)
    assert index.encoder_sha256 == ENCODER.sha256
    assert index.vectors.dtype == np.float32
    assert index.names.compare("питон").argmax() == 0


def test_spelling_can_be_left_aside():
    assert index_skills(things(), ENCODER, cache=None, spelling=False).names is None
