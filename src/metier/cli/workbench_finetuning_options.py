"""Options that the commands of `metier workbench finetune` share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Loss(StrEnum):
    """What is made small in training."""

    CROSS_ENTROPY = "cross-entropy"
    FOCAL = "focal"


class Numbers(StrEnum):
    """Numbers that the forward pass works with."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


ModelOption = Annotated[
    str,
    typer.Option(
        help="What to start from: a name, a hub name or a folder, such as OUTPUT of pretrain. One that has "
        "such a head goes on with it.",
        metavar="NAME|DIR",
    ),
]
OutputFolderOption = Annotated[
    Path, typer.Option(help="A new folder; or that of a stopped run, to go on with it.", metavar="DIR")
]
DevOption = Annotated[
    Path | None,
    typer.Option(help="Rows that the best epoch is chosen by; without it a tenth of --data.", metavar="FILE"),
]
TestOption = Annotated[
    Path | None,
    typer.Option(help="Rows to measure on at the end; nothing is chosen by them.", metavar="FILE"),
]
EpochsOption = Annotated[float, typer.Option(help="Passes over the data.")]
BatchOption = Annotated[int, typer.Option(help="Rows in a step; windows where rows are read in several.")]
MaxTokensOption = Annotated[
    int | None,
    typer.Option(
        help="Of a row, special ones included; 128, for answers 384, or the model's most if that is less.",
    ),
]
RateOption = Annotated[
    float | None,
    typer.Option(
        help="Learning rate of the encoder; 5e-5, with LoRA 5e-4. Tiny encoders want 1e-3 or so.",
    ),
]
HeadRateOption = Annotated[
    float | None, typer.Option(help="Of the new head; 10 times --rate, or --rate with LoRA.")
]
LayerDecayOption = Annotated[
    float, typer.Option(help="What the rate is multiplied by for each layer further down, above 0 to 1.")
]
FrozenOption = Annotated[
    int | None,
    typer.Option(
        help="Leave the word embeddings and so many of the lowest layers as they are; 0: those alone."
    ),
]
LoraOption = Annotated[
    int | None,
    typer.Option(help="Train additions of this rank to the attention; they are merged at the end."),
]
AccumulateOption = Annotated[int, typer.Option(help="Batches in a step: as one large batch, in less memory.")]
PatienceOption = Annotated[
    int | None, typer.Option(help="Stop after so many epochs without a better score on dev.")
]
MaxSecondsOption = Annotated[
    float | None, typer.Option(help="Stop after so long; how far it gets depends on the machine.")
]
SeedOption = Annotated[int, typer.Option(help="Of the new head, the split, the order and dropout.", min=0)]
NewHeadOption = Annotated[
    bool,
    typer.Option("--new-head", help="Begin with a new head even if the model has one, of other labels say."),
]
NumbersOption = Annotated[
    Numbers, typer.Option("--precision", help="Of the forward pass; bfloat16 is quicker on a GPU.")
]
WeightsOption = Annotated[
    str | None,
    typer.Option(
        help="What each label counts: balanced, rare ones as much as frequent ones; or numbers in the order "
        "of the labels, which is that of the alphabet (for tags O, then B- and I- of each type).",
        metavar="balanced|A,B,..",
    ),
]
LossOption = Annotated[Loss, typer.Option(help="What is made small; focal counts easy rows less.")]
GammaOption = Annotated[float | None, typer.Option(help="Of the focal loss; 2 by default.")]
