import pytest

from metier.encoders.folder import CARD, ModelCard, ModelFolder
from metier.errors import NotFound
from metier.skills.classifier_card import add_readme, readme_of

TUNE = {
    "n_pairs": 1200,
    "n_texts": 300,
    "macro_f1": 0.5,
    "accuracy": 0.75,
    "average_precision": None,
    "calibration_error": 0.1,
    "classes": {kind: {"f1": 0.25} for kind in ("none", "implicit", "explicit")},
    "intervals": {
        "macro_f1": [0.4, 0.6],
        "accuracy": None,
        "average_precision": None,
        "calibration_error": [0.0, 0.2],
        **{f"f1_{kind}": [0.2, 0.3] for kind in ("none", "implicit", "explicit")},
    },
}


def card(**more):
    values = {
        "name": "mine",
        "task": "skills-one-pass",
        "base": "bert",
        "license": "MIT",
        "languages": ("en", "ru"),
        "dim": 8,
        "max_tokens": 64,
        "prefixes": {},
        "command": "metier skills train",
        "training_data": {"a.jsonl": "ab" * 32},
        "parameters": {},
        "metrics": {"tune": TUNE},
    }
    return ModelCard(**{**values, **more})


def test_it_says_what_the_model_does_and_how_well():
    text = readme_of(card())
    for words in (
        "# mine",
        "one-pass; it reads the text once and tells the classes",
        "Meant for en, ru",
        "| a.jsonl | `abab",
        "1,200 pairs of 300 texts",
        "| macro-F1 of the three classes | 0.500 | 0.400 to 0.600 |",
        "| accuracy | 0.750 | - |",
    ):
        assert words in text
    assert "average precision" not in text


def test_a_card_that_says_little_gives_a_short_text():
    text = readme_of(card(license="", command="", training_data={}, metrics={}, task="skills-other"))
    assert "Not stated." in text
    assert "not stated; that of what it was made from" in text
    assert "## Figures" not in text


def test_the_folder_is_whole_afterwards(tmp_path):
    (tmp_path / CARD).write_bytes(card().dump())
    made = add_readme(tmp_path)
    assert ModelFolder.open(tmp_path).card == made
    assert set(made.files) == {"README.md"}


def test_it_needs_a_model_folder(tmp_path):
    with pytest.raises(NotFound, match="no model folder"):
        add_readme(tmp_path)
