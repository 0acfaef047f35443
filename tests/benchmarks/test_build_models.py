import build_models as build
import pytest


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Record the programs that would run, and let each write the folder that it is told to."""
    made = []

    def call(*words):
        words = [str(word) for word in words]
        made.append(words)
        for flag in ("--output", "--work", "--pairs"):
            if flag in words:
                place = tmp_path.__class__(words[words.index(flag) + 1])
                for folder in (
                    place,
                    place / "model",
                    place / "int8",
                    place / "float32",
                    place / "frozen/model",
                    place / "head/model",
                ):
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / "model.json").write_text("{}")

    monkeypatch.setattr(build, "call", call)
    monkeypatch.setattr(build, "MODELS", tmp_path / "models")
    return made


def test_all_models_are_built_in_order(calls, tmp_path):
    places = build.Places(tmp_path / "data", tmp_path / "work")
    for step in build.STEPS.values():
        step(places)
    said = [" ".join(words[1:4]) for words in calls]
    order = ["model_data.py", "build-base", "train recipe", "models export", "fit-head", "linking.py"]
    numbers = [next(i for i, words in enumerate(said) if name in words) for name in order]
    assert numbers == sorted(numbers)
    names = {path.name for path in (tmp_path / "models").iterdir()}
    assert names == {"base", "skills", "linking", "search", "grading", "expertise", "mask-words"}


def test_what_is_there_is_not_made_again(calls, tmp_path):
    places = build.Places(tmp_path / "data", tmp_path / "work")
    places.sets.mkdir(parents=True)
    (places.sets / "sets.json").write_text("{}")
    build.make_sets(places)
    (places.base / "float32").mkdir(parents=True)
    build.make_base(places)
    assert not calls


def test_a_program_that_fails_stops_the_build():
    with pytest.raises(build.subprocess.CalledProcessError):
        build.call("/bin/false")
