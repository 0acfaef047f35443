from dataclasses import replace

import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation.kept import Kept, ResultKey, read_kept, write_kept
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.protocol import Bench, HeadSteps, Outcomes
from metier.errors import InvalidInput
from tests.engine.evaluation.made_sets import Folder, pair_rows

KEY = ResultKey("e" * 64, "a set/../x", "d" * 64, 0, "{}")
FOUND = Kept(Outcomes(("mrr",), {"mrr": np.array([0.1])}, np.zeros(1, np.int64), "queries"), 2.5)


def test_a_result_comes_back(tmp_path):
    write_kept(tmp_path / "new", KEY, FOUND)
    found = read_kept(tmp_path / "new", KEY)
    assert found.seconds == 2.5
    assert found.outcomes.columns["mrr"].tolist() == [0.1]
    assert [path.parent for path in (tmp_path / "new").rglob("*.json")] == [tmp_path / "new"]


@pytest.mark.parametrize(
    "changes",
    [{"encoder": "f" * 64}, {"name": "other"}, {"data": "0"}, {"seed": 1}, {"steps": "1"}, {"protocol": 0}],
)
def test_a_result_counts_for_what_it_was_made_of_alone(tmp_path, changes):
    write_kept(tmp_path, KEY, FOUND)
    assert read_kept(tmp_path, replace(KEY, **changes)) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"key": 1}', "\x00"])
def test_a_damaged_result_is_made_again(tmp_path, content):
    write_kept(tmp_path, KEY, FOUND)
    (tmp_path / KEY.file_name).write_text(content)
    assert read_kept(tmp_path, KEY) is None


def test_without_a_folder_nothing_is_kept():
    write_kept(None, KEY, FOUND)
    assert read_kept(None, KEY) is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be made"):
        write_kept(tmp_path / "file" / "work", KEY, FOUND)


def test_a_key_follows_from_the_encoder_the_sets_and_the_steps(tmp_path):
    data = Folder(tmp_path).add("search", "pairs", report=pair_rows())
    benches = [
        Bench(RememberingEncoder(FakeEncoder(dim)), {}, seed, HeadSteps(steps))
        for dim, seed, steps in ((4, 0, 1), (8, 0, 1), (4, 1, 1), (4, 0, 2))
    ]
    assert len({ResultKey.of(data, [data], bench).file_name for bench in benches}) == 4
