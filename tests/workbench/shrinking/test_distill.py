import json

import pytest

from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.training.networks import Head, load_network, write_network
from metier.training.output import Watch
from metier.workbench.finetuning.formats import read_rows
from metier.workbench.finetuning.measuring import measure
from metier.workbench.shrinking import distill as module
from metier.workbench.shrinking.comparison import Measure
from metier.workbench.shrinking.distill import DistillRun, distil
from metier.workbench.shrinking.distillation import DistillOptions
from metier.workbench.shrinking.options import ShrinkOptions
from tests.workbench.finetuning.tiny_rows import network_of, save_network
from tests.workbench.shrinking.samples_of import write_classes, write_corpus

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
RUN = {"layers": 1, "rate": 1e-3, "max_tokens": 32}
HOW = DistillOptions()


def classes(tmp_path):
    """Rows to learn from, and others to choose by: those of so few words count as nearly the same."""
    return write_classes(tmp_path), {"dev": (write_classes(tmp_path, "dev.csv", 12),)}


def asked(tmp_path, head, **options):
    source = tmp_path / "teacher"
    if not source.exists():
        save_network(network_of("bert", head), source)
    usual = {"accept_difference": True, "command": "told"}
    return ShrinkOptions(str(source), tmp_path / "out", **{**usual, **options})


@pytest.fixture
def said():
    return []


@pytest.fixture
def watch(said):
    return Watch(say=said.append)


def test_a_student_is_written_with_what_it_was_compared_on(tmp_path, watch, said, one_thread):
    (data, dev), test = classes(tmp_path), write_classes(tmp_path, "test.csv", 20)
    options = asked(tmp_path, Head.CLASSES, data=data)
    found = distil(options, DistillRun(**RUN, **dev, test=test, epochs=2), HOW, watch=watch)
    student = load_network(str(tmp_path / "out"))
    assert (student.model.config.num_hidden_layers, student.labels) == (1, ("no", "yes"))
    assert (found.before.label, found.after.label, found.notes) == (
        "2 layers",
        "1 layer",
        {"layers_of_teacher": "1"},
    )
    assert found.after.bytes < found.before.bytes
    assert (found.n_labelled, found.score) == (20, "macro_f1")
    rows = read_rows(Head.CLASSES, test)
    assert measure(student, rows).figures == found.after.figures
    card = ModelFolder.open(tmp_path / "out" / "model").card
    assert card.base.startswith("tiny (sha256 ")
    assert card.base.endswith("), layers 1, distilled")
    assert (card.name, card.command, card.task) == ("tiny-1-layers", "told", "classify")
    assert f"{tmp_path.name}/rows.csv" in card.training_data
    assert said[-1] == "Comparing the student with its teacher."


class Stop:
    """Interrupts a run in its third step."""

    def __getattr__(self, _):
        return lambda **_: None

    def stepped(self, *, step, loss):
        if step == 3:
            raise KeyboardInterrupt


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path, monkeypatch, one_thread):
    monkeypatch.setattr(module, "_CHECKPOINT_STEPS", 2)
    data, dev = classes(tmp_path)
    source = asked(tmp_path, Head.CLASSES).source
    run = DistillRun(**RUN, **dev, steps=6)
    whole, stopped = (
        ShrinkOptions(source, tmp_path / name, data=data, accept_difference=True) for name in ("one", "two")
    )
    distil(whole, run, HOW, watch=Watch())
    with pytest.raises(KeyboardInterrupt):
        distil(stopped, run, HOW, watch=Watch(progress=Stop()))
    assert not (stopped.output / "model").exists()
    distil(stopped, run, HOW, watch=Watch())
    one, other = (options.output / "model" / "model.safetensors" for options in (whole, stopped))
    assert one.read_bytes() == other.read_bytes()


def test_the_teachers_weights_are_in_no_checkpoint(tmp_path, watch, one_thread):
    data, dev = classes(tmp_path)
    options = asked(tmp_path, Head.CLASSES, data=data)
    distil(options, DistillRun(**RUN, **dev, steps=2), HOW, watch=watch)
    student = sum(t.numel() for t in load_network(str(tmp_path / "out")).model.parameters())
    (checkpoint, *_) = sorted((tmp_path / "out" / "run" / "checkpoints").glob("step-*/model.safetensors"))
    assert checkpoint.stat().st_size < 4 * student + 20_000
    config = json.loads((tmp_path / "out" / "run" / "config.json").read_text())
    assert config["options"]["inputs"]["layers"] == "1"


@pytest.mark.parametrize(
    ("head", "kept", "measure"),
    [
        (Head.NONE, Head.NONE, Measure.COSINE),
        (Head.MASKED_WORDS, Head.MASKED_WORDS, Measure.DECISIONS),
        (Head.NEXT_SENTENCE, Head.MASKED_WORDS, Measure.DECISIONS),
    ],
)
def test_raw_text_teaches_networks_without_a_task(tmp_path, watch, head, kept, measure, one_thread):
    options = asked(tmp_path, head, corpus=(write_corpus(tmp_path),))
    found = distil(options, DistillRun(layers=(1,), steps=3, max_tokens=32), HOW, watch=watch)
    assert found.bound.measure is measure
    assert found.before.figures == {}
    student = load_network(str(tmp_path / "out"))
    assert (student.head, student.model.config.num_hidden_layers) == (kept, 1)


def test_of_replaced_tokens_the_encoder_is_taught(tmp_path, watch, one_thread):
    save_network(network_of("electra", Head.REPLACED_TOKENS), tmp_path / "teacher")
    options = asked(tmp_path, Head.NONE, corpus=(write_corpus(tmp_path),))
    distil(options, DistillRun(layers=1, steps=1, max_tokens=32), HOW, watch=watch)
    assert load_network(str(tmp_path / "out")).head is Head.NONE


def test_prefixes_of_an_encoder_stay(tmp_path, watch, one_thread):
    card = ModelCard("old", "encoder", "", "", (), 0, 0, {"query": "w1 "}, "", {}, {}, {})
    write_network(network_of("bert", Head.NONE), tmp_path / "teacher", card)
    options = asked(tmp_path, Head.NONE, corpus=(write_corpus(tmp_path),))
    distil(options, DistillRun(layers=1, steps=1), HOW, watch=watch)
    assert ModelFolder.open(tmp_path / "out" / "model").card.prefixes == {"query": "w1 "}


def test_a_student_that_differs_is_not_written_and_its_run_not_repeated(tmp_path, watch, said, one_thread):
    corpus = (write_corpus(tmp_path),)
    strict = asked(tmp_path, Head.NONE, corpus=corpus, most_difference=0.0, accept_difference=False)
    run = DistillRun(layers=1, steps=2)
    with pytest.raises(ModelMismatch, match="tiny-1-layers was not written: 1 - mean cosine"):
        distil(strict, run, HOW, watch=watch)
    assert not (tmp_path / "out" / "model").exists()
    log = (tmp_path / "out" / "run" / "log.jsonl").read_text()
    distil(asked(tmp_path, Head.NONE, corpus=corpus), run, HOW, watch=watch)
    assert (tmp_path / "out" / "run" / "log.jsonl").read_text() == log
    assert (tmp_path / "out" / "model" / "model.safetensors").is_file()


def test_another_teacher_or_loss_is_another_run(tmp_path, watch, one_thread):
    options = asked(tmp_path, Head.NONE, corpus=(write_corpus(tmp_path),))
    run = DistillRun(layers=1, steps=1)
    distil(options, run, HOW, watch=watch)
    with pytest.raises(InvalidInput, match="distillation"):
        distil(options, run, DistillOptions(hidden_weight=2.0), watch=watch)


@pytest.mark.parametrize("both", [True, False])
def test_either_labelled_rows_or_text_are_asked_for(tmp_path, watch, both):
    options = asked(
        tmp_path,
        Head.CLASSES,
        data=write_classes(tmp_path) if both else None,
        corpus=(write_corpus(tmp_path),) if both else (),
    )
    with pytest.raises(InvalidInput, match="either from labelled rows, --data, or from raw text"):
        distil(options, DistillRun(layers=1), HOW, watch=watch)


def test_bad_requests_are_refused_before_anything_is_written(tmp_path, watch):
    data, corpus = write_classes(tmp_path), (write_corpus(tmp_path),)
    one = tmp_path / "one.txt"
    one.write_text("w1 w2 w3\n")
    empty = tmp_path / "empty.csv"
    empty.write_text("text,label\n")
    options = asked(tmp_path, Head.CLASSES, data=data)
    plain = tmp_path / "plain"
    save_network(network_of("bert", Head.NONE), plain)
    cases = [
        (options, {"layers": 3}, InvalidInput, "from 1 to the teacher's 2. Got 3"),
        (options, {"layers": (1, 0)}, InvalidInput, "a part of its teacher's"),
        (options, {"layers": 1, "dev": (data, data)}, InvalidInput, "one file of labelled rows. Got 2"),
        (
            options,
            {"layers": 1, "dev": (data,), "max_tokens": 99},
            ModelMismatch,
            "max_tokens must be at most 66",
        ),
        (asked(tmp_path, None, data=empty), {"layers": 1}, InvalidInput, "at least one row"),
        (asked(tmp_path, None, corpus=corpus), {"layers": 1}, ModelMismatch, "raw text does not teach"),
        (
            asked(tmp_path, None, corpus=corpus),
            {"layers": 1, "test": data},
            InvalidInput,
            "--test names labelled",
        ),
        (asked(tmp_path, None, corpus=(one,)), {"layers": 1}, InvalidInput, "at least 2 different documents"),
        (
            ShrinkOptions(str(plain), tmp_path / "out", data=data),
            {"layers": 1},
            InvalidInput,
            "leave --data out",
        ),
        (
            ShrinkOptions("/none/such", tmp_path / "out", data=data),
            {"layers": 1},
            NotFound,
            "no model folder",
        ),
    ]
    for given, run, error, words in cases:
        with pytest.raises(error, match=words):
            distil(given, DistillRun(**run), HOW, watch=watch)
        assert not (tmp_path / "out").exists()


def test_labels_of_the_test_rows_are_looked_at_before_the_run(tmp_path, watch):
    odd = tmp_path / "odd.csv"
    odd.write_text("text,label\nw1,perhaps\n")
    data, dev = classes(tmp_path)
    options = asked(tmp_path, Head.CLASSES, data=data)
    with pytest.raises(ModelMismatch, match="perhaps"):
        distil(options, DistillRun(layers=1, **dev, test=odd), HOW, watch=watch)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0.0),
        ("rate", -1.0),
        ("max_seconds", float("inf")),
        ("steps", 0),
        ("batch_size", 0),
        ("accumulate", 0),
        ("max_tokens", 7),
        ("seed", -1),
    ],
)
def test_values_out_of_range_are_refused_by_name(field, value):
    with pytest.raises(InvalidInput, match=f"{field} must be"):
        DistillRun(layers=1, **{field: value})
