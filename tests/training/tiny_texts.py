"""Tiny random BERTs whose tokenizer has a mask token, and texts in words that follow one another."""

import random

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from metier.training.backbone import load_backbone
from metier.training.freezing import drop_dropout, freeze_lowest
from tests.encoders.hugging_face import SIZES
from tests.encoders.models import SPECIAL, WORDS

MASK = "<mask>"


def tokenizer(mask=MASK):
    words = [*WORDS[:-1], mask]
    made = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(word, i) for word, i in SPECIAL.items()]
    )
    return made


def save_bert(folder, *, layers=2, dim=32, mask=MASK, seed=0):
    """Write a random BERT with its tokenizer, and return the folder."""
    import torch
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    torch.manual_seed(seed)
    sizes = SIZES | {"num_hidden_layers": layers, "hidden_size": dim, "initializer_range": 0.2}
    AutoModel.from_config(AutoConfig.for_model("bert", **sizes)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(mask), unk_token="<unk>", pad_token="</s>", model_max_length=200
    ).save_pretrained(folder)
    return str(folder)


def learner(folder, *, dropout=False):
    """Load a backbone as it is trained: its word embeddings stay."""
    backbone = load_backbone(str(folder))
    freeze_lowest(backbone.model, 0)
    if not dropout:
        drop_dropout(backbone.model)
    return backbone


def texts(n, *, seed=0, longest=20):
    """Return texts in which each word tells the next one."""
    rng = random.Random(seed)
    found = []
    for _ in range(n):
        first = rng.randrange(12)
        found.append(" ".join(f"w{(first + i) % 12}" for i in range(rng.randint(3, longest))))
    return found


def steps(task, module, n, *, rate):
    """Take some steps through a task's batches and return the losses."""
    import torch

    optimiser = torch.optim.Adam([p for p in module.parameters() if p.requires_grad], lr=rate)
    losses = []
    for epoch in range(n):
        for batch in task.batches(seed=0, epoch=epoch):
            loss = task.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
            if len(losses) == n:
                return losses
    return losses
