from types import SimpleNamespace

import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation import speed
from metier.engine.evaluation.speed import sample_texts, tokens_per_second


def test_the_texts_never_change_and_are_of_many_lengths():
    assert sample_texts() == sample_texts()
    assert len({len(text) for text in sample_texts()}) > 20


def test_speed_is_that_of_the_best_round(monkeypatch):
    clock = iter([0.0, 4.0, 10.0, 12.0, 20.0, 23.0])
    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert tokens_per_second(FakeEncoder(4), ["one two three", "four"]) == pytest.approx(2.0)
