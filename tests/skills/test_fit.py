import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills.examples import WrittenSentence
from metier.skills.vectors import practices
from tests.skills.heads import ENCODER, practice_taxonomy

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("accelerate")

from metier.skills.fit import fit_attention, fit_calibration, fit_names  # noqa: E402

SKILLS = practices(practice_taxonomy())
SENTENCES = [
    *(WrittenSentence("mentoring", "en", f"Sat beside trainee {i}.") for i in range(8)),
    *(WrittenSentence("support", "en", f"Calmed caller {i}.") for i in range(8)),
    *(WrittenSentence("", "en", f"Fruit for guest {i}.") for i in range(8)),
]
NO_NAMES = np.zeros((0, 2), np.int64)


def margins(head, text):
    vectors = ENCODER.encode([f"{s.label}: {s.description}" for s in SKILLS], kind="query")
    logits = head.logits(ENCODER.read(text), head.prepare(vectors), NO_NAMES)
    return logits[:, 1] - logits[:, 0]


def test_attention_learns_which_words_show_a_skill():
    head = fit_attention(SENTENCES * 20, SKILLS, ENCODER, seed=1)
    assert margins(head, "Calmed caller 99.").argmax() == 2
    assert margins(head, "Sat beside trainee 99.").argmax() == 0
    assert margins(head, "Fruit for guest 99.").max() < margins(head, "Calmed caller 99.").max()


def test_the_same_seed_gives_the_same_weights():
    first, second = (fit_attention(SENTENCES, SKILLS, ENCODER, seed=3) for _ in range(2))
    for name, array in first.tensors().items():
        assert array.tobytes() == second.tensors()[name].tobytes()


def test_a_sentence_for_no_practice_is_refused():
    with pytest.raises(InvalidInput, match="'go', which is no practice"):
        fit_attention([WrittenSentence("go", "en", "Ran fast.")], SKILLS, ENCODER, seed=1)


def test_names_are_told_apart_by_their_states():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 2
    states = (rng.standard_normal((200, 8)) + labels[:, None] * 2).astype(np.float32)
    weights, bias = fit_names(states, labels)
    assert np.mean((states @ weights + bias > 0) == labels) > 0.9


def test_calibration_gives_the_share_that_was_right():
    rng = np.random.default_rng(0)
    features = rng.normal(0, 2, (4000, 2))
    chance = 1 / (1 + np.exp(-(1.5 * features[:, 0] + 0.5 * features[:, 1] - 1)))
    labels = (rng.random(4000) < chance).astype(int)
    weights, constant, threshold = fit_calibration(features, labels, precision=0.8)
    assert weights == pytest.approx([1.5, 0.5], abs=0.2)
    assert constant == pytest.approx(-1.0, abs=0.2)
    shown = 1 / (1 + np.exp(-(features @ weights.astype(float) + constant))) >= threshold - 1e-12
    assert labels[shown].mean() >= 0.8
    assert shown.sum() > 500


def test_a_precision_out_of_reach_shows_nothing():
    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert fit_calibration(features, np.array([0, 1, 0, 0]), precision=0.9)[2] == 1.0
