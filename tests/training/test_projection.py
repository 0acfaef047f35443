import numpy as np
import pytest

from metier.encoders.pooling import unit_rows
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.output import Origin
from metier.training.projection import HEAD, read_projection, save_projection

ENCODER = "e" * 64
RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(3, 5)).astype(np.float32)
CENTER = RNG.normal(size=5).astype(np.float32)


def saved(folder, *, matrix=MATRIX, center=CENTER):
    return save_projection(matrix, center, folder, Origin("mine"), task="interview", encoder_sha256=ENCODER)


def test_a_saved_projection_is_read_and_applied(tmp_path):
    saved(tmp_path / "head")
    found = read_projection(tmp_path / "head", task="interview", encoder_sha256=ENCODER)
    vectors = RNG.normal(size=(4, 5)).astype(np.float32)
    assert found.dim == 3
    assert found.apply(vectors) == pytest.approx(unit_rows((vectors - CENTER) @ MATRIX.T), abs=2e-3)
    with pytest.raises(InvalidInput, match=r"vectors must be \(n, 5\)"):
        found.apply(vectors[:, :4])


def test_files_that_stand_in_the_folder_are_listed_too(tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    assert set(saved(tmp_path).files) == {HEAD, "notes.json"}
    read_projection(tmp_path, task="interview", encoder_sha256=ENCODER)


def test_a_projection_for_something_else_is_refused(tmp_path):
    saved(tmp_path / "head")
    with pytest.raises(
        ModelFormatError, match="is for 'interview', not 'search'.*`metier search train` wrote"
    ):
        read_projection(tmp_path / "head", task="search", encoder_sha256=ENCODER)
    with pytest.raises(ModelMismatch, match="was fitted to encoder eeeeeeeeeeee, the encoder in use is none"):
        read_projection(tmp_path / "head", task="interview", encoder_sha256="")


def test_arrays_that_cannot_be_saved_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="projection must be"):
        saved(tmp_path / "a", center=CENTER[:2])
    with pytest.raises(InvalidInput, match="half precision cannot"):
        saved(tmp_path / "b", matrix=MATRIX * 1e9)
