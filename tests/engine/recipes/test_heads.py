import json
import shutil
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
for _module in ("transformers", "accelerate", "matplotlib"):
    pytest.importorskip(_module)

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.engine.recipes.head_recipe import HeadRecipe  # noqa: E402
from metier.engine.recipes.heads import HEADS, check_heads, train_heads  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.training.sets import SetPart, read_sets  # noqa: E402
from tests.engine.recipes.tiny_sets import write_folder  # noqa: E402

TASKS = (
    {"head": "scores", "sets": ["scores"]},
    {"head": "choices", "name": "types", "sets": ["choices"], "steps": 3},
)


def recipe(**changes):
    fields = {"format": 1, "name": "tiny", "license": "MIT", "heads": TASKS} | changes
    return HeadRecipe.model_validate(fields)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return read_sets(write_folder(tmp_path_factory.mktemp("sets")))


def run(sets, output, *, encoder=None, say=lambda _: None, **changes):
    encoder, origin = encoder or FakeEncoder(16), Origin("tiny", command="metier train")
    return train_heads(recipe(**changes), sets, encoder, output, origin=origin, watch=Watch(say=say))


@pytest.fixture(scope="module")
def once(sets, tmp_path_factory):
    output = tmp_path_factory.mktemp("trained") / "out"
    return output, run(sets, output)


@pytest.fixture
def trained(once, tmp_path):
    """A copy of what was trained, to be spoilt."""
    shutil.copytree(once[0], tmp_path / "out")
    return tmp_path / "out"


def test_each_head_has_a_folder_and_a_place_in_the_list(once):
    output, results = once
    content = json.loads((output / HEADS).read_text())
    assert content["encoder"] == {"name": "fake", "sha256": FakeEncoder(16).sha256}
    assert [(each["name"], each["head"], each["folder"]) for each in content["heads"]] == [
        ("scores", "scores", "scores/model"),
        ("types", "choices", "types/model"),
    ]
    for entry, result in zip(content["heads"], results, strict=True):
        assert entry["sha256"] == ModelFolder.open(output / entry["folder"]).sha256 == result.sha256
        assert entry["seconds"] == result.seconds > 0
        assert entry["tune"] == result.tune != {}
    assert (output / "types/run/log.jsonl").is_file()


def test_cards_say_what_the_recipe_and_the_sets_say(once):
    card = ModelFolder.peek(once[0] / "types/model").card
    assert (card.name, card.license, card.languages) == ("tiny-types", "MIT", ("en",))
    assert card.command == "metier train"


def test_finished_heads_are_not_trained_again(once, sets):
    before = (once[0] / HEADS).read_bytes()
    said = []
    assert run(sets, once[0], say=said.append) == once[1]
    assert said == ["Head scores is trained already.", "Head types is trained already."]
    assert (once[0] / HEADS).read_bytes() == before


def test_a_recipe_that_was_stopped_goes_on_with_the_head_it_was_at(once, sets, tmp_path):
    def stop(words):
        if words.startswith("Head types"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(sets, tmp_path / "out", say=stop)
    said = []
    found = run(sets, tmp_path / "out", say=said.append)
    assert said[0] == "Head scores is trained already."
    assert [each.sha256 for each in found] == [each.sha256 for each in once[1]]


def test_a_model_that_was_not_listed_before_a_crash_is_made_anew(trained, once, sets):
    content = json.loads((trained / HEADS).read_text())
    content["heads"] = content["heads"][:1]
    (trained / HEADS).write_text(json.dumps(content))
    (trained / "types/model/model.json").write_text("{}")
    assert [each.sha256 for each in run(sets, trained)] == [each.sha256 for each in once[1]]


def test_a_head_that_was_deleted_is_trained_again(trained, once, sets):
    shutil.rmtree(trained / "types")
    said = []
    found = run(sets, trained, say=said.append)
    assert found[1].sha256 == once[1][1].sha256
    assert "Head types, from choices." in said


def test_heads_of_an_earlier_recipe_stay_in_the_list(trained, sets):
    third = {"head": "search", "sets": ["pairs"], "steps": 2}
    found = run(sets, trained, heads=[third])
    assert [each.name for each in found] == ["search"]
    listed = json.loads((trained / HEADS).read_text())["heads"]
    assert [each["name"] for each in listed] == ["scores", "types", "search"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 5},
        {"heads": [TASKS[0], TASKS[1] | {"head_rate": 0.1}]},
    ],
)
def test_another_head_is_not_taken_for_a_finished_one(trained, sets, changes):
    with pytest.raises(InvalidInput, match=r"other options or data: delete"):
        run(sets, trained, **changes)


def test_a_folder_of_heads_is_of_one_encoder(trained, sets):
    with pytest.raises(InvalidInput, match="must hold heads of one encoder"):
        run(sets, trained, encoder=FakeEncoder(8))


def test_other_data_make_another_head(trained, sets):
    data = sets["choices"]
    entry = data.files[SetPart.TRAIN]
    files = {**data.files, SetPart.TUNE: replace(entry)}
    with pytest.raises(InvalidInput, match="types must hold the head that is asked for"):
        run(sets | {"choices": replace(data, files=files)}, trained)


def test_a_head_that_was_changed_is_refused(trained, sets):
    path = trained / "types/model/model.json"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InvalidInput, match="as heads.json lists it. It was changed since"):
        run(sets, trained)


@pytest.mark.parametrize("content", ["[", "{}", '{"format": 1, "heads": [{}]}', '{"format": 1, "heads": 3}'])
def test_a_damaged_list_is_told(sets, tmp_path, content):
    (tmp_path / HEADS).write_text(content)
    with pytest.raises(InvalidInput, match="must list heads. It is damaged"):
        run(sets, tmp_path)


def test_a_list_of_another_format_is_told(sets, tmp_path):
    (tmp_path / HEADS).write_text('{"format": 2, "heads": []}')
    with pytest.raises(InvalidInput, match="must have format 1. Got 2"):
        run(sets, tmp_path)


@pytest.mark.parametrize("name", ["", "letter.txt"])
def test_a_folder_with_other_things_is_left_alone(sets, tmp_path, name):
    (tmp_path / "letter.txt").write_text("words")
    with pytest.raises(InvalidInput, match="must be a new or empty folder, or hold heads"):
        run(sets, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("head", "error", "message"),
    [
        ({"head": "search", "sets": ["none"]}, NotFound, "head search: there is no set none. The folder has"),
        (
            {"head": "search", "sets": ["pairs", "spans"]},
            InvalidInput,
            "head of kind search learns from sets of kind pairs. Set spans is of kind spans",
        ),
        ({"head": "skills", "sets": ["skills"]}, NotFound, "Set skills has no part tune"),
    ],
)
def test_a_head_that_does_not_fit_its_sets_is_told_before_any_is_trained(
    sets, tmp_path, head, error, message
):
    data = sets["skills"]
    files = {part: entry for part, entry in data.files.items() if part is not SetPart.TUNE}
    with pytest.raises(error, match=message):
        run(sets | {"skills": replace(data, files=files)}, tmp_path / "out", heads=[*TASKS, head])
    assert not (tmp_path / "out").exists()


def test_a_set_that_may_not_ship_feeds_no_heads_that_do(sets):
    closed = sets | {"scores": replace(sets["scores"], ships=False, license="research only")}
    with pytest.raises(InvalidInput, match=r"set scores does not allow it \(research only\)"):
        check_heads(recipe(ships=True), closed)
    check_heads(recipe(ships=False), closed)
    check_heads(recipe(ships=True), sets)
