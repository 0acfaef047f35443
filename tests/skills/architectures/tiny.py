"""Tiny random backbones whose tokenizer marks two texts, skills to ask for, and eight rows to learn."""

import numpy as np
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing

from metier.skills.architectures.rows import Example, examples_from
from metier.skills.data import LabelledText
from metier.types import Skill
from tests.encoders.hugging_face import save_tiny
from tests.encoders.models import SPECIAL, word_tokenizer

BACKBONES = ("bert", "roberta", "deberta-v2")
SKILLS = (
    Skill("python", "w1 w2", aliases=("w3",), description="w4 w5 w6"),
    Skill("sql", "w7", description="w8 w9"),
    Skill("lead", "w10 w11"),
)
ROWS = tuple(
    LabelledText(text, labels, complete=True)
    for text, labels in (
        ("w1 w2 w20 w21", {"python": 1.0}),
        ("w22 w23 w24", {"python": 0.5}),
        ("w7 w25 w26 w27", {"sql": 1.0}),
        ("w28 w29 w30", {"sql": 0.5, "lead": 1.0}),
        ("w31 w32 w33 w34", {}),
        ("w35 w36 w37", {"lead": 0.5}),
        ("w38 w10 w11 w39", {"lead": 1.0, "python": 0.5}),
        ("w40 w41", {}),
    )
)


def pair_tokenizer():
    tokenizer = word_tokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[(word, i) for word, i in SPECIAL.items()],
    )
    return tokenizer


def save_backbone(folder, architecture="bert", *, tokenizer=None):
    """Write a random model with a tokenizer that has a template for two texts, and return its path."""
    from transformers import PreTrainedTokenizerFast

    save_tiny(folder, architecture)
    made = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str((tokenizer or pair_tokenizer()).to_str()),
        unk_token="<unk>",
        pad_token="</s>",
        model_max_length=200,
    )
    made.save_pretrained(folder)
    return str(folder)


def train(task, model, *, steps=250, rate=3e-3, enough=0.02):
    """Learn the batches of a task by heart, without dropout, and return the last loss."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small only wait for one another
    model.module.eval()
    optimiser = torch.optim.Adam([p for p in model.module.parameters() if p.requires_grad], lr=rate)
    for step in range(steps):
        losses = []
        for batch in task.batches(seed=0, epoch=step):
            loss = task.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        if max(losses) < enough:
            break
    torch.set_num_threads(threads)
    return max(losses)


def examples():
    return examples_from(ROWS, SKILLS)


def right_classes():
    return np.stack([example.classes for example in examples()])


def examples_of(text, skills, classes):
    return Example(text, np.array(skills, np.int64), np.array(classes, np.int64))
