import json
import re
from pathlib import Path

import pytest
import yaml

from metier.interview.bank_files import parse_bank, shipped_banks
from tests.interview.interviews import bank_text


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(bank_text(), encoding="utf-8")
    return path


def test_the_banks_that_come_with_metier_are_listed(metier):
    rows = metier("interview", "bank", "list").rows
    assert {f"{row['name']}.{row['language']}" for row in rows} == set(shipped_banks())
    assert all(row["topics"] and row["questions"] and row["points"] for row in rows)
    assert "machine-learning" in metier("interview", "bank", "list", "--format", "table").out


def test_a_bank_is_shown_with_its_points(metier, bank):
    table = metier("interview", "bank", "show", bank, "--format", "table").out
    for words in (
        "Small bank (small, en)",
        "tuning: Tuning (main, after learning)",
        "- data: learns from data",
    ):
        assert words in table
    (shown,) = metier("interview", "bank", "show", bank).rows
    assert shown["topics"][1]["questions"][0]["points"][1]["weight"] == 3
    assert len(shown["sha256"]) == 64


def test_a_bank_that_is_shown_as_yaml_is_one(metier, bank):
    shown = metier("interview", "bank", "show", bank, "--format", "yaml").out
    made = parse_bank(shown, source="shown")
    assert made.topics == parse_bank(bank_text(), source="own").topics


def test_a_shipped_bank_is_shown_in_the_language_that_is_asked_for(metier):
    (shown,) = metier("interview", "bank", "show", "machine-learning", "--language", "ru").rows
    assert shown["language"] == "ru"


def test_checking_lists_what_could_be_better(metier, bank):
    result = metier("interview", "bank", "check", bank)
    (made,) = result.rows
    assert (result.code, made["points"]) == (0, 3)
    assert {"where": "learning/what-is-ml/data", "message": made["advice"][0]["message"]} == made["advice"][0]
    table = metier("interview", "bank", "check", bank, "--format", "table").out
    assert "small is in order: 5 topics, 5 questions, 3 key points." in table
    assert "learning/what-is-ml/data" in table


def test_a_bank_without_advice_says_that_it_is_in_order(metier, bank, monkeypatch):
    monkeypatch.setattr("metier.interview.bank_files.advise", lambda bank: [])
    out = metier("interview", "bank", "check", bank, "--format", "table").out
    assert out == "small is in order: 5 topics, 5 questions, 3 key points.\n"


def changed(**changes):
    return yaml.safe_dump(yaml.safe_load(bank_text()) | changes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bank_text().replace("requires: [learning]", "requires: [nowhere]"), "requires 'nowhere'"),
        (
            bank_text().replace("  - id: learning\n", "  - id: learning\n    requires: [tuning]\n"),
            "require each other in a circle",
        ),
        (changed(language="xx"), "language must be one of"),
        (changed(topics=[]), "topics"),
        (changed(extra=1), "extra"),
        ("{", "not valid YAML"),
        ("", "small.yaml"),
        ("\x00", "small.yaml"),
    ],
)
def test_what_is_wrong_with_a_bank_is_told(metier, bank, content, message):
    bank.write_text(content, encoding="utf-8")
    result = metier("interview", "bank", "check", bank)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_bank_that_is_not_there_is_told(metier, tmp_path):
    for name in (tmp_path / "none.yaml", "none"):
        assert metier("interview", "bank", "show", name).code == 2
    assert metier("interview", "bank", "check", tmp_path / "none.yaml").code == 2


@pytest.mark.parametrize("command", ["list", "show", "check"])
def test_every_command_has_help_with_an_example(metier, command):
    result = metier("interview", "bank", command, "--help")
    assert (result.code, f"Example: metier interview bank {command}" in result.out) == (0, True)


def test_facts_are_json_that_keeps_letters(metier, tmp_path):
    path = tmp_path / "ru.yaml"
    path.write_text(bank_text("ru"), encoding="utf-8")
    out = metier("interview", "bank", "check", path).out
    assert "Малый банк" in out
    assert json.loads(out)["language"] == "ru"


def test_the_bank_in_the_docs_is_in_order_and_needs_no_advice(metier, tmp_path):
    page = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-bank.md"
    (content,) = re.findall(
        r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    path = tmp_path / "forklift.yaml"
    path.write_text(content, encoding="utf-8")
    (made,) = metier("interview", "bank", "check", path).rows
    assert (made["points"], made["advice"]) == (3, [])
