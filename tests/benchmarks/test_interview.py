import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
for module in ("transformers", "accelerate", "matplotlib", "sklearn"):
    pytest.importorskip(module)

import interview  # noqa: E402
from interview import CONFIGS, FILES, MAJORITY, TFIDF, UNTUNED, floors, main, parts, table, write_choices  # noqa: E402
from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.interview.choice_model import ChoiceModel  # noqa: E402
from metier.interview.training.rows import COLUMNS, Target, fold_numbers, read_choices  # noqa: E402
from tests.interview.training.small import made_rows, save_backbone, write_rows  # noqa: E402


@pytest.fixture
def data(tmp_path, monkeypatch):
    real = interview.load_choice_model

    def loaded(path, runtime):
        shipped = path == interview.shipped_models()[interview.BASE]
        return ChoiceModel("fake", "", FakeEncoder(32)) if shipped else real(path, runtime)

    monkeypatch.setattr(interview, "load_choice_model", loaded)
    (tmp_path / "data" / "interview-ko").mkdir(parents=True)
    for target, name in FILES.items():
        write_rows(tmp_path / "data" / "interview-ko" / name, column=COLUMNS[target])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path / "data"
    torch.set_num_threads(threads)


def arguments(data, tmp_path, *more):
    backbone = tmp_path / "backbone"
    if not backbone.is_dir():
        save_backbone(backbone)
    return [
        *("--data", str(data), "--backbone", str(backbone), "--work", str(tmp_path / "work"), "--fast"),
        *("--target", "answer-type", "--seeds", "2", *more),
    ]


def test_every_input_reports_once_and_never_where_it_selects_or_is_learnt(
    data, tmp_path, capsys, monkeypatch
):
    trained = {}
    real = interview.train_choices

    def spy(options, output, *, origin, watch):
        trained[output.parent.name] = set(read_choices(options.data).inputs)
        return real(options, output, origin=origin, watch=watch)

    monkeypatch.setattr(interview, "train_choices", spy)
    main(arguments(data, tmp_path, "--select", "--configs", "plain,both"))
    work = tmp_path / "work" / "answer-type" / "fast"
    selection = json.loads((work / interview.SELECTION).read_bytes())
    assert set(selection["figures"]) == {"plain", "both"}
    assert f"{selection['chosen']} is selected" in capsys.readouterr().out
    main(arguments(data, tmp_path))
    choices = read_choices(data / "interview-ko" / FILES[Target.ANSWER_TYPE])
    few, _ = interview.fast(choices, interview.Plan(""))
    judges = set(parts(few)[0].inputs)
    assert judges
    assert trained["plain"] == trained["both"] == set(few.inputs) - judges
    reported = []
    for fold in (0, 1):
        result = json.loads((work / f"fold-{fold}" / interview.RESULT).read_bytes())
        held_out = {few.inputs[number] for number in result["inputs"]}
        assert not held_out & judges
        assert trained[f"fold-{fold}"] == set(few.inputs) - held_out
        assert result["settings"]["config"] == selection["chosen"]
        assert set(result["seeds"]) == {"seed-0", "seed-1"}
        reported += result["inputs"]
    assert sorted(reported) == parts(few)[1]
    found = json.loads((tmp_path / "work" / "interview-answer-type.json").read_bytes())
    assert found["averaged"]["total"] == found["inputs"] == found["of"] == 40 - len(judges)
    assert set(found["floors"]) == {UNTUNED, TFIDF, MAJORITY}
    assert "| trained |" in capsys.readouterr().out


def test_what_is_finished_is_not_repeated(data, tmp_path, monkeypatch):
    given = ("--config", "plain", "--folds", "0")
    main(arguments(data, tmp_path, *given))
    found = json.loads((tmp_path / "work" / "interview-answer-type.json").read_bytes())
    assert 0 < found["inputs"] < found["of"]
    assert not list((tmp_path / "work").rglob("*.safetensors"))

    def refuse(*given, **named):
        raise AssertionError("trained twice")

    monkeypatch.setattr(interview, "train_choices", refuse)
    main(arguments(data, tmp_path, *given))
    assert json.loads((tmp_path / "work" / "interview-answer-type.json").read_bytes()) == found
    with pytest.raises(SystemExit, match="has other settings"):
        main(arguments(data, tmp_path, "--config", "both", "--folds", "0"))


def test_a_report_needs_a_configuration(data, tmp_path):
    with pytest.raises(SystemExit, match="Run with --select first, or name a --config"):
        main(arguments(data, tmp_path))


def test_written_choices_are_read_back(tmp_path):
    choices = read_choices(write_rows(tmp_path / "rows.csv"))
    again = read_choices(write_choices(choices.part([2, 5]), tmp_path / "deep" / "part.csv"))
    assert again.inputs == (choices.inputs[2], choices.inputs[5])
    assert again.candidates == choices.candidates
    assert np.array_equal(again.right, choices.right[[2, 5]])


def test_floors_learn_from_the_training_part_alone(data, tmp_path):
    choices = read_choices(write_rows(tmp_path / "rows.csv", made_rows(40)))
    numbers = fold_numbers(choices, 4, seed=0)
    learnt = choices.part(np.flatnonzero(numbers != 0).tolist())
    test = choices.part(np.flatnonzero(numbers == 0).tolist())
    found = floors(learnt, test)
    turned = floors(learnt, replace(test, right=test.right[:, ::-1]))
    for name in (UNTUNED, TFIDF, MAJORITY):
        assert found[name].shape == test.right.shape
        assert np.array_equal(found[name], turned[name])
    assert (found[TFIDF].argmax(axis=1) == test.right.argmax(axis=1)).mean() > 0.7


def test_configurations_must_be_known(data, tmp_path):
    assert {"plain", "both"} <= set(CONFIGS)
    with pytest.raises(SystemExit, match="--configs must be of"):
        main(["--data", str(data), "--backbone", "b", "--work", str(tmp_path), "--configs", "secret"])


def test_a_table_is_markdown():
    own = {
        **dict.fromkeys(("accuracy", "mean_diff", "mse", "mae", "accuracy_low", "accuracy_high"), 0.5),
        "correct": 1,
        "total": 2,
        "correlation": None,
    }
    found = {
        "inputs": 2,
        "of": 4,
        "config": "plain",
        "averaged": own,
        "single": {"seed-0": 1},
        "floors": {name: own for name in (UNTUNED, TFIDF, MAJORITY)},
    }
    lines = table("answer-type", found).splitlines()
    assert lines[4].startswith("| trained | 1/2 0.500 | 0.500-0.500 | 0.500 |")
    assert {line.count("|") for line in lines[2:8]} == {8}
    assert lines[-1] == "Right by each run before averaging: {'seed-0': 1}"
