import numpy as np
import pytest
from safetensors.numpy import save_file

from metier.audit.provenance.limits import Deadline
from metier.audit.provenance.weight_change import WeightFiles, compare, outlying_norms, outlying_rows
from metier.encoders.structure.safetensors_file import read_safetensors_header
from metier.scans import Outcome
from metier.types import Severity

ROWS = 400
WORDS = "embeddings.word_embeddings.weight"


def weights(seed=0):
    random = np.random.default_rng(seed)
    layers = {f"encoder.layer.{i}.weight": random.normal(0, 0.1, (8, 8)).astype(np.float32) for i in range(4)}
    return {WORDS: random.normal(0, 0.1, (ROWS, 8)).astype(np.float32), **layers}


def trained(base, *, share=1.0, seed=1):
    """Return weights as training leaves them: most rows moved a little, by log-normal amounts."""
    random = np.random.default_rng(seed)
    out = {
        name: array + random.normal(0, 0.002, array.shape).astype(np.float32) for name, array in base.items()
    }
    steps = random.lognormal(-7, 0.6, (ROWS, 1)) * random.normal(size=(ROWS, 8))
    seen = random.random((ROWS, 1)) < share
    return out | {WORDS: (base[WORDS] + seen * steps).astype(np.float32)}


@pytest.fixture
def files(tmp_path):
    def written(arrays, name):
        save_file(arrays, tmp_path / name)
        return WeightFiles.of({name: (tmp_path / name, read_safetensors_header(tmp_path / name))})

    return written


def test_training_is_not_flagged(files):
    base = weights()
    for share in (1.0, 0.3, 0.02, 0.0):
        change = compare(files(trained(base, share=share), "m"), files(base, "b"), {}, Deadline(60))
        assert change.findings == ()
        assert change.check.outcome is Outcome.PASSED
        assert change.figures["tensors_changed"] >= 4


@pytest.mark.parametrize("share", [1.0, 0.3, 0.0])
def test_few_rows_that_moved_far_are_named_with_their_tokens(files, share):
    base = weights()
    model = trained(base, share=share)
    model[WORDS][[7, 300]] = np.random.default_rng(2).normal(0, 0.1, (2, 8))
    change = compare(files(model, "m"), files(base, "b"), {7: "cf", 300: "mn"}, Deadline(60))
    (finding,) = change.findings
    assert (finding.code, finding.severity) == ("embedding-rows-moved", Severity.WARNING)
    assert sorted(finding.facts["rows"]) == [7, 300]
    assert "7 'cf'" in finding.message
    assert change.figures["rows_moved_far"] == 2


def test_the_prefix_of_a_head_does_not_hide_a_tensor(files):
    base = weights()
    model = {f"bert.{name}": array for name, array in base.items()} | {"classifier.weight": np.ones((2, 8))}
    change = compare(files(model, "m"), files(base, "b"), {}, Deadline(60))
    assert change.figures["tensors_shared"] == 5
    assert change.figures["tensors_new"] == 1
    assert change.figures["tensors_changed"] == 0


def test_another_architecture_is_not_compared(files):
    other = {f"other.{name}": array for name, array in weights().items()}
    change = compare(files(other, "m"), files(weights(), "b"), {}, Deadline(60))
    assert change.check.outcome is Outcome.NOT_RUN
    assert "another shape" in change.check.reason


def test_another_vocabulary_is_said(files):
    model = weights()
    model[WORDS] = model[WORDS][:-1]
    change = compare(files(model, "m"), files(weights(), "b"), {}, Deadline(60))
    assert (change.check.outcome, change.figures["tensors_shared"]) == (Outcome.NOT_RUN, 4)
    assert "vocabulary is another one" in change.check.reason


def test_without_time_nothing_is_compared(files):
    change = compare(files(weights(), "m"), files(weights(), "b"), {}, Deadline(-1))
    assert change.check.reason == "The time was up."


def test_many_rows_that_moved_are_no_few():
    assert outlying_rows(np.concatenate([np.zeros(500), np.ones(500)])) == []
    assert outlying_rows(np.zeros(5)) == []
    assert outlying_rows(np.array([0.0] * 99 + [np.nan])) == [99]


def test_rows_far_longer_than_the_others_are_for_the_reader(files):
    model = weights()
    assert outlying_norms(files(model, "m").words(), {}) == ()
    model[WORDS][5] *= 50
    (finding,) = outlying_norms(files(model, "m").words(), {5: "cf"})
    assert (finding.severity, finding.facts["rows"], finding.facts["tokens"]) == (Severity.INFO, [5], ["cf"])


def test_a_model_without_word_embeddings_has_none(files):
    assert files({"a": np.ones(3)}, "m").words() is None
