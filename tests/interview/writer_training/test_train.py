import io
import json
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytest.importorskip("peft")

import torch
from huggingface_hub import constants
from safetensors.torch import load_file
from trl.trainer import base_trainer as trl_base

from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, ModelFormatError
from metier.interview.load_writer import WriterSettings, load_trained
from metier.interview.writer_prompt import write_prompt
from metier.interview.writer_training import train as module
from metier.interview.writer_training.train import (
    WriterTrainOptions,
    encode_row,
    newest_checkpoint,
    train_writer,
)
from metier.training.causal_model import load_adapter, weights_sha256
from metier.training.output import Origin, Watch
from metier.training.run_folder import RunFolder
from tests.interview.writer_training.small import DATA, QUICK, ROWS, base_of, train

PROMPT = write_prompt(ROWS[1].facts("en"))


def logits(causal):
    with torch.inference_mode():
        return causal.model(torch.tensor([causal.prompt_ids(PROMPT)])).logits


def reloaded(folder, tmp_path):
    return load_trained(ModelFolder.open(folder / "model"), WriterSettings(cache=tmp_path / "cache"))


@dataclass
class Run:
    """A training with what was seen of it."""

    folder: Path
    output: Path
    logits: torch.Tensor
    printed: str
    asked: list[bool]
    drawn: torch.Tensor


def run(folder, *, merge):
    """Train, and look at the model in memory at the moment that it is saved."""
    kept, asked, printed = [], [], io.StringIO()
    save = module._save

    def keep(causal, *rest):
        kept.append(logits(causal))
        return save(causal, *rest)

    def send(**_):
        asked.append(constants.HF_HUB_DISABLE_TELEMETRY)

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(module, "_save", keep)
        patch.setattr(trl_base, "send_telemetry", send)
        base = base_of(folder)
        torch.manual_seed(5)
        options = WriterTrainOptions(base=str(folder / "tiny"), merge=merge, **QUICK)
        train_writer(options, DATA, folder / "out", base=base, origin=Origin("mine", license="MIT"))
        drawn = torch.rand(1)
    return Run(folder, folder / "out", kept[0], printed.getvalue(), asked, drawn)


@pytest.fixture(scope="module")
def adapter(tmp_path_factory):
    return run(tmp_path_factory.mktemp("adapter"), merge=False)


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    return run(tmp_path_factory.mktemp("merged"), merge=True)


def test_a_reloaded_adapter_has_the_same_logits(adapter):
    again = reloaded(adapter.output, adapter.folder)
    assert torch.equal(logits(again), adapter.logits)
    assert not torch.allclose(adapter.logits, logits(base_of(adapter.folder)))


def test_a_reloaded_merged_model_has_the_same_logits(adapter, merged):
    assert torch.equal(logits(reloaded(merged.output, merged.folder)), merged.logits)
    assert torch.allclose(adapter.logits, merged.logits, atol=1e-4)


def test_the_folder_holds_adapter_tokenizer_and_card(adapter):
    card = ModelFolder.open(adapter.output / "model").card
    assert sorted(card.files) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert (card.name, card.task, card.license, card.languages) == ("mine", "question-writer", "MIT", ("en",))
    assert card.base == str(adapter.folder / "tiny")
    assert card.training_data == {
        "rows.csv": "a" * 64,
        "base weights": weights_sha256(base_of(adapter.folder).model),
    }
    assert 0 < card.parameters["adapter"] < card.parameters["network"]
    assert card.metrics["training"]["rows"] == len(ROWS)
    assert card.metrics["training"]["steps"] == 6


def test_a_merged_folder_holds_the_whole_model(merged):
    card = ModelFolder.open(merged.output / "model").card
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= set(card.files)
    assert card.parameters["adapter"] == 0


def test_the_loss_is_logged_and_falls(adapter):
    losses = [record["loss"] for record in RunFolder(adapter.output / "run").log()]
    assert len(losses) == 6
    assert losses[-1] < losses[0]


def test_nothing_is_sent_and_nothing_printed(adapter):
    assert adapter.asked in ([], [True])
    assert not constants.HF_HUB_DISABLE_TELEMETRY
    assert adapter.printed == ""


def test_a_base_is_looked_up_nowhere(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("huggingface_hub.HfApi.file_exists", lambda *_, **__: asked.append(1))
    monkeypatch.setattr("peft.utils.other.file_exists", lambda *_, **__: asked.append(1))
    options = WriterTrainOptions(base="smollm2", **{**QUICK, "checkpoint_every": 3})
    base = base_of(tmp_path)
    train_writer(options, DATA, tmp_path / "out", base=base, origin=Origin("mine"))
    load_adapter(tmp_path / "out" / "model", base_of(tmp_path), name="again")
    config = json.loads((tmp_path / "out" / "model" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (asked, config["base_model_name_or_path"]) == ([], "smollm2")


def test_random_numbers_of_the_process_are_left_alone(adapter):
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), adapter.drawn)


def test_a_changed_file_is_noticed(adapter, tmp_path):
    shutil.copytree(adapter.output, tmp_path / "out")
    path = tmp_path / "out" / "model" / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + bytes(4))
    with pytest.raises(ModelFormatError, match="has changed since it was made"):
        reloaded(tmp_path / "out", tmp_path)


def test_a_finished_run_is_not_repeated(adapter, monkeypatch):
    monkeypatch.setattr(module, "_trained", None)
    assert train(adapter.folder) == adapter.output


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (DATA, {"seed": 1}, "seed of the run in .* is 0. Got 1"),
        (replace(DATA, sha256="b" * 64), {}, "data.sha256 of the run in"),
    ],
)
def test_another_seed_or_other_rows_need_another_folder(adapter, data, options, message):
    with pytest.raises(InvalidInput, match=message):
        train(adapter.folder, data=data, **options)


class Stop(Exception):
    pass


class StopAt:
    """Interrupts a run as a person would, after a step."""

    def __init__(self, step):
        self.step = step
        self.told = []

    def started(self, *, total, done):
        self.told.append(("started", total, done))

    def stepped(self, *, step, loss):
        self.told.append(("stepped", step))
        if step == self.step:
            raise Stop

    def evaluated(self, *, step, score):
        raise AssertionError

    def finished(self):
        self.told.append(("finished",))


def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path):
    whole = train(tmp_path, name="whole", checkpoint_every=2)
    stop = StopAt(5)
    with pytest.raises(Stop):
        train(tmp_path, name="cut", checkpoint_every=2, watch=Watch(progress=stop))
    said = []
    again = StopAt(None)
    output = train(tmp_path, name="cut", checkpoint_every=2, watch=Watch(said.append, again))
    assert "Going on after step 4." in said
    assert again.told == [("started", 6, 4), ("stepped", 5), ("stepped", 6), ("finished",)]
    one, other = (load_file(folder / "model" / "adapter_model.safetensors") for folder in (whole, output))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_half_written_checkpoint_is_passed_over(tmp_path):
    for step, state in (("5", "{}"), ("20", "{}"), ("100", None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if state is not None:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(state)
    assert newest_checkpoint(tmp_path).name == "checkpoint-20"
    assert newest_checkpoint(tmp_path / "none") is None


def test_only_the_question_is_learnt(tmp_path):
    base = base_of(tmp_path)
    encoded = encode_row(base, ROWS[1], "en", max_tokens=4096)
    learnt = [
        token for token, label in zip(encoded["input_ids"], encoded["labels"], strict=True) if label != -100
    ]
    assert base.tokenizer.decode(learnt) == "What is a lock?<|end|>"
    prompt = encoded["input_ids"][: len(encoded["input_ids"]) - len(learnt)]
    assert prompt == base.prompt_ids(PROMPT)


def test_a_long_prompt_loses_its_beginning(tmp_path):
    base = base_of(tmp_path)
    encoded = encode_row(base, ROWS[1], "en", max_tokens=40)
    assert len(encoded["input_ids"]) == len(encoded["labels"]) == 40
    assert base.tokenizer.decode(encoded["input_ids"]).endswith("What is a lock?<|end|>")
    with pytest.raises(InvalidInput, match="max_tokens must leave room for a prompt beside a question of 16"):
        encode_row(base, ROWS[1], "en", max_tokens=20)


def test_rows_must_be_left_to_train_on(tmp_path):
    one = replace(DATA, rows=ROWS[:1])
    with pytest.raises(InvalidInput, match="At least one row must be left to train on"):
        train(tmp_path, data=one, held_out=0.999)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").touch()
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        train(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 0}, "rank must be from 1 to 1024. Got 0"),
        ({"alpha": 0}, "alpha must be from"),
        ({"dropout": 1.0}, "dropout must be from 0 to 0.999. Got 1.0"),
        ({"epochs": 0}, "epochs must be from"),
        ({"learning_rate": float("nan")}, "learning_rate must be from"),
        ({"batch_size": 0}, "batch_size must be from 1"),
        ({"max_tokens": 1}, "max_tokens must be from 32"),
        ({"warmup_share": 2}, "warmup_share must be from 0 to 1"),
        ({"held_out": 1}, "held_out must be from 0 to 0.999"),
        ({"seed": -1}, "seed must be from 0"),
        ({"checkpoint_every": 0}, "checkpoint_every must be from 1"),
    ],
)
def test_options_keep_to_their_ranges(options, message):
    with pytest.raises(InvalidInput, match=message):
        WriterTrainOptions(base="tiny", **options)
