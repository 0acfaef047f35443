import doctest
import random
import string
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.training import splits
from metier.training.splits import (
    Part,
    assign_parts,
    near_duplicates,
    stratified_folds,
    stratified_parts,
)

SHARES = {Part.TRAIN: 0.7, Part.TUNE: 0.1, Part.CALIBRATE: 0.1, Part.REPORT: 0.1}


def made(n, *, seed=0, words=60):
    """Return n texts of made-up words, all different."""
    rng = random.Random(seed)
    pool = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(3000)]
    return [" ".join(rng.choices(pool, k=words)) for _ in range(n)]


def edited(text, n_words, *, seed=1):
    rng = random.Random(seed)
    words = text.split()
    for i in rng.sample(range(len(words)), n_words):
        words[i] = "changed"
    return " ".join(words)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(splits).failed == 0


def test_parts_have_about_their_shares():
    counts = Counter(assign_parts(made(4000, words=12), SHARES))
    for part, share in SHARES.items():
        assert counts[part] / 4000 == pytest.approx(share, abs=0.025)


@settings(max_examples=20)
@given(st.permutations(range(12)), st.integers(0, 5))
def test_the_order_of_the_texts_plays_no_part(order, seed):
    texts = [*made(8), *(edited(text, 2) for text in made(4))]
    parts = assign_parts(texts, SHARES, seed=seed)
    assert assign_parts([texts[i] for i in order], SHARES, seed=seed) == [parts[i] for i in order]


@pytest.mark.parametrize(
    "twin",
    [
        "BUILT Data Pipelines for 30 clients in 2019",
        " built  data\npipelines for 7 clients in 2024 ",
        "ｂｕｉｌｔ data pipelines for 12 clients in 1",
    ],
)
def test_case_space_digits_and_forms_of_letters_make_no_other_text(twin):
    first = "Built data pipelines for 3 clients in 2020"
    assert near_duplicates([first, twin]) == [0, 0]


@pytest.mark.parametrize("n_words", [0, 1, 2, 4])
def test_texts_with_few_words_changed_share_a_part(n_words):
    texts = made(100)
    groups = near_duplicates([*texts, *(edited(text, n_words) for text in texts)])
    assert groups[100:] == groups[:100]


def test_texts_of_the_same_trade_stay_apart():
    texts = made(300)
    half = [" ".join(a.split()[:30] + b.split()[30:]) for a, b in zip(texts, made(300, seed=9), strict=True)]
    assert len(set(near_duplicates(texts + half))) == 600


def test_a_chain_of_near_texts_is_one_group():
    chain = [made(1, words=100)[0]]
    for step in range(6):
        chain.append(edited(chain[-1], 8, seed=step))
    assert len(set(near_duplicates(chain))) == 1


@pytest.mark.parametrize("text", ["", " ", "a", "1", "да", "개발자", "\ud800"])
def test_the_shortest_texts_get_a_part(text):
    assert assign_parts([text, text], SHARES)[0] in SHARES


def test_no_texts_get_no_parts():
    assert assign_parts([], SHARES) == []
    assert near_duplicates([]) == []


def test_another_seed_divides_otherwise():
    texts = made(200, words=10)
    assert assign_parts(texts, SHARES, seed=1) != assign_parts(texts, SHARES, seed=2)


def test_a_further_text_moves_no_other():
    texts = made(300, words=20)
    assert assign_parts([*texts, "something else entirely"], SHARES)[:300] == assign_parts(texts, SHARES)


def test_a_part_without_a_share_gets_nothing():
    assert set(assign_parts(made(100), {Part.TRAIN: 0.5, Part.REPORT: 0.5})) == {Part.TRAIN, Part.REPORT}


def test_the_time_is_linear_also_where_all_texts_are_near():
    base = made(1, words=60)[0]
    texts = [f"{base} {i:05d} {edited('x y z w', i % 4)}" for i in range(3000)]
    began = time.process_time()
    assert len(set(near_duplicates(texts))) == 1
    assert time.process_time() - began < 10


@pytest.mark.parametrize("shares", [{}, {Part.TRAIN: 0.9}, {Part.TRAIN: 1.2, Part.TUNE: -0.2}])
def test_shares_that_do_not_add_up_are_refused(shares):
    with pytest.raises(InvalidInput, match="shares must be above 0 and add up to 1"):
        assign_parts(["a"], shares)


@pytest.mark.parametrize("call", [near_duplicates, lambda text: assign_parts(text, SHARES)])
def test_a_lone_string_is_refused_without_being_quoted(call):
    with pytest.raises(InvalidInput, match="Got a single string") as caught:
        call("secret words")
    assert "secret" not in str(caught.value)


def test_stratified_parts_hold_every_label_in_its_share():
    labels = ["rare"] * 20 + ["usual"] * 300
    parts = stratified_parts(made(320), labels, SHARES)
    for part, share in SHARES.items():
        for label, n in (("rare", 20), ("usual", 300)):
            count = sum(own is part and said == label for own, said in zip(parts, labels, strict=True))
            assert abs(count - share * n) <= 1


def test_of_a_label_with_three_texts_most_are_to_learn_from():
    shares = {Part.TRAIN: 0.6, Part.CALIBRATE: 0.2, Part.REPORT: 0.2}
    assert Counter(stratified_parts(made(3), ["x"] * 3, shares))[Part.TRAIN] >= 2


def test_stratified_parts_keep_near_duplicates_together_and_follow_the_seed():
    texts = made(80)
    labels = ["a", "b"] * 80
    both = texts + [edited(text, 2) for text in texts]
    parts = stratified_parts(both, labels, SHARES)
    assert parts[:80] == parts[80:]
    assert parts != stratified_parts(both, labels, SHARES, seed=1)
    assert parts == stratified_parts(both[::-1], labels[::-1], SHARES)[::-1]


def test_folds_are_of_like_size_for_every_label():
    labels = ["a"] * 10 + ["b"] * 35
    folds = stratified_folds(made(45), labels, n_folds=5)
    assert Counter(folds[:10]) == dict.fromkeys(range(5), 2)
    assert Counter(folds[10:]) == dict.fromkeys(range(5), 7)


def test_no_texts_have_no_stratified_parts():
    assert stratified_parts([], [], SHARES) == []
    assert stratified_folds([], [], n_folds=2) == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: stratified_parts(["a"], [], SHARES), "one label for each text"),
        (lambda: stratified_parts("a", ["x"], SHARES), "single string"),
        (lambda: stratified_parts(["a"], ["x"], {Part.TRAIN: 0.5}), "add up to 1"),
        (lambda: stratified_folds(["a"], ["x"], n_folds=1), "n_folds must be at least 2"),
    ],
)
def test_what_does_not_fit_is_not_stratified(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
