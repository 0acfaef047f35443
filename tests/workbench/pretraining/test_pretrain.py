import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
for module in ("transformers", "accelerate", "matplotlib"):
    pytest.importorskip(module)

from metier.errors import InvalidInput, ModelMismatch, OutOfMemory  # noqa: E402
from metier.training.networks import Head, load_network  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.workbench.corpus import Corpus  # noqa: E402
from metier.workbench.pretraining.masked_task import MaskedTask  # noqa: E402
from metier.workbench.pretraining.masking import Masking  # noqa: E402
from metier.workbench.pretraining.options import Objective, PretrainOptions, Start  # noqa: E402
from metier.workbench.pretraining.pretrain import (  # noqa: E402
    GENERATOR,
    epochs_of,
    pretrain,
    read_rows_of,
    start_network,
)
from metier.workbench.pretraining.tokenizers import write_tokenizer  # noqa: E402
from tests.workbench.pretraining.tiny_texts import corpus, pretrain_tiny, small_config  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network, tiny_tokenizer  # noqa: E402

CASES = [
    *((architecture, "mlm") for architecture in ARCHITECTURES),
    ("bert", "mlm+nsp"),
    ("albert", "mlm+nsp"),
    ("electra", "replaced-tokens"),
]
AUTO = {"mlm": "AutoModelForMaskedLM", "mlm+nsp": "AutoModelForPreTraining"}


def inputs_of(tokenizer):
    return tokenizer("w1 w2 w3 w4", return_tensors="pt")


@pytest.mark.parametrize(("architecture", "objective"), CASES)
def test_transformers_opens_what_was_trained_and_gives_the_same_logits(tmp_path, architecture, objective):
    import transformers

    options = PretrainOptions(
        Start(config=small_config(tmp_path, architecture)),
        objective=Objective(objective),
        max_tokens=32,
        batch_size=4,
        epochs=2.0,
        rate=2e-3,
    )
    found = pretrain(options, corpus(), tmp_path / "out", origin=Origin("tiny"), watch=Watch())
    folder = found.trained.folder
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    auto = getattr(transformers, AUTO.get(objective, "AutoModelForPreTraining"))
    model = auto.from_pretrained(folder).eval()
    ours = load_network(str(tmp_path / "out"))
    assert ours.head is options.objective.head
    assert ours.max_tokens == tokenizer.model_max_length
    with torch.no_grad():
        given = inputs_of(tokenizer)
        first, second = model(**given)[0], ours.model(**given)[0]
    assert torch.allclose(first, second, atol=1e-5)
    # The best weights of the run are those that were written.
    weights = found.trained.result.weights
    assert weights.is_file()
    assert [epoch.epoch for epoch in found.epochs] == [1.0, 2.0]
    card = json.loads((folder / "model.json").read_text())
    assert card["metrics"]["dev"].keys() == {n for n in found.epochs[0].figures if n != "score"}


def test_the_trained_network_measures_as_the_run_says(tmp_path):
    found = pretrain_tiny(small_config(tmp_path, "bert"), tmp_path / "out")
    best = next(each for each in found.epochs if each.step == found.trained.result.best_step)
    network = load_network(str(found.trained.folder))
    options = PretrainOptions(Start(model="x"), max_tokens=32, batch_size=4)
    source, dev = read_rows_of(network, corpus(), options)
    again = MaskedTask(network, source, dev).evaluate()
    assert again["nll"] == pytest.approx(best.figures["nll"], abs=1e-5)
    assert again["masked_accuracy"] == best.figures["masked_accuracy"]


def test_training_lowers_the_perplexity_and_its_log_tells_each_epoch(tmp_path):
    found = pretrain_tiny(small_config(tmp_path, "bert"), tmp_path / "out", epochs=30.0, rate=5e-3)
    first, last = found.epochs[0], found.epochs[-1]
    assert last.figures["perplexity"] < 0.8 * first.figures["perplexity"]
    assert last.loss < first.loss
    assert last.step == found.trained.result.steps
    assert (found.rows, found.vocabulary) == (first.step * 4 - (-found.rows % 4), found.vocabulary)


@pytest.mark.parametrize(
    ("architecture", "objective"), [("bert", "mlm"), ("bert", "mlm+nsp"), ("electra", "replaced-tokens")]
)
def test_a_killed_run_goes_on_and_ends_with_the_same_weights(tmp_path, architecture, objective):
    config = small_config(tmp_path, architecture)
    command = [sys.executable, "-m", "tests.workbench.pretraining.tiny_texts", config]
    root = Path(__file__).parents[3]
    killed = subprocess.run([*command, tmp_path / "killed", objective, "13"], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "killed/run/checkpoints/step-00000010").is_dir()
    assert not (tmp_path / "killed/model").exists()
    pretrain_tiny(config, tmp_path / "killed", objective=objective)
    pretrain_tiny(config, tmp_path / "whole", objective=objective)
    folders = ("model", GENERATOR) if objective == "replaced-tokens" else ("model",)
    for folder in folders:
        one, other = (tmp_path / name / folder / "model.safetensors" for name in ("killed", "whole"))
        assert one.read_bytes() == other.read_bytes()


def test_a_finished_run_is_not_repeated(tmp_path, monkeypatch):
    config = small_config(tmp_path, "bert")
    first = pretrain_tiny(config, tmp_path / "out")
    monkeypatch.setattr(MaskedTask, "loss", lambda *_: pytest.fail("a step was taken"))
    again = pretrain_tiny(config, tmp_path / "out")
    assert (again.epochs, again.trained.result) == (first.epochs, first.trained.result)


def test_a_run_is_not_gone_on_with_otherwise(tmp_path):
    config = small_config(tmp_path, "bert")
    pretrain_tiny(config, tmp_path / "out")
    with pytest.raises(
        InvalidInput, match=r"options.inputs.masking of the run .* is 'dynamic'. Got 'static'"
    ):
        pretrain_tiny(config, tmp_path / "out", masking=Masking.STATIC)


@pytest.mark.parametrize("masking", Masking)
def test_every_masking_trains(tmp_path, masking):
    found = pretrain_tiny(small_config(tmp_path, "bert"), tmp_path / "out", masking=masking)
    assert found.epochs[-1].figures["perplexity"] > 1


def test_a_trained_network_goes_on_with_its_own_tokenizer(tmp_path):
    first = pretrain_tiny(small_config(tmp_path, "bert"), tmp_path / "first")
    options = PretrainOptions(
        Start(model=str(tmp_path / "first")), max_tokens=32, batch_size=4, steps=3, epochs=None
    )
    again = pretrain(options, corpus(), tmp_path / "more", origin=Origin("more"), watch=Watch())
    assert again.vocabulary == first.vocabulary
    one, other = (path / "tokenizer.json" for path in (first.trained.folder, again.trained.folder))
    assert one.read_bytes() == other.read_bytes()
    assert again.epochs[-1].figures["nll"] == pytest.approx(first.epochs[-1].figures["nll"], rel=0.1)


def test_a_detector_goes_on_with_its_generator(tmp_path):
    pretrain_tiny(small_config(tmp_path, "electra"), tmp_path / "first", objective="replaced-tokens")
    start = Start(model=str(tmp_path / "first"), generator=str(tmp_path / "first" / GENERATOR))
    options = PretrainOptions(
        start, objective=Objective.REPLACED_TOKENS, max_tokens=32, batch_size=4, steps=2, epochs=None
    )
    found = pretrain(options, corpus(), tmp_path / "more", origin=Origin("more"), watch=Watch())
    assert load_network(str(found.trained.folder)).head is Head.REPLACED_TOKENS
    generator = load_network(str(tmp_path / "more" / GENERATOR))
    assert generator.head is Head.MASKED_WORDS
    words = generator.model.electra.embeddings.word_embeddings.weight
    detector = load_network(str(found.trained.folder))
    assert torch.equal(words, detector.model.electra.embeddings.word_embeddings.weight)


def test_a_given_tokenizer_is_used(tmp_path):
    write_tokenizer(tiny_tokenizer(), tmp_path / "tokenizer")
    config = small_config(tmp_path, "roberta", bos_token_id=0, eos_token_id=2)
    options = PretrainOptions(Start(config=config, tokenizer=tmp_path / "tokenizer"), max_tokens=32)
    network = start_network(options, corpus(), Watch())
    assert len(network.tokenizer) == network.model.config.vocab_size == len(tiny_tokenizer())
    ids = network.model.config
    assert (ids.bos_token_id, ids.eos_token_id, ids.pad_token_id) == (2, 3, 0)


def test_the_tokenizer_learns_nothing_from_what_is_measured():
    texts = corpus()
    options = PretrainOptions(Start(config="bert-tiny"))
    one, other = (
        start_network(options, Corpus(texts.train, dev, {}), Watch())
        for dev in (texts.dev, (("wholly other words ☃",),))
    )
    assert one.tokenizer.get_vocab() == other.tokenizer.get_vocab()


def test_a_step_that_does_not_fit_into_memory_is_told_and_checkpoints_stay(tmp_path, monkeypatch):
    config = small_config(tmp_path, "bert")
    whole, calls = MaskedTask.loss, []

    def loss(self, batch):
        calls.append(1)
        if len(calls) == 8:
            raise torch.OutOfMemoryError("no memory")
        return whole(self, batch)

    monkeypatch.setattr(MaskedTask, "loss", loss)
    with pytest.raises(OutOfMemory, match="Task masked-words: step 8 does not fit into memory"):
        pretrain_tiny(config, tmp_path / "out")
    assert (tmp_path / "out/run/checkpoints/step-00000005").is_dir()
    monkeypatch.setattr(MaskedTask, "loss", whole)
    found = pretrain_tiny(config, tmp_path / "out")
    expected = pretrain_tiny(config, tmp_path / "whole")
    assert found.epochs == expected.epochs


def test_what_does_not_fit_is_refused_before_anything_is_written(tmp_path):
    config = small_config(tmp_path, "bert")
    with pytest.raises(InvalidInput, match="max_tokens must be from 8 to 66, the longest row .* Got 10000"):
        pretrain_tiny(config, tmp_path / "out", max_tokens=10_000)
    with pytest.raises(ModelMismatch, match="no head for masked-words-and-next-sentence"):
        pretrain_tiny(small_config(tmp_path, "distilbert"), tmp_path / "out", objective="mlm+nsp")
    assert not (tmp_path / "out").exists()


def test_a_corpus_of_no_known_script_is_refused(tmp_path):
    network = tiny_network("bert", Head.MASKED_WORDS)
    options = PretrainOptions(Start(model="x"), max_tokens=32)
    silent = replace(corpus(), dev=(("\u3000",),))
    with pytest.raises(InvalidInput, match="The corpus must have tokens to learn from and to measure on"):
        read_rows_of(network, silent, options)


def test_an_evaluation_tells_the_mean_loss_since_the_one_before():
    log = [
        {"event": "step", "step": 1, "loss": 4.0},
        {"event": "step", "step": 2, "loss": 2.0},
        {"event": "evaluation", "step": 2, "tasks": {"a": {"score": 0.1}}},
        {"event": "step", "step": 3, "loss": 1.0},
        {"event": "evaluation", "step": 3, "tasks": {"a": {"score": 0.2}}},
    ]
    found = epochs_of(log, "a", steps_per_epoch=2)
    assert [(each.step, each.epoch, each.loss) for each in found] == [(2, 1.0, 3.0), (3, 1.5, 1.0)]
    assert epochs_of([], "a", steps_per_epoch=2) == ()
