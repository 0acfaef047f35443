import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.linking.priors import read_priors
from tests.skills.linking.small import things


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "priors.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return written


def test_priors_go_by_label_or_id_and_the_rest_has_none(write):
    path = write({"Python": 0.5, "weld": 2, "cook meals ": -1, "unknown": 9})
    assert read_priors(path, things()).tolist() == [0.5, 0, 0, 2.0, -1.0, 0]


def test_the_id_goes_before_the_label(write):
    assert read_priors(write({"Python": 1, "python": 3}), things())[0] == 3


def test_zero_is_a_prior(write):
    assert not read_priors(write({"java": 0}), things()).any()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"cobol": 1}, "has 1 names, and taxonomy things has none"),
        ({}, "has 0 names"),
        ([1], "must be a JSON object"),
        (b"{", "must be JSON in UTF-8"),
        (b"\xff\xfe\x00", "must be JSON in UTF-8"),
        (b"[" * 100_000, "must be JSON in UTF-8"),
        ({"a": 1, "java": "often"}, "entry 2: a prior must be a number"),
        ({"java": True}, "entry 1: a prior must be a number"),
        (b'{"java": NaN}', "entry 1: a prior must be a number"),
        ({"java": 10**400}, "entry 1: a prior must be a number"),
    ],
)
def test_files_that_break_a_rule_are_refused(write, content, message):
    with pytest.raises(InvalidInput, match=message):
        read_priors(write(content), things())


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no file of priors"):
        read_priors(tmp_path / "none.json", things())


def test_a_huge_file_is_refused(write, monkeypatch):
    monkeypatch.setattr("metier.skills.linking.priors._MAX_BYTES", 5)
    with pytest.raises(InvalidInput, match="may have 5 bytes"):
        read_priors(write({"java": 1}), things())


def test_a_file_that_cannot_be_opened_is_an_error(write, monkeypatch):
    path = write({"java": 1})

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_text", refuse)
    with pytest.raises(InvalidInput, match="cannot be opened: Permission denied"):
        read_priors(path, things())
