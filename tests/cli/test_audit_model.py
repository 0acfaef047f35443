import json

import pytest

from tests.audit.provenance.model_folders import add_unsafe, clean_folder, tensors


@pytest.fixture
def folder(tmp_path):
    return clean_folder(tmp_path / "m")


def test_a_clean_model_exits_with_0(metier, folder):
    result = metier("audit", "model", folder)
    assert result.code == 0
    (report,) = result.rows
    assert (report["kind"], report["verdict"], report["subject"]) == ("model", "clean", str(folder))


def test_an_unsafe_model_exits_with_1_and_names_the_file(metier, folder):
    name = add_unsafe(folder, "pickle")
    result = metier("audit", "model", folder, "--format", "table")
    assert result.code == 1
    assert "unsafe" in result.out
    assert name in result.out
    assert "posix.system" in result.out


def test_a_model_without_a_card_exits_with_3(metier, tmp_path):
    result = metier("audit", "model", clean_folder(tmp_path / "m", sealed=False))
    assert result.code == 3
    assert result.rows[0]["verdict"] == "inconclusive"


def test_an_installed_model_goes_by_its_name(metier):
    result = metier("audit", "model", "skills")
    assert result.code == 0
    assert result.rows[0]["figures"]["license"] == "MIT"


def test_one_file_can_be_audited(metier, folder):
    result = metier("audit", "model", folder / add_unsafe(folder, "harmless pickle"))
    assert result.code == 1
    assert [finding["code"] for finding in result.rows[0]["findings"]] == ["pickle"]


def test_a_base_is_compared(metier, folder, tmp_path):
    weights = tensors()
    weights["bert.embeddings.word_embeddings.weight"][7] += 1
    base = clean_folder(tmp_path / "base", weights=weights)
    result = metier("audit", "model", folder, "--base", base)
    assert result.code == 3
    assert [finding["code"] for finding in result.rows[0]["findings"]] == ["embedding-rows-moved"]


def test_a_bill_of_materials_is_written(metier, folder, tmp_path):
    pytest.importorskip("cyclonedx")
    bill = tmp_path / "bill.json"
    assert metier("audit", "model", folder, "--bom", bill).code == 0
    assert json.loads(bill.read_text())["metadata"]["component"]["name"] == "tiny"


def test_results_in_sarif(metier, folder):
    add_unsafe(folder, "Python code")
    result = metier("audit", "model", folder, "--format", "sarif")
    assert result.code == 1
    rules = {found["ruleId"] for found in json.loads(result.out)["runs"][0]["results"]}
    assert any("code-file" in rule for rule in rules)


def test_a_file_of_the_model_is_not_written_over(metier, folder):
    result = metier("audit", "model", folder, "--output", folder / "config.json")
    assert result.code == 2
    assert "is one of the inputs" in result.err


def test_what_is_not_there_is_said(metier, tmp_path):
    result = metier("audit", "model", tmp_path / "none")
    assert result.code == 2
    assert "There is no model" in result.err
