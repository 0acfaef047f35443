import json

import pytest

from metier.errors import BackendError, InvalidInput
from metier.interview.writer_training.evaluate import (
    GeneratedQuestion,
    Sampling,
    generate_questions,
    report_on,
    row_asked,
)
from metier.interview.writer_training.rows import QuestionRow

ROWS = [
    QuestionRow("Joins", "They pair rows.", "pairs", "Indexes", "What is an index for?"),
    QuestionRow("", "", "", "Locks", "What does a lock keep others from doing?"),
]


class Saying:
    """A model whose words follow from the prompt and the number of the call."""

    name = "parrot"
    languages = ()

    def __init__(self, say, *, fails_at=None):
        self.say = say
        self.fails_at = fails_at
        self.calls = []

    def generate(self, prompt, *, temperature, max_tokens, seed):
        self.calls.append((prompt.task, temperature, max_tokens, seed))
        if len(self.calls) == self.fails_at:
            raise BackendError("gone")
        return self.say(prompt.task)


def asking(task):
    return "How does an index help?" if "Indexes" in task else "2. And locks?"


def test_each_row_is_asked_for_as_often_as_wanted():
    model = Saying(asking)
    told = []
    found = generate_questions(model, ROWS, Sampling(n=3, temperature=0.4), on_row=lambda: told.append(1))
    assert [(q.row, q.number) for q in found] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert found[0] == GeneratedQuestion(0, 0, "How does an index help?", (), ())
    assert found[3].form == ("leading-number",)
    assert len({call[3] for call in model.calls}) == 6
    assert {call[1:3] for call in model.calls} == {(0.4, 120)}
    assert len(told) == 2


def test_the_same_call_asks_with_the_same_seeds():
    one, two = Saying(asking), Saying(asking)
    for model in (one, two):
        generate_questions(model, ROWS, Sampling())
    assert one.calls == two.calls


def test_shares_rules_and_the_verdict_are_counted():
    found = generate_questions(Saying(asking), ROWS, Sampling(n=4))
    report = report_on("parrot", found)
    assert (report.n_rows, report.n_questions, report.fit) == (2, 8, False)
    assert (report.in_form.value, report.on_topic.value, report.passed.value) == (0.5, 1.0, 0.5)
    assert report.broken == (("leading-number", 4),)
    mapping = json.loads(json.dumps(report.to_mapping()))
    assert mapping["bar"] == {"unfit_below": 0.975, "published": 0.978, "published_of": 324}
    assert mapping["in_form"]["low"] == pytest.approx(0.2152, abs=1e-3)


@pytest.mark.parametrize(("bad", "fit"), [(0, True), (8, True), (9, False)])
def test_a_writer_is_fit_from_97_5_percent(bad, fit):
    questions = [GeneratedQuestion(i, 0, "x", ("list-mark",) if i < bad else (), ()) for i in range(324)]
    assert report_on("m", questions).fit is fit


def test_without_words_a_wording_is_neither_in_form_nor_on_topic():
    (found,) = generate_questions(Saying(lambda _: " \n"), ROWS[:1], Sampling(n=1))
    assert (found.form, found.meaning) == (("empty",), ("off-topic",))


def test_an_interrupted_run_goes_on(tmp_path):
    path = tmp_path / "wordings.jsonl"
    with pytest.raises(BackendError):
        generate_questions(Saying(asking, fails_at=6), ROWS, Sampling(), output=path)
    assert not path.exists()
    model = Saying(asking)
    found = generate_questions(model, ROWS, Sampling(), output=path)
    assert len(model.calls) == 4
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == [question.text for question in found]
    assert lines[4] == {
        "row": 1,
        "number": 0,
        "text": "2. And locks?",
        "form": ["leading-number"],
        "meaning": [],
    }
    assert [each.name for each in tmp_path.iterdir()] == ["wordings.jsonl"]


def test_another_run_does_not_take_over_what_is_kept(tmp_path):
    path = tmp_path / "wordings.jsonl"
    with pytest.raises(BackendError):
        generate_questions(Saying(asking, fails_at=6), ROWS, Sampling(), output=path)
    model = Saying(asking)
    generate_questions(model, ROWS, Sampling(seed=1), output=path)
    assert len(model.calls) == 8


def test_a_wording_is_held_against_topic_question_and_answer():
    asked = row_asked(ROWS[0])
    assert asked.wordings == ("Indexes", "What is an index for?")
    assert asked.answer == "They pair rows."


def test_of_nothing_there_is_no_report():
    with pytest.raises(InvalidInput, match="at least one generated question"):
        report_on("m", [])


@pytest.mark.parametrize("n", [0, 101])
def test_n_keeps_to_its_range(n):
    with pytest.raises(InvalidInput, match=f"n must be from 1 to 100. Got {n}"):
        Sampling(n=n)


def test_an_output_that_cannot_be_written_is_told_before_the_work(tmp_path):
    model = Saying(asking)
    with pytest.raises(InvalidInput, match="must be a file"):
        generate_questions(model, ROWS, Sampling(), output=tmp_path)
    assert model.calls == []
