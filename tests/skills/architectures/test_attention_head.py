import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.skills.architectures.attention_head import (
    ARCHITECTURE,
    EMPTY_LOGIT,
    LabelAttentionHead,
    mention_pairs,
    skill_blocks,
)
from metier.skills.architectures.save import HEAD, read_parts
from metier.training.output import Origin

DIM, RANK = 16, 4
ENCODER = FakeEncoder(DIM)
NO_NAMES = np.zeros((0, 2), np.int64)
TEXTS = st.lists(st.sampled_from("go rust sql team led tests . ,".split()), max_size=30).map(" ".join)


def random_head(seed=0, *, dim=DIM, rank=RANK, mention=2.0):
    random = np.random.default_rng(seed)

    def draw(*shape):
        return random.standard_normal(shape).astype(np.float32) * np.float32(0.3)

    return LabelAttentionHead(
        token_maps=draw(2, rank, dim),
        query_maps=draw(2, rank, dim),
        scales=np.array([6, 9], np.float32),
        biases=draw(2),
        length=np.array([0.3, 0.7], np.float32),
        mention_weight=np.array([mention], np.float32),
        token_center=draw(dim),
        query_center=draw(dim),
        null_weights=draw(dim),
        null_bias=draw(1),
    )


def random_vectors(n, seed=1):
    return np.random.default_rng(seed).standard_normal((n, DIM)).astype(np.float16)


def written_out(head, reading, vectors, mentions):
    """Return the logits by the formulas of the module, one token and skill at a time."""

    def unit(v):
        return v / np.linalg.norm(v)

    logits = np.zeros((len(vectors), 3))
    x = [unit(state.astype(np.float64) - head.token_center) for state in reading.states]
    for k, vector in enumerate(vectors):
        y = unit(vector.astype(np.float64) - head.query_center)
        logits[k, 0] = np.mean(x, axis=0) @ head.null_weights + head.null_bias[0]
        for c in range(2):
            s = [
                head.scales[c] * (x_t @ y + (head.token_maps[c] @ x_t) @ (head.query_maps[c] @ y))
                + head.biases[c]
                + c * head.mention_weight[0] * ((t, k) in mentions)
                for t, x_t in enumerate(x)
            ]
            logits[k, c + 1] = np.log(np.sum(np.exp(s))) - head.length[c] * np.log(len(s))
    return logits


def test_logits_are_those_of_the_formulas():
    head, vectors, reading = random_head(), random_vectors(3), ENCODER.read("go sql led , team")
    pairs = np.array([[0, 1], [3, 2], [3, 2]])
    found = head.logits(reading, head.prepare(vectors), pairs)
    wanted = written_out(head, reading, vectors, {(0, 1), (3, 2)})
    assert found == pytest.approx(wanted, abs=1e-4)


@given(TEXTS, st.sets(st.integers(0, 9), min_size=1), st.integers(0, 5))
def test_asking_for_fewer_skills_changes_no_answer(text, asked, seed):
    head, vectors, reading = random_head(seed), random_vectors(10), ENCODER.read(text)
    everything = head.logits(reading, head.prepare(vectors), NO_NAMES)
    chosen = sorted(asked)
    assert head.logits(reading, head.prepare(vectors[chosen]), NO_NAMES) == pytest.approx(
        everything[chosen], abs=1e-5
    )


@given(TEXTS, st.data())
def test_another_name_only_raises_the_explicit_logit(text, data):
    head, vectors, reading = random_head(), random_vectors(4), ENCODER.read(text)
    n_tokens = len(reading.states)
    pair = st.tuples(st.integers(0, max(0, n_tokens - 1)), st.integers(0, 3))
    names = data.draw(st.lists(pair, max_size=8)) if n_tokens else []
    more = data.draw(st.lists(pair, max_size=8)) if n_tokens else []
    queries = head.prepare(vectors)
    before = head.logits(reading, queries, np.array(names, np.int64).reshape(-1, 2))
    after = head.logits(reading, queries, np.array(names + more, np.int64).reshape(-1, 2))
    assert (after[:, :2] == before[:, :2]).all()
    assert (after[:, 2] >= before[:, 2]).all()


def test_an_empty_text_has_finite_logits_far_below_none():
    head = random_head()
    logits = head.logits(ENCODER.read(""), head.prepare(random_vectors(2)), NO_NAMES)
    assert (logits[:, 1:] == EMPTY_LOGIT).all()
    assert logits[:, 0] == pytest.approx(head.null_bias[0])


def test_no_skills_have_no_logits():
    head = random_head()
    assert head.logits(ENCODER.read("go"), head.prepare(random_vectors(0)), NO_NAMES).shape == (0, 3)


def test_blocks_of_skills_change_nothing(monkeypatch):
    head, reading = random_head(), ENCODER.read("go sql led " * 20)
    queries, pairs = head.prepare(random_vectors(11)), np.array([[0, 0], [1, 5], [2, 10]])
    whole = head.logits(reading, queries, pairs)
    monkeypatch.setattr("metier.skills.architectures.attention_head._AT_ONCE", 400)
    assert len(skill_blocks(len(reading.states), 11)) > 3
    assert head.logits(reading, queries, pairs) == pytest.approx(whole, abs=1e-5)


def test_a_token_is_in_a_name_that_it_shares_a_character_with():
    spans = np.array([[0, 2], [2, 6], [7, 9]])
    assert mention_pairs(spans, [(0, 6, 4), (8, 9, 1)]).tolist() == [[0, 4], [1, 4], [2, 1]]
    assert mention_pairs(spans, []).shape == (0, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mention_weight": np.array([-0.1], np.float32)}, "mention_weight must be at least 0"),
        ({"scales": np.array([1, 0], np.float32)}, "scales above 0"),
        ({"length": np.array([0.5, 1.1], np.float32)}, "between 0 and 1"),
        ({"biases": np.array([np.nan, 0], np.float32)}, "biases must hold finite numbers"),
        ({"token_center": np.zeros(DIM + 1, np.float32)}, r"token_center must hold finite numbers of shape"),
    ],
)
def test_numbers_that_break_the_laws_are_refused(change, message):
    with pytest.raises(ModelFormatError, match=message):
        dataclasses.replace(random_head(), **change)


def saved(folder, *, encoder_sha256=ENCODER.sha256):
    return read_parts(folder, architecture=ARCHITECTURE, encoder_sha256=encoder_sha256)


def test_a_head_that_was_saved_is_the_same(tmp_path):
    head = random_head()
    card = head.save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    again = LabelAttentionHead.from_saved(saved(tmp_path / "head"))
    assert card.dim == DIM
    assert {path.name for path in (tmp_path / "head").iterdir()} == {HEAD, "model.json"}
    for name, array in head.tensors().items():
        assert again.tensors()[name].tobytes() == array.tobytes()


def test_a_large_head_is_kept_in_half_precision(tmp_path):
    head = random_head(dim=768, rank=192)
    head.save(tmp_path / "head", Origin("large"), encoder_sha256=ENCODER.sha256)
    assert (tmp_path / "head" / HEAD).stat().st_size <= 2_000_000
    again = LabelAttentionHead.from_saved(saved(tmp_path / "head"))
    assert again.token_maps == pytest.approx(head.token_maps, abs=1e-3)


def test_a_head_of_another_encoder_is_refused(tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    with pytest.raises(ModelMismatch, match="Head tiny was fitted to encoder"):
        saved(tmp_path / "head", encoder_sha256=FakeEncoder(8).sha256)


def test_a_head_without_a_part_is_refused(tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    found = saved(tmp_path / "head")
    del found.parts.tensors["biases"]
    with pytest.raises(ModelFormatError, match="its head must hold biases"):
        LabelAttentionHead.from_saved(found)


def test_a_head_of_another_length_than_its_card_is_refused(tmp_path):
    random_head().save(tmp_path / "head", Origin("tiny"), encoder_sha256=ENCODER.sha256)
    found = saved(tmp_path / "head")
    found.parts.tensors["token_maps"] = np.zeros((2, RANK, DIM + 1), np.float32)
    with pytest.raises(ModelMismatch, match="reads states of another length"):
        LabelAttentionHead.from_saved(found)


def test_a_head_above_two_megabytes_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"at most 1,990,000 bytes. Got 2,.* lower rank"):
        random_head(dim=768, rank=400).save(tmp_path / "head", Origin("huge"), encoder_sha256="")
