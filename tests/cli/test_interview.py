"""`metier interview` as a person or a script runs it, from the first question to the report."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metier.cli import interview
from metier.interview.writer import BankWriter
from tests.interview.interviews import WORDS, WordGrader, answers, bank_text

ROOT = Path(__file__).parents[2]
RUN = (
    # A build that runs in the background hands down that Ctrl-C is ignored.
    "import signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from metier.cli import interview, main\n"
    "from tests.interview.interviews import WordGrader\n"
    "interview._grader = lambda settings, model, grader: WordGrader()\n"
    "main()"
)


@pytest.fixture
def graded(monkeypatch):
    monkeypatch.setattr(interview, "_grader", lambda settings, model, grader: WordGrader())


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path, "en")


def make_bank(folder, language):
    path = folder / f"small-{language}.yaml"
    path.write_text(bank_text(language), encoding="utf-8")
    return path


def lines(texts):
    return "".join(f"{text}\n" for text in texts).encode()


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("language", WORDS)
def test_a_scripted_interview_from_hello_to_the_report(metier, tmp_path, language):
    bank = make_bank(tmp_path, language)
    result = metier("interview", "--bank", bank, "--session", "anna", stdin=lines(answers(language)))
    assert result.code == 0, result.err
    (made,) = result.rows
    assert made["interview"]["language"] == language
    assert [turn["answer"] for turn in made["interview"]["turns"]] == answers(language)
    assert (made["score"], made["n_points"], made["n_earned"]) == (0.5, 3, 2)
    assert made["topics"][0]["questions"][0]["points"][0]["quotes"] == [WORDS[language]["data"]]
    for asked in (WORDS[language]["hello"], WORDS[language]["ask_ml"], WORDS[language]["goodbye"]):
        assert asked in result.err
    assert "metier interview report anna" in result.err


@pytest.mark.usefixtures("graded")
def test_answers_come_from_a_file_and_the_report_goes_to_one(metier, tmp_path, bank):
    given = tmp_path / "answers.txt"
    given.write_bytes(b"\xef\xbb\xbf" + lines(answers()).replace(b"\n", b"\r\n"))
    page = tmp_path / "report.html"
    result = metier("interview", "--bank", bank, "--answers", given, "--output", page)
    assert (result.code, result.out) == (0, "")
    assert "Interview report" in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("graded")
def test_when_the_answers_end_the_interview_is_saved_and_goes_on_later(metier, bank):
    first = metier("interview", "--bank", bank, "--session", "anna", stdin=lines(answers()[:2]))
    assert (first.code, first.out) == (0, "")
    assert f"Saved. Go on: metier interview --session anna --bank {bank}" in first.err
    without = metier("interview", "--session", "anna")
    assert (without.code, "--bank FILE" in without.err) == (2, True)
    second = metier("interview", "--bank", bank, "--session", "anna", stdin=lines(answers()[2:]))
    assert "going on after 2 answers" in second.err
    assert "Turn 3. " + WORDS["en"]["follow_up"] in second.err
    assert [turn["answer"] for turn in second.rows[0]["interview"]["turns"]] == answers()
    again = metier("interview", "--bank", bank, "--session", "anna")
    assert (again.code, "has ended" in again.err) == (2, True)


@pytest.mark.usefixtures("graded")
def test_an_unfinished_interview_has_a_report_where_one_is_asked_for(metier, bank):
    result = metier("interview", "--bank", bank, "--format", "table", stdin=lines(answers()[:2]))
    assert result.code == 0
    assert "not finished" in result.out
    assert "learns from data" in result.out


@pytest.mark.usefixtures("graded")
def test_commands_are_no_answers(metier, bank):
    script = ["/help", "ok", "/repeat", "/skip", " /end "]
    result = metier("interview", "--bank", bank, stdin=lines(script))
    turns = result.rows[0]["interview"]["turns"]
    assert [turn["answer"] for turn in turns] == ["ok", "", None]
    assert turns[1]["grade"]["remarks"][0]["manner"] == "skips"
    assert result.err.count("Turn 2. What is machine learning?") == 2
    assert "/pause   stop here" in result.err
    assert result.rows[0]["interview"]["ended_at"]


@pytest.mark.usefixtures("graded")
def test_a_pause_saves_and_says_how_to_go_on(metier, bank):
    result = metier("interview", "--bank", bank, "--session", "a", stdin=lines(["ok", "/pause", "x"]))
    assert (result.code, result.out) == (0, "")
    assert "Go on: metier interview --session a" in result.err
    assert json.loads(metier("interview", "sessions").out)["n_answers"] == 1


@pytest.mark.usefixtures("graded")
def test_feedback_says_what_is_missing_when_the_question_is_over(metier, bank):
    result = metier("interview", "--bank", bank, "--feedback", stdin=lines(answers()))
    part, rest = result.err.split("Turn 3.")
    assert "[partly]\n  Covered:\n  - learns from data\n  Something is still open" in part
    assert "nobody writes rules" not in part
    assert "Missing:\n  - trains small adapters" in rest
    assert "Covered" not in metier("interview", "--bank", bank, stdin=lines(answers())).err


@pytest.mark.usefixtures("graded")
def test_blank_lines_are_empty_answers(metier, bank):
    result = metier("interview", "--bank", bank, "--follow-ups", "0", stdin=b"\n\n \n\n")
    assert [turn["answer"] for turn in result.rows[0]["interview"]["turns"]] == ["", "", " ", ""]


@pytest.mark.usefixtures("graded")
def test_hostile_answers_are_kept_and_steer_no_terminal(metier, tmp_path, bank):
    hostile = [b"a\x00b", b"\xff\xfe learns from data \x1b[31m\x9b", b"x" * 20_000, "\u202eрус 한국".encode()]
    result = metier("interview", "--bank", bank, "--session", "a", stdin=b"\n".join(hostile) + b"\n")
    assert result.code == 0
    shown = metier("interview", "report", "a", "--bank", bank, "--format", "json")
    kept = [turn["answer"] for turn in shown.rows[0]["interview"]["turns"]]
    assert kept[0] == "a\x00b"
    assert kept[1].startswith("\\xff\\xfe learns from data \x1b[31m")
    assert kept[2:4] == ["x" * 20_000, "\u202eрус 한국"]
    table = metier("interview", "report", "a", "--bank", bank, "--format", "table").out
    for text in (table, result.err):
        assert not {"\x00", "\x1b", "\x9b", "\u202e"} & set(text)
    page = tmp_path / "r.html"
    assert metier("interview", "report", "a", "--bank", bank, "--output", page).code == 0
    assert not {"\x00", "\x1b", "\u202e"} & set(page.read_text(encoding="utf-8"))


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--minutes", "0"), "minutes must be above 0"),
        (("--max-questions", "0"), "max_questions must be at least 1"),
        (("--follow-ups", "-1"), "max_follow_ups must be 0 or more"),
        (("--session", "../x"), "letters a-z"),
        (("--answers", "nowhere.txt"), "cannot be read"),
        (("--output", "report.csv"), "table, json or html"),
        (("--output", "report.xyz"), "must end in"),
        (("--writer", "nobody"), "no writer 'nobody'"),
    ],
)
def test_wrong_use_is_told_before_anything_is_asked(metier, bank, arguments, message):
    result = metier("interview", "--bank", bank, *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Turn 1" not in result.err
    assert metier("interview", "sessions").out == ""


@pytest.mark.usefixtures("graded")
def test_options_of_an_interview_stay(metier, bank):
    arguments = ("interview", "--bank", bank, "--session", "a")
    assert metier(*arguments, "--max-questions", "1", stdin=lines(["ok"])).code == 0
    refused = metier(*arguments, "--max-questions", "2", stdin=lines(["x"]))
    assert (refused.code, "keeps the options" in refused.err) == (2, True)
    ended = metier(*arguments, stdin=lines(["nobody writes rules", "hm", "bye"]))
    asked = [turn["step"]["question"] for turn in ended.rows[0]["interview"]["turns"]]
    assert asked == ["hello", "what-is-ml", "what-is-ml", "goodbye"]


@pytest.mark.usefixtures("graded")
def test_another_version_of_the_bank_is_refused(metier, bank):
    assert metier("interview", "--bank", bank, "--session", "a", stdin=b"ok\n").code == 0
    bank.write_text(bank_text().replace("Thank you", "Thanks"), encoding="utf-8")
    for command in (("interview", "--session", "a"), ("interview", "report", "a")):
        refused = metier(*command, "--bank", bank)
        assert (refused.code, "another version of it" in refused.err) == (2, True)


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("place", ["kept", "kept.sqlite"])
def test_interviews_are_listed_and_deleted(metier, tmp_path, bank, place):
    at = ("--sessions", tmp_path / place)
    assert metier("interview", "sessions", *at, "--format", "table").out == "No interview is kept there.\n"
    first = metier("interview", "--bank", bank, *at, stdin=b"ok\n")
    (row,) = metier("interview", "sessions", *at).rows
    assert f"--session {row['id']} --bank {bank} --sessions {tmp_path / place}" in first.err
    assert "can go on" in metier("interview", "sessions", *at, "--format", "table").out
    deleted = metier("interview", "delete", row["id"], *at)
    assert (deleted.code, deleted.err) == (0, f"Deleted interview {row['id']}.\n")
    assert metier("interview", "sessions", *at).out == ""
    assert metier("interview", "delete", row["id"], *at).code == 2


@pytest.mark.usefixtures("graded")
def test_one_answer_is_graded(metier, bank):
    arguments = ("interview", "grade", "--bank", bank, "--question", "what-is-ml")
    (made,) = metier(*arguments, "--text", "It learns from data.").rows
    assert (made["verdict"], made["matched"][0]["spans"]) == ("partly", [{"start": 3, "end": 19}])
    table = metier(*arguments, "--format", "table", stdin=b"maybe it learns from data \xff").out
    for words in (
        "partly",
        "“learns from data”",
        "A person should look",
        "Nothing in the answers comes near",
    ):
        assert words in table
    unknown = metier("interview", "grade", "--bank", bank, "--question", "none", "--text", "x")
    assert (unknown.code, "no question 'none'" in unknown.err) == (2, True)


@pytest.mark.parametrize("command", ["report", "sessions", "delete", "grade"])
def test_every_command_has_help_with_an_example(metier, command):
    result = metier("interview", command, "--help")
    assert (result.code, f"Example: metier interview {command}" in result.out) == (0, True)


def test_help_shows_what_an_interview_takes(metier):
    result = metier("interview", "--help")
    assert result.code == 0
    for option in ("--bank", "--answers", "--session", "--feedback", "Example: metier interview"):
        assert option in result.out


def test_the_bank_is_the_usual_writer(metier, monkeypatch, bank):
    monkeypatch.setattr(interview, "_encoder", lambda settings, name: pytest.fail("No encoder is needed."))
    settings = interview.options.load_settings()
    flags = interview.WriterFlags("bank", None, None, None)
    assert isinstance(interview._writer(settings, None, flags), BankWriter)


@pytest.mark.parametrize(("model", "loaded"), [("none", False), ("base", True)])
def test_the_encoder_is_as_named(metier, model, loaded, monkeypatch):
    asked = []
    monkeypatch.setattr("metier.encoders.load.load_encoder", lambda path, runtime: asked.append(path) or "e")
    interview._encoder.cache_clear()
    try:
        assert interview._encoder(interview.options.load_settings(), model) == ("e" if loaded else None)
    finally:
        interview._encoder.cache_clear()
    assert len(asked) == loaded


def run_beside(tmp_path, *arguments, **streams):
    environment = {**os.environ, "METIER_DATA_DIR": str(tmp_path / "data"), "TERM": "dumb"}
    command = [sys.executable, "-c", RUN, "interview", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, **streams)


def test_a_process_killed_in_mid_interview_goes_on_with_the_same_question(
    metier, tmp_path, bank, monkeypatch
):
    monkeypatch.setattr(interview, "_grader", lambda settings, model, grader: WordGrader())
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = run_beside(tmp_path, "--bank", bank, "--session", "a", **pipes)
    process.stdin.write(lines(answers()[:2]))
    process.stdin.flush()
    shown = b""
    while not shown.startswith(b"Turn 3."):
        shown = process.stderr.readline()
    process.kill()
    process.communicate()
    result = metier("interview", "--bank", bank, "--session", "a", stdin=lines(answers()[2:]))
    assert shown.decode().strip() in result.err
    assert [turn["answer"] for turn in result.rows[0]["interview"]["turns"]] == answers()


@pytest.mark.usefixtures("graded")
def test_two_processes_do_not_hold_the_same_interview(metier, tmp_path, bank):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = run_beside(tmp_path, "--bank", bank, "--session", "a", **pipes)
    while b"Turn 1." not in process.stderr.readline():
        pass
    for command in (("--bank", bank, "--session", "a"), ("delete", "a")):
        refused = metier("interview", *command)
        assert (refused.code, "being held by another process" in refused.err) == (4, True)
    process.communicate(b"/end\n")
    assert metier("interview", "delete", "a").code == 0


class Terminal:
    """A process at a terminal of its own."""

    def __init__(self, tmp_path, *arguments):
        self.master, slave = pty.openpty()
        self.process = run_beside(tmp_path, *arguments, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.seen = ""

    def until(self, text):
        deadline = time.monotonic() + 300
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.master], [], [], 1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    break
        assert text in self.seen, self.seen
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        code = self.process.wait(120)
        os.close(self.master)
        return code


def test_at_a_terminal_an_answer_has_lines_and_ctrl_c_saves(metier, tmp_path, bank):
    terminal = Terminal(tmp_path, "--bank", bank, "--session", "a")
    terminal.until("End your answer with an empty line")
    terminal.until("Turn 1. Hello! Are you ready?")
    terminal.until("> ")
    terminal.type("ok\n\n")
    terminal.until("Turn 2. ")
    terminal.until("> ")
    terminal.type("I think\nit learns from data\n\n")
    terminal.until("- learns from data")
    terminal.until("Turn 3. ")
    terminal.until("> ")
    terminal.process.send_signal(signal.SIGINT)
    terminal.until("Interrupted. Interview a is saved. Go on: metier interview --session a")
    assert terminal.end() == 130
    (kept,) = metier("interview", "report", "a", "--bank", bank, "--format", "json").rows
    assert [turn["answer"] for turn in kept["interview"]["turns"]] == [
        "ok",
        "I think\nit learns from data",
        None,
    ]


def test_at_a_terminal_the_end_of_input_pauses(metier, tmp_path, bank):
    terminal = Terminal(tmp_path, "--bank", bank, "--session", "a", "--no-feedback")
    terminal.until("> ")
    terminal.type("/skip\n")
    terminal.until("Turn 2. ")
    terminal.until("> ")
    terminal.type("\x04")
    terminal.until("Saved. Go on: ")
    assert terminal.end() == 0
    assert json.loads(metier("interview", "sessions").out)["n_answers"] == 1
