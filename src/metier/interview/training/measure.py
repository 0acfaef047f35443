"""Measures trained models that choose: the model itself, and each of the runs that it is the average of."""

from __future__ import annotations

from pathlib import Path

from metier.encoders.load import Runtime
from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput, ModelMismatch
from metier.interview.choice_model import CANDIDATES, ChoiceModel, load_choice_model, model_folder
from metier.interview.evaluation import ChoiceReport, measure_choices
from metier.interview.training.build import run_folders
from metier.interview.training.rows import Choices
from metier.training.backbone import load_backbone
from metier.training.bi_encoder import BiEncoder, ProjectedEncoder, RowLimits, TrainedBackbone
from metier.training.checkpoint import MODEL as WEIGHTS
from metier.training.checkpoint import load_weights
from metier.training.run_folder import RunFolder


def evaluate_choices(model: ChoiceModel, choices: Choices) -> ChoiceReport:
    """Return how well a model chooses among all candidates of some data.

    Raises:
        ModelMismatch: it was trained to choose something else.
    """
    _check_target(model, choices)
    cosines = model.cosines(choices.inputs, choices.candidates)
    return measure_choices(cosines, choices.right, rows=choices.rows, candidates=choices.candidates)


def evaluate_seeds(
    output: Path, choices: Choices, runtime: Runtime, *, encoder: Encoder | None = None
) -> dict[str, ChoiceReport]:
    """Return how well each of the runs chooses that a training with several seeds averaged.

    Args:
        output: what the training wrote.
        choices: all candidates of which are told apart.
        runtime: how to run the encoder of a head.
        encoder: what a head belongs to; None for the shipped one.

    Returns:
        Reports by the name of the run's folder, such as seed-0.

    Raises:
        NotFound: no model folder.
        InvalidInput: the training had one run only.
        ModelError: a file is missing or damaged, or it was trained to choose something else.
    """
    runs = run_folders(output)
    if not runs:
        raise InvalidInput(
            f"{output} must hold the runs of several seeds. It holds none: train with average_seeds above 1."
        )
    model = load_choice_model(output, runtime, encoder=encoder)
    _check_target(model, choices)
    texts = [model.texts.get(candidate, candidate) for candidate in choices.candidates]
    network = _network(model, output, choices, texts)
    found = {}
    for run in runs:
        load_weights(network.module, RunFolder(run).best / WEIGHTS)
        cosines = network.encode(choices.inputs, TextKind.QUERY) @ network.encode(texts, TextKind.PASSAGE).T
        found[run.name] = measure_choices(
            cosines, choices.right, rows=choices.rows, candidates=choices.candidates
        )
    return found


def _check_target(model: ChoiceModel, choices: Choices) -> None:
    if model.target and model.target != choices.target:
        raise ModelMismatch(
            f"Model {model.name} chooses the {model.target}; {choices.name} holds the {choices.target}. Take "
            f"the model that was trained for it. {CANDIDATES} of a model says what it chooses."
        )


def _network(model: ChoiceModel, output: Path, choices: Choices, texts: list[str]) -> BiEncoder:
    if model.head is not None:
        network = ProjectedEncoder(model.encoder, choices.inputs, texts)
        network.center = model.head.center
        return network
    backbone = load_backbone(str(model_folder(output)))
    prefixes = model.prefixes
    limits = RowLimits(backbone.max_tokens, backbone.max_tokens, prefixes)
    return TrainedBackbone(backbone, limits=limits)
