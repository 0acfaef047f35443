import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.engine.evaluation.memory import RememberingEncoder  # noqa: E402
from metier.engine.evaluation.protocol import Bench, CannotMeasure, HeadSteps  # noqa: E402
from metier.engine.evaluation.skills import SkillsMeasure  # noqa: E402
from tests.engine.evaluation.made_sets import TAXONOMY, Folder, skill_rows  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def measured(tmp_path, **parts):
    data = Folder(tmp_path).add("evidence", "skills", taxonomy=json.dumps(TAXONOMY), **parts)
    return SkillsMeasure().measure(
        data, Bench(RememberingEncoder(FakeEncoder(32)), {}, steps=HeadSteps(1, 20))
    )


def test_evidence_is_learned_and_told_of_each_pair(tmp_path):
    report = [*skill_rows(3), {"text": "Nothing is known here.", "skills": {}}]
    found = measured(tmp_path, train=skill_rows(18), report=report)
    assert found.figures == ("macro_f1", "f1_none", "f1_implicit", "f1_explicit")
    assert sorted(found.columns["gold"].tolist()) == [0, 0, 0, 2, 2, 2]
    assert (found.columns["gold"] == found.columns["told"]).mean() > 0.6
    assert found.groups.tolist() == [0, 0, 1, 1, 2, 2]
    assert found.facts["texts"] == 3


def test_rows_of_one_text_are_resampled_together(tmp_path):
    text = skill_rows(1)[0]["text"]
    report = [{"text": text, "skills": {"kafka": 0.0}}, {"text": text, "skills": {"redis": 0.0}}]
    assert measured(tmp_path, train=skill_rows(6), report=report).groups.tolist() == [0, 0]


def test_a_report_without_labels_is_not_measured(tmp_path):
    report = [{"text": "Nothing is known here.", "skills": {}}]
    with pytest.raises(CannotMeasure, match="no row of its report part"):
        measured(tmp_path, train=skill_rows(6), report=report)


def test_a_train_part_without_a_label_is_not_measured(tmp_path):
    train = [{"text": "Nothing is known here.", "skills": {}, "complete": False}]
    with pytest.raises(CannotMeasure, match="its train part shows no skill"):
        measured(tmp_path, train=train, report=skill_rows(2))


def test_the_same_seed_tells_the_same(tmp_path):
    first, second = (
        measured(tmp_path / name, train=skill_rows(6), report=skill_rows(3)).columns["told"] for name in "ab"
    )
    assert np.array_equal(first, second)
