import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch, OutOfMemory  # noqa: E402
from metier.training.networks import Head, load_network  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.training.task import NoProgress  # noqa: E402
from metier.workbench.finetuning import finetune as module  # noqa: E402
from metier.workbench.finetuning.answer import THRESHOLD  # noqa: E402
from metier.workbench.finetuning.finetune import FinetuneData, finetune, head_of, plain_figures  # noqa: E402
from metier.workbench.finetuning.measuring import judge, logits, measure  # noqa: E402
from metier.workbench.finetuning.options import FinetuneOptions, TaskOptions  # noqa: E402
from metier.workbench.finetuning.rows import ClassRow, RankRow  # noqa: E402
from tests.workbench.finetuning.tiny_rows import HEADS, ROWS, network_of, save_network  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = FinetuneOptions(task=TaskOptions(batch_size=2), epochs=2, rate=1e-2, head_rate=2e-2)
ORIGIN = Origin("mine", command="metier workbench finetune")


def base(tmp_path, architecture="bert"):
    folder = tmp_path / "base"
    return (
        str(folder)
        if folder.is_dir()
        else save_network(tiny_network(architecture, Head.MASKED_WORDS), folder)
    )


def run(source, head, output, options=QUICK, *, data=None, watch=None):
    rows = ROWS[head]
    return finetune(
        source,
        data or FinetuneData(rows, rows),
        output,
        options=options,
        origin=ORIGIN,
        watch=watch or Watch(),
    )


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


class Stop(Exception):
    """Stands for the end of a process."""


class Killer(NoProgress):
    def __init__(self, step):
        self.last = step

    def stepped(self, *, step, loss):
        if step == self.last:
            raise Stop


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_handful_of_rows_is_learned_by_heart_and_transformers_gives_the_same(architecture, head, tmp_path):
    options = replace(QUICK, epochs=25)
    found = run(base(tmp_path, architecture), head, tmp_path / "out", options)
    measures = found.measures["dev"]
    assert measures.figures[measures.score].value == 1
    read = load_network(str(tmp_path / "out"))
    assert read.head is head
    assert measure(read, ROWS[head]) == measures
    for ours, theirs in zip(logits(read, ROWS[head]), by_transformers(found.folder, head), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def by_transformers(folder, head):
    """Return the outputs for each row by the Auto classes alone."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    kind = {
        Head.CLASSES: transformers.AutoModelForSequenceClassification,
        Head.TAGS: transformers.AutoModelForTokenClassification,
        Head.SPANS: transformers.AutoModelForQuestionAnswering,
        Head.RANK: transformers.AutoModelForSequenceClassification,
    }[head]
    model = kind.from_pretrained(folder).eval()
    for row in ROWS[head]:
        texts = {
            Head.CLASSES: lambda row: (row.text,),
            Head.TAGS: lambda row: (" ".join(row.words),),
            Head.SPANS: lambda row: (row.question, row.context),
            Head.RANK: lambda row: (row.query, row.text),
        }[head](row)
        encoded = tokenizer(*texts, return_tensors="pt")
        with torch.no_grad():
            outputs = model(**encoded)
        if head is Head.SPANS:
            yield torch.stack([outputs.start_logits[0], outputs.end_logits[0]], dim=-1).numpy()
        elif head is Head.TAGS:
            pieces = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0])
            first = [i for i, piece in enumerate(pieces) if piece[0] not in "[#"]
            yield outputs.logits[0, first].numpy()
        else:
            yield outputs.logits[0].numpy()


@pytest.mark.parametrize("architecture", ["bert", "distilbert", "deberta-v2"])
def test_pipelines_of_transformers_decide_the_same(architecture, tmp_path):
    import transformers

    options = replace(QUICK, epochs=25)
    classes = run(base(tmp_path, architecture), Head.CLASSES, tmp_path / "classes", options)
    found = transformers.pipeline("text-classification", model=str(classes.folder))
    rows = ROWS[Head.CLASSES]
    _, records = judge(load_network(str(classes.folder)), rows)
    decided = [(each["label"], each["score"]) for each in found([row.text for row in rows])]
    assert [label for label, _ in decided] == [record["predicted"] for record in records]
    assert [score for _, score in decided] == pytest.approx([record["score"] for record in records], abs=1e-5)
    tags = run(base(tmp_path, architecture), Head.TAGS, tmp_path / "tags", options)
    tagger = transformers.pipeline(
        "token-classification", model=str(tags.folder), aggregation_strategy="first"
    )
    row = ROWS[Head.TAGS][0]
    (entity,) = tagger(" ".join(row.words))
    assert (entity["entity_group"], entity["start"], entity["end"]) == ("X", 3, 9)


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert"])
def test_sentence_transformers_gives_the_same_scores(architecture, tmp_path):
    sentence_transformers = pytest.importorskip("sentence_transformers")

    found = run(base(tmp_path, architecture), Head.RANK, tmp_path / "out", replace(QUICK, epochs=5))
    encoder = sentence_transformers.CrossEncoder(str(found.folder), device="cpu")
    rows = [*ROWS[Head.RANK], RankRow("w1 " * 90, "w2 " * 40, 0.0)]
    theirs = encoder.predict([(row.query, row.text) for row in rows], show_progress_bar=False)
    ours = np.concatenate(logits(load_network(str(found.folder)), rows))
    np.testing.assert_allclose(theirs, 1 / (1 + np.exp(-ours)), atol=1e-5)


@pytest.mark.parametrize("head", HEADS)
def test_a_killed_run_goes_on_as_if_it_had_not_been(head, tmp_path):
    source, options = base(tmp_path), replace(QUICK, epochs=4)
    whole = run(source, head, tmp_path / "whole", options)
    with pytest.raises(Stop):
        run(source, head, tmp_path / "killed", options, watch=Watch(progress=Killer(5)))
    assert list((tmp_path / "killed/run/checkpoints").iterdir())
    said = []
    killed = run(source, head, tmp_path / "killed", options, watch=Watch(say=said.append))
    assert any(words.startswith("Going on after step") for words in said)
    assert weights(killed.folder) == weights(whole.folder)
    assert killed.measures == whole.measures


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path):
    source = base(tmp_path)
    found = [
        run(source, Head.CLASSES, tmp_path / f"out{i}", replace(QUICK, seed=seed))
        for i, seed in enumerate((0, 0, 1))
    ]
    first, again, other = (weights(each.folder) for each in found)
    assert first == again != other


def test_a_finished_run_comes_back(tmp_path):
    source = base(tmp_path)
    first = run(source, Head.RANK, tmp_path / "out")
    assert run(source, Head.RANK, tmp_path / "out").measures == first.measures


def test_a_resumed_run_must_be_the_same(tmp_path):
    source = base(tmp_path)
    run(source, Head.RANK, tmp_path / "out")
    with pytest.raises(InvalidInput, match="backbone_rate of the run"):
        run(source, Head.RANK, tmp_path / "out", replace(QUICK, rate=2e-2))
    with pytest.raises(InvalidInput, match="data of the run"):
        run(source, Head.RANK, tmp_path / "out", data=FinetuneData(ROWS[Head.RANK], ROWS[Head.RANK][:2]))
    with pytest.raises(InvalidInput, match="inputs.base_sha256 of the run"):
        run(save_network(network_of("bert", Head.RANK), tmp_path / "b/base"), Head.RANK, tmp_path / "out")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_lora_trains_few_numbers_and_is_merged(architecture, tmp_path):
    source = base(tmp_path, architecture)
    found = run(source, Head.TAGS, tmp_path / "out", replace(QUICK, lora_rank=2))
    before, after = (load_network(name).backbone.state_dict() for name in (source, str(found.folder)))
    changed = {name for name in before.keys() & after.keys() if not torch.equal(before[name], after[name])}
    assert changed
    assert all("query" in name or "value" in name or "q_lin" in name or "v_lin" in name for name in changed)
    assert not [name for name in after if "lora" in name]


def test_lora_of_a_killed_run_ends_the_same(tmp_path):
    source, options = base(tmp_path), replace(QUICK, epochs=4, lora_rank=2)
    whole = run(source, Head.CLASSES, tmp_path / "whole", options)
    with pytest.raises(Stop):
        run(source, Head.CLASSES, tmp_path / "killed", options, watch=Watch(progress=Killer(5)))
    assert weights(run(source, Head.CLASSES, tmp_path / "killed", options).folder) == weights(whole.folder)


def test_a_pooler_is_learned_beside_lora(tmp_path):
    found = run(base(tmp_path), Head.CLASSES, tmp_path / "out", replace(QUICK, lora_rank=2))
    fresh = run(base(tmp_path), Head.CLASSES, tmp_path / "short", replace(QUICK, lora_rank=2, epochs=0.5))
    first, second = (load_network(str(each.folder)).model.bert.pooler.dense.weight for each in (found, fresh))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_frozen_layers_stay(architecture, tmp_path):
    source = base(tmp_path, architecture)
    n_layers = 0 if architecture == "albert" else 1  # its one layer is used again and again
    found = run(source, Head.TAGS, tmp_path / "out", replace(QUICK, frozen_layers=n_layers))
    before, after = (
        load_network(source).backbone.state_dict(),
        load_network(str(found.folder)).backbone.state_dict(),
    )
    same = {name for name in before.keys() & after.keys() if torch.equal(before[name], after[name])}
    assert "embeddings.word_embeddings.weight" in same
    lowest = [name for name in after if ".layer.0." in name]
    assert set(lowest) <= same
    assert after.keys() - same


def test_too_many_frozen_layers_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="frozen_layers must be at most 2 for this backbone. Got 3"):
        run(base(tmp_path), Head.TAGS, tmp_path / "out", replace(QUICK, frozen_layers=3))


def test_rates_patience_and_length_reach_the_run(tmp_path):
    options = replace(QUICK, layer_decay=0.5, accumulate=2, patience=7, max_seconds=500.0)
    run(base(tmp_path), Head.CLASSES, tmp_path / "out", options)
    kept = json.loads((tmp_path / "out/run/config.json").read_text())["options"]
    wanted = {
        "layer_decay": 0.5,
        "accumulate": 2,
        "patience": 7,
        "max_seconds": 500.0,
        "evaluate_every": 1,
        "checkpoint_every": 1,
        "backbone_rate": 1e-2,
        "head_rate": 2e-2,
    }
    assert {name: kept[name] for name in wanted} == wanted


def test_the_card_says_what_was_measured(tmp_path):
    rows = ROWS[Head.CLASSES]
    found = run(base(tmp_path), Head.CLASSES, tmp_path / "out", data=FinetuneData(rows, rows, rows[:3]))
    card = ModelFolder.open(found.folder).card
    assert (card.name, card.task) == ("mine", "classify")
    assert card.metrics["n"] == {"train": 4, "dev": 4, "test": 3} == found.n
    assert card.metrics["dev"] == plain_figures(found.measures["dev"])
    assert set(card.metrics["test"]["accuracy"]) == {"value", "low", "high"}
    assert found.trained.result.steps == 4


def test_nothing_is_chosen_by_the_test_rows(tmp_path):
    rows = ROWS[Head.SPANS]
    found = [
        run(base(tmp_path), Head.SPANS, tmp_path / f"out{i}", data=FinetuneData(rows, rows, test))
        for i, test in enumerate(((), rows[1:2]))
    ]
    assert weights(found[0].folder) == weights(found[1].folder)
    configs = [(each.folder / "config.json").read_bytes() for each in found]
    assert configs[0] == configs[1]


def test_the_threshold_for_no_answer_is_kept(tmp_path):
    rows = ROWS[Head.SPANS]
    found = run(base(tmp_path), Head.SPANS, tmp_path / "out")
    kept = json.loads((found.folder / "config.json").read_text())[THRESHOLD]
    assert ModelFolder.open(found.folder).card.metrics[THRESHOLD] == kept
    answered = [row for row in rows if row.answers]
    always = run(base(tmp_path), Head.SPANS, tmp_path / "always", data=FinetuneData(answered, answered))
    read = load_network(str(always.folder))
    assert getattr(read.model.config, THRESHOLD) is None
    assert measure(read, answered) == always.measures["dev"]


def test_the_most_tokens_are_kept(tmp_path):
    long = [*ROWS[Head.CLASSES], ClassRow("w1 " * 60, "yes")]
    options = replace(QUICK, task=TaskOptions(max_tokens=20))
    found = run(base(tmp_path), Head.CLASSES, tmp_path / "out", options, data=FinetuneData(long, long))
    read = load_network(str(found.folder))
    assert read.max_tokens == 20
    assert measure(read, long) == found.measures["dev"]


def test_more_tokens_than_there_are_positions_are_refused(tmp_path):
    options = replace(QUICK, task=TaskOptions(max_tokens=67))
    with pytest.raises(ModelMismatch, match="max_tokens must be at most 66, the longest row that base takes"):
        run(base(tmp_path), Head.CLASSES, tmp_path / "out", options)
    assert not (tmp_path / "out").exists()


def test_other_labels_need_a_new_head(tmp_path):
    source = str(run(base(tmp_path), Head.CLASSES, tmp_path / "first").folder)
    rows = [ClassRow("w1", "up"), ClassRow("w2", "down")]
    with pytest.raises(ModelMismatch, match="others: down, up"):
        run(source, Head.CLASSES, tmp_path / "second", data=FinetuneData(rows, rows))
    found = run(
        source,
        Head.CLASSES,
        tmp_path / "second",
        replace(QUICK, new_head=True),
        data=FinetuneData(rows, rows),
    )
    assert load_network(str(found.folder)).labels == ("down", "up")


def test_labels_of_test_rows_are_checked_before_the_training(tmp_path):
    rows = ROWS[Head.CLASSES]
    data = FinetuneData(rows, rows, [ClassRow("w1", "maybe")])
    with pytest.raises(ModelMismatch, match="others: maybe"):
        run(base(tmp_path), Head.CLASSES, tmp_path / "out", data=data)
    assert not (tmp_path / "out").exists()


def test_checkpoints_outlive_a_step_that_does_not_fit_into_memory(tmp_path, monkeypatch):
    source, options = base(tmp_path), replace(QUICK, epochs=4)
    real, calls = module.make_task, []

    def failing(*arguments, **named):
        task = real(*arguments, **named)
        loss = task.loss

        def full(batch):
            calls.append(1)
            if len(calls) == 5:
                raise MemoryError
            return loss(batch)

        return type(
            "Task",
            (),
            {name: getattr(task, name) for name in dir(task) if name[0] != "_"}
            | {"loss": staticmethod(full)},
        )()

    monkeypatch.setattr(module, "make_task", failing)
    with pytest.raises(OutOfMemory, match="does not fit into memory. Lower the batch size"):
        run(source, Head.CLASSES, tmp_path / "out", options)
    monkeypatch.undo()
    assert sorted(path.name for path in (tmp_path / "out/run/checkpoints").iterdir())[-1] == "step-00000004"
    whole = run(source, Head.CLASSES, tmp_path / "whole", options)
    assert weights(run(source, Head.CLASSES, tmp_path / "out", options).folder) == weights(whole.folder)


def test_rows_that_stand_in_both_parts_and_queries_without_a_choice_are_told(tmp_path):
    said = []
    rows = ROWS[Head.RANK]
    dev = [RankRow("abc", "w1", 1.0)]
    run(
        base(tmp_path),
        Head.RANK,
        tmp_path / "out",
        data=FinetuneData(rows, dev, rows),
        watch=Watch(said.append),
    )
    assert any(words.startswith("4 of 4 test rows have a text that is learned from too") for words in said)
    assert any(words.startswith("Each query of dev has one text alone") for words in said)
    assert not any("dev rows have a text" in words for words in said)


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        run(base(tmp_path), Head.CLASSES, tmp_path / "out")


def test_rows_tell_the_head():
    assert [head_of(ROWS[head]) for head in HEADS] == list(HEADS)
    with pytest.raises(InvalidInput, match="needs at least one row to learn from"):
        head_of([])
