import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.store import exact
from metier.store.entries import Scored
from metier.store.exact import exact_scores, longest_row, nearest_rows


def half_units(rng, n, dim):
    vectors = rng.standard_normal((n, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def brute_force(matrix, keys, query, top_k):
    scores = [sum((row.astype(np.float64) * query.astype(np.float64)).tolist()) for row in matrix]
    ranked = sorted(zip(scores, keys, strict=True), key=lambda pair: (-round(pair[0], 6), pair[1]))
    return [key for _, key in ranked[:top_k]], [score for score, _ in ranked[:top_k]]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(1, 60),
    dim=st.sampled_from([1, 2, 7, 24, 129, 384]),
    top_k=st.integers(1, 70),
    copies=st.integers(0, 10),
)
def test_the_nearest_rows_are_those_of_brute_force(seed, n, dim, top_k, copies):
    rng = np.random.default_rng(seed)
    matrix = half_units(rng, n, dim)
    matrix = np.concatenate([matrix, np.repeat(matrix[:1], copies, axis=0)])
    keys = [f"{i:03d}" for i in rng.permutation(len(matrix))]
    query = half_units(rng, 1, dim)[0]
    found = nearest_rows(matrix, keys, query, top_k=top_k)
    wanted_keys, wanted_scores = brute_force(matrix, keys, query, top_k)
    assert [one.id for one in found] == wanted_keys
    assert [one.score for one in found] == pytest.approx(wanted_scores, abs=6e-7)
    assert all(one.score == round(one.score, 6) for one in found)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 50), n_more=st.integers(0, 200), data=st.data())
def test_other_rows_never_change_the_order_or_the_scores(seed, n, n_more, data):
    rng = np.random.default_rng(seed)
    dim = data.draw(st.sampled_from([3, 24, 384]))
    matrix, more = half_units(rng, n, dim), half_units(rng, n_more, dim)
    query = half_units(rng, 1, dim)[0]
    keys = [f"own-{i}" for i in range(n)]
    alone = nearest_rows(matrix, keys, query, top_k=n)
    place = data.draw(st.integers(0, n))
    mixed = np.concatenate([matrix[:place], more, matrix[place:]])
    mixed_keys = keys[:place] + [f"more-{i}" for i in range(n_more)] + keys[place:]
    found = nearest_rows(mixed, mixed_keys, query, top_k=n + n_more)
    assert [one for one in found if one.id.startswith("own")] == alone
    mask = np.array([key.startswith("own") for key in mixed_keys])
    assert nearest_rows(mixed, mixed_keys, query, top_k=n, mask=mask) == alone


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 300), dim=st.integers(1, 400))
def test_a_score_depends_on_the_two_vectors_alone(seed, n, dim):
    rng = np.random.default_rng(seed)
    matrix, query = half_units(rng, n, dim), half_units(rng, 1, dim)[0]
    alone = [exact_scores(matrix[i : i + 1], query)[0] for i in range(n)]
    assert exact_scores(matrix, query).tolist() == alone
    assert exact_scores(np.asfortranarray(matrix), query).tolist() == alone
    assert exact_scores(matrix[::-1], query)[::-1].tolist() == alone


def test_a_near_tie_that_float32_misjudges_is_ranked_by_its_rounded_scores():
    # The rows differ by less than float32 can tell at 1, in the wrong order for the keys.
    query = np.array([1, 2**-13, 0], np.float32)
    matrix = np.array([[1, 0, 0], [1, 2**-10, 0]], np.float32)
    found = nearest_rows(matrix, ["a", "b"], query, top_k=2)
    assert [one.id for one in found] == ["a", "b"]
    assert found[0].score == found[1].score == 1.0


def test_all_rows_alike_are_ordered_by_their_keys_in_more_than_one_block(monkeypatch):
    monkeypatch.setattr(exact, "_BLOCK", 16)
    matrix = np.repeat(np.array([[0.6, 0.8]], np.float32), 100, axis=0)
    keys = [f"{i:02d}" for i in reversed(range(100))]
    found = nearest_rows(matrix, keys, np.array([1, 0], np.float32), top_k=3)
    assert found == [Scored("00", 0.6), Scored("01", 0.6), Scored("02", 0.6)]


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_a_mask_leaves_the_rows_it_allows(share):
    rng = np.random.default_rng(1)
    matrix, query = half_units(rng, 500, 24), half_units(rng, 1, 24)[0]
    mask = rng.random(500) < share
    keys = [str(i) for i in range(500)]
    everything = nearest_rows(matrix, keys, query, top_k=500)
    assert nearest_rows(matrix, keys, query, top_k=500, mask=mask) == [
        one for one in everything if mask[int(one.id)]
    ]


def test_no_rows_give_nothing():
    matrix = np.empty((0, 4), np.float32)
    query = np.ones(4, np.float32)
    assert nearest_rows(matrix, [], query, top_k=1) == []
    one = np.ones((1, 4), np.float32)
    assert nearest_rows(one, ["a"], query, top_k=1, mask=np.zeros(1, np.bool_)) == []


def test_vectors_of_any_length_are_ranked_exactly():
    rng = np.random.default_rng(2)
    matrix, query = half_units(rng, 200, 24) * np.float32(50), half_units(rng, 1, 24)[0]
    keys = [f"{i:03d}" for i in range(200)]
    found = nearest_rows(matrix, keys, query, top_k=20)
    assert [one.id for one in found] == brute_force(matrix, keys, query, 20)[0]
    assert longest_row(matrix) == pytest.approx(50, rel=1e-3)


def test_a_score_of_zero_has_no_sign():
    found = nearest_rows(np.array([[-1e-9, 0]], np.float32), ["a"], np.array([1, 0], np.float32), top_k=1)
    assert str(found[0].score) == "0.0"
