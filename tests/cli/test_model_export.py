import shutil

import pytest

from metier.encoders.folder import ModelFolder
from metier.encoders.load import shipped_models
from tests.training.float_models import CARD, write_tiny

BASE = shipped_models()["base"]


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path / "tiny", layers=4)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("export", ("--texts", "--output", "--base", "--name", "frozen")),
        ("average", ("--weight", "--output", "--name")),
        ("keep-layers", ("--layers", "--output", "--name")),
    ],
)
def test_every_command_has_help_with_an_example(metier, command, words):
    result = metier("models", command, "--help")
    assert result.code == 0
    for word in (*words, f"Example: metier models {command}"):
        assert word in " ".join(result.out.split())


def test_layers_are_kept(metier, tiny, tmp_path):
    output = tmp_path / "cut"
    result = metier("models", "keep-layers", tiny, "--layers", "0, 3", "--output", output)
    card = ModelFolder.open(output).card
    assert (result.code, result.out) == (0, "")
    assert f"Wrote {output}: tiny-2-layers, {sum(card.parameters.values()):,} parameters." in result.err
    assert card.base.startswith("layers 0,3 of tiny ")


@pytest.mark.parametrize("layers", ["0;1", "", "0,x", "1.5", "0,9"])
def test_layers_that_are_none_are_wrong_use(metier, tiny, tmp_path, layers):
    result = metier("models", "keep-layers", tiny, f"--layers={layers}", "--output", tmp_path / "cut")
    assert result.code == 2
    assert "must be" in result.err


def test_models_are_averaged_in_their_order(metier, tiny, tmp_path):
    other = write_tiny(tmp_path / "other", seed=2, layers=4)
    weights = ("--weight", 0.3, "--weight", 0.7)
    result = metier(
        "models", "average", tiny, other, *weights, "--output", tmp_path / "mean", "--name", "soup"
    )
    card = ModelFolder.open(tmp_path / "mean").card
    assert (result.code, card.name) == (0, "soup")
    assert f"Wrote {tmp_path / 'mean'}: soup, the mean of the weights of tiny (sha256 " in result.err
    assert " x 0.3 and other (sha256 " in card.base
    assert card.base.endswith(" x 0.7")


def test_without_weights_all_count_alike(metier, tiny, tmp_path):
    other = write_tiny(tmp_path / "other", seed=2, layers=4)
    assert metier("models", "average", tiny, other, "--output", tmp_path / "mean").code == 0
    assert ModelFolder.open(tmp_path / "mean").card.base.count(" x 0.5") == 2


@pytest.mark.parametrize(
    ("weights", "code", "words"), [((1,), 2, "one weight for each of 2 folders"), ((1, -1), 2, "0 or more")]
)
def test_weights_that_do_not_fit_are_wrong_use(metier, tiny, tmp_path, weights, code, words):
    options = [word for weight in weights for word in ("--weight", weight)]
    result = metier("models", "average", tiny, tiny, *options, "--output", tmp_path / "mean")
    assert result.code == code
    assert words in result.err


def test_models_that_do_not_belong_together_are_an_error(metier, tiny, tmp_path):
    other = write_tiny(tmp_path / "other", layers=3)
    result = metier("models", "average", tiny, other, "--output", tmp_path / "mean")
    assert result.code == 4
    assert "Average models of one structure." in result.err


@pytest.mark.parametrize("base", [None, "mine"])
def test_an_export_hands_its_options_on(metier, tmp_path, monkeypatch, base):
    from metier.training import export

    seen = {}

    def export_encoder(source, base, output, *, texts, say, name):
        seen.update(source=source, base=base, output=output, texts=texts, name=name)
        say("Quantising.")
        return CARD

    monkeypatch.setattr(export, "export_encoder", export_encoder)
    folder, first, second = tmp_path / "model", tmp_path / "a.txt", tmp_path / "b.txt"
    mine = tmp_path / "data" / "models" / "mine"
    mine.mkdir(parents=True)
    shutil.copyfile(BASE / "model.json", mine / "model.json")
    arguments = [folder, "--texts", first, "--texts", second, "--output", tmp_path / "out", "--name", "new"]
    result = metier("models", "export", *arguments, *(("--base", base) if base else ()))
    assert seen == {
        "source": folder,
        "base": mine if base else BASE,
        "output": tmp_path / "out",
        "texts": [first, second],
        "name": "new",
    }
    assert (result.code, result.out) == (0, "")
    assert "Quantising." in result.err
    assert f"Wrote {tmp_path / 'out'}: tiny in int8. Cosine to float32: no text was kept aside." in result.err


def test_an_unknown_base_is_an_error(metier, tiny, tmp_path):
    result = metier(
        "models", "export", tiny, "--texts", tmp_path / "a.txt", "--output", tmp_path / "out", "--base", "no"
    )
    assert result.code == 2
    assert "There is no model 'no'" in result.err


@pytest.mark.parametrize("command", ["export", "average", "keep-layers"])
def test_nothing_is_written_over(metier, tiny, tmp_path, command):
    extra = {
        "export": ("--texts", tmp_path / "a.txt"),
        "average": (tiny,),
        "keep-layers": ("--layers", "0"),
    }
    result = metier("models", command, tiny, *extra[command], "--output", tiny)
    assert result.code == 2
    assert f"{tiny} must be empty" in result.err
