import json
import sys
from dataclasses import replace

import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.load import Runtime, shipped_models
from metier.engine.evaluation import suite
from metier.engine.evaluation.protocol import HeadSteps
from metier.engine.evaluation.suite import MEASURES, Entrant, SuiteOptions, chosen_sets, evaluate
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.training.sets import SetKind, read_sets
from tests.engine.evaluation.made_sets import Folder, made_folder

PLAIN = ("search", "families", "answers", "grades")
ENTRANTS = [Entrant("first", FakeEncoder(32), 1_500_000), Entrant("second", FakeEncoder(8))]


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return made_folder(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def found(sets):
    return evaluate(ENTRANTS, sets, SuiteOptions(PLAIN))


def without_timing(evaluation):
    return json.dumps({name: value for name, value in evaluation.to_mapping().items() if name != "timing"})


def test_models_stand_side_by_side_in_the_order_given(found):
    assert [model.name for model in found.models] == ["first", "second"]
    assert [each.data.name for each in found.sets] == list(PLAIN)
    assert all(list(each.figures) == ["first", "second"] for each in found.sets)


def test_the_same_evaluation_gives_the_same_json_but_for_timing(sets, found):
    again = evaluate(ENTRANTS, sets, SuiteOptions(PLAIN))
    assert without_timing(again) == without_timing(found)


def test_what_was_measured_alone_is_the_same_in_company(sets, found):
    alone = evaluate(ENTRANTS[1:], sets, SuiteOptions(("search",)))
    own, other = (each.sets[0].figures["second"]["mrr"].interval for each in (alone, found))
    assert own == other


def test_kept_results_are_not_measured_again(sets, found, tmp_path, monkeypatch):
    options = SuiteOptions(PLAIN, work=tmp_path / "work")
    evaluate(ENTRANTS[:1], sets, options)
    asked = []
    measure = suite.PairsMeasure.measure

    def counted(self, data, bench):
        asked.append((data.name, bench.encoder.dim))
        return measure(self, data, bench)

    monkeypatch.setattr(suite.PairsMeasure, "measure", counted)
    assert without_timing(evaluate(ENTRANTS, sets, options)) == without_timing(found)
    assert sorted(asked) == [("families", 8), ("search", 8)]


def test_progress_is_told_in_sentences(sets):
    said = []
    evaluate(ENTRANTS[:1], sets, SuiteOptions(("search",)), said.append)
    assert said[-1].startswith("first, search: MRR 1.0000")


@pytest.mark.parametrize("name", ["marked", "links", "evidence"])
def test_without_the_train_extra_a_set_is_left_out_and_said_so(sets, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "torch", None)
    found = evaluate(ENTRANTS[:1], sets, SuiteOptions(("search", name)))
    assert [each.data.name for each in found.sets] == ["search"]
    assert found.skipped == {name: "torch is not installed: pip install 'metier[train]'"}


def test_a_set_that_lacks_a_part_is_left_out(sets):
    lacking = replace(sets["search"], name="lacking", files={})
    found = evaluate(ENTRANTS[:1], {"search": sets["search"], "lacking": lacking})
    assert found.skipped == {"lacking": "it has no part report"}


@pytest.mark.parametrize(
    ("entrants", "names", "message"),
    [
        ([], (), "Got none"),
        ([ENTRANTS[0], ENTRANTS[0]], (), "each once. Got first, first"),
        (ENTRANTS, ("nowhere",), "There is no set 'nowhere'. Sets are search, families"),
        (ENTRANTS, ("words",), "holds texts, which nothing measures"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(sets, entrants, names, message):
    with pytest.raises(InvalidInput, match=message):
        evaluate(entrants, sets, SuiteOptions(names))


def test_a_folder_without_anything_to_measure_is_refused(sets):
    with pytest.raises(InvalidInput, match="There must be a set of kind skills"):
        chosen_sets({"words": sets["words"]}, ())


def test_a_seed_is_not_negative():
    with pytest.raises(InvalidInput, match="seed must be 0 or more"):
        SuiteOptions(seed=-1)


def test_every_kind_but_texts_has_a_measure():
    assert set(SetKind) - set(MEASURES) == {SetKind.TEXTS}


def test_only_encoders_are_entrants(tmp_path):
    with pytest.raises(ModelMismatch, match="an evaluation needs an encoder"):
        Entrant.load(shipped_models()["linking"], Runtime())
    with pytest.raises(NotFound):
        Entrant.load(tmp_path, Runtime())


def test_the_shipped_encoder_is_an_entrant_of_a_known_size():
    entrant = Entrant.load(shipped_models()["base"], Runtime(threads=1))
    assert entrant.name == "metier-small"
    assert 10e6 < entrant.n_bytes < 50e6


def test_every_kind_is_measured_and_the_heads_are_kept(sets, tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    pytest.importorskip("accelerate")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    options = SuiteOptions(steps=HeadSteps(10, 10), work=tmp_path)
    found = evaluate(ENTRANTS[:1], sets, options)
    torch.set_num_threads(threads)
    assert [each.data.name for each in found.sets] == [name for name in sets if name != "words"]
    assert found.skipped == {}
    assert 0.5 < found.models[0].mean.interval.value <= 1.0
    assert set(found.models[0].seconds) == set(sets) - {"words"}


def test_a_broken_file_is_told_with_its_set(tmp_path):
    folder = Folder(tmp_path)
    folder.add("mine", "pairs", report='{"query": "MARKER"}\n')
    with pytest.raises(InvalidInput, match=r"Measuring set mine: report\.jsonl") as caught:
        evaluate(ENTRANTS[:1], read_sets(tmp_path))
    assert "MARKER" not in str(caught.value)


def test_the_baseline_is_called_by_what_it_knows():
    entrant = Entrant.words()
    assert (entrant.name, entrant.encoder.name, entrant.n_bytes) == ("words", "words", None)
