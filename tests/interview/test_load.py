import pytest

from metier.encoders.fake import FakeEncoder
from metier.errors import ModelFormatError, ModelMismatch, NotFound
from metier.interview.grading import Grader
from metier.interview.grading_head import Thresholds, save_grading_head
from metier.interview.load import SHIPPED_HEAD, load_grader
from metier.interview.words_grading import WordsGrader
from metier.training.output import Origin
from tests.interview.bags import QUESTION, weights

ENCODER = FakeEncoder(16)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "grader"
    save_grading_head(weights(16), Thresholds(), path, Origin("mine"), encoder_sha256=ENCODER.sha256)
    return path


def test_without_an_encoder_words_are_graded_by(folder):
    assert isinstance(load_grader(None), WordsGrader)
    assert isinstance(load_grader(None, folder), WordsGrader)


def test_a_named_head_is_loaded(folder):
    grader = load_grader(ENCODER, folder)
    assert isinstance(grader, Grader)
    assert (grader.name, len(grader.sha256)) == ("mine", 64)
    assert grader.grade(QUESTION, "Amber.", language="en").model_sha256 == grader.sha256


def test_without_a_name_the_shipped_head_is_loaded(folder, monkeypatch):
    monkeypatch.setattr("metier.interview.load.shipped_models", lambda: {SHIPPED_HEAD: folder})
    assert load_grader(ENCODER).name == "mine"


def test_a_head_for_another_encoder_is_refused(folder):
    with pytest.raises(ModelMismatch, match="Model mine was fitted to encoder"):
        load_grader(FakeEncoder(8), folder)


def test_a_damaged_head_is_refused(folder):
    with (folder / "head.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelFormatError):
        load_grader(ENCODER, folder)


def test_no_head_is_told(tmp_path):
    with pytest.raises(NotFound):
        load_grader(ENCODER, tmp_path / "none")
