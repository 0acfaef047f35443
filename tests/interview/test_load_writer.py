import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")
pytest.importorskip("openai")

from metier.dialogue import Wording
from metier.encoders.fake import FakeEncoder
from metier.errors import InvalidInput, MissingExtra, ModelMismatch, NotFound
from metier.interview import load_writer as module
from metier.interview.load_writer import (
    WriterSettings,
    load_base,
    load_text_model,
    load_writer,
    trained_folder,
)
from metier.interview.local_model import TransformersModel
from metier.interview.model_writer import ModelWriter, WriterOptions
from metier.interview.writer import BankWriter
from tests.interview.test_model_writer import GOOD, request
from tests.interview.writer_training.small import train
from tests.training.chat_server import Reply, chat_server, in_turn
from tests.training.tiny_causal import save_tiny


@pytest.fixture
def settings(tmp_path):
    return WriterSettings(cache=tmp_path / "cache")


def test_the_bank_needs_nothing(settings):
    assert isinstance(load_writer("bank", settings=settings, encoder=None), BankWriter)


def test_an_endpoint_is_asked_with_its_key(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "key").write_text("secret-key\n")
    with chat_server(in_turn(Reply(GOOD))) as server:
        there = WriterSettings(settings.cache, server.url, "kanana", tmp_path / "key")
        writer = load_writer("endpoint", settings=there, encoder=None)
        assert writer.write(request()) == Wording(GOOD, "kanana", 1)
    assert server.authorizations == ["Bearer secret-key"]
    assert "secret-key" not in repr(there)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({}, InvalidInput, "must have an address and the name of a model"),
        ({"base_url": "http://x/v1"}, InvalidInput, "must have an address and the name"),
        ({"base_url": "ftp://x", "model": "m"}, InvalidInput, "base_url must be"),
    ],
)
def test_an_endpoint_without_what_it_needs_is_told(settings, fields, error, message):
    with pytest.raises(error, match=message):
        load_writer("endpoint", settings=WriterSettings(settings.cache, **fields), encoder=None)


def test_a_key_file_that_is_not_there_is_told(settings, tmp_path):
    there = WriterSettings(settings.cache, "http://x/v1", "m", tmp_path / "absent")
    with pytest.raises(NotFound, match="absent with a key"):
        load_writer("endpoint", settings=there, encoder=None)


def test_a_folder_words_questions_or_leaves_them_to_the_bank(settings, tmp_path):
    options = WriterOptions(tries=2, max_tokens=8)
    name = str(save_tiny(tmp_path / "tiny"))
    writer = load_writer(
        name, settings=WriterSettings(settings.cache, options=options), encoder=FakeEncoder()
    )
    assert isinstance(writer, ModelWriter)
    wording = writer.write(request())
    assert (wording.text, wording.tries, len(wording.refused)) == ("What is an index for?", 2, 2)


@pytest.mark.parametrize("name", ["nothing", "none.gguf", "", "no/such/folder"])
def test_an_unknown_writer_is_told(settings, name):
    with pytest.raises(NotFound, match="Name bank, endpoint, smollm2, a GGUF file or a model folder"):
        load_writer(name, settings=settings, encoder=None)


def test_the_packaged_model_is_english(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "smollm2_folder", lambda cache, wheels: save_tiny(tmp_path / "tiny"))
    monkeypatch.setattr(module, "has_llama_cpp", lambda: False)
    model = load_text_model("smollm2", settings)
    assert (model.name, model.languages) == ("smollm2", ("en",))
    wording = ModelWriter(model).write(request(language="ru"))
    assert wording == Wording("What is an index for?")
    assert load_base("smollm2", settings).name == "smollm2"


def test_the_packaged_model_goes_through_llama_cpp_where_that_is(settings, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(module, "has_llama_cpp", lambda: True)
    monkeypatch.setattr(module, "smollm2_gguf", lambda cache, wheels: tmp_path / "smollm2.gguf")
    monkeypatch.setattr(module, "open_local", lambda source, **options: opened.append((source, options)))
    load_text_model("smollm2", settings)
    assert opened == [(str(tmp_path / "smollm2.gguf"), {"languages": ("en",), "threads": 0})]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(tmp_path_factory.mktemp("adapter"))


def is_mine(model):
    return isinstance(model, TransformersModel) and (model.name, model.languages) == ("mine", ("en",))


def test_an_adapter_is_a_writer(settings, trained):
    assert is_mine(load_text_model(str(trained), settings))
    assert is_mine(load_text_model(str(trained / "model"), settings))
    assert trained_folder(trained) == trained / "model"


def test_a_merged_model_is_a_writer(settings, tmp_path):
    assert is_mine(load_text_model(str(train(tmp_path, merge=True)), settings))


def test_an_adapter_on_other_weights_is_refused(settings, tmp_path, trained):
    other = str(save_tiny(tmp_path / "other", seed=1))
    with pytest.raises(ModelMismatch, match="Model mine is an adapter for other weights than those of other"):
        load_text_model(str(trained), WriterSettings(settings.cache, base=other))


def test_an_adapter_whose_base_moved_finds_it_by_name(settings, tmp_path, trained):
    base, moved = trained.parent / "tiny", tmp_path / "moved"
    base.rename(moved)
    try:
        with pytest.raises(NotFound, match="There is no"):
            load_text_model(str(trained), settings)
        assert is_mine(load_text_model(str(trained), WriterSettings(settings.cache, base=str(moved))))
    finally:
        moved.rename(base)


def test_a_model_for_something_else_is_refused(settings):
    from metier.encoders.load import shipped_models

    with pytest.raises(ModelMismatch, match="must be a question-writer"):
        load_text_model(str(shipped_models()["base"]), settings)


def test_without_openai_the_extra_is_named(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    there = WriterSettings(settings.cache, "http://localhost/v1", "m")
    with pytest.raises(MissingExtra, match=r"metier\[llm\]"):
        load_writer("endpoint", settings=there, encoder=None)
