"""Trains a causal language model to word questions, by LoRA, and leaves it with its tokenizer and a card."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry
from metier.errors import InvalidInput
from metier.interview.load_writer import BASE_WEIGHTS, TASK
from metier.interview.writer_prompt import PROMPT_VERSION, write_prompt
from metier.interview.writer_training.rows import QuestionRow, QuestionRows, split_rows
from metier.training.causal_model import Causal, save_causal, weights_sha256, without_advice
from metier.training.durable import whole_folder
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.randomness import kept_random_state, seed_all
from metier.training.run_folder import RunFolder, surroundings
from metier.training.task import NoProgress, Progress

_IGNORED: Final = -100
_FEWEST_PROMPT_TOKENS: Final = 8


@dataclass(frozen=True, slots=True)
class WriterTrainOptions:
    """How a question writer is trained.

    Attributes:
        base: the model's name, as `load_base` takes it.
        rank: of the additions, 1 to 1024.
        alpha: an addition counts alpha / rank; above 0.
        dropout: share of the inputs of an addition that a step leaves out, 0 to below 1.
        epochs: passes over the rows, above 0 and at most 1000.
        learning_rate: above 0 and at most 1.
        batch_size: rows in a step, 1 to 4096.
        max_tokens: of a row; of a longer one the beginning of the prompt is left out. 32 or more.
        warmup_share: share of the steps in which the rate rises, 0 to 1.
        held_out: share of the rows, by a hash, that are not trained on; 0 to below 1.
        seed: of all random numbers, 0 or more.
        checkpoint_every: steps between checkpoints, at least 1.
        merge: add the additions into the weights and save the whole model.

    Raises:
        InvalidInput: a value out of its range.
    Source: LoRA, Hu et al. 2022 (arXiv:2106.09685), here on all linear layers but the last, as in Dettmers
        et al. 2023 (arXiv:2305.14314).
    """

    base: str
    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.05
    epochs: float = 5.0
    learning_rate: float = 2e-4
    batch_size: int = 8
    max_tokens: int = 512
    warmup_share: float = 0.1
    held_out: float = 0.0
    seed: int = 0
    checkpoint_every: int = 50
    merge: bool = False

    def __post_init__(self) -> None:
        for name, low, high in (
            ("rank", 1, 1024),
            ("alpha", 1e-6, 1e6),
            ("dropout", 0, 0.999),
            ("epochs", 1e-6, 1000),
            ("learning_rate", 1e-12, 1),
            ("batch_size", 1, 4096),
            ("max_tokens", 32, 1_000_000),
            ("warmup_share", 0, 1),
            ("held_out", 0, 0.999),
            ("seed", 0, 2**31 - 1),
            ("checkpoint_every", 1, 10**9),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InvalidInput(f"{name} must be from {low:g} to {high:g}. Got {value}.")


def train_writer(
    options: WriterTrainOptions,
    data: QuestionRows,
    output: Path,
    *,
    base: Causal,
    origin: Origin,
    watch: Watch | None = None,
) -> ModelCard:
    """Train a model on rows, or go on with a run that was stopped, and return the card of what it wrote.

    Only the question counts in the loss. Nothing is sent anywhere: trl's own telemetry is switched off for
    as long as it runs.

    Args:
        options: how.
        data: the rows.
        output: new, empty, or that of a run with the same options, rows and base; gets `run` and `model`.
        base: the model that the options name; it is changed.
        origin: what the card says of where the model comes from.
        watch: told how it goes.

    Raises:
        InvalidInput: the folder holds something else, a resumed run differs, or no row is left to train on.
        MissingExtra: torch, peft or trl is not installed.
    """
    watch = watch or Watch()
    check_output(output)
    rows, held_out = split_rows(data.rows, held_out=options.held_out, seed=0)
    if not rows:
        raise InvalidInput(
            f"At least one row must be left to train on. held_out {options.held_out} leaves none."
        )
    run = RunFolder(output / RUN)
    digest = weights_sha256(base.model)
    config = _config(options, data, digest, n_rows=len(rows))
    run.check(config)
    finished = output / MODEL / CARD
    if run.summary() is not None and finished.is_file():
        return ModelFolder.open(output / MODEL).card
    run.start(config)
    watch.say(f"Training in {run.path}: {len(rows)} rows, {len(held_out)} held out.")
    with kept_random_state(), _quiet():
        trained = _trained(options, rows, data.language, run, base, watch)
    model = trained.merge_and_unload() if options.merge else trained
    facts = {"rows": len(rows), "held_out": len(held_out), **_last_loss(run)}
    kept = Causal(origin.name, model.eval(), base.tokenizer)
    card = _save(kept, output / MODEL, _described(origin, options, data, digest), facts)
    run.write_summary(facts)
    return card


def encode_row(causal: Causal, row: QuestionRow, language: str, *, max_tokens: int) -> dict[str, list[int]]:
    """Return a row as token ids and labels; of the prompt no token is a label.

    Args:
        causal: whose tokenizer and chat template count.
        row: it ends with the token that ends an answer.
        language: of its question.
        max_tokens: of all; the beginning of a longer prompt is left out.

    Returns:
        `input_ids` and `labels` of one length; -100 where nothing is learnt.

    Raises:
        InvalidInput: the question alone is longer.
    """
    prompt = causal.prompt_ids(write_prompt(row.facts(language)))
    question: list[int] = causal.tokenizer(row.question, add_special_tokens=False)["input_ids"]
    question = [*question, int(causal.tokenizer.eos_token_id)]
    room = max_tokens - len(question)
    if room < _FEWEST_PROMPT_TOKENS:
        raise InvalidInput(
            f"max_tokens must leave room for a prompt beside a question of {len(question)} tokens. "
            f"Got {max_tokens}."
        )
    prompt = prompt[-room:]
    return {"input_ids": prompt + question, "labels": [_IGNORED] * len(prompt) + question}


def _config(options: WriterTrainOptions, data: QuestionRows, digest: str, *, n_rows: int) -> dict[str, Any]:
    torch = require("torch")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return {
        "options": asdict(options),
        "data": {"sha256": data.sha256, "language": data.language, "rows": n_rows},
        "model": {BASE_WEIGHTS: digest, "prompt": PROMPT_VERSION},
        **surroundings(device=device, threads=torch.get_num_threads()),
    }


def _trained(
    options: WriterTrainOptions,
    rows: Sequence[QuestionRow],
    language: str,
    run: RunFolder,
    base: Causal,
    watch: Watch,
) -> Any:
    """Return the base with trained additions, a peft model."""
    trl, callbacks = require("trl"), require("transformers.trainer_callback")
    most = min(options.max_tokens, base.max_tokens)
    encoded = [encode_row(base, row, language, max_tokens=most) for row in rows]
    seed_all(options.seed)
    trainer = trl.SFTTrainer(
        model=base.model,
        args=_arguments(options, run, n_rows=len(rows)),
        train_dataset=require("datasets").Dataset.from_list(encoded),
        processing_class=base.tokenizer,
        peft_config=_lora(options),
        callbacks=[_callback(run, watch.progress or NoProgress())],
    )
    trainer.remove_callback(callbacks.PrinterCallback)
    _name_base(trainer.model, "")  # by a name, each checkpoint would look it up in the hub
    checkpoint = newest_checkpoint(run.checkpoints)
    if checkpoint is not None:
        watch.say(f"Going on after step {checkpoint.name.rpartition('-')[2]}.")
    trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    _name_base(trainer.model, options.base)
    return trainer.model


def _arguments(options: WriterTrainOptions, run: RunFolder, *, n_rows: int) -> Any:
    steps = math.ceil(options.epochs * math.ceil(n_rows / options.batch_size))
    return require("trl").SFTConfig(
        output_dir=str(run.checkpoints),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=round(options.warmup_share * steps),
        lr_scheduler_type="linear",
        max_length=None,
        seed=options.seed,
        data_seed=options.seed,
        save_strategy="steps",
        save_steps=options.checkpoint_every,
        save_total_limit=2,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        bf16=False,
        gradient_checkpointing=None,  # off; False too is a word that transformers warns of
        dataloader_pin_memory=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def _lora(options: WriterTrainOptions) -> Any:
    return require("peft").LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules="all-linear",
        bias="none",
        task_type="CAUSAL_LM",
    )


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end; None if there is none.

    The state of the trainer is the last file that it writes.
    """
    whole = [path.parent for path in folder.glob("checkpoint-*/trainer_state.json") if path.stat().st_size]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _callback(run: RunFolder, progress: Progress) -> Any:
    """Return what tells of each step, and writes it into the log of the run."""
    parent: Any = require("transformers").TrainerCallback

    class Telling(parent):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            del args, control
            progress.started(total=state.max_steps, done=state.global_step)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            del args, control
            if logs and "loss" in logs:
                run.append({"event": "step", "step": state.global_step, **_numbers(logs)})
                progress.stepped(step=state.global_step, loss=float(logs["loss"]))

        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            del args, state, control
            progress.finished()

    return Telling()


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for name in ("loss", "learning_rate", "grad_norm"):
        if name in logs:
            found[name] = float(logs[name])
    return found


def _last_loss(run: RunFolder) -> dict[str, float]:
    losses = [record["loss"] for record in run.log() if record.get("loss") is not None]
    return {"steps": len(losses), "last_loss": round(losses[-1], 4)} if losses else {"steps": 0}


def _name_base(model: Any, name: str) -> None:
    """Let the adapter name its base as the user did, not by a path of this machine's cache."""
    for config in model.peft_config.values():
        config.base_model_name_or_path = name


def _described(origin: Origin, options: WriterTrainOptions, data: QuestionRows, digest: str) -> Origin:
    return replace(
        origin,
        base=options.base,
        languages=(data.language,),
        training_data={**origin.training_data, data.name: data.sha256, BASE_WEIGHTS: digest},
    )


def _save(kept: Causal, folder: Path, origin: Origin, facts: Mapping[str, Any]) -> ModelCard:
    parameters = {"network": sum(p.numel() for p in kept.model.parameters())}
    parameters["adapter"] = sum(p.numel() for name, p in kept.model.named_parameters() if "lora_" in name)
    with whole_folder(folder) as place:
        save_causal(kept, place)
        card = ModelCard(
            name=origin.name,
            task=TASK,
            base=origin.base,
            license=origin.license,
            languages=origin.languages,
            dim=int(kept.model.config.hidden_size),
            max_tokens=kept.max_tokens,
            prefixes={},
            command=origin.command,
            training_data=dict(origin.training_data),
            parameters=parameters,
            metrics={**origin.metrics, "training": dict(facts)},
            files={path.name: file_entry(path) for path in sorted(place.iterdir())},
        )
        (place / CARD).write_bytes(card.dump())
    return card


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep trl from sending what it trains on to its makers; it asks no one before it does."""
    constants: Any = require("huggingface_hub.constants")
    before = constants.HF_HUB_DISABLE_TELEMETRY
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        with without_advice():
            yield
    finally:
        constants.HF_HUB_DISABLE_TELEMETRY = before
