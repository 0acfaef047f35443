import csv
import shutil

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.errors import InvalidInput, MissingExtra  # noqa: E402
from metier.search.head import SearchHead  # noqa: E402
from metier.search.training import sweep  # noqa: E402
from metier.search.training.build import SearchTrainOptions  # noqa: E402
from metier.search.training.sweep import Choice, SweepGrid, SweepRow, best_row, run_sweep  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from tests.search.training.small import made_pairs, write_pairs  # noqa: E402

ENCODER = FakeEncoder(16)
GRID = SweepGrid(margins=(0.1, 0.3), learning_rates=(1e-3,), batch_sizes=(16, 32), epochs=(0.5,))


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def base(tmp_path):
    data = write_pairs(tmp_path / "pairs.csv", made_pairs(60))
    return SearchTrainOptions((data,), TrainOptions(epochs=1, evaluate_every=2))


def swept(base, output, grid=GRID, say=lambda _: None):
    return run_sweep(base, grid, output, origin=Origin("s"), encoder=ENCODER, watch=Watch(say=say))


def table(output):
    with (output / "sweep.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_combination_gets_a_row_a_model_and_a_place_in_the_chart(base, tmp_path):
    rows = swept(base, tmp_path / "all")
    written = table(tmp_path / "all")
    assert [(row["margin"], row["batch_size"]) for row in written] == [
        ("0.1", "16"),
        ("0.1", "32"),
        ("0.3", "16"),
        ("0.3", "32"),
    ]
    for row, line in zip(rows, written, strict=True):
        assert (line["status"], line["error"], line["backbone"]) == ("finished", "", "head")
        assert [float(line[name]) for name in ("mrr", "pass@1", "untuned_mrr")] == [
            row.mrr,
            row.pass_at_1,
            row.untuned_mrr,
        ]
        assert int(line["steps"]) >= 1
        assert float(line["seconds"]) > 0
        folder = tmp_path / "all" / line["run"]
        assert SearchHead.load(folder / "model", encoder_sha256=ENCODER.sha256).name == f"s-{line['run']}"
        assert not (folder / "run" / "checkpoints").exists()
    assert (tmp_path / "all" / "sweep.png").read_bytes().startswith(b"\x89PNG")


def test_a_stopped_sweep_keeps_the_runs_that_were_finished(base, tmp_path, monkeypatch):
    real, calls = sweep.train_search, []

    def interrupted(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(sweep, "train_search", interrupted)
    with pytest.raises(KeyboardInterrupt):
        swept(base, tmp_path / "all")
    before = table(tmp_path / "all")
    assert len(before) == 2
    swept(base, tmp_path / "all")
    assert len(calls) == 3 + 2
    assert table(tmp_path / "all")[:2] == before
    said = []
    swept(base, tmp_path / "all", say=said.append)
    assert len(calls) == 5
    assert said.count("It is finished already.") == 4


def test_a_run_that_fails_is_recorded_and_tried_again(base, tmp_path, monkeypatch):
    real = sweep.train_search

    def failing(options, *arguments, **others):
        if options.loss.margin == 0.1:
            kind = InvalidInput if options.loss.batch_size == 16 else RuntimeError
            raise kind("words of the error")
        return real(options, *arguments, **others)

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "train_search", failing)
        rows = swept(base, tmp_path / "all")
    lines = table(tmp_path / "all")
    assert [line["status"] for line in lines] == ["failed", "failed", "finished", "finished"]
    # Only metier's own errors are sure to hold no text of a document.
    assert [line["error"] for line in lines[:2]] == ["InvalidInput: words of the error", "RuntimeError"]
    assert lines[0]["mrr"] == ""
    assert best_row(rows) in rows[2:]
    assert [row.error for row in swept(base, tmp_path / "all")] == [""] * 4


def test_a_sweep_with_other_data_does_not_take_old_runs_for_its_own(base, tmp_path):
    grid = SweepGrid(margins=(0.1,), epochs=(0.5,))
    swept(base, tmp_path / "all", grid)
    write_pairs(base.data[0], made_pairs(60, seed=1))
    (row,) = swept(base, tmp_path / "all", grid)
    assert row.error.startswith("InvalidInput")
    shutil.rmtree(tmp_path / "all")
    assert swept(base, tmp_path / "all", grid)[0].error == ""


def test_a_missing_package_stops_the_sweep(base, tmp_path, monkeypatch):
    def missing(*_, **__):
        raise MissingExtra("torch", "train")

    monkeypatch.setattr(sweep, "train_search", missing)
    with pytest.raises(MissingExtra):
        swept(base, tmp_path / "all")


def test_a_grid_is_every_combination_once_and_checked_before_the_first_run(base, tmp_path):
    grid = SweepGrid(backbones=("a", None), margins=(0.1, 0.1), epochs=(1.0, 2.0))
    choices = grid.choices()
    assert len(choices) == len({choice.name for choice in choices}) == 4
    with pytest.raises(InvalidInput, match="margins of a sweep must have at least one value"):
        SweepGrid(margins=())
    with pytest.raises(InvalidInput, match="margin must be from 0 to 2. Got 3"):
        swept(base, tmp_path / "all", SweepGrid(margins=(0.1, 3.0)))
    assert not (tmp_path / "all").exists()


def test_folders_of_runs_are_named_after_their_choices():
    names = [Choice(backbone, 0.3, 1e-5, 16, 10.0).name for backbone in (None, "x/a b", "y/a b")]
    assert names[0] == "head-m0.3-lr1e-05-b16-e10"
    assert names[1].startswith("a-b-")
    assert len(set(names)) == 3


def test_a_choice_sets_the_rate_of_backbone_and_head(base):
    options = Choice("a", 0.1, 1e-4, 8, 3.0).applied(base)
    assert (options.backbone, options.loss.margin, options.loss.batch_size) == ("a", 0.1, 8)
    assert (options.train.backbone_rate, options.train.head_rate, options.train.epochs) == (1e-4, 1e-4, 3.0)


def test_the_best_run_is_the_first_of_equals():
    rows = [SweepRow(Choice(None, m, 1e-3, 16, 1.0), mrr) for m, mrr in ((0.1, None), (0.2, 0.5), (0.3, 0.5))]
    assert best_row(rows) is rows[1]
    assert best_row(rows[:1]) is None


def test_a_folder_with_other_things_is_refused(base, tmp_path):
    with pytest.raises(InvalidInput, match="must be empty or hold a sweep"):
        swept(base, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="must be a folder"):
        swept(base, tmp_path / "file")
