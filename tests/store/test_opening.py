import pytest

from metier.errors import InvalidInput, NotFound
from metier.store.opening import open_store, with_schema
from tests.store.samples import IDENTITY, make_entry


def test_a_path_opens_a_file_and_makes_its_folders(tmp_path):
    with open_store(str(tmp_path / "new" / "index.db")) as store:
        assert store.identity is None
    assert (tmp_path / "new" / "index.db").is_file()


def test_a_missing_file_is_not_made_where_it_must_be_there(tmp_path):
    with pytest.raises(NotFound, match="no index at"):
        open_store(str(tmp_path / "index.db"), must_exist=True)
    assert not (tmp_path / "index.db").exists()


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgresql://u@h/d", "postgresql://u@h/d?schema=a_1"),
        ("postgresql://u@h/d?sslmode=require", "postgresql://u@h/d?sslmode=require&schema=a_1"),
        ("postgresql://u@h/d?schema=b&x=1", "postgresql://u@h/d?x=1&schema=a_1"),
        ("postgresql://u@h/d?x=1&schema=b", "postgresql://u@h/d?x=1&schema=a_1"),
    ],
)
def test_an_address_names_one_schema(address, named):
    assert with_schema(address, "a_1") == named
    assert with_schema(named, "a_1") == named


def test_an_index_is_in_the_schema_that_its_address_names(server, schema):
    pytest.importorskip("psycopg")
    place = with_schema(server.url(), schema)
    entry = make_entry("a")
    with open_store(place) as store:
        store.upsert([entry], identity=IDENTITY)
    with open_store(place) as again, open_store(with_schema(server.url(), f"{schema}_b")) as other:
        assert again.identity == IDENTITY
        assert other.identity is None


def test_a_schema_that_can_be_none_is_refused():
    pytest.importorskip("psycopg")
    with pytest.raises(InvalidInput, match="schema"):
        open_store("postgresql://u@h/d?schema=x;drop")
