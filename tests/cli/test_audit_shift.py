import json

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import audit_shift, options
from metier.engine import Engine
from metier.errors import InvalidInput, ModelMismatch
from metier.limits import ReadingLimits
from metier.types import YearMonth
from tests.audit.shift.shifting import LINES, LoudEncoder
from tests.skills.taxonomies import small_taxonomy

TEXT = LINES[0].replace("built the", "built the Java")
TURNED = TEXT.replace("tested", "unfortunately tested").replace("Java", "Python")


@pytest.fixture(autouse=True)
def _small(own_settings, monkeypatch):
    def open_engine(settings, *, taxonomy, model, as_of):
        assert model == options.NO_MODEL
        return Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11))

    monkeypatch.setattr(options, "open_engine", open_engine)
    monkeypatch.setattr("metier.encoders.load.load_encoder", lambda path, runtime: LoudEncoder())


@pytest.fixture
def files(tmp_path):
    return {
        name: write(tmp_path, f"{name}.txt", text)
        for name, text in {
            "a": TEXT,
            "same": TEXT,
            "turned": TEXT.replace("tested", "unfortunately tested"),
            "java": TURNED,
            "lines": "\n".join(LINES),
        }.items()
    }


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(*arguments):
    app = typer.Typer()
    audit_shift.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_exit_code_is_the_verdict_and_a_calibration_is_kept(files, tmp_path):
    kept = tmp_path / "kept.json"
    first = run(
        files["a"], files["turned"], "--calibrate-on", files["lines"], "--calibration", kept,
        "--false-alarms", "0.03", "--format", "json",
    )  # fmt: skip
    assert first.exit_code == 1
    report = json.loads(first.stdout)
    assert (report["kind"], report["subject"]) == ("shift", "a.txt to turned.txt")
    token = report["figures"]["tables"][0]["rows"][0]
    assert files["turned"].read_text()[token["start"] : token["end"]] == "unfortunately"
    second = run(
        files["a"], files["turned"], "--calibration", kept, "--false-alarms", "0.03", "--format", "json"
    )
    assert second.stdout == first.stdout
    assert run(files["a"], files["same"], "--calibration", kept).exit_code == 0


def test_skills_that_came_and_went_are_named(files, tmp_path):
    page = tmp_path / "audit.html"
    done = run(
        files["a"], files["java"], "--calibrate-on", files["lines"], "--format", "json", "--page", page
    )
    figures = json.loads(done.stdout)["figures"]
    assert (figures["skills_that_came"], figures["skills_that_went"]) == (["Python"], ["Java"])
    assert figures["uncounted_characters"] == 0
    assert "Influence of words" in page.read_text(encoding="utf-8")


def test_scores_of_a_classifier_rank_the_words(files, monkeypatch, tmp_path):
    import numpy as np

    class Classifier:
        name, labels = "small", ("no", "yes")

        def probabilities(self, texts):
            return np.array([[0.9, 0.1] if "unfortunately" in text else [0.2, 0.8] for text in texts])

    monkeypatch.setattr("metier.audit.classifier.load_classifier", lambda folder: Classifier())
    done = run(
        files["a"], files["turned"], "--calibrate-on", files["lines"], "--classifier", tmp_path / "net",
        "--false-alarms", "0.03", "--format", "json",
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["figures"]["score_changes"] == {"no": "0.2000 to 0.9000", "yes": "0.8000 to 0.1000"}
    assert "score-shift" in {finding["code"] for finding in report["findings"]}


def test_what_cannot_be_done_is_said(files):
    with pytest.raises(ModelMismatch, match="No calibration comes with metier for fake"):
        run(files["a"], files["turned"])
    with pytest.raises(InvalidInput, match="needs an encoder"):
        run(files["a"], files["turned"], "--model", "none")
    with pytest.raises(InvalidInput, match="one of the inputs"):
        run(files["a"], files["turned"], "--output", files["a"])


def test_a_document_that_cannot_be_read_is_refused(files, tmp_path):
    tiny = write(tmp_path, "tiny.pdf", "")
    with pytest.raises(InvalidInput):
        run(files["a"], tiny, "--calibrate-on", files["lines"])
