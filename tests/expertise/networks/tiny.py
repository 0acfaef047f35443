"""Eight documents to learn by heart, networks small enough for it, and runs that a test starts and kills.

As a program: `python -m tests.expertise.networks.tiny fit KIND BASE RUN KILL_AT` trains, and dies in that
batch; `... logits FOLDER...` prints the logits of models in folders.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from metier.expertise.application import LevelRange
from metier.expertise.data import LevelRow
from metier.expertise.folder import save_levels
from metier.expertise.load import load_levels
from metier.expertise.networks.causal import CausalOptions, CausalTraining
from metier.expertise.networks.encoder import EncoderOptions, EncoderTraining
from metier.expertise.networks.fit import FitOptions
from metier.expertise.networks.task import LevelTask, LevelTaskOptions
from metier.training.options import Device, TrainOptions
from metier.training.output import Origin, Watch
from metier.training.schedule import Decay
from metier.types import Level, Role
from tests.encoders.hugging_face import save_tiny
from tests.expertise.networks.documents import document
from tests.training.tiny_causal import tiny_tokenizer

LEARNT = 100
"""Steps after which the rows are known by heart."""
CAUSAL_SIZES = {
    "vocab_size": 258,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 512,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 1,
}
ROOT = Path(__file__).parents[3]
SHORT = {"steps": 12, "every": 4, "batch": 4}
TEXTS = (
    ("w1 w2", "w20 w21 w22."),
    ("w3 w4", "w23 w24. w25 w26."),
    ("w5 w6", "w27 w28 w29 w30."),
    ("w7 w8", "w31 w32."),
    ("w9 w10", "w33 w34 w35."),
    ("w11 w12", "w36 w37. w38."),
    ("w13 w14", "w39 w40."),
    ("w15 w16", "w41 w42 w43 w44."),
)
LEVELS = (*Level, Level.JUNIOR, Level.MIDDLE, Level.SENIOR)


def rows(labels=None):
    """Return the eight rows, with labels of one level each unless others are given."""
    labels = labels or [LevelRange.of(level) for level in LEVELS]
    return [LevelRow(document(*text), label) for text, label in zip(TEXTS, labels, strict=True)]


def save_base(folder, architecture="bert"):
    """Write a random backbone without dropout, with which little is learnt by heart at once."""
    save_tiny(folder, architecture)
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def save_language_model(folder, architecture="llama", *, seed=0):
    """Write a random causal language model that reads bytes."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(seed)
    config = AutoConfig.for_model(architecture, **CAUSAL_SIZES)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def fit_options(*, steps=LEARNT, rate=5e-3, every=50, batch=8, score="nll", **train):
    chosen = {
        "head_rate": rate,
        "backbone_rate": rate,
        "warmup_share": 0.0,
        "weight_decay": 0.0,
        "evaluate_every": every,
        "decay": Decay.CONSTANT,
        **train,
    }
    options = TrainOptions(steps=steps, checkpoint_every=every, device=Device.CPU, **chosen)
    return FitOptions(options, LevelTaskOptions(batch_size=batch, score=score), None, 100)


def training(kind, base, run, **options):
    """Return the training of a kind on a tiny base."""
    fit = options.pop("fit", None) or fit_options()
    if kind == "encoder":
        return EncoderTraining(EncoderOptions(str(base), fit, **{"dropout": 0.0, **options}), Path(run))
    return CausalTraining(CausalOptions(str(base), fit, **{"rank": 4, "alpha": 8.0, **options}), Path(run))


def keep(model, folder):
    """Save a model as users do, and return the folder."""
    save_levels(model, folder, Origin("kept"))
    return folder


def kept(folder):
    """Load what `keep` wrote."""
    return load_levels(folder, encoder_sha256="")


def in_new_process(*arguments):
    """Run this module as a program in a process of its own."""
    command = [sys.executable, "-m", "tests.expertise.networks.tiny", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)


def reloaded(folders):
    """Return the logits that models give in a new process, one array for each folder."""
    done = in_new_process("logits", *folders)
    assert done.returncode == 0, done.stderr
    return [np.array(logits) for logits in json.loads(done.stdout)]


def items():
    """Return documents to ask a model for, one without a word and a long one among them."""
    return [
        *(row.item for row in rows()),
        document("", "", fields={}),
        document("w1", "w2 w3. " * 300),
        document("w1", "w50 w51.", role=Role.VACANCY),
    ]


def die_in_batch(number):
    """Let the process be killed in the middle of a step."""
    real, seen = LevelTask.loss, []

    def loss(task, batch):
        seen.append(batch)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(task, batch)

    LevelTask.loss = loss


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    verb, *rest = sys.argv[1:]
    if verb == "fit":
        which, base, run, kill_at = rest
        die_in_batch(int(kill_at))
        training(which, base, run, fit=fit_options(**SHORT)).fit(rows(), rows(), Watch())
    else:
        found = [kept(Path(folder)).logits(items()).tolist() for folder in rest]
        print(json.dumps(found))  # noqa: T201
