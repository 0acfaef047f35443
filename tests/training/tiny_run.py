"""A tiny network with dropout, two tasks for it, and a run of them that a test can start and kill."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch

from metier.training.options import Device, TrainOptions
from metier.training.trainer import train

OPTIONS = TrainOptions(
    steps=24,
    head_rate=0.05,
    accumulate=2,
    warmup_share=0.25,
    seed=3,
    evaluate_every=4,
    patience=3,
    checkpoint_every=5,
    device=Device.CPU,
)


class Regression:
    """Learns the sum of a row; its batches differ from epoch to epoch."""

    def __init__(self, model, name, weight=1.0, *, head=0, n_batches=7, shift=0.0):
        self.model, self.name, self.weight = model, name, weight
        self.head, self.n_batches, self.shift = head, n_batches, shift
        self.calls = 0
        self.kill_at = None

    def batches(self, *, seed, epoch):
        generator = torch.Generator().manual_seed(1000 * seed + 10 * epoch + self.head)
        return list(torch.randn(self.n_batches, 5, 4, generator=generator) + self.shift)

    def loss(self, batch):
        self.calls += 1
        if self.calls == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        dropped = torch.nn.functional.dropout(torch.tanh(self.model.body(batch)), 0.3, self.model.training)
        found = self.model.heads[self.head](dropped)
        return (found - batch.sum(dim=1, keepdim=True)).square().mean()

    def evaluate(self):
        assert not self.model.training
        assert not torch.is_grad_enabled()
        loss = self.loss(torch.linspace(-1, 1, 12).reshape(3, 4))
        return {"score": -float(loss), "loss": float(loss)}


def tiny_model():
    torch.manual_seed(0)
    model = torch.nn.Module()
    model.body = torch.nn.Linear(4, 8)
    model.heads = torch.nn.ModuleList([torch.nn.Linear(8, 1) for _ in range(2)])
    model.backbone_parameters = model.body.parameters
    return model


def two_tasks(model):
    return [Regression(model, "first", 2.0), Regression(model, "second", 1.0, head=1, n_batches=4)]


def start(folder, *, options=OPTIONS, kill_at=None):
    model = tiny_model()
    tasks = two_tasks(model)
    tasks[0].kill_at = kill_at
    result = train(model, tasks, options, Path(folder))
    return model, result


if __name__ == "__main__":
    torch.set_num_threads(1)
    kill = int(sys.argv[3])
    start(sys.argv[1], options=replace(OPTIONS, accumulate=int(sys.argv[2])), kill_at=kill or None)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
