import numpy as np
import pytest

from metier.encoders.contract import check_encoder
from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder
from metier.errors import InvalidInput, ModelMismatch
from metier.training.layers import keep_layers
from metier.training.model_files import read_float32
from tests.training.float_models import rewrite, write_tiny

N_LAYERS = 12


@pytest.fixture
def deep(tmp_path):
    return write_tiny(tmp_path / "deep", layers=N_LAYERS)


@pytest.mark.parametrize("numbers", [(0, 2, 4, 6, 8, 10), (11,), (0, 10, 11), tuple(range(N_LAYERS))])
def test_kept_layers_take_the_next_places_and_the_rest_stays(deep, tmp_path, numbers):
    keep_layers(deep, numbers, tmp_path / "cut")
    before, after = read_float32(deep), read_float32(tmp_path / "cut")
    assert after.config == {**before.config, "num_hidden_layers": len(numbers)}
    expected = {name: t for name, t in before.tensors.items() if not name.startswith("encoder.layer.")}
    for place, number in enumerate(numbers):
        start = f"encoder.layer.{number}."
        expected |= {
            f"encoder.layer.{place}.{name.removeprefix(start)}": tensor
            for name, tensor in before.tensors.items()
            if name.startswith(start)
        }
    assert after.tensors.keys() == expected.keys()
    for name, tensor in expected.items():
        np.testing.assert_array_equal(after.tensors[name], tensor, err_msg=name)


def test_the_card_says_what_was_kept(deep, tmp_path):
    card = keep_layers(deep, [0, 5], tmp_path / "cut")
    old = ModelFolder.peek(deep)
    assert card == ModelFolder.open(tmp_path / "cut").card
    assert card.base == f"layers 0,5 of deep (sha256 {old.sha256}), made from nothing"
    assert card.command == "metier models keep-layers FOLDER --layers 0,5"
    assert (card.name, card.training_data, card.metrics) == ("deep-2-layers", old.card.training_data, {})
    assert card.parameters["feed-forward"] == 2 * (2 * 64 * 128 + 128 + 64)
    assert keep_layers(deep, [0], tmp_path / "named", name="student").name == "student"


def test_the_states_are_those_of_the_first_layers(deep, tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from metier.training.backbone import load_backbone

    keep_layers(deep, [0, 1], tmp_path / "cut")
    check_encoder(load_encoder(tmp_path / "cut", Runtime()))
    small, large = (load_backbone(str(folder)) for folder in (tmp_path / "cut", deep))
    frame = small.frame(1)
    rows = [frame.around([small.tokenise(["python java"])[0].ids])]
    large.model.encoder.layer = large.model.encoder.layer[:2]
    found, expected = (backbone.hidden(rows)[0].detach().numpy() for backbone in (small, large))
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("numbers", "given"),
    [((), "none"), ((0, 12), "0, 12"), ((-1, 0), "-1, 0"), ((2, 1), "2, 1"), ((1, 1), "1, 1")],
)
def test_numbers_that_are_no_layers_are_refused(deep, tmp_path, numbers, given):
    with pytest.raises(InvalidInput, match=f"ascending numbers from 0 to 11, each once. Got {given}."):
        keep_layers(deep, numbers, tmp_path / "cut")
    assert not (tmp_path / "cut").exists()


def test_an_output_that_is_not_empty_is_refused(deep):
    with pytest.raises(InvalidInput, match="must be empty"):
        keep_layers(deep, [0], deep)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"config": {"num_hidden_layers": 6}}, "It has 12 of them, and num_hidden_layers is 6."),
        (
            {"tensors": {"encoder.layer.13.output.dense.bias": np.zeros(64, np.float32)}},
            "It has 13 of them, and num_hidden_layers is 12.",
        ),
    ],
)
def test_a_model_whose_layers_cannot_be_told_apart_is_refused(deep, tmp_path, change, found):
    with pytest.raises(ModelMismatch, match=f"must have layers called.*{found}"):
        keep_layers(rewrite(deep, tmp_path / "odd", **change), [0], tmp_path / "cut")
