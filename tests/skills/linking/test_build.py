import json
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import file_sha256  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.skills.architectures.save import Origin  # noqa: E402
from metier.skills.linking import build  # noqa: E402
from metier.skills.linking.build import LinkerOptions, build_linker  # noqa: E402
from metier.skills.linking.head import load_linking_head  # noqa: E402
from metier.skills.linking.load import LinkingOptions, load_linker  # noqa: E402
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.types import Skill  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402
from tests.skills.linking.small import things, write_spans  # noqa: E402

ENCODER = FakeEncoder(16)
QUICK = TrainOptions(steps=8, evaluate_every=4, checkpoint_every=4)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return tiny.save_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture
def spans(tmp_path):
    return write_spans(tmp_path / "spans.jsonl")


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "sentences.csv"
    path.write_text("sentence,label\nw1 w9,w10 w11\nw4 w8,w7\nw30 w31,nobody knows it\n")
    return path


@pytest.fixture
def few_pairs(monkeypatch):
    """Let a taxonomy of three skills be enough for a backbone."""
    monkeypatch.setattr(build, "N_TUNE_PAIRS", 2)


def words():
    return Taxonomy("words", [TaxonomyEntry(replace(skill, aliases=("w50", "w51"))) for skill in tiny.SKILLS])


def made(options, output, *, taxonomy=None, encoder=ENCODER):
    return build_linker(options, taxonomy, output, origin=Origin("mine"), encoder=encoder)


def steps_by_task(output):
    log = [json.loads(line) for line in (output / "run" / "log.jsonl").read_text().splitlines()]
    return {record["task"] for record in log if record["event"] == "step"}


def test_a_tagger_on_an_encoder_ends_as_a_head_for_any_taxonomy(spans, tmp_path):
    card = made(LinkerOptions(spans, QUICK), tmp_path / "mine")
    head = load_linking_head(tmp_path / "mine" / "model", encoder_sha256=ENCODER.sha256)
    assert (head.name, head.encoder, card.name, card.task) == ("mine", None, "mine", "skills-linking")
    assert 0 <= card.metrics["tune"]["spans"]["score"] <= 1
    linker = load_linker(tmp_path / "mine" / "model", things(), lambda: ENCODER, options=LinkingOptions())
    assert len(linker.link("You weld steel", top_k=2)) == 2


@pytest.mark.usefixtures("few_pairs")
def test_a_backbone_learns_by_all_tasks_and_is_loaded_with_its_head(spans, labelled, backbone, tmp_path):
    options = LinkerOptions(spans, replace(QUICK, steps=16), backbone, labelled, frozen_layers=1)
    made(options, tmp_path / "mine", taxonomy=words(), encoder=None)
    assert steps_by_task(tmp_path / "mine") == {"spans", "names", "context", "sentences"}

    def refuse():
        raise AssertionError("the model has an encoder of its own")

    linker = load_linker(tmp_path / "mine" / "model", words(), refuse, options=LinkingOptions())
    assert len(linker.link("w1 w2 and w7", top_k=3)) == 3


def test_a_stopped_run_ends_as_one_that_was_not(spans, tmp_path, monkeypatch):
    options = LinkerOptions(spans, QUICK)
    whole = made(options, tmp_path / "whole")
    loss, calls = build.SpanTask.loss, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return loss(self, batch)

    with monkeypatch.context() as patched:
        patched.setattr(build.SpanTask, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made(options, tmp_path / "stopped")
    assert not (tmp_path / "stopped" / "model").exists()
    assert made(options, tmp_path / "stopped").files == whole.files


def test_a_finished_run_is_not_repeated_and_another_one_refused(spans, tmp_path):
    options = LinkerOptions(spans, QUICK)
    card = made(options, tmp_path / "mine")
    assert made(options, tmp_path / "mine") == card
    with pytest.raises(InvalidInput, match="resume with the same value"):
        made(replace(options, train=replace(QUICK, seed=1)), tmp_path / "mine")
    with pytest.raises(InvalidInput, match=r"inputs\.encoder_sha256 of the run"):
        made(options, tmp_path / "mine", encoder=Other(16))


class Other(FakeEncoder):
    """Has states of the same size as those of another encoder."""

    sha256 = "7" * 64


def test_the_card_of_a_tagger_names_its_spans_only(spans, labelled, tmp_path):
    card = made(LinkerOptions(spans, QUICK, labelled=labelled), tmp_path / "mine", taxonomy=words())
    assert card.training_data == {f"{tmp_path.name}/spans.jsonl": file_sha256(spans)}


@pytest.mark.usefixtures("few_pairs")
@pytest.mark.parametrize("with_sentences", [True, False])
def test_the_card_of_a_backbone_names_taxonomy_and_sentences_too(
    spans, labelled, backbone, tmp_path, with_sentences
):
    options = LinkerOptions(spans, replace(QUICK, steps=1), backbone, labelled if with_sentences else None)
    card = made(options, tmp_path / "mine", taxonomy=words(), encoder=None)
    expected = {
        f"{tmp_path.name}/spans.jsonl": file_sha256(spans),
        "taxonomy: words": words().sha256,
    }
    if with_sentences:
        expected[f"{tmp_path.name}/sentences.csv"] = file_sha256(labelled)
    assert card.training_data == expected


def test_too_few_texts_are_an_error(tmp_path):
    spans = write_spans(tmp_path / "spans.jsonl", n_texts=1)
    with pytest.raises(InvalidInput, match="1 texts are too few to set some apart"):
        made(LinkerOptions(spans, QUICK), tmp_path / "mine")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(NotFound, match="absent"):
        made(LinkerOptions(tmp_path / "absent.jsonl", QUICK), tmp_path / "mine")


def test_a_missing_file_of_sentences_is_an_error(spans, backbone, few_pairs, tmp_path):
    options = LinkerOptions(spans, QUICK, backbone, tmp_path / "absent.csv")
    with pytest.raises(NotFound, match="absent"):
        made(options, tmp_path / "mine", taxonomy=words(), encoder=None)


def test_a_used_output_is_an_error(spans, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters").touch()
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        made(LinkerOptions(spans, QUICK), tmp_path / "mine")


@pytest.mark.parametrize(
    ("with_backbone", "taxonomy", "message"),
    [
        (False, None, "needs an encoder"),
        (True, None, "learns the names of a taxonomy"),
        (True, Taxonomy("one", [TaxonomyEntry(Skill("a", "A", ("b",)))]), "1 other names and descriptions"),
    ],
)
def test_what_is_needed_must_be_there(spans, backbone, tmp_path, with_backbone, taxonomy, message):
    options = LinkerOptions(spans, QUICK, backbone if with_backbone else None)
    with pytest.raises(InvalidInput, match=message):
        made(options, tmp_path / "mine", taxonomy=taxonomy, encoder=None)


def test_fewer_than_no_frozen_layers_are_an_error(spans):
    with pytest.raises(InvalidInput, match="frozen_layers must be 0 or more. Got -1"):
        LinkerOptions(spans, QUICK, frozen_layers=-1)


def test_bare_texts_are_thinned_out_for_training_only(tmp_path):
    rows = build.read_span_sets(write_spans(tmp_path / "spans.jsonl", n_texts=300, bare=2))
    fit, tune = build._split(rows, 0)
    n_bare = sum(not row.spans for row in fit)
    assert 30 < n_bare < 90 < sum(bool(row.spans) for row in fit)
    assert sum(not row.spans for row in tune) > sum(bool(row.spans) for row in tune)
    assert not {row.text for row in fit} & {row.text for row in tune}


def test_the_seed_sets_which_texts_are_tuned_on(tmp_path):
    rows = build.read_span_sets(write_spans(tmp_path / "spans.jsonl"))
    assert build._split(rows, 1) == build._split(rows, 1)
    assert build._split(rows, 1)[1] != build._split(rows, 2)[1]
