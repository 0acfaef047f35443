"""`metier workbench`: encoders from raw text to small, fast, understood models."""

from __future__ import annotations

import typer

from metier.cli import (
    workbench_finetuning,
    workbench_looking,
    workbench_pretraining,
    workbench_shrinking,
)

app = typer.Typer(
    name="workbench",
    no_args_is_help=True,
    help="Pretrain, fine-tune, shrink and look inside encoders, in transformers' own formats.",
    epilog="Example: metier workbench attention 'The cat slept because it was tired.' --page heads.html",
)

workbench_pretraining.register(app)
workbench_finetuning.register(app)
workbench_shrinking.register(app)
workbench_looking.register(app)
