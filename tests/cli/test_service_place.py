from dataclasses import replace

import pytest

from metier.cli.service_place import database_place, http_options, is_server, service_options
from metier.config import ResolvedSettings


@pytest.fixture
def settings(tmp_path):
    return replace(ResolvedSettings.load({}).settings, data_dir=tmp_path, taxonomy="mine", threads=2)


def test_the_database_is_what_is_named_else_the_setting_else_a_file_in_the_data_folder(settings, tmp_path):
    assert database_place(settings, None) == str(tmp_path / "metier.db")
    assert database_place(replace(settings, database="team.db"), None) == "team.db"
    assert database_place(replace(settings, database="team.db"), "other.db") == "other.db"


@pytest.mark.parametrize("place", ["postgresql://db/metier", "postgres://db/metier"])
def test_search_indexes_lie_in_the_same_server(settings, place):
    assert is_server(place)
    options = service_options(settings, place)
    assert (options.database, options.index) == (place, place)


def test_search_indexes_lie_beside_the_file(settings, tmp_path):
    options = service_options(settings, str(tmp_path / "team.db"))
    assert options.index == str(tmp_path / "team.db-index")
    assert (options.taxonomy, options.threads, options.limits) == ("mine", 2, settings.limits)


def test_the_address_that_is_named_goes_before_the_setting(settings):
    settings = replace(settings, public_url="https://a.example", language="ru", requests_per_minute=7)
    assert http_options(settings).public_url == "https://a.example"
    named = http_options(settings, public_url="https://b.example")
    assert (named.public_url, named.language, named.requests_per_minute) == ("https://b.example", "ru", 7)
