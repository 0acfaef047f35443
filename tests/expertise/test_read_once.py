from dataclasses import replace

import numpy as np
import pytest

from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.feature_table import known_names
from metier.expertise.model import Calibration
from metier.expertise.ordinal import expected_ranks, softmax
from metier.expertise.read_once import WORDING, ReadOnceLevels, ReadOnceWeights, standardised
from metier.expertise.words import N_SLOTS
from metier.types import Role
from tests.expertise.made_levels import ENCODER, made_item, values_of

TEXT = "Led several teams. Wrote code\nfor a bank. 12 of them"


def weights(seed=0):
    rng = np.random.default_rng(seed)
    n = len(known_names())
    return ReadOnceWeights(
        reading=rng.normal(size=(4, 32)) * 0.2,
        center=rng.normal(size=32) * 0.1,
        idf=np.ones(N_SLOTS, np.float32),
        words=rng.normal(size=(4, N_SLOTS)).astype(np.float32),
        usual_words=rng.normal(size=4) * 0.1,
        features=rng.normal(size=(4, 2 * n)) * 0.05,
        mean=np.full(n, 40.0),
        scale=np.full(n, 10.0),
        usual=np.where(np.arange(n) < 3, 36.0, np.nan),
        bias=np.array([2.0, 1.0, -1.0, -2.0]),
    )


MODEL = ReadOnceLevels(known_names(), weights())


def test_log_odds_are_the_sum_of_what_it_looks_at():
    item = made_item(TEXT, values_of(total_months=60.0))
    features = standardised(item.features.values, MODEL.weights.mean, MODEL.weights.scale)
    states = item.reading.states.astype(float)
    pooled = np.concatenate([states.mean(axis=0), states.std(axis=0)]) - MODEL.weights.center
    plain = replace(MODEL, weights=replace(MODEL.weights, words=MODEL.weights.words * 0))
    odds = np.diff(plain.logits([item])[0])
    w = MODEL.weights
    assert np.allclose(odds, w.reading @ pooled + w.features @ features + w.bias - w.usual_words)


def test_a_document_is_told_alike_alone_and_in_company():
    items = [
        made_item(f"{TEXT} {word} {i}", values_of(jobs=i)) for i, word in enumerate("go led a the".split())
    ]
    together = MODEL.logits(items)
    assert all(MODEL.logits([item]).tobytes() == together[i].tobytes() for i, item in enumerate(items))
    assert MODEL.logits([]).shape == (0, 5)


def test_a_feature_is_explained_by_its_usual_value():
    item = made_item(TEXT, values_of(total_months=60.0))
    usual = made_item(TEXT, values_of(total_months=36.0))
    change = expected_ranks(MODEL.logits([item])) - expected_ranks(MODEL.logits([usual]))
    effects = {push.name: push.effect for push in MODEL.explain(item)}
    assert effects["total_months"] == pytest.approx(float(change[0]))


def test_sentences_share_out_all_that_the_words_do():
    item = made_item(TEXT)
    pushes = [push for push in MODEL.explain(item) if push.name == WORDING]
    assert [len(push.spans) for push in pushes] == [1] * len(pushes)
    sentences = {TEXT[push.spans[0].start : push.spans[0].end] for push in pushes}
    assert sentences == {"Led several teams.", "Wrote code\nfor a bank.", "12 of them"}
    # The slope of the expected level, by small steps along what the text adds to the log-odds.
    w = MODEL.weights
    added = MODEL._wording(item) - w.bias
    step = 1e-6
    moved = replace(MODEL, weights=replace(w, bias=w.bias + step * added))
    slope = (expected_ranks(moved.logits([item])) - expected_ranks(MODEL.logits([item])))[0] / step
    assert sum(push.effect for push in pushes) == pytest.approx(slope, rel=1e-3)


def test_the_strongest_come_first_and_none_is_zero():
    effects = [abs(push.effect) for push in MODEL.explain(made_item(TEXT, values_of(total_months=60.0)))]
    assert effects == sorted(effects, reverse=True)
    assert min(effects) > 0


def test_at_most_ten_sentences_are_named():
    long = made_item(
        " ".join(f"{word.capitalize()} it well." for word in "a b c d e f g h i j k l m n".split())
    )
    assert sum(push.name == WORDING for push in MODEL.explain(long)) == 10


def test_a_warmer_model_explains_less():
    warm = MODEL.with_calibration(Calibration(10.0, 0.9, 0.9, 20, ("en",), ()))
    item = made_item(TEXT, values_of(total_months=60.0))
    assert abs(warm.explain(item)[0].effect) < abs(MODEL.explain(item)[0].effect)


def test_an_empty_text_can_be_told_and_explained():
    item = made_item("")
    assert np.isfinite(softmax(MODEL.logits([item]))).all()
    assert all(push.name != WORDING for push in MODEL.explain(item))


def test_a_document_without_a_reading_is_refused():
    with pytest.raises(InvalidInput, match="needs the reading of an encoder"):
        MODEL.logits([made_item(TEXT, with_reading=False)])


def test_a_reading_of_another_length_is_refused():
    longer = replace(ENCODER.read("a"), states=np.ones((1, 24), np.float32))
    with pytest.raises(InvalidInput, match=r"length 16. Got 24"):
        MODEL.logits([replace(made_item("a"), reading=longer)])


def test_what_is_not_told_is_0_and_marked():
    found = standardised(np.array([50.0, np.nan, 1e9]), np.full(3, 40.0), np.full(3, 10.0))
    assert found.tolist() == [1.0, 0.0, 5.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "changed",
    [
        {"center": np.zeros(31)},
        {"idf": np.ones(7, np.float32)},
        {"scale": np.zeros(len(known_names()))},
        {"bias": np.array([0, 0, 0, np.nan])},
        {"features": np.zeros((4, 3))},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_weights_that_do_not_fit_are_refused(changed):
    with pytest.raises(ModelFormatError, match="finite and fit together"):
        replace(weights(), **changed).check(len(known_names()))


def test_it_sees_nothing_sensitive():
    assert (MODEL.kind, MODEL.reads, MODEL.sensitive) == ("read-once", True, ())


def test_in_a_language_that_was_not_calibrated_on_features_alone_count():
    told = MODEL.with_calibration(Calibration(1.0, 0.9, 0.9, 100, ("en",), (Role.RESUME,)))
    values = values_of(total_months=60.0)
    first, second = (replace(made_item(text, values), language="ru") for text in (TEXT, "Something else."))
    np.testing.assert_array_equal(told.logits([first]), told.logits([second]))
    assert WORDING not in {push.name for push in told.explain(first)}
    assert not np.array_equal(told.logits([first]), told.logits([replace(first, language="en")]))
