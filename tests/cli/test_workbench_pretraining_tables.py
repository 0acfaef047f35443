import json
from dataclasses import dataclass, field

from metier.cli.workbench_pretraining_tables import render_epochs, render_tokenizer


@dataclass(frozen=True)
class Epoch:
    step: int
    epoch: float
    loss: float
    figures: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    kind: str = "bpe"
    size: int = 8000
    tokens_per_word: float = 1.5
    unknown_share: float = 0.001


WORDS = {"score": 0.01, "nll": 4.6, "perplexity": 1234.5, "masked_accuracy": 0.251}
EPOCHS = [Epoch(10, 1.0, 5.5, WORDS), Epoch(1020, 2.0, 4.5, WORDS)]


def test_epochs_stand_in_rows_and_the_kept_one_is_marked():
    table = render_epochs(EPOCHS, best_step=1020, as_json=False)
    assert "Perplexity" in table
    assert "Pairs right" not in table
    first, last = (line for line in table.splitlines() if "1,234.5" in line)
    assert "25.1%" in first
    assert "kept" not in first
    assert "1,020" in last
    assert last.endswith("kept")


def test_each_objective_has_its_columns():
    pairs = render_epochs([Epoch(1, 1.0, 1.0, {**WORDS, "nsp_accuracy": 0.5})], best_step=1, as_json=False)
    assert "Pairs right" in pairs
    figures = {"score": 0.1, "generator_perplexity": 10.0, "detector_accuracy": 0.9, "replaced_f1": 0.25}
    replaced = render_epochs([Epoch(1, 1.0, 1.0, figures)], best_step=1, as_json=False)
    assert "F1 of replaced" in replaced
    assert "0.250" in replaced
    assert "Masked words right" not in replaced


def test_epochs_as_json_are_a_line_each():
    rows = [json.loads(line) for line in render_epochs(EPOCHS, best_step=10, as_json=True).splitlines()]
    assert rows[0] == {"step": 10, "epoch": 1.0, "loss": 5.5, **WORDS, "kept": True}
    assert rows[1]["kept"] is False
    assert render_epochs([], best_step=0, as_json=True) == ""


def test_a_tokenizer_is_told_in_lines_or_as_json():
    assert json.loads(render_tokenizer(Figures(), as_json=True))["size"] == 8000
    table = render_tokenizer(Figures(), as_json=False)
    assert "8,000" in table
    assert "0.10% of their tokens" in table
