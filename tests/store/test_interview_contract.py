from contextlib import nullcontext
from dataclasses import replace

import pytest

from metier.errors import BackendError
from metier.store.interview_contract import check_interview_store, sample_interview
from metier.store.interview_files import InterviewFiles
from metier.store.interviews import InterviewSummary, check_id


class Forgetful(InterviewFiles):
    def save(self, interview):
        super().save(replace(interview, turns=interview.turns[:1]))


class Shared(InterviewFiles):
    def hold(self, interview_id):
        check_id(interview_id)
        self.folder.mkdir(exist_ok=True)
        return nullcontext()


class Cluttered(InterviewFiles):
    def list(self):
        return (*super().list(), InterviewSummary("more"))


class Keeping(InterviewFiles):
    def delete(self, interview_id):
        self.get(interview_id)


class Careless(InterviewFiles):
    def _path(self, interview_id):
        return self.folder / f"{interview_id}.json"


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Forgetful, "comes back as it was given"),
        (Shared, "one holder at a time"),
        (Cluttered, "lists nothing"),
        (Keeping, "listed first|gone"),
    ],
)
def test_a_store_that_breaks_a_rule_is_told_which(tmp_path, kind, rule):
    with pytest.raises(BackendError, match=rule):
        check_interview_store(lambda: kind(tmp_path / "interviews"))


def test_a_store_that_leaves_its_folder_is_caught(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(BackendError, match="no name of a file"):
        check_interview_store(lambda: Careless(tmp_path / "interviews"))


def test_the_sample_holds_a_turn_of_each_kind():
    first, second = sample_interview("a").turns
    assert first.grade is not None
    assert second.answer is None
