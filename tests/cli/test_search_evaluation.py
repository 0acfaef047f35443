import json

import numpy as np
import pytest
import typer

from metier.cli import search_evaluation
from metier.cli.search_evaluation import tag_of
from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import ModelFolder
from metier.encoders.load import shipped_models
from metier.errors import InvalidInput, MissingExtra, ModelError, NotFound
from metier.search.beir import Collection, write_beir
from metier.search.evaluate import FIGURES
from metier.search.head import save_search_head
from metier.search.trec import read_qrels, read_run, write_run
from metier.training.output import Origin

DIM = 384  # of the shipped encoder, since the shipped head is fitted to it
QUERIES = {"q1": "weld steel", "q2": "cook meals", "q3": "варить сталь"}
DOCUMENTS = {"d1": "We weld steel.", "d2": "You cook meals for guests.", "d3": "Сварщик: варить сталь"}
QRELS = {"q1": {"d1": 1}, "q2": {"d2": 1}, "q3": {"d3": 1}}


@pytest.fixture
def data(tmp_path):
    write_beir(Collection(QUERIES, DOCUMENTS, QRELS), tmp_path / "beir")
    return tmp_path / "beir"


@pytest.fixture
def search(lone_command):
    """Run the command alone, without the tree around it; errors of metier come out as they are."""
    evaluate = lone_command(search_evaluation, "evaluate")

    def run(*arguments):
        result = evaluate(*arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def fake(monkeypatch):
    """Read with the fake encoder wherever an encoder is loaded; count how often."""
    loaded = []

    class Shipped(FakeEncoder):
        sha256 = ModelFolder.peek(shipped_models()["base"]).sha256

    def openvino_encoder(folder, runtime):
        loaded.append(folder.path)
        return Shipped(DIM)

    # Not load_encoder: what is imported meanwhile would keep the replacement for the tests after this one.
    monkeypatch.setattr("metier.encoders.load._openvino_encoder", openvino_encoder)
    return loaded


def head_in(folder, *, encoder_sha256=None, name="mine"):
    sha256 = encoder_sha256 or ModelFolder.peek(shipped_models()["base"]).sha256
    projection = np.eye(DIM, dtype=np.float32)
    save_search_head(projection, np.zeros(DIM, np.float32), folder, Origin(name), encoder_sha256=sha256)
    return folder


@pytest.fixture
def head(tmp_path):
    return head_in(tmp_path / "head")


def found(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def names(report):
    return [system["name"] for system in report["systems"]]


@pytest.fixture
def words():
    """Skip where the packages of the lexical baselines are not installed."""
    pytest.importorskip("bm25s")
    pytest.importorskip("sklearn")


def test_a_head_is_held_against_all_baselines(search, data, head, fake, words):
    report = found(search("--data", data, "--model", head, "--format", "json"))
    assert names(report) == ["bm25", "char-tfidf", "untuned", "mine"]
    assert [item["baseline"] for item in report["comparisons"]] == ["bm25", "char-tfidf", "untuned"]
    assert set(report["systems"][0]["figures"]) == set(FIGURES)
    assert report["systems"][0]["figures"]["mrr"]["value"] == 1.0
    assert (report["data"], report["n_queries"], report["top_k"]) == ("beir", 3, 1000)
    assert set(report["made_with"]["mine"]) == {"encoder_sha256", "head_sha256"}
    assert len(fake) == 1


def test_several_models_and_their_hybrids_stand_side_by_side(search, data, head, fake, words):
    arguments = ("--model", head, "--model", "base", "--hybrid", "--baseline", "bm25", "--format", "json")
    report = found(search("--data", data, *arguments))
    assert names(report) == ["bm25", "mine", "base", "mine+bm25", "base+bm25"]
    assert len(report["comparisons"]) == 4


def test_runs_are_saved_and_measure_the_same_when_read_again(search, data, head, fake, tmp_path):
    runs = tmp_path / "made" / "runs"
    arguments = ("--data", data, "--baseline", "untuned", "--format", "json")
    first = search(*arguments, "--model", head, "--runs-dir", runs)
    assert sorted(path.name for path in runs.iterdir()) == ["mine.run", "qrels.txt", "untuned.run"]
    assert f"mine: ranked. Wrote {runs / 'mine.run'}." in first.stderr
    assert read_qrels(runs / "qrels.txt") == QRELS
    assert set(read_run(runs / "mine.run")) == set(QUERIES)
    again = found(search(*arguments, "--run", runs / "mine.run"))
    assert again["systems"] == found(first)["systems"]
    assert again["comparisons"] == found(first)["comparisons"]


def test_two_saved_runs_are_compared_without_any_model(search, data, tmp_path):
    for name, documents in (("good", ["d1", "d2", "d3"]), ("bad", ["d3", "d2", "d1"])):
        run = {f"q{i}": [(document, 1.0)] for i, document in enumerate(documents, 1)}
        write_run(run, tmp_path / f"{name}.run", tag=name)
    arguments = ("--run", tmp_path / "good.run", "--baseline", tmp_path / "bad.run", "--format", "json")
    report = found(search("--data", data, *arguments))
    assert names(report) == ["bad", "good"]
    assert report["comparisons"][0]["differences"]["pass@1"]["value"] == pytest.approx(2 / 3)
    assert report["comparisons"][0]["differences"]["pass@1"]["verdict"] == "not told apart"


def test_baselines_are_measured_alone(search, data, fake):
    assert found(search("--data", data, "--baseline", "untuned", "--format", "json"))["comparisons"] == []


def test_a_model_may_be_the_baseline_and_equal_names_are_numbered(search, data, head, fake, tmp_path):
    other = head_in(tmp_path / "other")
    arguments = ("--model", head, "--baseline", other, "--format", "json")
    assert names(found(search("--data", data, *arguments))) == ["mine", "mine 2"]


def test_what_train_wrote_is_taken_by_its_folder(search, data, fake, tmp_path):
    head_in(tmp_path / "trained" / "model", name="trained")
    arguments = ("--model", tmp_path / "trained", "--baseline", "untuned", "--format", "json")
    assert names(found(search("--data", data, *arguments))) == ["untuned", "trained"]


def test_base_is_the_shipped_encoder_with_the_shipped_head(search, data, head, fake, monkeypatch, tmp_path):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "base").symlink_to(shipped_models()["base"])
    (shipped / "search").symlink_to(head)
    monkeypatch.setattr("metier.encoders.load.SHIPPED", shipped)
    report = found(search("--data", data, "--model", "base", "--baseline", "untuned", "--format", "json"))
    assert names(report) == ["untuned", "base"]
    assert set(report["made_with"]["base"]) == {"encoder_sha256", "head_sha256"}
    assert set(report["made_with"]["untuned"]) == {"encoder_sha256"}


def test_a_table_shows_systems_and_differences(search, data, head, fake):
    result = search("--data", data, "--model", head, "--baseline", "untuned", "--format", "table")
    assert "nDCG@10" in result.stdout
    assert "Told apart?" in result.stdout
    assert "beir: 3 queries, 3 documents." in result.stderr


def test_pairs_are_measured_on(search, fake, tmp_path):
    (tmp_path / "pairs.csv").write_text("query,positive\nweld,welder\nсварка,сварщик\n")
    arguments = ("--data", tmp_path / "pairs.csv", "--baseline", "untuned", "--format", "json")
    assert found(search(*arguments))["n_documents"] == 2


def test_the_shipped_encoder_ranks(search, data):
    report = found(search("--data", data, "--model", "base", "--baseline", "untuned", "--format", "json"))
    assert [system["figures"]["mrr"]["value"] for system in report["systems"]] == [1.0, 1.0]
    assert report["comparisons"][0]["differences"]["mrr"]["p"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("--top-k", 10), InvalidInput, "top_k must be at least 100.* Got 10"),
        (("--hybrid",), InvalidInput, "--hybrid fuses a model with bm25. Got no --model"),
        (("--model", "absent", "--baseline", "untuned"), NotFound, "There is no model 'absent'"),
        (("--baseline", "absent.run"), NotFound, "There is no saved run at absent.run"),
        (("--run", "absent.run", "--baseline", "untuned"), NotFound, "There is no file at absent.run"),
        (("--baseline", "skills"), ModelError, "."),
    ],
)
def test_wrong_use_is_refused(search, data, arguments, kind, message):
    with pytest.raises(kind, match=message):
        search("--data", data, *arguments)


def test_missing_data_are_said(search, tmp_path):
    with pytest.raises(NotFound, match="There is no folder or file at"):
        search("--data", tmp_path / "absent")


def test_a_head_of_another_encoder_is_refused(search, data, fake, tmp_path):
    other = head_in(tmp_path / "other", encoder_sha256="0" * 64)
    with pytest.raises(ModelError, match="was fitted to encoder 000000000000"):
        search("--data", data, "--model", other, "--baseline", "untuned")


def test_a_folder_for_runs_that_cannot_be_made_is_said(search, data, fake, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be made"):
        search("--data", data, "--baseline", "untuned", "--runs-dir", tmp_path / "file" / "runs")


def test_a_missing_package_is_named_with_its_extra(search, data, monkeypatch):
    def require(module):
        raise MissingExtra(module, "train")

    monkeypatch.setattr("metier.search.baselines.require", require)
    with pytest.raises(MissingExtra, match=r"metier\[train\]"):
        search("--data", data, "--baseline", "char-tfidf")


@pytest.mark.parametrize(
    ("name", "tag"),
    [("bm25", "bm25"), ("mine 2", "mine-2"), ("a/b c", "a-b-c"), ("..", "system"), ("модель", "модель")],
)
def test_tags_are_names_of_files_without_white_space(name, tag):
    assert tag_of(name) == tag


def test_the_command_has_an_example():
    app = typer.Typer()
    search_evaluation.register(app)
    assert [command.name for command in app.registered_commands] == ["evaluate"]
    assert app.registered_commands[0].epilog.startswith("Example: metier search evaluate ")
