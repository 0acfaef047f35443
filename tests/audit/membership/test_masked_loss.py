from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from metier.audit.labelled_texts import LabelledText
from metier.errors import InvalidInput, ModelMismatch

torch = pytest.importorskip("torch")

from metier.audit.membership.losses import Attack  # noqa: E402
from metier.audit.membership.masked_loss import MaskedWordLoss, MaskOptions  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

ROWS = [LabelledText(text) for text in ("w1 w2 w3 w4", "w5", "w6 " * 200, "w1 w2 w3 w4")]


def network(architecture="bert", head=Head.MASKED_WORDS):
    return tiny_network(architecture, head)


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert", "albert", "electra", "deberta-v2"])
def test_a_rows_loss_is_its_own_and_always_the_same(architecture):
    model = MaskedWordLoss(network(architecture))
    found = model.losses(ROWS)
    alone = np.concatenate([model.losses([row]) for row in ROWS])
    assert found == pytest.approx(alone, abs=1e-5)
    assert found[0] == pytest.approx(found[3])
    assert np.isfinite(found).all()
    assert (found > 0).all()
    assert model.losses([]).shape == (0,)
    assert (model.attack, model.of_one_label) == (Attack.MASKS, False)


def test_a_network_for_the_next_sentence_guesses_words_too():
    found = MaskedWordLoss(network(head=Head.NEXT_SENTENCE)).losses(ROWS[:1])
    assert found[0] > 0


def test_with_one_token_masked_at_a_time_it_is_the_pseudo_likelihood():
    built = network()
    found = MaskedWordLoss(built, MaskOptions(subsets=4, share=0.01)).losses(ROWS[:1])[0]
    ids = built.tokenizer("w1 w2 w3 w4")["input_ids"]
    losses = []
    for place in range(1, 5):
        masked = list(ids)
        masked[place] = built.tokenizer.mask_token_id
        with torch.inference_mode():
            scores = built.model(input_ids=torch.tensor([masked])).logits[0, place]
        losses.append(-torch.log_softmax(scores.double(), 0)[ids[place]].item())
    assert found == pytest.approx(np.mean(losses), abs=1e-5)


def test_the_seed_and_the_number_of_sets_choose_the_masks():
    built = network()
    by_seed = [
        MaskedWordLoss(built, MaskOptions(subsets=1, seed=seed)).losses(ROWS[:1])[0] for seed in range(4)
    ]
    assert len(set(by_seed)) > 1


def test_a_text_without_tokens_is_refused():
    with pytest.raises(InvalidInput, match="Text 2 has no token that could be masked"):
        MaskedWordLoss(network()).losses([ROWS[0], LabelledText(" ")])


def test_another_head_is_refused():
    with pytest.raises(ModelMismatch, match="has a head for encoder, not for masked words"):
        MaskedWordLoss(network(head=Head.NONE))


def test_a_tokenizer_without_masks_is_refused():
    without = SimpleNamespace(backend_tokenizer=SimpleNamespace(token_to_id=lambda token: None))
    with pytest.raises(ModelMismatch, match=r"has a tokenizer without <mask> or \[MASK\]"):
        MaskedWordLoss(replace(network(), tokenizer=without))


@pytest.mark.parametrize(
    "settings", [{"subsets": 0}, {"max_tokens": 2}, {"seed": -1}, {"share": 0.6}, {"share": 0.0}]
)
def test_options_out_of_range_are_named(settings):
    (field,) = settings
    with pytest.raises(InvalidInput, match=field):
        MaskOptions(**settings)
