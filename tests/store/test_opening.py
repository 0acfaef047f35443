import pytest

from metier.errors import NotFound
from metier.store.opening import open_store


def test_a_path_opens_a_file_and_makes_its_folders(tmp_path):
    with open_store(str(tmp_path / "new" / "index.db")) as store:
        assert store.identity is None
    assert (tmp_path / "new" / "index.db").is_file()


def test_a_missing_file_is_not_made_where_it_must_be_there(tmp_path):
    with pytest.raises(NotFound, match="no index at"):
        open_store(str(tmp_path / "index.db"), must_exist=True)
    assert not (tmp_path / "index.db").exists()
