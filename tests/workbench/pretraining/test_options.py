from pathlib import Path

import pytest

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.pretraining.options import Objective, PretrainOptions, Start
from metier.workbench.pretraining.tokenizers import TokenizerKind

SCRATCH = Start(config="bert-tiny")


def test_each_objective_has_its_head():
    heads = [objective.head for objective in Objective]
    assert heads == [Head.MASKED_WORDS, Head.NEXT_SENTENCE, Head.REPLACED_TOKENS]


def test_all_weights_have_one_rate_that_goes_by_the_start():
    for start, rate in ((SCRATCH, 5e-4), (Start(model="some/model"), 5e-5)):
        training = PretrainOptions(start).training({})
        assert (training.head_rate, training.backbone_rate_used) == (rate, rate)
    assert PretrainOptions(SCRATCH, rate=1e-3).training({}).head_rate == 1e-3


def test_a_resumed_run_is_held_to_every_option():
    plain = PretrainOptions(SCRATCH).training({"corpus a.txt": "0"}).inputs
    assert plain["corpus a.txt"] == "0"
    assert plain["config"] == "bert-tiny"
    assert "model" not in plain
    other = PretrainOptions(SCRATCH, objective=Objective.NEXT_SENTENCE, max_tokens=64, mlm_probability=0.2)
    changed = {name for name, value in other.training({}).inputs.items() if plain[name] != value}
    assert changed == {"objective", "max_tokens", "mlm_probability"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "Name either a model .* Got neither"),
        ({"model": "a", "config": "b"}, "Name either a model .* Got both"),
        ({"model": "a", "tokenizer": Path("t")}, "a keeps its own tokenizer. Leave out tokenizer"),
        ({"model": "a", "vocabulary": 300}, "a keeps its own tokenizer. Leave out vocabulary"),
        (
            {"config": "b", "tokenizer": Path("t"), "tokenizer_kind": TokenizerKind.BPE},
            "The tokenizer t is given, so none is trained. Leave out it, or tokenizer_kind",
        ),
        ({"config": "b", "vocabulary": 3}, "size of a tokenizer must be at least 16. Got 3"),
    ],
)
def test_starts_that_contradict_themselves_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        Start(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mlm_probability": 0.0}, "mlm_probability must be above 0 and below 1"),
        ({"mlm_probability": 1.0}, "mlm_probability must be above 0 and below 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"steps": 5}, "Give either steps or epochs"),
        ({"epochs": 0.0}, "epochs must be above 0"),
        ({"rate": -1.0}, "head_rate must be above 0"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"max_seconds": 0.0}, "max_seconds must be above 0"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        PretrainOptions(SCRATCH, **change)


def test_a_generator_is_for_replaced_tokens():
    start = Start(config="electra-tiny", generator="some/model")
    assert PretrainOptions(start, objective=Objective.REPLACED_TOKENS).start.generator
    with pytest.raises(InvalidInput, match="A generator is for the objective replaced-tokens"):
        PretrainOptions(start)
