from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.encoders.torch_network import read_network  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.skills.architectures.load import load_classifier  # noqa: E402
from metier.skills.architectures.rows import UNKNOWN  # noqa: E402
from metier.skills.architectures.save import Origin  # noqa: E402
from metier.skills.architectures.task import SkillTaskOptions  # noqa: E402
from metier.skills.data import LabelledText  # noqa: E402
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry  # noqa: E402
from metier.skills.train_classifier import (  # noqa: E402
    LORA_LAYERS,
    ClassifierData,
    ClassifierOptions,
    make_examples,
    never_shown,
    resumable,
    split_rows,
    train_classifier,
    without,
)
from metier.training.lora import LoraOptions  # noqa: E402
from metier.training.options import Device, TrainOptions  # noqa: E402
from metier.training.output import MODEL, RUN, Watch, check_output  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

# peft asks transformers in a way that transformers calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

TAXONOMY = Taxonomy("tiny", [TaxonomyEntry(skill) for skill in tiny.SKILLS])
TUNE = tuple(replace(row, text=f"{row.text} w50") for row in tiny.ROWS)
DATA = ClassifierData(tiny.ROWS, TUNE, TAXONOMY)
TRAIN = TrainOptions(steps=4, evaluate_every=2, checkpoint_every=2, device=Device.CPU, head_rate=1e-2)
ORIGIN = Origin("tiny", command="a test", training_data={"rows": "0" * 64})
ENCODER = FakeEncoder(16)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return tiny.save_backbone(tmp_path_factory.mktemp("backbone"))


def options(architecture="pairwise", backbone=None, **more):
    values = {"train": TRAIN, "task": SkillTaskOptions(batch_size=4), **more}
    return ClassifierOptions(architecture, backbone, **values)


def run(chosen, output, **more):
    return train_classifier(chosen, DATA, output, origin=ORIGIN, encoder=ENCODER, **more)


def answers(output):
    model = load_classifier(output / MODEL, encoder=ENCODER, taxonomy_sha256=TAXONOMY.sha256)
    return model.classify([row.text for row in TUNE], tiny.SKILLS).probabilities


def moved_weights(folder, other):
    before, after = (read_network(str(path)).model.state_dict() for path in (folder, other))
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("architecture", ["pairwise", "one-pass", "label-attention", "frozen"])
def test_a_training_leaves_a_run_and_a_model_with_its_card(architecture, backbone, tmp_path):
    chosen = options("label-attention") if architecture == "frozen" else options(architecture, backbone)
    trained = run(chosen, tmp_path / "out")
    assert trained.result.steps == 4
    assert {"config.json", "log.jsonl", "summary.json"} <= {
        p.name for p in (tmp_path / "out" / RUN).iterdir()
    }
    folder = ModelFolder.open(tmp_path / "out" / MODEL)
    assert folder.card == trained.card
    assert (folder.card.command, dict(folder.card.training_data)) == ("a test", {"rows": "0" * 64})
    measured = folder.card.metrics["tune"]
    assert measured["n_texts"] == 8
    low, high = measured["intervals"]["macro_f1"]
    assert low <= high
    assert "# tiny" in (folder.path / "README.md").read_text(encoding="utf-8")
    assert np.allclose(answers(tmp_path / "out").sum(axis=2), 1)


def test_the_figures_of_the_card_are_those_of_the_saved_model(backbone, tmp_path):
    trained = run(options("label-attention", backbone), tmp_path / "out")
    known = trained.card.metrics["tune"]["macro_f1"]
    assert known == pytest.approx(trained.result.scores["skills"]["score"])


def test_a_finished_run_comes_back_and_is_not_written_again(backbone, tmp_path):
    first = run(options("one-pass", backbone), tmp_path / "out")
    again = run(options("one-pass", backbone), tmp_path / "out")
    assert (again.card, again.result.steps) == (first.card, first.result.steps)


def test_a_run_that_died_before_its_model_was_written_gets_it(backbone, tmp_path):
    run(options("pairwise", backbone), tmp_path / "out")
    before = answers(tmp_path / "out")
    (tmp_path / "out" / MODEL).rename(tmp_path / "out" / "model.unfinished")
    (tmp_path / "out" / "model.unfinished" / "model.json").unlink()
    run(options("pairwise", backbone), tmp_path / "out")
    assert np.array_equal(answers(tmp_path / "out"), before)
    assert not (tmp_path / "out" / "model.unfinished").exists()


def test_a_resumed_run_ends_as_one_that_was_not_stopped(backbone, tmp_path):
    class Stop:
        def started(self, *, total, done): ...
        def evaluated(self, *, step, score): ...
        def finished(self): ...
        def stepped(self, *, step, loss):
            if step == 3:
                raise KeyboardInterrupt

    chosen = options("pairwise", backbone)
    run(chosen, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(chosen, tmp_path / "stopped", watch=Watch(progress=Stop()))
    told = []
    run(chosen, tmp_path / "stopped", watch=Watch(say=told.append))
    assert any("Going on after step 2" in words for words in told)
    assert np.array_equal(answers(tmp_path / "whole"), answers(tmp_path / "stopped"))


@pytest.mark.parametrize("architecture", ["bert", "deberta-v2"])
def test_lora_is_merged_and_moves_its_layers_alone(architecture, tmp_path):
    folder = tiny.save_backbone(tmp_path / "backbone", architecture)
    chosen = options("pairwise", folder, lora=LoraOptions(2, 8.0, LORA_LAYERS))
    assert chosen.train_used.backbone_rate == pytest.approx(4 * TRAIN.head_rate)
    run(chosen, tmp_path / "out")
    moved = moved_weights(folder, tmp_path / "out" / MODEL)
    assert moved
    assert all(("query" in name or "value" in name) and name.endswith("weight") for name in moved)
    assert np.allclose(answers(tmp_path / "out").sum(axis=2), 1)


def test_frozen_layers_stay_as_they_are(backbone, tmp_path):
    run(options("one-pass", backbone, frozen_layers=1, dropout=False), tmp_path / "out")
    moved = moved_weights(backbone, tmp_path / "out" / MODEL)
    assert any(name.startswith("encoder.layer.1.") for name in moved)
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in moved)


def test_skills_that_are_held_out_are_never_learned(backbone, tmp_path):
    chosen = options("one-pass", backbone, held_out=frozenset({"lead"}))
    run(chosen, tmp_path / "out")
    model = load_classifier(tmp_path / "out" / MODEL)
    assert model.skills == ("python", "sql")
    with pytest.raises(ModelMismatch, match="'lead' is not one of them"):
        model.classify(["w1"], tiny.SKILLS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda out: out.write_text("x"), "must be a folder"),
        (lambda out: (out / "other").mkdir(parents=True), "must be empty or hold a run"),
        (lambda out: (out / MODEL).mkdir(parents=True), "must be empty or hold a run"),
        (lambda out: [(out / part).mkdir(parents=True) for part in (RUN, MODEL)], "no finished run"),
    ],
)
def test_a_used_output_is_refused_before_anything_is_trained(make, message, tmp_path):
    make(tmp_path / "out")
    with pytest.raises(InvalidInput, match=message):
        check_output(tmp_path / "out")
    with pytest.raises(InvalidInput, match=message):
        run(options("pairwise", "no such backbone"), tmp_path / "out")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"architecture": "two-pass"}, "architecture must be one of pairwise, one-pass, label-attention"),
        ({"architecture": "one-pass"}, "--backbone NAME|DIR"),
        ({"backbone": "b", "frozen_layers": -1}, "frozen_layers must be 0 or more"),
        ({"backbone": "b", "frozen_layers": 1, "lora": LoraOptions()}, "drop one of the two"),
        ({"architecture": "label-attention", "lora": LoraOptions()}, "are about a backbone"),
    ],
)
def test_options_that_cannot_be_are_refused(values, message):
    with pytest.raises(InvalidInput, match=message):
        options(**values)


def test_a_head_alone_needs_an_encoder(tmp_path):
    with pytest.raises(InvalidInput, match="needs an encoder"):
        train_classifier(options("label-attention"), DATA, tmp_path / "out", origin=ORIGIN)


def test_rows_that_show_no_skill_that_is_learned_are_refused(backbone, tmp_path):
    rows = [LabelledText("w1", {"python": 1.0}, complete=False)]
    data = ClassifierData(rows, TUNE, TAXONOMY)
    chosen = options("pairwise", backbone, held_out=frozenset({"python"}), ratio=0)
    with pytest.raises(InvalidInput, match="at least one example to train on"):
        train_classifier(chosen, data, tmp_path / "out", origin=ORIGIN)


def test_another_loss_or_backbone_is_no_resume(backbone, tmp_path):
    chosen = resumable(options("one-pass", backbone), TAXONOMY)
    run(chosen, tmp_path / "out")
    other = resumable(options("one-pass", backbone, task=SkillTaskOptions(batch_size=4, gamma=1.0)), TAXONOMY)
    with pytest.raises(InvalidInput, match=r"options\.inputs\.gamma of the run"):
        run(other, tmp_path / "out")
    inputs = chosen.train.inputs
    assert len(inputs["backbone_sha256"]) == 64
    assert inputs["taxonomy_sha256"] == TAXONOMY.sha256
    head = resumable(options("label-attention"), TAXONOMY, encoder=ENCODER).train.inputs
    assert head["encoder_sha256"] == ENCODER.sha256


def test_near_copies_are_on_one_side_of_the_split():
    rows = [LabelledText(f"{word} " * 12, {}, complete=True) for word in "abcdefghijklmnopqrst"]
    doubled = [row for row in rows for row in (row, replace(row, text=row.text.upper()))]
    fit, tune = split_rows(doubled, tune_share=0.3)
    assert len(fit) + len(tune) == 40
    assert {row.text.lower() for row in fit}.isdisjoint(row.text.lower() for row in tune)


def test_too_few_rows_cannot_be_split():
    with pytest.raises(InvalidInput, match="1 labelled texts are too few"):
        split_rows(tiny.ROWS[:1])


def test_held_out_skills_become_unknown():
    (row,) = without([LabelledText("x", {"python": 1.0, "sql": 0.5}, complete=False)], {"sql"})
    assert dict(row.labels) == {"python": 1.0}


def test_one_pass_gets_all_skills_of_complete_texts_and_pairwise_a_sample():
    rows = [tiny.ROWS[0], LabelledText("w7 w60", {"sql": 1.0}, complete=False)]
    everything = make_examples(options("one-pass", "b"), rows, TAXONOMY, tiny.SKILLS)
    assert [len(example.skills) for example in everything] == [3, 3]
    few = make_examples(options("pairwise", "b", ratio=1), rows, TAXONOMY, tiny.SKILLS)
    assert [len(example.skills) for example in few] == [2, 2]
    assert not any(example.closed for example in few)


def test_label_attention_leaves_what_a_complete_text_names_unknown():
    rows = [LabelledText("w1 w2 and w10 w11", {"python": 1.0}, complete=True)]
    (example,) = make_examples(options("label-attention", ratio=0), rows, TAXONOMY, tiny.SKILLS)
    assert example.closed
    classes = dict(zip(example.skills.tolist(), example.classes.tolist(), strict=True))
    assert classes == {0: 2, 2: UNKNOWN}


def test_skills_that_no_row_shows_are_told():
    taxonomy = Taxonomy("tiny", [TaxonomyEntry(skill) for skill in tiny.SKILLS])
    rows = [LabelledText("w1", {"python": 1.0, "sql": 0.0}, complete=False)]
    assert never_shown(rows, taxonomy) == {"sql", "lead"}
