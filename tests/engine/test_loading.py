import pytest

from metier.cli import options
from metier.encoders.fake import FakeEncoder
from metier.encoders.load import Runtime, shipped_models
from metier.engine import loading
from metier.engine.loading import Installation, ModelShelf, find_linking_taxonomy
from metier.errors import InvalidInput, ModelError, NotFound
from metier.interview.words_grading import WordsGrader
from metier.skills.taxonomy_files import default_taxonomy, dump_taxonomy, imported_taxonomy


@pytest.fixture
def shelf(tmp_path):
    return ModelShelf(Installation(tmp_path, Runtime()))


def test_linking_says_how_to_import_what_it_links_to(tmp_path):
    with pytest.raises(NotFound, match="metier skills taxonomy import"):
        find_linking_taxonomy(tmp_path)
    file = imported_taxonomy("esco-en", tmp_path)
    file.parent.mkdir()
    file.write_text(dump_taxonomy(default_taxonomy()))
    assert len(find_linking_taxonomy(tmp_path)) == len(default_taxonomy())


def test_without_a_model_words_alone_count(shelf):
    assert shelf.models("none", levels="expertise") is None
    assert isinstance(shelf.grader("none"), WordsGrader)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        shelf.search_encoder("none")


def test_a_model_that_is_not_there_is_named(shelf):
    for ask in (lambda: shelf.models("mine", levels="expertise"), lambda: shelf.search_encoder("mine")):
        with pytest.raises(NotFound, match="no model 'mine'"):
            ask()


def test_a_head_of_another_encoder_is_refused(shelf, monkeypatch):
    monkeypatch.setattr(loading, "load_encoder", lambda *_: FakeEncoder())
    with pytest.raises(ModelError):
        shelf.models("base", levels="expertise")


def test_what_is_asked_for_twice_is_loaded_once_and_shares_one_encoder(tmp_path, monkeypatch):
    loaded = []
    load_encoder = loading.load_encoder
    monkeypatch.setattr(
        loading, "load_encoder", lambda path, runtime: loaded.append(path) or load_encoder(path, runtime)
    )
    shelf = ModelShelf(Installation(tmp_path, Runtime(cache=tmp_path)))
    models = shelf.models("base", levels="expertise")
    assert shelf.models("base", levels="expertise") is models
    assert shelf.search_encoder("base") is shelf.search_encoder("base")
    assert shelf.search_encoder("base").sha256 != models.encoder.sha256
    assert shelf.grader("base") is shelf.grader("base")
    assert models.levels is not None
    assert loaded == [shipped_models()["base"]]


def test_the_command_line_means_the_same_folders():
    for name in ("MODEL_FOLDER", "NO_MODEL"):
        assert getattr(options, name) == getattr(loading, name)
