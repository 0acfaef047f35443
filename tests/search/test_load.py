import pytest

from metier.encoders.load import Runtime, shipped_models
from metier.errors import ModelError, NotFound
from metier.search.load import SHIPPED_HEAD, load_search_encoder

RUNTIME = Runtime(threads=1)


def test_the_base_comes_with_the_shipped_head(tmp_path):
    found = load_search_encoder("base", tmp_path, RUNTIME)
    assert found.head is not None
    assert found.name == f"metier-small+{found.head.name}"
    again = load_search_encoder(str(shipped_models()[SHIPPED_HEAD]), tmp_path, RUNTIME)
    assert again.sha256 == found.sha256


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(NotFound, match="no model 'nothing'"):
        load_search_encoder("nothing", tmp_path, RUNTIME)


def test_a_head_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ModelError):
        load_search_encoder("skills", tmp_path, RUNTIME)
