import json
import re
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry  # noqa: E402
from metier.skills.taxonomy_files import dump_taxonomy  # noqa: E402
from metier.types import Skill  # noqa: E402
from tests.cli import skill_runs  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

# peft asks transformers in a way that transformers calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def skills(monkeypatch, capsys, tmp_path):
    return skill_runs.runner(monkeypatch, capsys, tmp_path)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return tiny.save_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture
def files(tmp_path):
    """Return the options that name taxonomy, data and tune part."""
    tune = [replace(row, text=f"{row.text} and these words decide when to stop") for row in tiny.ROWS]
    return (
        *("--taxonomy", skill_runs.write_taxonomy(tmp_path)),
        *("--data", skill_runs.write_rows(tmp_path / "data.jsonl")),
        *("--tune", skill_runs.write_rows(tmp_path / "tune.jsonl", tune)),
    )


def report_file(folder):
    rows = [replace(row, text=f"{row.text} whose labels measure what was learned") for row in tiny.ROWS]
    return skill_runs.write_rows(folder / "report.jsonl", rows)


@pytest.mark.parametrize(
    ("architecture", "arguments"),
    [
        ("pairwise", ("--loss", "focal", "--ratio", "2", "--frozen-layers", "1", "--no-dropout")),
        ("one-pass", ("--lora-rank", "2", "--class-weights", "1,3,3")),
        ("label-attention", ("--none-share", "2", "--backbone-rate", "0.001")),
    ],
)
def test_one_command_trains_a_model_that_one_command_measures(
    skills, files, backbone, tmp_path, architecture, arguments
):
    output = tmp_path / "mine"
    trained = skills(
        *("train", *files, "--architecture", architecture, "--backbone", backbone, "--output", output),
        *skill_runs.QUICK,
        *arguments,
    )
    assert trained.code == 0, trained.err
    assert trained.out == ""
    assert "Macro-F1 on the tune part" in trained.err
    card = ModelFolder.open(output / "model").card
    assert (card.name, card.task) == ("mine", f"skills-{architecture}")
    assert set(card.training_data) == {"data: data.jsonl", "tune: tune.jsonl", "taxonomy: tiny"}
    assert card.command.startswith("metier skills train --taxonomy")
    measured = skills(
        *("evaluate", "--data", report_file(tmp_path), "--model", output, *files[:2], "--format", "json")
    )
    assert measured.code == 0, measured.err
    (found,) = measured.rows
    assert (found["model"]["architecture"], found["n_pairs"]) == (architecture, 24)


def test_without_a_backbone_a_head_is_trained_on_the_shipped_encoder(skills, files, tmp_path):
    output = tmp_path / "mine"
    result = skills(
        *("train", *files, "--architecture", "label-attention", "--output", output, *skill_runs.QUICK)
    )
    assert result.code == 0, result.err
    assert not (output / "model" / "model.safetensors").exists()


def test_a_finished_training_is_not_repeated_and_another_one_refused(skills, files, backbone, tmp_path):
    command = (
        *("train", *files, "--architecture", "one-pass", "--backbone", backbone),
        *("--output", tmp_path / "mine", *skill_runs.QUICK),
    )
    assert skills(*command).code == 0
    again = skills(*command)
    assert again.code == 0
    assert "Step" not in again.err
    other = skills(*command, "--seed", "1")
    assert other.code == 2
    assert "resume with the same value" in other.err


def test_a_tenth_is_kept_for_tuning_where_no_file_is(skills, backbone, tmp_path):
    letters = "abcdefghijklmnopqrstuvwxyz"  # texts that differ in digits only are near copies
    rows = [replace(tiny.ROWS[i % 8], text=f"{letters[i] * 9} {letters[-i] * 9}") for i in range(26)]
    data = skill_runs.write_rows(tmp_path / "data.jsonl", rows)
    result = skills(
        *("train", "--data", data, "--taxonomy", skill_runs.write_taxonomy(tmp_path), *skill_runs.QUICK),
        *("--architecture", "one-pass", "--backbone", backbone, "--output", tmp_path / "mine"),
    )
    assert result.code == 0, result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--gamma", "1"), "without --loss focal"),
        (("--class-weights", "1,2"), "three numbers with commas"),
        (("--class-weights", "1,a,2"), "three numbers with commas"),
        (("--lora-alpha", "2"), "lora_alpha needs lora_rank"),
        (("--epochs", "1"), "either steps or epochs"),
        (("--frozen-layers", "9"), "frozen_layers must be at most 2"),
        (("--ratio", "101"), "ratio must be from 0 to 100"),
        (("--batch-size", "0"), "batch_size must be at least 1"),
        (("--data", "absent.jsonl"), "no data file at absent.jsonl"),
    ],
)
def test_wrong_use_is_said_without_a_traceback(skills, files, backbone, tmp_path, arguments, message):
    result = skills(
        *("train", *files, "--architecture", "pairwise", "--backbone", backbone),
        *("--output", tmp_path / "mine", *skill_runs.QUICK, *arguments),
    )
    assert (result.code, "Traceback" in result.err) == (2, False)
    assert message in result.err
    assert not (tmp_path / "mine" / "model").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "w1", "skills": {"Cobol": 1.0}}', "data.jsonl, row 2.*'Cobol'"),
        ('{"text": "w1", "skills": {"python": 0.25}}', "data.jsonl, row 2.*'python'.*Got 0.25"),
        ('{"text": " ", "skills": {}}', "data.jsonl, row 2.*must not be empty"),
        ('{"text": "' + "w" * 100_001 + '", "skills": {}}', "data.jsonl, row 2.*100,000 characters"),
        ('{"text": "w1 w2 w20 w21", "skills": {}}', "text 2 is the same as text 1.*'python'"),
        ("{", "data.jsonl, row 2.*one JSON object"),
    ],
)
def test_bad_data_is_named_by_row_and_field(skills, backbone, tmp_path, line, message):
    data = skill_runs.write_rows(tmp_path / "data.jsonl", tiny.ROWS[:1])
    data.write_text(data.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    result = skills(
        *("train", "--data", data, "--taxonomy", skill_runs.write_taxonomy(tmp_path)),
        *("--architecture", "pairwise", "--backbone", backbone, "--output", tmp_path / "mine"),
    )
    assert result.code == 2
    assert re.search(message, result.err), result.err
    assert "w20 w21" not in result.err


def test_unknown_names_can_be_left_out_and_are_counted(skills, backbone, tmp_path):
    lines = [
        json.dumps({"text": f"{row.text} w{70 + i}", "skills": {**row.labels, "Cobol": 1.0}})
        for i, row in enumerate(tiny.ROWS)
    ]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(lines), encoding="utf-8")
    result = skills(
        *("train", "--data", data, "--tune", report_file(tmp_path), "--unknown", "skip"),
        *("--taxonomy", skill_runs.write_taxonomy(tmp_path), "--architecture", "pairwise"),
        *("--backbone", backbone, "--output", tmp_path / "mine", *skill_runs.QUICK),
    )
    assert result.code == 0, result.err
    assert "data.jsonl: 8 labels name no one skill" in result.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name": "x", "skills": []}', ""),
        ("id,label\n", ""),
        ("id,label\na,One\na,Two\n", "occurs twice"),
    ],
    ids=["empty json", "empty csv", "id twice"],
)
def test_a_taxonomy_that_breaks_a_rule_is_refused(skills, files, backbone, tmp_path, content, message):
    path = tmp_path / ("broken.json" if content.startswith("{") else "broken.csv")
    path.write_text(content, encoding="utf-8")
    result = skills(
        *("train", *files[2:], "--taxonomy", path, "--architecture", "pairwise"),
        *("--backbone", backbone, "--output", tmp_path / "mine"),
    )
    assert (result.code, "Traceback" in result.err) == (2, False)
    assert message in result.err


def test_a_used_output_folder_is_refused_at_once(skills, files, tmp_path):
    output = tmp_path / "mine"
    output.mkdir()
    (output / "letters").touch()
    result = skills("train", *files, "--architecture", "label-attention", "--output", output)
    assert result.code == 2
    assert "must be empty or hold a run" in result.err


def test_models_of_another_taxonomy_or_encoder_are_refused(skills, files, backbone, tmp_path):
    output = tmp_path / "mine"
    command = ("train", *files, "--architecture", "one-pass", "--backbone", backbone, "--output", output)
    assert skills(*command, *skill_runs.QUICK).code == 0
    other = Taxonomy("other", [*skill_runs.small_taxonomy().entries, TaxonomyEntry(Skill("go", "w99"))])
    path = tmp_path / "other.json"
    path.write_text(dump_taxonomy(other), encoding="utf-8")
    result = skills("evaluate", "--data", report_file(tmp_path), "--model", output, "--taxonomy", path)
    assert result.code == 4
    assert "was fitted to taxonomy" in result.err


def test_all_architectures_are_compared_by_one_command(skills, files, backbone, tmp_path):
    command = (
        *("compare", *files, "--report", report_file(tmp_path), "--backbone", backbone),
        *("--output", tmp_path / "all", "--steps", "2", "--evaluate-every", "2"),
    )
    result = skills(*command, "--format", "table")
    assert result.code == 0, result.err
    for words in ("lexical", "pairwise", "one-pass", "label-attention", "one-pass less pairwise"):
        assert words in result.out
    kept = json.loads((tmp_path / "all" / "comparison.json").read_text(encoding="utf-8"))
    assert set(kept["data"]["files"]) == {
        "data: data.jsonl",
        "tune: tune.jsonl",
        "report: report.jsonl",
        "taxonomy: tiny",
    }
    again = skills(*command, "--format", "json")
    assert again.rows[0]["models"]["pairwise"]["macro_f1"] == kept["models"]["pairwise"]["macro_f1"]


def test_texts_that_are_trained_on_are_no_report(skills, files, backbone, tmp_path):
    data = tmp_path / "data.jsonl"
    result = skills(
        *("compare", *files, "--report", data, "--backbone", backbone, "--output", tmp_path / "all")
    )
    assert result.code == 2
    assert "Texts to measure on must not be nearly the same as texts to train on. 8 of 8 are" in result.err


@pytest.mark.parametrize("change", [str, str.upper])
def test_texts_that_are_trained_on_tune_nothing(skills, files, tmp_path, change):
    rows = [replace(row, text=change(row.text)) for row in tiny.ROWS]
    tune = skill_runs.write_rows(tmp_path / "same.jsonl", rows)
    result = skills(
        *("train", *files, "--tune", tune, "--architecture", "label-attention"),
        *("--output", tmp_path / "mine"),
    )
    assert result.code == 2
    assert "Texts to tune on must not be nearly the same as texts to train on. 8 of 8 are" in result.err
    assert "give other texts" in result.err
    assert not (tmp_path / "mine").exists()
