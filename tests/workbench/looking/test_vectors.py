import json

import numpy as np
import pytest

from metier.encoders.load import Runtime
from metier.errors import ModelFormatError, ModelMismatch
from metier.workbench.looking import vectors as module
from metier.workbench.looking.vectors import open_encoder, vectors_of
from tests.workbench.looking.conftest import BASE


def test_vectors_are_those_of_the_shipped_encoder():
    encoder = open_encoder(str(BASE), Runtime(threads=1))
    found = vectors_of(encoder, ["one", "два"])
    assert found.shape == (2, 384)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1])


@pytest.fixture
def opened(monkeypatch):
    found = []
    monkeypatch.setattr(module, "load_torch_encoder", lambda source: found.append(source) or "encoder")
    return found


def folder(tmp_path, pooling):
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(pooling)
    (tmp_path / "config.json").write_text("{}")
    return str(tmp_path)


@pytest.mark.parametrize("pooling", [{"pooling_mode_mean_tokens": True}, {"pooling_mode": "mean"}])
def test_a_folder_that_takes_the_mean_is_opened(tmp_path, opened, pooling):
    source = folder(tmp_path, json.dumps(pooling))
    assert open_encoder(source, Runtime()) == "encoder"
    assert opened == [source]


@pytest.mark.parametrize("pooling", [{"pooling_mode_mean_tokens": False}, {"pooling_mode": "cls"}, {}, []])
def test_another_way_to_make_vectors_is_refused(tmp_path, opened, pooling):
    with pytest.raises(ModelMismatch, match="does not make vectors of the mean of all states"):
        open_encoder(folder(tmp_path, json.dumps(pooling)), Runtime())


def test_a_damaged_file_is_refused(tmp_path, opened):
    with pytest.raises(ModelFormatError, match="must be JSON"):
        open_encoder(folder(tmp_path, "{"), Runtime())


def test_a_hub_name_goes_to_transformers(opened):
    assert open_encoder("someone/model", Runtime()) == "encoder"
    assert opened == ["someone/model"]
