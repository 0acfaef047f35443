import csv
import json

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import search_training
from metier.cli.search_training import trained_sentence
from metier.errors import InvalidInput

TUNE = {"before": 0.3, "after": 0.4, "n_queries": 20, "n_documents": 1200}


def run(*arguments):
    """Run a command of a bare app; errors come through as they are."""
    app = typer.Typer()
    search_training.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Give a tiny encoder in place of the shipped one, and pairs to train on."""
    torch = pytest.importorskip("torch")
    for module in ("transformers", "accelerate", "matplotlib"):
        pytest.importorskip(module)
    from metier.encoders.fake import FakeEncoder
    from tests.search.training.small import made_pairs, write_pairs

    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr(search_training, "shipped_encoder", lambda settings: FakeEncoder(32))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield write_pairs(tmp_path / "pairs.csv", made_pairs(80))
    torch.set_num_threads(threads)


def test_a_head_is_trained_and_the_last_sentence_says_whether_it_helped(small, tmp_path):
    done = run(
        *("train", "--data", small, "--output", tmp_path / "mine", "--epochs", 1, "--evaluate-steps", 3),
        *("--mine-negatives", 2, "--mine-ranks", "2-9", "--mine-margin", -1, "--mix", "negative"),
    )
    assert done.exit_code == 0
    last = done.stderr.strip().splitlines()[-1]
    card = json.loads((tmp_path / "mine" / "model" / "model.json").read_bytes())
    tune = card["metrics"]["tune"]
    assert f"{tune['before']:.3f} before training, {tune['after']:.3f} after it." in last
    assert last.endswith(f"metier search evaluate --data FILE --model {tmp_path / 'mine' / 'model'}")
    assert (card["name"], card["task"]) == ("mine", "search")


def test_a_backbone_is_trained_with_the_options_that_were_given(small, tmp_path):
    from tests.search.training.small import save_backbone

    backbone = save_backbone(tmp_path / "tiny")
    done = run(
        *("train", "--data", small, "--backbone", backbone, "--learning-rate", 1e-5, "--batch-size", 8),
        *("--margin", 0.2, "--epochs", 0.2, "--seed", 42, "--checkpoint-steps", 1000, "--cache-chunk", 4),
        *("--max-tokens-query", 16, "--max-tokens-passage", 32, "--query-prefix", "q: ", "--patience", 0),
        *("--output", tmp_path / "mine"),
    )
    assert done.exit_code == 0
    config = json.loads((tmp_path / "mine" / "run" / "config.json").read_bytes())["options"]
    assert (config["backbone_rate"], config["seed"], config["checkpoint_every"]) == (1e-5, 42, 1000)
    assert (config["epochs"], config["patience"]) == (0.2, None)
    expected = {"batch_size": "8", "margin": "0.2", "cache_chunk": "4", "max_tokens_query": "16"}
    assert expected.items() <= config["inputs"].items()
    card = json.loads((tmp_path / "mine" / "model" / "model.json").read_bytes())
    assert (card["task"], card["prefixes"]) == ("encoder", {"query": "q: ", "passage": "passage: "})


def test_a_sweep_says_which_run_was_best(small, tmp_path):
    done = run(
        *("sweep", "--data", small, "--output", tmp_path / "all", "--margin", 0.1, "--margin", 0.3),
        *("--epochs", 0.3, "--batch-size", 16),
    )
    assert done.exit_code == 0
    with (tmp_path / "all" / "sweep.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["margin"] for row in rows] == ["0.1", "0.3"]
    assert rows[0]["learning_rate"] == "0.001"
    last = done.stderr.strip().splitlines()[-1]
    assert "2 runs. Best MRR on the tune part:" in last
    assert "metier search evaluate --data FILE --model" in last


def test_a_sweep_of_failures_is_an_error(small, tmp_path):
    with pytest.raises(InvalidInput, match=r"All 1 runs failed; .*sweep.csv has the errors.*NotFound"):
        run(
            *("sweep", "--data", small, "--output", tmp_path / "all"),
            *("--backbone", tmp_path / "absent", "--epochs", 1),
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--cache-chunk", 8), "--cache-chunk is about a backbone that is trained. Got 8 without"),
        (("--query-prefix", "q: "), "--query-prefix is about a backbone"),
        (("--max-tokens-query", 9), "--max-tokens-query is about a backbone"),
        (("--frozen-layers", 1), "--frozen-layers is about a backbone"),
        (("--mine-ranks", "5"), "--mine-ranks must be two ranks such as 5-50. Got '5'"),
        (("--mine-negatives", 1, "--mine-ranks", "9-5"), "last_rank must be at least first_rank, 9. Got 5"),
        (("--margin", 3), "margin must be from 0 to 2. Got 3.0"),
        (("--mix", "positive", "--mix-ratio", 2), "mix_ratio must be above 0 and below 1. Got 2.0"),
        (("--loss", "regression", "--mine-negatives", 1), "mining needs the contrastive or the triplet"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_read(tmp_path, given, message):
    pytest.importorskip("torch")
    with pytest.raises(InvalidInput, match=message):
        run("train", "--data", tmp_path / "absent.csv", "--output", tmp_path / "mine", *given)


@pytest.mark.parametrize(
    ("gain", "low", "high", "words"),
    [
        (0.1, 0.05, 0.15, r"Training helped (+0.100, 95 % interval +0.050 to +0.150)."),
        (0.1, -0.05, 0.2, "Whether training helped cannot be told from so few queries"),
        (-0.1, -0.2, -0.05, "Training did harm (-0.100, 95 % interval -0.200 to -0.050): keep the untrained"),
    ],
)
def test_the_verdict_follows_the_interval(tmp_path, gain, low, high, words):
    sentence = trained_sentence(
        {**TUNE, "gain": gain, "gain_low": low, "gain_high": high}, tmp_path / "my model"
    )
    assert words in sentence
    assert "20 queries among 1,200 texts: 0.300 before training, 0.400 after it." in sentence
    assert sentence.endswith("my model'")


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_help_has_an_example(command):
    done = run(command, "--help")
    assert f"Example: metier search {command}" in " ".join(done.output.split())
