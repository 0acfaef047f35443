import numpy as np
import pytest
from safetensors.numpy import save_file

from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.audit.provenance.weights import as_float, read_numbers, robust_scores, row_norms, rows_of
from metier.encoders.structure.safetensors_file import read_safetensors_header
from metier.types import Severity
from tests.audit.provenance.model_folders import safetensors_header


@pytest.fixture
def read(tmp_path):
    def reading(arrays, name="model.safetensors", *, timeout_s=60.0, **limits):
        save_file(arrays, tmp_path / name)
        headers = {name: (tmp_path / name, read_safetensors_header(tmp_path / name))}
        return read_numbers(headers, AuditLimits(**limits), Deadline(timeout_s))

    return reading


def test_usual_weights_pass(read):
    random = np.random.default_rng(0)
    arrays = {"w": random.normal(size=(30, 30)).astype(np.float32), "bias": np.zeros(30), "n": np.arange(9)}
    found = read(arrays)
    assert (found.findings, found.share, found.unread, found.complete) == ((), 1.0, 0, True)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_named(read, kind, value):
    weights = np.ones((20, 20), kind)
    weights[3, 4] = value
    (finding,) = read({"w": weights}).findings
    assert (finding.code, finding.severity) == ("not-finite", Severity.WARNING)
    assert finding.facts == {"tensor": "w", "read": 400, "bad": 1}


def test_in_a_list_of_a_head_it_may_stand_for_not_known(read):
    (finding,) = read({"usual": np.array([1.0, np.nan])}, "levels.safetensors").findings
    assert finding.severity is Severity.INFO
    (finding,) = read({"bias": np.array([1.0, np.nan])}).findings
    assert finding.severity is Severity.WARNING


def test_a_matrix_of_zeros_is_named_unless_it_starts_so(read):
    zeros = np.zeros((20, 20), np.float32)
    assert [f.code for f in read({"w": zeros}).findings] == ["all-zero"]
    assert (
        read(
            {"x.lora_B.weight": zeros, "token_type_embeddings.weight": zeros, "small": zeros[:2, :2]}
        ).findings
        == ()
    )


def test_of_many_weights_a_part_is_read(read):
    weights = np.ones((2000, 200), np.float32)
    found = read({"w": weights, "bias": np.ones(5)}, sampled_bytes=200_000)
    assert 0.05 < found.share < 0.25
    weights[:] = np.nan
    assert [f.code for f in read({"w": weights}, sampled_bytes=200_000).findings] == ["not-finite"]


def test_without_time_nothing_is_said_of_the_weights(read):
    assert not read({"w": np.ones(5)}, timeout_s=-1).complete


def test_kinds_that_are_not_read_are_counted(tmp_path):
    header = {"a": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}}
    path = tmp_path / "m.safetensors"
    path.write_bytes(safetensors_header(header, bytes(4)))
    found = read_numbers({"m": (path, read_safetensors_header(path))}, AuditLimits(), Deadline(60))
    assert found.unread == 1


def test_brain_floats_are_widened():
    assert as_float(np.array([0x3F80, 0xC000, 0x7FC0], np.uint16), "BF16").tolist()[:2] == [1.0, -2.0]
    assert np.isnan(as_float(np.array([0x7FC0], np.uint16), "BF16")[0])


def test_rows_come_in_order_in_any_number_of_parts(tmp_path):
    weights = np.arange(60, dtype=np.float32).reshape(20, 3)
    save_file({"a": np.ones(3), "w": weights}, tmp_path / "m.safetensors")
    place = read_safetensors_header(tmp_path / "m.safetensors").tensors["w"]
    for most in (1, 40, 10_000):
        assert (
            np.concatenate(list(rows_of(tmp_path / "m.safetensors", place, most))).tolist()
            == weights.tolist()
        )
    assert row_norms(tmp_path / "m.safetensors", place) == pytest.approx(np.linalg.norm(weights, axis=1))


def test_a_file_that_was_cut_meanwhile_is_named(tmp_path):
    save_file({"w": np.ones((20, 3))}, tmp_path / "m.safetensors")
    place = read_safetensors_header(tmp_path / "m.safetensors").tensors["w"]
    with (tmp_path / "m.safetensors").open("r+b") as file:
        file.truncate(place.end - 8)
    with pytest.raises(OSError, match="cut off while it was read"):
        row_norms(tmp_path / "m.safetensors", place)


def test_scores_of_equal_values_are_0():
    assert robust_scores(np.ones(5)).tolist() == [0.0] * 5
