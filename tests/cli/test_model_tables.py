import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from metier.cli.model_tables import folder_bytes, render_card, render_models, render_parameters
from metier.encoders.folder import FileEntry, ModelCard, ModelFolder

CARD = ModelCard(
    name="tiny",
    task="encoder",
    base="owner/[bold]base",
    license="MIT",
    languages=("en", "ru"),
    dim=64,
    max_tokens=256,
    prefixes={"query": "query: "},
    command="metier models build-base",
    training_data={"jobs.csv": "a" * 64},
    parameters={"word embeddings": 3200, "attention": 1_048_576},
    metrics={"cosine": {"mean": 0.99, "min": 0.9}, "texts": 7},
    files={"model.onnx": FileEntry(1_250_000, "b" * 64), "LICENSE": FileEntry(1_111, "c" * 64)},
)
BARE = replace(
    CARD, languages=(), prefixes={}, training_data={}, parameters={}, metrics={}, files={}, command=""
)


def folder_of(card):
    return ModelFolder(Path("anywhere"), card, "d" * 64)


def lines_of(table):
    return {line.split("  ")[0].strip(): line for line in table.splitlines()}


def test_the_size_of_a_folder_is_that_of_its_files():
    assert folder_bytes(folder_of(CARD)) == 1_251_111
    assert folder_bytes(folder_of(BARE)) == 0


def test_models_are_listed_under_the_names_they_go_by():
    table = render_models({"mine": folder_of(CARD), "bare": folder_of(BARE)}, as_json=False)
    lines = lines_of(table)
    assert list(lines)[-2:] == ["mine", "bare"]
    assert lines["mine"].split() == ["mine", "encoder", "en", "ru", "MIT", "1.3", "MB", "owner/[bold]base"]
    assert lines["bare"].split() == ["bare", "encoder", "-", "MIT", "0.0", "MB", "owner/[bold]base"]


def test_models_as_json_are_a_line_each():
    (row,) = map(json.loads, render_models({"mine": folder_of(CARD)}, as_json=True).splitlines())
    assert row == {
        "name": "mine",
        "task": "encoder",
        "base": "owner/[bold]base",
        "languages": ["en", "ru"],
        "license": "MIT",
        "bytes": 1_251_111,
        "sha256": "d" * 64,
    }
    assert render_models({}, as_json=True) == ""


def test_a_card_is_shown_with_every_file_and_measure():
    shown = render_card(folder_of(CARD), as_json=False)
    for words in (
        "owner/[bold]base",
        "en, ru",
        "64 numbers",
        "at most 256 tokens",
        "query: 'query: '",
        "jobs.csv",
        "cosine: mean 0.99, min 0.9",
        "texts: 7",
        "model.onnx  1,250,000 bytes",
        "d" * 64,
    ):
        assert words in shown


def test_what_a_card_lacks_is_said():
    lines = lines_of(render_card(folder_of(BARE), as_json=False))
    for label, words in {
        "Languages": "not stated",
        "Prefixes": "none",
        "Shaped by": "nothing beyond its base",
        "Measured": "nothing",
    }.items():
        assert lines[label].endswith(words)


@pytest.mark.parametrize("card", [CARD, BARE], ids=["full", "bare"])
def test_a_card_as_json_is_all_of_it(card):
    expected = json.loads(json.dumps(asdict(card))) | {"sha256": "d" * 64}
    assert json.loads(render_card(folder_of(card), as_json=True)) == expected


def test_parameters_are_shown_with_their_sum_and_bytes():
    table = render_parameters(folder_of(CARD), as_json=False)
    lines = lines_of(table)
    numbers = {name: lines[name].split()[-4:] for name in ("word embeddings", "attention", "total")}
    assert numbers == {
        "word embeddings": ["3,200", "12,800", "6,400", "3,200"],
        "attention": ["1,048,576", "4,194,304", "2,097,152", "1,048,576"],
        "total": ["1,051,776", "4,207,104", "2,103,552", "1,051,776"],
    }
    assert "On disk: 1,251,111 bytes." in " ".join(table.split())


def test_parameters_as_json_are_a_line_each():
    rows = [json.loads(line) for line in render_parameters(folder_of(CARD), as_json=True).splitlines()]
    assert [row["component"] for row in rows] == ["word embeddings", "attention", "total"]
    assert rows[-1] == {
        "component": "total",
        "parameters": 1_051_776,
        "float32": 4_207_104,
        "float16": 2_103_552,
        "int8": 1_051_776,
    }


def test_a_model_without_parameters_has_a_total_of_none():
    lines = lines_of(render_parameters(folder_of(BARE), as_json=False))
    assert lines["total"].split() == ["total", "0", "0", "0", "0"]
    (row,) = map(json.loads, render_parameters(folder_of(BARE), as_json=True).splitlines())
    assert row["parameters"] == 0
