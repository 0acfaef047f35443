from pathlib import Path

import pytest

from metier.config import ResolvedSettings, Settings
from metier.errors import SettingsError
from metier.limits import ReadingLimits


@pytest.fixture
def load(tmp_path):
    def load(file=None, **variables):
        path = tmp_path / "config.toml"
        path.write_text(file or "", encoding="utf-8")
        return ResolvedSettings.load({"METIER_CONFIG": str(path), **variables})

    return load


def origin(resolved, name):
    return next(setting.origin for setting in resolved.origins if setting.name == name)


def test_without_anything_the_defaults_hold(load):
    resolved = load()
    assert resolved.settings.limits == ReadingLimits()
    assert resolved.settings.language == "en"
    assert origin(resolved, "language") == "default"


def test_a_file_goes_before_the_default_and_the_environment_before_the_file(load):
    resolved = load('max_pages = 7\nlanguage = "ru"\n', METIER_MAX_PAGES="9", OTHER="x")
    assert resolved.settings.max_pages == 9
    assert resolved.settings.language == "ru"
    assert origin(resolved, "max_pages") == "METIER_MAX_PAGES"
    assert origin(resolved, "language").endswith("config.toml")


def test_values_have_the_type_of_their_setting(load):
    settings = load(METIER_TIMEOUT_S="2.5", METIER_DATA_DIR="/data").settings
    assert settings.timeout_s == 2.5
    assert settings.data_dir == Path("/data")


@pytest.mark.parametrize(
    ("file", "variables", "message"),
    [
        ("max_page = 7", {}, "there is no setting 'max_page'"),
        (None, {"METIER_COLOUR": "red"}, "METIER_COLOUR: there is no setting 'colour'"),
        ('max_pages = "many"', {}, "max_pages must be of type int. Got 'many'"),
        ("max_pages = 0", {}, "max_pages must be above 0 and at most 1,000,000,000. Got 0"),
        ('language = "xx"', {}, "language must be one of en, ru. Got 'xx'"),
        ("max_pages", {}, "is not valid TOML"),
        ("threads = 2000", {}, "threads must be 0 to 1,024. Got 2,000"),
        ("port = 65536", {}, "port must be 0 to 65,535. Got 65,536"),
        ("web_processes = 0", {}, "web_processes must be 1 to 64. Got 0"),
        ("job_processes = -1", {}, "job_processes must be 0 to 64. Got -1"),
        ("requests_per_minute = 0", {}, "requests_per_minute must be 1 to 1,000,000. Got 0"),
        ("max_request_bytes = 0", {}, "max_request_bytes must be 1,000 to 2,000,000,000. Got 0"),
        ('public_url = "metier.example.org"', {}, "public_url must begin with http:// or https://"),
    ],
)
def test_a_wrong_setting_is_an_error_that_says_where(load, file, variables, message):
    with pytest.raises(SettingsError, match=message):
        load(file, **variables)


def test_a_settings_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        ResolvedSettings.load({"METIER_CONFIG": str(tmp_path)})


def test_a_settings_file_that_is_named_must_be_there():
    with pytest.raises(SettingsError, match="cannot be read"):
        ResolvedSettings.load({"METIER_CONFIG": "/nowhere/config.toml"})


def test_an_empty_variable_is_no_setting(load):
    assert load(METIER_TAXONOMY="").settings.taxonomy == "default"


@pytest.mark.parametrize("value", ["nan", "inf", "1e300", "-1"])
def test_a_limit_is_a_number_that_a_clock_can_hold(load, value):
    with pytest.raises(SettingsError, match="timeout_s must be above 0 and at most"):
        load(METIER_TIMEOUT_S=value)


def test_settings_check_themselves():
    with pytest.raises(SettingsError, match="timeout_s must be above 0"):
        Settings(timeout_s=0)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://anna:s3cret@db/talent", "postgresql://anna:***@db/talent"),
        ("postgresql://anna@db/talent", "postgresql://anna@db/talent"),
        ("postgresql://db/talent?password=s3cret", "postgresql://db/talent?password=***"),
        ("team.db", "team.db"),
    ],
)
def test_passwords_are_not_shown(given, shown):
    resolved = ResolvedSettings.load({"METIER_INDEX": given})
    assert resolved.settings.index == given
    assert {setting.name: setting.value for setting in resolved.shown}["index"] == shown
