import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from metier.encoders.fake import FakeEncoder
from metier.errors import InvalidInput
from metier.skills.architectures.task import SkillTaskOptions
from metier.skills.classifier_data import measured_pairs
from metier.skills.compare_classifiers import COMPARISON, Comparison, compare_classifiers
from metier.skills.negatives import NegativeOptions
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.skills.train_classifier import ClassifierData, ClassifierOptions
from metier.training.options import Device, TrainOptions
from metier.training.output import Origin, Watch
from tests.skills.architectures import tiny

TAXONOMY = Taxonomy("tiny", [TaxonomyEntry(skill) for skill in tiny.SKILLS])
DATA = ClassifierData(tiny.ROWS, [replace(row, text=f"{row.text} w50") for row in tiny.ROWS], TAXONOMY)
MEASURED = measured_pairs(
    [replace(row, text=f"{row.text} whose labels measure what was learned") for row in tiny.ROWS],
    TAXONOMY,
    NegativeOptions(),
)
ORIGIN = Origin("all", training_data={"rows": "0" * 64})


def options(architecture, backbone):
    train = TrainOptions(steps=2, evaluate_every=2, checkpoint_every=2, device=Device.CPU)
    return ClassifierOptions(architecture, backbone, train, SkillTaskOptions(batch_size=4))


def test_all_are_trained_and_measured_on_the_same_pairs(tmp_path):
    backbone = tiny.save_backbone(tmp_path / "backbone")
    runs = [options(name, backbone) for name in ("pairwise", "one-pass", "label-attention")]
    comparison = Comparison(runs, DATA, MEASURED, ORIGIN)
    told = []
    watch = lambda name: Watch(say=lambda words: told.append((name, words)))  # noqa: E731
    output = tmp_path / "out"
    found = compare_classifiers(comparison, output, encoder=FakeEncoder(16), watch=watch)
    assert list(found["models"]) == ["lexical", "pairwise", "one-pass", "label-attention"]
    assert {report["n_pairs"] for report in found["models"].values()} == {24}
    assert [(row["first"], row["second"]) for row in found["differences"]] == [
        ("pairwise", "lexical"),
        ("one-pass", "lexical"),
        ("label-attention", "lexical"),
        ("one-pass", "pairwise"),
        ("label-attention", "pairwise"),
        ("label-attention", "one-pass"),
    ]
    gap = found["differences"][0]["macro_f1"]
    by_name = found["models"]
    assert gap[0] == pytest.approx(by_name["pairwise"]["macro_f1"] - by_name["lexical"]["macro_f1"])
    assert by_name["one-pass"]["training"]["steps"] == 2
    assert json.loads((output / COMPARISON).read_text(encoding="utf-8")) == json.loads(json.dumps(found))
    assert {name for name, _ in told} == {"pairwise", "one-pass", "label-attention"}
    again = compare_classifiers(comparison, output, encoder=FakeEncoder(16))
    assert again["models"]["one-pass"]["macro_f1"] == by_name["one-pass"]["macro_f1"]
    assert again["data"]["measured_texts"] == 8


@pytest.mark.parametrize("change", [str, str.upper, "{}  ".format, lambda text: text.replace("2", "31")])
def test_texts_that_were_trained_on_or_nearly_measure_nothing(change):
    rows = [replace(row, text=change(row.text)) for row in tiny.ROWS[:3]]
    seen = measured_pairs(rows, TAXONOMY, NegativeOptions())
    with pytest.raises(InvalidInput, match="Texts to measure on must not be nearly.* 3 of 3 are"):
        Comparison([options("pairwise", "b")], DATA, seen, ORIGIN)


@pytest.mark.parametrize("names", [(), ("pairwise", "pairwise")])
def test_each_architecture_is_compared_once(names):
    with pytest.raises(InvalidInput, match="each once"):
        Comparison([options(name, "b") for name in names], DATA, MEASURED, ORIGIN)
