from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.workbench.looking.fill_mask import HeadMaskedWords, fill_mask, masked_row
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.mask_head import MaskHead
from metier.workbench.looking.tokens import read_splitter
from tests.workbench.looking.conftest import BASE, tiny_states
from tests.workbench.looking.test_mask_figures import biased
from tests.workbench.looking.test_masked_states import PIECES, splitter

SHIPPED = BASE.parent / "mask-words"


@pytest.fixture
def encoder():
    return tiny_states(splitter(), vocabulary=len(PIECES))


@pytest.fixture
def model(encoder):
    return HeadMaskedWords(biased([0.0, 2.0, 1.0], encoder), encoder)


@pytest.fixture(scope="module")
def shipped():
    head = MaskHead.load(SHIPPED)
    return HeadMaskedWords(head, LayerStates.load(BASE, layer=head.layer, threads=1))


@pytest.mark.parametrize("mask", ["[MASK]", "<mask>"])
def test_either_spelling_of_the_mask_is_taken(model, mask):
    (found,) = fill_mask(model, f"w1 {mask} w2")
    assert (found.start, found.end) == (3, 3 + len(mask))
    assert [guess.word for guess in found.guesses] == ["w2", "w3", "w1"]
    assert [guess.piece for guess in found.guesses] == ["w2", "w3", "w1"]
    assert sum(guess.probability for guess in found.guesses) == pytest.approx(1)
    assert found.guesses[0].probability == pytest.approx(np.exp(2) / (1 + np.exp(1) + np.exp(2)))


def test_several_masks_are_guessed_in_order(model):
    found = fill_mask(model, "[MASK] w1 <mask>", top_k=1)
    assert [(each.start, each.end) for each in found] == [(0, 6), (10, 16)]
    assert all(len(each.guesses) == 1 for each in found)


@pytest.mark.parametrize("text", ["w1 w2", "[mask]", "MASK", "< mask >"])
def test_a_text_without_a_mask_is_refused(model, text):
    with pytest.raises(InvalidInput, match="must have a place to guess"):
        fill_mask(model, text)


def test_a_blank_text_is_refused(model):
    with pytest.raises(InvalidInput, match="more than white space"):
        fill_mask(model, " \n")


@pytest.mark.parametrize("top_k", [0, 1001])
def test_so_many_guesses_are_refused(model, top_k):
    with pytest.raises(InvalidInput, match=f"top_k must be from 1 to 1,000. Got {top_k}"):
        fill_mask(model, "[MASK]", top_k=top_k)


def test_a_text_longer_than_a_row_is_refused(model):
    with pytest.raises(InvalidInput, match="at most 64 tokens for tiny with .*Got 73"):
        fill_mask(model, " ".join(["w1"] * 70) + " [MASK]")


def test_a_tokenizer_without_a_mask_is_refused():
    names = tuple(piece for piece in PIECES if piece != "[MASK]")
    with pytest.raises(ModelMismatch, match=r"has a tokenizer without <mask> or \[MASK\]"):
        masked_row(splitter(names), "w1 [MASK]")


def test_head_and_encoder_must_belong_together(encoder):
    head = biased([0, 0, 0], encoder)
    with pytest.raises(ModelMismatch, match="was fitted to encoder"):
        HeadMaskedWords(replace(head, encoder_sha256="b" * 64), encoder)
    with pytest.raises(ModelMismatch, match="reads states after layer 2. Got those after 1"):
        HeadMaskedWords(replace(head, layer=2), encoder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am <mask>.", "▁I ▁am <mask> ."),
        ("<mask> am, [MASK]ing", "<mask> ▁am , <mask> ing"),
        ("un<mask>able", "▁un <mask> able"),
        ("Tom  <mask>  Jerry", "▁Tom <mask> ▁Jerry"),
        ("<mask>", "<mask>"),
        ("<mask> <mask>", "<mask> <mask>"),
        ("от [MASK] лет", "▁от <mask> ▁лет"),
    ],
)
def test_a_mask_stands_for_a_whole_piece(text, expected):
    read = read_splitter(str(BASE))
    ids, places = masked_row(read, text)
    pieces = [read.tokenizer.id_to_token(token_id) for token_id in ids]
    assert pieces == ["<s>", *expected.split(), "</s>"]
    assert [pieces[i] for i in places] == ["<mask>"] * expected.count("<mask>")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We look for a project <mask> with five years of experience.", "manager"),
        ("Опыт [MASK] от трёх лет.", "работы"),
    ],
)
def test_the_shipped_head_knows_job_ads(shipped, text, word):
    (found,) = fill_mask(shipped, text, top_k=5)
    assert word in {guess.word for guess in found.guesses}


def test_the_shipped_head_gives_the_same_answer_each_time(shipped):
    one, other = (fill_mask(shipped, "Knowledge of [MASK] is a plus.") for _ in range(2))
    assert one == other
    assert shipped.name == "metier-small with metier-mask-words"


def test_the_shipped_head_is_small_and_says_what_it_was_measured_on():
    from metier.encoders.folder import ModelFolder

    folder = ModelFolder.open(SHIPPED)
    assert sum(entry.bytes for entry in folder.card.files.values()) < 1_500_000
    figures = folder.card.metrics["dev"]
    assert figures["accuracy"]["low"] > 4 * figures["unigram_accuracy"]["high"]
    assert figures["gain"]["low"] > 0.2
    assert folder.card.license == "MIT"
    assert all(len(digest) == 64 for digest in folder.card.training_data.values())
    assert not [
        path for path in Path(SHIPPED).iterdir() if path.name not in {"head.safetensors", "model.json"}
    ]


@pytest.fixture
def networks():
    pytest.importorskip("torch")
    from tests.workbench.tiny import tiny_network

    return tiny_network


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert", "albert", "electra", "deberta-v2"])
def test_a_network_of_transformers_guesses(networks, architecture):
    from metier.training.networks import Head
    from metier.workbench.looking.fill_mask import TorchMaskedWords

    network = networks(architecture, Head.MASKED_WORDS)
    model = TorchMaskedWords(network)
    (found,) = fill_mask(model, "w1 <mask> w2.", top_k=1000)
    assert len(found.guesses) == len(network.tokenizer)
    assert sum(guess.probability for guess in found.guesses) == pytest.approx(1)
    assert model.name == network.name


def test_guesses_are_those_of_the_network(networks):
    import torch

    from metier.training.networks import Head
    from metier.workbench.looking.fill_mask import TorchMaskedWords

    network = networks("bert", Head.NEXT_SENTENCE)
    (found,) = fill_mask(TorchMaskedWords(network), "w1 [MASK] w2", top_k=3)
    given = network.tokenizer("w1 [MASK] w2", return_tensors="pt")
    with torch.inference_mode():
        scores = network.model(**given).prediction_logits[0, 2].softmax(dim=0)
    best = scores.topk(3)
    assert [guess.id for guess in found.guesses] == best.indices.tolist()
    assert [guess.probability for guess in found.guesses] == pytest.approx(best.values.tolist())


def test_a_network_without_a_head_for_masked_words_is_refused(networks, tmp_path):
    from metier.encoders.folder import ModelCard
    from metier.training.networks import Head, write_network
    from metier.workbench.looking.fill_mask import load_masked_words

    card = ModelCard("tiny", "", "", "", (), 0, 0, {}, "", {}, {}, {})
    for head in (Head.NONE, Head.MASKED_WORDS):
        write_network(networks("bert", head), tmp_path / head, card)
    assert load_masked_words(str(tmp_path / Head.MASKED_WORDS)).max_tokens > 0
    with pytest.raises(ModelMismatch, match="saved with the head 'encoder', not with one for masked words"):
        load_masked_words(str(tmp_path / Head.NONE))
