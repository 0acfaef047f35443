import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.contract import check_encoder  # noqa: E402
from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import ModelFolder, file_sha256  # noqa: E402
from metier.encoders.load import Runtime, load_encoder  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.search.head import SearchHead  # noqa: E402
from metier.search.training import build  # noqa: E402
from metier.search.training.build import SearchTrainOptions, split_pairs, train_search  # noqa: E402
from metier.search.training.mining import MiningOptions  # noqa: E402
from metier.search.training.mixing import Mix  # noqa: E402
from metier.search.training.pairs import Pair, text_key  # noqa: E402
from metier.search.training.task import Loss, LossOptions, PairTask  # noqa: E402
from metier.training.bi_encoder import RowLimits  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from tests.search.training.small import made_pairs, save_backbone, word, write_pairs  # noqa: E402

ENCODER = FakeEncoder(64)
QUICK = TrainOptions(steps=6, head_rate=0.01, backbone_rate=3e-3, evaluate_every=3, checkpoint_every=2)
LONG = replace(QUICK, evaluate_every=30, checkpoint_every=100)
MINING = MiningOptions(n=2, first_rank=2, last_rank=20, margin=-1.0)
ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return save_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture
def data(tmp_path):
    return (write_pairs(tmp_path / "pairs.csv"),)


def made(options, output, *, encoder=ENCODER, say=lambda _: None):
    return train_search(options, output, origin=Origin("mine"), encoder=encoder, watch=Watch(say=say))


def files(folder):
    """Return the content of every file of a model."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_head_learns_and_says_how_it_was_before(data, tmp_path):
    card = made(SearchTrainOptions(data, replace(LONG, steps=60)), tmp_path / "mine")
    tune = card.metrics["tune"]
    assert tune["after"] > tune["before"] + 0.2
    assert tune["gain"] == pytest.approx(tune["after"] - tune["before"])
    assert 0 < tune["gain_low"] < tune["gain"] < tune["gain_high"]
    assert tune["after_pass@1"] > tune["before_pass@1"]
    assert (tune["n_documents"], tune["steps"], card.task) == (40, 60, "search")
    assert card.training_data == {f"{tmp_path.name}/pairs.csv": file_sha256(data[0])}


def test_a_head_loads_and_ranks_as_it_did_in_training(data, tmp_path):
    card = made(SearchTrainOptions(data, replace(LONG, steps=60)), tmp_path / "mine")
    head = SearchHead.load(tmp_path / "mine" / "model", encoder_sha256=ENCODER.sha256)
    pairs = split_pairs(made_pairs(), seed=0).tune
    texts = sorted({pair.positive for pair in made_pairs()})
    queries = head.apply(ENCODER.encode([pair.query for pair in pairs], kind=TextKind.QUERY))
    scores = queries @ head.apply(ENCODER.encode(texts, kind=TextKind.PASSAGE)).T
    own = scores[np.arange(len(pairs)), [texts.index(pair.positive) for pair in pairs]]
    found = (1 / (scores >= own[:, None]).sum(axis=1)).mean()
    assert found == pytest.approx(card.metrics["tune"]["after"], abs=0.02)


def test_a_backbone_learns_and_loads_as_an_encoder_with_its_prefixes(data, backbone, tmp_path):
    limits = RowLimits(prefixes={TextKind.QUERY: "query: ", TextKind.PASSAGE: ""})
    options = SearchTrainOptions(data, replace(LONG, steps=80), backbone, limits=limits)
    card = made(options, tmp_path / "mine", encoder=None)
    assert card.metrics["tune"]["after"] > card.metrics["tune"]["before"] + 0.2
    assert (card.task, card.dim, card.max_tokens) == ("encoder", 32, 200)
    assert card.prefixes == {"query": "query: ", "passage": ""}
    assert set(card.files) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    encoder = load_encoder(tmp_path / "mine" / "model", Runtime())
    check_encoder(encoder)
    assert (encoder.name, encoder.sha256) == ("mine", ModelFolder.open(tmp_path / "mine" / "model").sha256)
    text = f"{word(1)} {word(2)}"
    prefixed = encoder.encode([f"query: {text}"], kind=TextKind.PASSAGE)
    assert (encoder.encode([text], kind=TextKind.QUERY) == prefixed).all()


def test_the_saved_backbone_is_the_best_one_of_the_run(data, backbone, tmp_path, monkeypatch):
    kept = []
    measured = build._measured

    def spy(task, before, steps):
        kept.append(task.network.encode([word(1)], TextKind.QUERY))
        return measured(task, before, steps)

    monkeypatch.setattr(build, "_measured", spy)
    made(SearchTrainOptions(data, QUICK, backbone), tmp_path / "mine", encoder=None)
    encoder = load_encoder(tmp_path / "mine" / "model", Runtime())
    assert encoder.encode([word(1)], kind=TextKind.QUERY) == pytest.approx(kept[0], abs=1e-5)


CASES = {
    "head": {},
    "mined": {"mining": MINING, "loss": LossOptions(n_negatives=2)},
    "triplet": {"loss": LossOptions(loss=Loss.TRIPLET, mix=Mix.NEGATIVE)},
    "backbone": {"backbone": True, "mining": MINING},
    "cached": {"backbone": True, "cache_chunk": 5, "dropout": True, "frozen_layers": 1},
    "mixed": {"backbone": True, "loss": LossOptions(mix=Mix.POSITIVE), "dropout": True},
}


@pytest.mark.parametrize("case", CASES)
def test_a_stopped_run_ends_as_one_that_was_not(case, data, backbone, tmp_path, monkeypatch):
    chosen = {**CASES[case], "backbone": backbone if CASES[case].get("backbone") else None}
    options = SearchTrainOptions(data, QUICK, **chosen)
    made(options, tmp_path / "whole")
    loss, calls = PairTask.loss, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return loss(self, batch)

    with monkeypatch.context() as patched:
        patched.setattr(PairTask, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made(options, tmp_path / "stopped")
    assert not (tmp_path / "stopped" / "model").exists()
    made(options, tmp_path / "stopped")
    assert files(tmp_path / "stopped" / "model") == files(tmp_path / "whole" / "model")


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
from metier.search.training.task import PairTask
from tests.search.training.test_build import QUICK, MINING, made
from metier.search.training.build import SearchTrainOptions
torch.set_num_threads(1)
loss, calls = PairTask.loss, []
def deadly(self, batch):
    calls.append(batch)
    if len(calls) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return loss(self, batch)
PairTask.loss = deadly
made(SearchTrainOptions((Path(sys.argv[1]),), QUICK, mining=MINING), Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_killed_run_ends_as_one_that_was_not(data, tmp_path):
    command = [sys.executable, "-c", KILLED, str(data[0]), str(tmp_path / "killed")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == -9, done.stderr
    options = SearchTrainOptions(data, QUICK, mining=MINING)
    for name in ("killed", "whole"):
        made(options, tmp_path / name)
    assert files(tmp_path / "killed" / "model") == files(tmp_path / "whole" / "model")


def test_a_finished_run_is_not_repeated_and_another_one_refused(data, backbone, tmp_path):
    options = SearchTrainOptions(data, QUICK)
    card = made(options, tmp_path / "mine")
    assert made(options, tmp_path / "mine") == card
    for other, field in (
        (replace(options, train=replace(QUICK, seed=1)), "seed"),
        (replace(options, loss=LossOptions(margin=0.2)), "margin"),
        (replace(options, cache_chunk=3), "cache_chunk"),
    ):
        with pytest.raises(InvalidInput, match=field):
            made(other, tmp_path / "mine")
    with pytest.raises(InvalidInput, match=r"inputs\.encoder_sha256 of the run"):
        made(options, tmp_path / "mine", encoder=Other(64))


class Other(FakeEncoder):
    """Has vectors of the same size as those of another encoder."""

    sha256 = "7" * 64


def test_mined_negatives_are_kept_beside_the_run_without_any_text(data, tmp_path, monkeypatch):
    options, said = SearchTrainOptions(data, QUICK, mining=MINING), []
    made(options, tmp_path / "mine", say=said.append)
    assert "Mining negatives among 40 passages." in said
    content = (tmp_path / "mine" / "mined.json").read_text()
    assert set(json.loads(content)) == {"key", "negatives"}
    assert f"{word(1)} " not in content
    assert {len(row) for row in json.loads(content)["negatives"]} == {2}

    def refuse(*_):
        raise AssertionError("mined twice")

    monkeypatch.setattr(build, "mine_negatives", refuse)
    made(options, tmp_path / "mine")


def test_mined_negatives_are_never_what_the_query_should_find(data, tmp_path, monkeypatch):
    seen = []
    real = build.PairTask

    def spy(network, train, tune, options):
        seen.extend(train)
        return real(network, train, tune, options)

    monkeypatch.setattr(build, "PairTask", spy)
    made(SearchTrainOptions(data, replace(QUICK, steps=1), mining=MINING), tmp_path / "mine")
    assert all(len(pair.negatives) == 2 and pair.positive not in pair.negatives for pair in seen)


def test_near_duplicate_queries_stand_on_one_side():
    pairs = [
        Pair(f"{pair.query}{mark}", pair.positive) for pair in made_pairs(80) for mark in ("", "  ", "!")
    ]
    split = split_pairs(pairs, seed=0)
    sides = [{text_key(pair.query).rstrip("!") for pair in side} for side in (split.train, split.tune)]
    assert not sides[0] & sides[1]
    assert 0 < len(split.tune) < len(split.train)
    assert split_pairs(pairs, seed=0) == split
    assert split_pairs(pairs, seed=1) != split


def test_repeated_rows_are_told_of(tmp_path):
    pairs = made_pairs(40)
    path, said = write_pairs(tmp_path / "pairs.csv", [*pairs, *pairs[:3]]), []
    made(SearchTrainOptions((path,), replace(QUICK, steps=1)), tmp_path / "mine", say=said.append)
    assert "Left out 3 rows that repeat others." in said


def test_regression_learns_from_scores(tmp_path):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"query": pair.query, "positive": positive, "score": score}
        for i, pair in enumerate(made_pairs(80))
        for positive, score in ((pair.positive, 1.0), (made_pairs(80)[i - 1].positive, -0.5))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = SearchTrainOptions(
        (path,), replace(LONG, steps=60), loss=LossOptions(loss=Loss.REGRESSION, batch_size=32)
    )
    tune = made(options, tmp_path / "mine").metrics["tune"]
    assert tune["after"] > tune["before"] + 0.1


def test_too_few_pairs_and_missing_things_are_errors(data, tmp_path):
    few = write_pairs(tmp_path / "few.csv", made_pairs(1))
    with pytest.raises(InvalidInput, match="1 pairs are too few"):
        made(SearchTrainOptions((few,), QUICK), tmp_path / "mine")
    with pytest.raises(InvalidInput, match="needs an encoder"):
        made(SearchTrainOptions(data, QUICK), tmp_path / "mine", encoder=None)
    with pytest.raises(NotFound, match="absent"):
        made(SearchTrainOptions((tmp_path / "absent.csv",), QUICK), tmp_path / "mine")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letters").touch()
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        made(SearchTrainOptions(data, QUICK), tmp_path / "used")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"data": ()}, "data must be a tuple of files"),
        ({"cache_chunk": -1}, "cache_chunk must be 0 or more. Got -1"),
        ({"frozen_layers": -1}, "frozen_layers must be 0 or more. Got -1"),
        (
            {"mining": MiningOptions(), "loss": LossOptions(loss=Loss.REGRESSION)},
            "mining needs the contrastive or the triplet loss",
        ),
    ],
)
def test_options_out_of_range_are_refused(wrong, message):
    with pytest.raises(InvalidInput, match=message):
        SearchTrainOptions(**{"data": (Path("p.csv"),), "train": QUICK, **wrong})
