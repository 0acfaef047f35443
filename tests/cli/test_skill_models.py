import json

import pytest

from metier.cli.skill_models import DetectArchitecture, Unknown, detect_with_models, load_model, read_file
from metier.config import ResolvedSettings
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.output import Origin
from tests.cli import skill_runs
from tests.skills.architectures import tiny

TAXONOMY = skill_runs.small_taxonomy()


@pytest.fixture
def skills(monkeypatch, capsys, tmp_path):
    return skill_runs.runner(monkeypatch, capsys, tmp_path)


@pytest.fixture
def settings(skills):
    return ResolvedSettings.load().settings


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Return folders of untrained models: a head on the shipped encoder, pairwise and one-pass."""
    pytest.importorskip("torch")
    from metier.skills.architectures.attention_network import LabelAttentionNetwork
    from metier.skills.architectures.one_pass import OnePassClassifier
    from metier.skills.architectures.pairwise import PairwiseClassifier
    from metier.skills.architectures.token_states import FrozenStates
    from metier.training.backbone import load_backbone
    from tests.encoders.models import shipped_encoder

    folder = tmp_path_factory.mktemp("models")
    backbone = load_backbone(tiny.save_backbone(folder / "backbone"))
    made = {
        "label-attention": LabelAttentionNetwork(FrozenStates(shipped_encoder())),
        "pairwise": PairwiseClassifier(backbone),
        "one-pass": OnePassClassifier(
            backbone, [skill.id for skill in tiny.SKILLS], taxonomy_sha256=TAXONOMY.sha256
        ),
    }
    for name, model in made.items():
        model.save(folder / name, Origin(name))
    return folder


def detect(models, settings, *names, architecture="all", text="w1 w2 w7", **more):
    return detect_with_models(
        text,
        architecture=DetectArchitecture(architecture),
        models=[models / name for name in names],
        taxonomy=TAXONOMY,
        settings=settings,
        chosen=more.pop("chosen", "json"),
        **more,
    )


@pytest.mark.parametrize("architecture", ["pairwise", "one-pass", "label-attention"])
def test_one_model_answers_as_detect_does(models, settings, architecture):
    text = detect(models, settings, architecture, architecture=architecture)
    rows = [json.loads(line) for line in text.splitlines()]
    assert all({"skill", "label", "probability", "quotes", "reason"} <= row.keys() for row in rows)
    assert {row["skill"] for row in rows} <= {"python", "sql", "lead"}


def test_several_models_answer_side_by_side(models, settings):
    text = detect(models, settings, "pairwise", "one-pass", "pairwise", chosen="table")
    assert "pairwise" in text or "No model" in text
    rows = [json.loads(line) for line in detect(models, settings, "one-pass", "pairwise").splitlines()]
    assert {row["model"] for row in rows} <= {"one-pass (one-pass)", "pairwise (pairwise)"}


def test_only_wanted_skills_are_shown(models, settings):
    text = detect(models, settings, "pairwise", "one-pass", wanted=["sql"])
    assert {json.loads(line)["skill"] for line in text.splitlines()} <= {"sql"}


@pytest.mark.parametrize(
    ("architecture", "names", "message"),
    [
        ("all", (), "--architecture all needs --model DIR at least once"),
        ("pairwise", (), "--architecture pairwise needs --model DIR once"),
        ("label-attention", (), "`metier skills train` makes one; without --architecture the shipped model"),
        ("pairwise", ("pairwise", "one-pass"), "once. Got 2"),
        ("pairwise", ("one-pass",), "is of architecture one-pass"),
    ],
)
def test_models_must_fit_what_is_asked_for(models, settings, architecture, names, message):
    with pytest.raises(InvalidInput, match=message):
        detect(models, settings, *names, architecture=architecture)


def test_the_folder_of_a_training_stands_for_its_model(models, settings, tmp_path):
    (tmp_path / "trained").mkdir()
    (tmp_path / "trained" / "model").symlink_to(models / "pairwise")
    assert load_model(tmp_path / "trained", TAXONOMY, settings).architecture == "pairwise"


def test_what_is_no_skill_model_is_refused(settings, tmp_path):
    from metier.encoders.load import shipped_models

    with pytest.raises(NotFound, match="There is no skill model in"):
        load_model(tmp_path / "absent", TAXONOMY, settings)
    with pytest.raises(ModelFormatError, match="Skill classifiers are"):
        load_model(shipped_models()["base"], TAXONOMY, settings)


def test_a_head_of_another_encoder_is_refused(settings, tmp_path):
    pytest.importorskip("torch")
    from metier.encoders.fake import FakeEncoder
    from metier.skills.architectures.attention_network import LabelAttentionNetwork
    from metier.skills.architectures.token_states import FrozenStates

    LabelAttentionNetwork(FrozenStates(FakeEncoder(16))).save(tmp_path / "head", Origin("head"))
    with pytest.raises(ModelMismatch, match="was fitted to encoder"):
        load_model(tmp_path / "head", TAXONOMY, settings)


def test_evaluate_says_how_many_negatives_were_sampled(skills, models, tmp_path):
    data = skill_runs.write_rows(tmp_path / "data.jsonl", complete=False)
    command = ("evaluate", "--data", data, "--taxonomy", skill_runs.write_taxonomy(tmp_path))
    result = skills(*command, "--model", models / "pairwise", "--format", "json", "--ratio", "1")
    assert result.code == 0, result.err
    assert result.rows[0]["data"]["sampled_texts"] == 6
    table = skills(*command, "--model", models / "pairwise", "--format", "table")
    assert "pairs of class none were sampled" in " ".join(table.out.split())
    rows = skills(*command, "--model", models / "pairwise", "--format", "csv").out.splitlines()
    assert rows[0] == "figure,value,low,high,support"


def test_evaluate_draws_pictures(skills, models, tmp_path):
    pytest.importorskip("matplotlib")
    data = skill_runs.write_rows(tmp_path / "data.jsonl")
    result = skills(
        *("evaluate", "--data", data, "--taxonomy", skill_runs.write_taxonomy(tmp_path)),
        *("--model", models / "one-pass", "--output", tmp_path / "pictures"),
    )
    assert result.code == 0, result.err
    assert {path.suffix for path in (tmp_path / "pictures").iterdir()} == {".svg"}


def test_labels_that_are_left_out_are_counted(tmp_path, capsys):
    data = tmp_path / "data.jsonl"
    data.write_text('{"text": "w1", "skills": {"Cobol": 1.0}}', encoding="utf-8")
    assert read_file(data, TAXONOMY, Unknown.SKIP).skipped == 1
    assert "1 labels name no one skill of taxonomy tiny" in capsys.readouterr().err
