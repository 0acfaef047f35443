import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save

from metier.encoders.folder import CARD, NETWORK, TOKENIZER, WEIGHTS, ModelCard, file_entry
from metier.encoders.load import Runtime, find_model, installed_models, load_encoder, shipped_models
from metier.encoders.reading import TextKind
from metier.errors import MissingExtra, ModelFormatError, NotFound
from tests.audit.provenance.model_folders import constant, network
from tests.encoders.models import shipped_encoder


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(shipped_models()["base"], tmp_path / "copy")
    return tmp_path / "copy"


def reseal(folder, drop=""):
    card = ModelCard.parse((folder / CARD).read_bytes())
    if drop:
        (folder / drop).unlink()
    files = {path.name: file_entry(path) for path in folder.iterdir() if path.name != CARD}
    (folder / CARD).write_bytes(replace(card, files=files).dump())


def test_the_shipped_models_are_an_encoder_and_its_heads():
    assert set(shipped_models()) == {
        "base",
        "expertise",
        "grading",
        "linking",
        "mask-words",
        "search",
        "skills",
    }


def test_own_models_are_listed_after_the_shipped_ones_and_do_not_replace_them(copy, tmp_path):
    shutil.copytree(copy, tmp_path / "base")
    found = installed_models(tmp_path)
    assert list(found) == [*shipped_models(), "copy"]
    assert found["base"] == shipped_models()["base"]


def test_a_model_is_found_by_name_or_by_folder(copy, tmp_path):
    assert find_model("base", tmp_path) == shipped_models()["base"]
    assert find_model("copy", tmp_path) == copy
    assert find_model(str(copy), tmp_path / "none") == copy


def test_a_model_is_found_in_what_a_training_wrote(copy, tmp_path):
    (tmp_path / "trained").mkdir()
    copy.rename(tmp_path / "trained" / "model")
    assert find_model(str(tmp_path / "trained"), tmp_path / "none") == tmp_path / "trained" / "model"


def test_an_unknown_name_is_told_what_there_is(tmp_path):
    with pytest.raises(
        NotFound, match=r"'nope'. Models are base, expertise, grading, linking, mask-words, search, skills; l"
    ):
        find_model("nope", tmp_path)


def test_a_changed_byte_is_refused_before_anything_is_loaded(copy):
    data = bytearray((copy / NETWORK).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / NETWORK).write_bytes(data)
    with pytest.raises(ModelFormatError, match=r"model\.onnx has changed since it was made"):
        load_encoder(copy, Runtime())


def test_an_unsafe_network_is_refused_before_any_runtime_reads_it(copy, monkeypatch):
    (copy / NETWORK).write_bytes(network(constants=[constant(location="../../etc/passwd")]))
    reseal(copy)
    for runtime in ("openvino", "tokenizers"):
        monkeypatch.setitem(sys.modules, runtime, None)
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: model\.onnx\. .*outside the folder"):
        load_encoder(copy, Runtime())


def test_a_folder_without_a_network_is_no_encoder(copy):
    reseal(copy, drop=NETWORK)
    with pytest.raises(ModelFormatError, match="so it is no encoder"):
        load_encoder(copy, Runtime())


def test_a_tokenizer_that_is_none_is_refused(copy):
    (copy / TOKENIZER).write_text('{"version": "1.0"}')
    reseal(copy)
    with pytest.raises(ModelFormatError, match=r"tokenizer\.json is no tokenizer"):
        load_encoder(copy, Runtime())


# Runs in a process of its own, so that imports are seen as well.
NO_PICKLES = """
import pickle
def refuse(*args, **kwargs):
    raise AssertionError("unpickled")
class Unpickler(pickle.Unpickler):
    __init__ = refuse
pickle.load, pickle.loads, pickle.Unpickler = refuse, refuse, Unpickler
from metier.encoders.load import Runtime, load_encoder, shipped_models
print(len(load_encoder(shipped_models()["base"], Runtime()).read("Built services in Python.").states) > 0)
"""


def test_nothing_is_unpickled_from_import_to_reading():
    done = subprocess.run(
        [sys.executable, "-c", NO_PICKLES], capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


def test_float32_weights_without_torch_name_the_extra(copy, monkeypatch):
    (copy / WEIGHTS).write_bytes(save({"a": np.zeros(2, np.float32)}))
    reseal(copy, drop=NETWORK)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"transformers is not installed.*metier\[train\]"):
        load_encoder(copy, Runtime())


def test_the_encoder_knows_its_name_hash_and_size():
    encoder = shipped_encoder()
    assert (encoder.name, encoder.dim, len(encoder.sha256)) == ("metier-small", 384, 64)


def test_float32_weights_are_read_with_the_prefixes_of_their_card(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tests.encoders.hugging_face import save_tiny

    save_tiny(tmp_path / "tiny", "bert")
    card = ModelCard.parse((shipped_models()["base"] / CARD).read_bytes())
    (tmp_path / "tiny" / CARD).write_bytes(replace(card, prefixes={"query": "query: "}).dump())
    reseal(tmp_path / "tiny")
    encoder = load_encoder(tmp_path / "tiny", Runtime())
    as_query = encoder.encode(["w1"], kind=TextKind.QUERY)
    assert (as_query == encoder.encode(["query: w1"], kind=TextKind.PASSAGE)).all()
    assert not (as_query == encoder.encode(["w1"], kind=TextKind.PASSAGE)).all()
