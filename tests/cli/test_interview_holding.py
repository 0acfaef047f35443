from dataclasses import replace
from pathlib import Path

import pytest

from metier.cli.interview_holding import Held, Wanted, bank_of, hold_interview
from metier.errors import Cancelled, InvalidInput, NotFound
from metier.interview.policy import PolicyOptions
from metier.interview.writer import BankWriter
from metier.store.interview_contract import sample_interview
from tests.interview.interviews import MemoryInterviews, WordGrader, bank_text, small_bank


@pytest.fixture
def wanted(tmp_path):
    bank, given = tmp_path / "small.yaml", tmp_path / "answers.txt"
    bank.write_text(bank_text(), encoding="utf-8")
    given.write_text("ok\n", encoding="utf-8")
    return Wanted(
        bank=str(bank),
        language="en",
        session=None,
        sessions=None,
        store=MemoryInterviews(),
        minutes=None,
        max_questions=None,
        follow_ups=None,
        answers=given,
        feedback=None,
    )


def hold(wanted):
    return hold_interview(wanted, grader=WordGrader, writer=BankWriter)


def test_a_new_interview_has_an_id_of_its_own(wanted, capsys):
    first, second = hold(wanted), hold(wanted)
    assert first.interview.id != second.interview.id
    assert first.interview.id in capsys.readouterr().err
    assert isinstance(first, Held)
    assert (first.ended, first.language, first.report().n_points) == (False, "en", 0)


def test_options_are_the_policy_s_unless_said(wanted):
    assert wanted.options == PolicyOptions()
    assert not wanted.names_options
    said = replace(wanted, follow_ups=0, minutes=5.0)
    assert said.options == PolicyOptions(0, None, 5.0)
    assert said.names_options


@pytest.mark.parametrize(
    ("bank", "sessions", "command"),
    [
        (None, None, "metier interview --session a"),
        ("sql-data", None, "metier interview --session a"),
        ("my bank.yaml", None, "metier interview --session a --bank 'my bank.yaml'"),
        ("x/own.yml", Path("kept.db"), "metier interview --session a --bank x/own.yml --sessions kept.db"),
    ],
)
def test_the_way_to_go_on_names_all_that_is_needed(wanted, bank, sessions, command):
    assert replace(wanted, bank=bank, sessions=sessions).command("--session", "a") == command


def test_an_interrupt_says_how_to_go_on(wanted, monkeypatch):
    def interrupted(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("metier.cli.interview_holding.converse", interrupted)
    with pytest.raises(Cancelled, match="Interview a is saved. Go on: metier interview --session a"):
        hold(replace(wanted, session="a"))


def test_nothing_is_loaded_for_an_interview_that_cannot_be_held(wanted):
    wanted.store.save(replace(sample_interview("a"), ended_at="2026-01-01T00:00:00Z"))
    for wrong in (replace(wanted, session="a"), replace(wanted, bank="nowhere")):
        with pytest.raises((InvalidInput, NotFound)):
            hold_interview(wrong, grader=lambda: pytest.fail("loaded"), writer=BankWriter)


def test_the_bank_of_an_interview_is_found_by_its_name():
    interview = replace(sample_interview("a"), bank="machine-learning", language="ru")
    assert bank_of(interview, None).language == "ru"
    with pytest.raises(InvalidInput, match="--bank FILE"):
        bank_of(replace(interview, bank="own"), None)
    with pytest.raises(NotFound, match="no bank 'nowhere'"):
        bank_of(interview, "nowhere")


def test_the_sample_bank_is_the_one_that_is_written(wanted):
    assert hold(wanted).bank == small_bank()
