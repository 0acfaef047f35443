import json

import numpy as np
import pytest

from metier.audit.behaviour.subjects import FunctionSubject
from metier.audit.shift.calibration import (
    OrdinaryEdit,
    calibrate,
    edit_ordinarily,
    fit_calibration,
    ordinary_edits,
    read_calibration,
    shipped_calibration,
    write_calibration,
)
from metier.audit.shift.difference import DifferenceKind
from metier.audit.shift.measures import SCORES, SKILLS, VECTOR, Measures
from metier.encoders.folder import ModelFolder
from metier.encoders.load import BASE, shipped_models
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.skills.taxonomy_files import default_taxonomy
from tests.audit.shift.shifting import LINES, QuickEncoder

MODEL = QuickEncoder()


@pytest.fixture(scope="module")
def calibration():
    return calibrate(MODEL, LINES, seed=3)


def test_a_calibration_knows_the_kinds_that_it_saw(calibration):
    kinds = calibration.curves[VECTOR]
    assert {
        DifferenceKind.PASSAGE_INSERTED,
        DifferenceKind.WORDS_DELETED,
        DifferenceKind.RESPELLED,
    } <= kinds.keys()
    assert SCORES not in calibration.curves
    assert calibration.curve(SCORES, DifferenceKind.PASSAGE_INSERTED) is None
    assert (calibration.model, calibration.texts, calibration.seed) == ("fake", len(LINES), 3)


def test_the_same_seed_gives_the_same_bytes_and_they_can_be_read(calibration, tmp_path):
    for name, made in (("a", calibration), ("b", calibrate(MODEL, LINES, seed=3))):
        write_calibration(made, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_calibration(tmp_path / "a") == calibration
    assert calibrate(MODEL, LINES, seed=4) != calibration


def test_scores_are_calibrated_beside_the_vector():
    subject = FunctionSubject("length", ("n",), lambda texts: np.array([[len(t) / 1000] for t in texts]))
    found = calibrate(MODEL, LINES, measures=Measures(subject))
    assert found.subjects == {SCORES: "length"}
    assert found.knows(SCORES, "length")
    assert not found.knows(SCORES, "another")
    assert not found.knows(SKILLS, "length")
    assert found.curves[SCORES].keys() == found.curves[VECTOR].keys()


def test_edits_are_as_many_as_asked_and_all_different():
    edited = edit_ordinarily(LINES[0], LINES[1:], seed=0, most=9)
    assert len({after for _, after, _ in edited} - {LINES[0]}) == len(edited) == 9
    per_text = list(ordinary_edits(MODEL, ["short", LINES[0]], seed=0, most_edits=5))
    assert [len(edits) for edits in per_text] == [0, 5]
    assert all(edit.length == len(LINES[0]) and 0 < edit.share <= 1 for edit in per_text[1])


def test_progress_is_told_text_by_text():
    told = []
    calibrate(MODEL, LINES, on_text=lambda: told.append(1))
    assert len(told) == len(LINES)


def test_too_few_edits_are_refused():
    with pytest.raises(InvalidInput, match="too few to calibrate"):
        calibrate(MODEL, ["Too short"])
    with pytest.raises(InvalidInput, match="most_edits must be at least 1"):
        calibrate(MODEL, LINES, most_edits=0)


def test_a_kind_that_was_seen_too_seldom_is_left_out():
    edits = [
        OrdinaryEdit("e", kind, 0.1, 100, {VECTOR: 0.1})
        for kind, n in ((DifferenceKind.PASSAGE_INSERTED, 30), (DifferenceKind.PASSAGE_DELETED, 29))
        for _ in range(n)
    ]
    assert fit_calibration(MODEL, edits, texts=1, seed=0).curves[VECTOR].keys() == {
        DifferenceKind.PASSAGE_INSERTED
    }


def test_another_model_is_refused(calibration):
    calibration.check(MODEL)
    with pytest.raises(ModelMismatch, match="The calibration is of fake"):
        calibration.check(QuickEncoder(dim=8))


@pytest.mark.parametrize("change", ["format", "curves", "cut", "list", "excesses", "usual", "nan", "floor"])
def test_a_damaged_file_is_refused(calibration, tmp_path, change):
    path = tmp_path / "c.json"
    write_calibration(calibration, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    if change == "format":
        content["format"] = 2
    elif change == "curves":
        content["curves"] = {VECTOR: {"unheard-of": {}}}
    elif change == "excesses":
        content["curves"][VECTOR][DifferenceKind.PASSAGE_INSERTED]["excesses"] = []
    elif change == "usual":
        content["curves"][VECTOR][DifferenceKind.PASSAGE_INSERTED]["usual"] = [1.0]
    elif change == "nan":
        content["curves"][VECTOR][DifferenceKind.PASSAGE_INSERTED]["spread"] = [float("nan")] * 3
    elif change == "floor":
        content["curves"][VECTOR][DifferenceKind.PASSAGE_INSERTED]["floor"] = 0
    elif change == "list":
        content = [1]
    text = json.dumps(content)
    path.write_text(text[:50] if change == "cut" else text, encoding="utf-8")
    with pytest.raises(ModelFormatError, match="Calibrate again"):
        read_calibration(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(NotFound, match=r"no calibration c\.json"):
        read_calibration(tmp_path / "c.json")


def test_a_calibration_comes_with_the_shipped_encoder_and_no_other():
    assert shipped_calibration(MODEL) is None
    shipped = QuickEncoder()
    folder = ModelFolder.open(shipped_models()[BASE])

    class Base:
        name, dim, sha256 = folder.card.name, 384, folder.sha256
        encode, read, read_all = shipped.encode, shipped.read, shipped.read_all

    found = shipped_calibration(Base())
    assert found is not None
    known = set(DifferenceKind) - {DifferenceKind.SAME}
    assert set(found.curves[VECTOR]) == set(found.curves[SKILLS]) == known
    assert found.knows(SKILLS, f"skills of taxonomy {default_taxonomy().name}")
    for curve in found.curves[VECTOR].values():
        assert np.isfinite(curve.threshold(0.02, 500, false_alarms=0.01))
