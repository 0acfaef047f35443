import json
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
for module in ("transformers", "accelerate", "matplotlib"):
    pytest.importorskip(module)

import encoders_masking  # noqa: E402
from encoders_masking import Plan, Rows, exponential, main, shown  # noqa: E402

from metier.training.intervals import Interval  # noqa: E402
from metier.workbench.pretraining.masked_task import MaskedTask  # noqa: E402
from tests.workbench.pretraining.tiny_texts import documents, small_config  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_maskings_are_compared_and_what_is_done_is_not_repeated(tmp_path, monkeypatch, capsys):
    texts = tmp_path / "texts.txt"
    texts.write_text("\n\n".join(". ".join(each) for each in documents(40)), encoding="utf-8")
    more = ("--config", small_config(tmp_path, "bert"), "--vocabulary", "80", "--steps", "6", "--seeds", "2")
    command = ["encoders_masking.py", "--corpus", str(texts), "--output", str(tmp_path / "out"), *more]
    monkeypatch.setattr(sys, "argv", [*command, "--max-tokens", "32", "--batch-size", "4"])
    main()
    first = capsys.readouterr().out
    found = json.loads((tmp_path / "out/results.json").read_text())
    assert list(found["after_the_last_step"]) == ["dynamic", "static", "whole-word"]
    # After the last step, and so not the best weights of the run.
    row = found["after_the_last_step"]["static"]
    assert row["nll"]["value"] == pytest.approx(np.log(row["perplexity_of_seeds"]).mean(), rel=1e-3)
    assert "| dynamic less static |" in first
    assert (tmp_path / "out/curves.png").stat().st_size > 1000
    assert "static" in (tmp_path / "out/curves.svg").read_text(encoding="utf-8")
    monkeypatch.setattr(MaskedTask, "loss", lambda *_: pytest.fail("a step was taken"))
    main()
    assert capsys.readouterr().out == first


def test_rows_weigh_as_many_tokens_as_they_have_masked():
    rows = Rows(np.array([1.0, 3.0]), np.array([1.0, 9.0]), np.array([1.0, 0.0]))
    assert rows.mean_nll(np.arange(2)) == 2.5
    assert rows.accuracy(np.arange(2)) == 0.25
    assert rows.accuracy(np.array([0, 0])) == 1


def test_figures_are_shown_with_their_intervals():
    assert shown({"value": 0.5, "low": -0.25, "high": 1.0}, 2, "+") == "+0.50 (-0.25 to +1.00)"
    assert exponential(Interval(0.0, 0.0, 0.0)) == Interval(1.0, 1.0, 1.0)
    assert encoders_masking.PAIRS[0] == ("dynamic", "static")
    assert Plan().seeds == 3
