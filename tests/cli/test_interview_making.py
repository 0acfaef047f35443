import csv
import json

import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.bank import QuestionKind
from metier.interview.bank_files import dump_bank, load_bank
from metier.interview.labelled import COLUMNS

VACANCY = """Python developer
Requirements:
- Python
- PostgreSQL
- Docker
Nice to have:
- Kafka
"""
RESUME = """Anna Berg
Senior developer of payment services who likes short meetings and long tests.

Experience
Acme, developer, Jan 2019 - Dec 2022
Built billing services in Python and wrote their tests, reports and documentation.
"""
OWN = """
name: own
title: Own
language: en
topics:
  - id: boats
    title: Boats
    skills: [docker]
    questions:
      - id: harbour
        ask: ["How does a container ship find its harbour?"]
        points: [{id: p, label: by the stars, references: [By the stars.]}]
"""


@pytest.fixture
def papers(tmp_path):
    for name, content in (("job.txt", VACANCY), ("cv.txt", RESUME), ("own.yaml", OWN)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def make(metier, papers, *more, vacancy="job.txt", resume="cv.txt", output="made.yaml", stdin=b""):
    files = [name if name == "-" else papers / name for name in (vacancy, resume)]
    documents = ("--vacancy", files[0], "--resume", files[1], "--output", papers / output)
    return metier("interview", "bank", "make", *documents, "--model", "none", *more, stdin=stdin)


def skills(path):
    return {skill for topic in load_bank(path).topics for skill in topic.skills}


def test_a_bank_asks_about_what_the_resume_does_not_show(metier, papers):
    result = make(metier, papers)
    assert (result.code, result.out) == (0, "")
    made = load_bank(papers / "made.yaml")
    assert (made.name, made.language) == ("vacancy", "en")
    assert "docker" in skills(papers / "made.yaml")
    assert not {"python", "kafka"} & skills(papers / "made.yaml")
    n_questions = sum(1 for _ in made.each())
    assert f"{n_questions} questions. Next: metier interview --bank {papers / 'made.yaml'}" in result.err


def test_the_vacancy_may_come_on_standard_input(metier, papers):
    assert make(metier, papers, vacancy="-", stdin=VACANCY.encode()).code == 0
    assert "docker" in skills(papers / "made.yaml")


def test_what_is_nice_to_have_is_asked_about_where_that_is_wanted(metier, papers):
    assert make(metier, papers, "--preferred").code == 0
    assert {"docker", "kafka"} <= {skill.removeprefix("apache-") for skill in skills(papers / "made.yaml")}


def test_own_banks_come_first_and_a_number_of_questions_is_kept_to(metier, papers):
    assert make(metier, papers, "--bank", papers / "own.yaml", "--max-questions", 1).code == 0
    made = load_bank(papers / "made.yaml")
    (boats,) = (topic for topic in made.topics if "docker" in topic.skills)
    assert boats.questions[0].ask == ("How does a container ship find its harbour?",)
    graded = [topic for topic in made.topics if topic.questions[0].kind is not QuestionKind.TALK]
    assert all(len(topic.questions) == 1 for topic in graded)


@pytest.mark.parametrize("language", ["ru", "ko"])
def test_questions_are_in_the_language_that_is_asked_for(metier, papers, language):
    assert make(metier, papers, "--language", language).code == 0
    assert load_bank(papers / "made.yaml").language == language


def test_the_bank_that_is_made_passes_its_own_check(metier, papers):
    make(metier, papers)
    assert metier("interview", "bank", "check", papers / "made.yaml").code == 0


@pytest.mark.parametrize(
    ("changes", "more", "message"),
    [
        ({"output": "made.txt"}, (), "--output must end in .yaml or .yml"),
        ({"resume": "job.txt"}, (), "must be two documents. Got the same one twice"),
        ({"vacancy": "-", "resume": "-"}, (), "must be two documents"),
        ({}, ("--max-questions", 0), "max_questions must be at least 1"),
        ({}, ("--language", "he"), "can be made in"),
        ({}, ("--bank", "nowhere.yaml"), "There is no bank at nowhere.yaml"),
        ({"vacancy": "none.txt"}, (), "none.txt"),
        ({"resume": "empty.txt"}, (), "cannot be read well enough"),
        ({"vacancy": "easy.txt"}, (), "nothing to ask about"),
        ({"output": "own.yaml"}, ("own",), "is one of the inputs and would be lost"),
    ],
)
def test_what_cannot_be_made_is_told(metier, papers, changes, more, message):
    (papers / "empty.txt").write_text("hm", encoding="utf-8")
    (papers / "easy.txt").write_text(
        VACANCY.replace("- PostgreSQL\n- Docker\n", "- Long tests\n"), encoding="utf-8"
    )
    more = ("--bank", papers / "own.yaml") if more == ("own",) else more
    result = make(metier, papers, *more, **changes)
    assert result.code == 2
    assert message in result.err
    assert not (papers / "made.yaml").exists()


@pytest.mark.parametrize("command", [("bank", "make"), ("fit-grader",)])
def test_every_command_has_help_with_an_example(metier, command):
    result = metier("interview", *command, "--help")
    assert (result.code, f"Example: metier interview {' '.join(command)}" in result.out) == (0, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bank", "own.yaml"), "Each --answers needs the --bank that it is for, in pairs. Got 0 and 1"),
        (("--answers", "own.csv"), "in pairs. Got 1 and 0"),
        (("--bank", "nowhere.yaml", "--answers", "own.csv"), "There is no bank at nowhere.yaml"),
    ],
)
def test_answers_and_banks_come_in_pairs(metier, tmp_path, options, message):
    result = metier("interview", "fit-grader", "--output", tmp_path / "grader", *options)
    assert (result.code, message in result.err) == (2, True)


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr("metier.encoders.load.find_model", lambda name, models_dir: None)
    monkeypatch.setattr("metier.encoders.load.load_encoder", lambda path, runtime: FakeEncoder(8))


def write_answers(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            groups = ["|".join(sorted(group)) for group in (row.earned, row.partly, row.wrong, row.manners)]
            writer.writerow([row.question.id, row.answer, *groups])
    return path


@pytest.mark.usefixtures("fake")
def test_a_model_is_fitted_to_own_answers(metier, tmp_path):
    pytest.importorskip("sklearn")
    from tests.interview.made_answers import made_bank, made_rows

    (tmp_path / "made.yaml").write_text(dump_bank(made_bank()), encoding="utf-8")
    answers = write_answers(tmp_path / "made.csv", made_rows())
    data = ("--bank", tmp_path / "made.yaml", "--answers", answers, "--output", tmp_path / "grader")
    result = metier("interview", "fit-grader", *data, "--name", "mine", "--accuracy", 0.5)
    assert (result.code, result.out) == (0, "")
    card = json.loads((tmp_path / "grader" / "model.json").read_bytes())
    assert (card["name"], card["task"], card["license"], card["languages"]) == ("mine", "grading", "", ["en"])
    assert card["command"].startswith("metier interview fit-grader --bank ")
    assert result.err.strip().endswith(f"Use it: metier interview --grader {tmp_path / 'grader'}")


@pytest.mark.usefixtures("fake")
def test_too_few_answers_are_told(metier, tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "own.csv").write_text(",".join(COLUMNS) + "\nharbour,By the stars,p,,,\n", encoding="utf-8")
    data = ("--bank", tmp_path / "own.yaml", "--answers", tmp_path / "own.csv")
    result = metier("interview", "fit-grader", *data, "--output", tmp_path / "grader")
    assert (result.code, "needs at least 40 answers" in result.err) == (2, True)


@pytest.mark.usefixtures("fake")
def test_metiers_own_answers_are_taken_without_any_and_where_asked_for(metier, tmp_path, monkeypatch):
    fitted = []
    monkeypatch.setattr(
        "metier.interview.fit_grader.fit_grader", lambda rows, *_, origin, **__: fitted.append((rows, origin))
    )
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "own.csv").write_text(",".join(COLUMNS) + "\nharbour,By the stars,p,,,\n", encoding="utf-8")
    data = ("--bank", tmp_path / "own.yaml", "--answers", tmp_path / "own.csv")
    for options in ((), data, (*data, "--add-own")):
        assert metier("interview", "fit-grader", "--output", tmp_path / "grader", *options).code == 0
    own, given, both = fitted
    assert (len(given[0]), len(both[0])) == (1, len(own[0]) + 1)
    assert (own[1].license, given[1].license, both[1].license) == ("MIT", "", "")
    assert {"en", "ru", "ko"} <= set(own[1].languages)
