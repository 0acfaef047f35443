"""Documents in words that follow one another, as tiny tokenizers know them, and a run of them to kill."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

from metier.workbench.corpus import Corpus


def documents(n=12, *, sentences=5, seed=0, longest=9):
    """Return documents of sentences in which each word tells the next one; no two share a sentence."""
    rng = random.Random(seed)
    found = []
    for _ in range(n):
        own = []
        for _ in range(sentences):
            first = rng.randrange(40)
            own.append(" ".join(f"w{(first + i) % 40}" for i in range(rng.randint(3, longest))))
        found.append(tuple(own))
    return tuple(found)


def corpus(n=16, *, seed=0):
    """Return a corpus of n documents to learn from and a quarter of that to measure on."""
    return Corpus(documents(n, seed=seed), documents(max(2, n // 4), seed=seed + 1), {"texts.txt": "0" * 64})


def small_config(folder: Path, architecture: str, **changes) -> str:
    """Write the configuration of a tiny network and return its path."""
    import json

    from tests.workbench.tiny import tiny_config

    content = tiny_config(architecture, **changes).to_dict()
    path = folder / f"{architecture}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def pretrain_tiny(config: str, output: Path, *, objective="mlm", kill_at=None, **changes):
    """Pretrain a tiny network; the process dies in the given call of a loss."""
    import torch

    from metier.training.output import Origin, Watch
    from metier.workbench.pretraining import electra_task, masked_task
    from metier.workbench.pretraining.options import Objective, PretrainOptions, Start
    from metier.workbench.pretraining.pretrain import pretrain

    torch.set_num_threads(1)
    if kill_at is not None:
        of_task = (
            electra_task.ReplacedTokensTask if objective == "replaced-tokens" else masked_task.MaskedTask
        )
        whole, calls = of_task.loss, []

        def loss(self, batch):
            calls.append(1)
            if len(calls) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(self, batch)

        of_task.loss = loss
    settings = {"max_tokens": 32, "batch_size": 4, "epochs": 4.0, "rate": 2e-3, "checkpoint_every": 5}
    options = PretrainOptions(
        Start(config=config, vocabulary=120), objective=Objective(objective), **{**settings, **changes}
    )
    return pretrain(options, corpus(), output, origin=Origin("tiny"), watch=Watch())


if __name__ == "__main__":
    _, config_path, output_path, chosen, kill = sys.argv
    pretrain_tiny(config_path, Path(output_path), objective=chosen, kill_at=int(kill))
