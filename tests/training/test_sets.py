import json
from dataclasses import replace

import pytest

from metier.errors import InvalidInput, NotFound
from metier.training.sets import LIST, DataSet, SetFile, SetKind, SetPart, read_sets, set_file, write_sets


def made(folder, name="pairs", *, ships=True):
    path = folder / "pairs" / name / "train.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"query": "a", "positive": "b"}\n', encoding="utf-8")
    files = {SetPart.TRAIN: set_file(folder, path, rows=1)}
    return DataSet(name, SetKind.PAIRS, ("en",), "written for the test", "MIT", ships, files, folder)


def entry(folder):
    return json.loads((folder / LIST).read_text())["sets"][0]


def rewrite(folder, content):
    (folder / LIST).write_text(json.dumps(content), encoding="utf-8")


def test_what_was_written_is_read_back(tmp_path):
    sets = [made(tmp_path, "one"), made(tmp_path, "two", ships=False)]
    write_sets(tmp_path, sets)
    assert list(read_sets(tmp_path).values()) == sets


def test_the_same_sets_give_the_same_bytes(tmp_path):
    data = made(tmp_path)
    first = write_sets(tmp_path, [data]).read_bytes()
    assert write_sets(tmp_path, [data]).read_bytes() == first


def test_a_file_is_found_by_its_part(tmp_path):
    assert made(tmp_path).file(SetPart.TRAIN) == tmp_path / "pairs/pairs/train.jsonl"


def test_nothing_learns_from_the_report_part(tmp_path):
    data = made(tmp_path)
    entry = data.files[SetPart.TRAIN]
    reported = replace(
        data, files={SetPart.TRAIN: entry, SetPart.REPORT: SetFile("report.jsonl", 1, "f" * 64)}
    )
    assert reported.learned_from() == {"pairs/pairs/train.jsonl": entry.sha256}


def test_a_part_that_a_set_lacks_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="Set pairs has no part report. It has train"):
        made(tmp_path).file(SetPart.REPORT)


def test_a_file_that_was_changed_is_refused(tmp_path):
    data = made(tmp_path)
    (tmp_path / "pairs/pairs/train.jsonl").write_text("other")
    with pytest.raises(InvalidInput, match="not the one that sets.json names"):
        data.file(SetPart.TRAIN)


def test_a_file_that_is_gone_is_told(tmp_path):
    data = made(tmp_path)
    (tmp_path / "pairs/pairs/train.jsonl").unlink()
    with pytest.raises(NotFound, match="pairs/pairs/train.jsonl is missing"):
        data.file(SetPart.TRAIN)


def test_a_folder_without_a_list_is_told(tmp_path):
    with pytest.raises(NotFound, match="no sets.json"):
        read_sets(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2, "sets": []}', '{"format": 1, "sets": 3}'])
def test_a_list_of_another_form_is_refused(tmp_path, content):
    (tmp_path / LIST).write_text(content)
    with pytest.raises(InvalidInput):
        read_sets(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("kind", "other"),
        ("languages", [1]),
        ("languages", "en"),
        ("ships", "yes"),
        ("license", None),
        ("files", {"train": {"path": "a", "rows": True, "sha256": "x"}}),
        ("files", {"train": {"path": "a", "rows": -1, "sha256": "x"}}),
        ("files", {"dev": {"path": "a", "rows": 1, "sha256": "x"}}),
        ("files", ["train.jsonl"]),
    ],
)
def test_a_field_of_another_type_is_refused(tmp_path, field, value):
    write_sets(tmp_path, [made(tmp_path)])
    rewrite(tmp_path, {"format": 1, "sets": [entry(tmp_path) | {field: value}]})
    with pytest.raises(InvalidInput, match="must hold name, kind"):
        read_sets(tmp_path)


@pytest.mark.parametrize("path", ["/etc/hosts", "../other.jsonl", "a/../../b"])
def test_a_file_outside_the_folder_is_refused(tmp_path, path):
    write_sets(tmp_path, [made(tmp_path)])
    files = {"train": {"path": path, "rows": 1, "sha256": "x"}}
    rewrite(tmp_path, {"format": 1, "sets": [entry(tmp_path) | {"files": files}]})
    with pytest.raises(InvalidInput, match="must lie in the folder"):
        read_sets(tmp_path)


def test_two_sets_of_one_name_are_refused(tmp_path):
    write_sets(tmp_path, [made(tmp_path)])
    rewrite(tmp_path, {"format": 1, "sets": [entry(tmp_path), entry(tmp_path)]})
    with pytest.raises(InvalidInput, match="Two are called pairs"):
        read_sets(tmp_path)


@pytest.mark.parametrize("name", ["two words", "a/b", "../a", ".a", "a\n", "\ud800", "\x1b[31m", "a" * 101])
def test_a_name_that_could_not_stand_in_a_path_or_a_recipe_is_refused(tmp_path, name):
    write_sets(tmp_path, [made(tmp_path)])
    rewrite(tmp_path, {"format": 1, "sets": [entry(tmp_path) | {"name": name}]})
    with pytest.raises(InvalidInput, match="the name of a set must be letters") as caught:
        read_sets(tmp_path)
    assert str(caught.value).isprintable()
