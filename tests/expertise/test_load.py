import numpy as np
import pytest
from safetensors.numpy import load_file, save

from metier.errors import ModelFormatError, ModelMismatch, NotFound
from metier.expertise.boosting import FeatureLevels
from metier.expertise.feature_table import known_names
from metier.expertise.folder import LEVELS, save_levels
from metier.expertise.load import KINDS, levels_folder, load_levels
from metier.expertise.read_once import ReadOnceLevels
from tests.expertise.made_levels import made_rows
from tests.expertise.test_folder import CALIBRATION, MODEL, ORIGIN, relist, rewrite
from tests.expertise.test_read_once import weights

READ_ONCE = ReadOnceLevels(known_names(), weights(), "abc", CALIBRATION)


@pytest.mark.parametrize("model", [MODEL, READ_ONCE], ids=lambda model: model.kind)
def test_a_loaded_model_says_the_same_to_the_byte(model, tmp_path):
    save_levels(model, tmp_path / "model", ORIGIN)
    loaded = load_levels(tmp_path, encoder_sha256="abc")
    items = [row.item for row in made_rows(8)]
    assert loaded.logits(items).tobytes() == model.logits(items).tobytes()
    assert loaded.explain(items[0]) == model.explain(items[0])
    assert (loaded.kind, loaded.name, loaded.calibration) == (model.kind, "mine", CALIBRATION)
    assert len(loaded.sha256) == 64
    assert loaded.kind in KINDS


def test_a_read_once_model_is_small(tmp_path):
    save_levels(READ_ONCE, tmp_path / "model", ORIGIN)
    assert (tmp_path / "model" / LEVELS).stat().st_size < 1_000_000


@pytest.mark.parametrize(("sha256", "said"), [("other", "other"), ("", "none")])
def test_another_encoder_is_refused(tmp_path, sha256, said):
    save_levels(READ_ONCE, tmp_path / "model", ORIGIN)
    with pytest.raises(ModelMismatch, match=f"fitted to encoder abc, the encoder in use is {said}"):
        load_levels(tmp_path, encoder_sha256=sha256)


def test_a_model_of_features_without_an_encoder_goes_with_any(tmp_path):
    save_levels(FeatureLevels(MODEL.names, MODEL.usual, MODEL.forest), tmp_path / "model", ORIGIN)
    assert load_levels(tmp_path / "model", encoder_sha256="any").kind == "features"


def test_features_of_another_metier_are_refused(tmp_path):
    save_levels(MODEL, tmp_path / "model", ORIGIN)
    rewrite(tmp_path / "model", model={"features": ["shoe_size"]})
    with pytest.raises(ModelMismatch, match="shoe_size"):
        load_levels(tmp_path, encoder_sha256="abc")


def test_an_unknown_kind_is_refused(tmp_path):
    save_levels(MODEL, tmp_path / "model", ORIGIN)
    rewrite(tmp_path / "model", kind="oracle")
    with pytest.raises(ModelFormatError, match="must be of kind features, .* Got 'oracle'"):
        load_levels(tmp_path, encoder_sha256="abc")


@pytest.mark.parametrize("model", [MODEL, READ_ONCE], ids=lambda model: model.kind)
def test_a_missing_or_misshaped_array_is_refused(model, tmp_path):
    folder = tmp_path / "model"
    save_levels(model, folder, ORIGIN)
    rewrite(folder, kind=model.kind)
    tensors = load_file(folder / LEVELS)
    for changed in ({**tensors, "usual": np.zeros(3)}, {k: v for k, v in tensors.items() if k != "usual"}):
        facts = _facts(folder)
        (folder / LEVELS).write_bytes(save(changed, metadata=facts))
        relist(folder)
        with pytest.raises(ModelFormatError, match="usual|fit"):
            load_levels(folder, encoder_sha256="abc")


def _facts(folder):
    from safetensors import safe_open

    with safe_open(folder / LEVELS, framework="np") as file:
        return file.metadata()


def test_a_path_may_be_the_model_or_what_holds_it(tmp_path):
    (tmp_path / "mine" / "model").mkdir(parents=True)
    assert levels_folder(tmp_path / "mine") == tmp_path / "mine" / "model"
    assert levels_folder(tmp_path / "mine" / "model") == tmp_path / "mine" / "model"


def test_where_no_model_is_none_is_loaded(tmp_path):
    with pytest.raises(NotFound):
        load_levels(tmp_path / "none", encoder_sha256="abc")
