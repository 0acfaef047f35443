import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")

from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import CARD
from metier.errors import InvalidInput
from metier.interview.bank import QuestionKind
from metier.interview.fit_grader import (
    FOLDS,
    GraderOptions,
    fit_grader,
    folds_by_question,
    grade_across_folds,
    measure,
    sentence_center,
)
from metier.interview.grading import Grader
from metier.interview.grading_head import HEAD, MANNERS, GradingHead
from metier.interview.labelled import LabelledAnswer
from metier.training.output import Origin
from tests.interview.bags import QUESTION
from tests.interview.made_answers import made_rows

ENCODER = FakeEncoder(8)
ROWS = made_rows()
FOLD_OF = folds_by_question(ROWS)


def fit(output, rows=ROWS, **options):
    said = []
    card = fit_grader(
        rows, ENCODER, output, origin=Origin("made"), options=GraderOptions(**options), say=said.append
    )
    return card, said


def across(rows, options=None):
    return grade_across_folds(rows, FOLD_OF, ENCODER, options or GraderOptions())


@pytest.fixture(scope="module")
def crossed():
    return across(ROWS)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit") / "grader"
    card, said = fit(folder)
    return folder, card, said


def test_a_fitted_model_grades(fitted):
    folder, _, _ = fitted
    grader = Grader(ENCODER, GradingHead.load(folder, encoder_sha256=ENCODER.sha256))
    verdicts = [
        grader.grade(row.question, row.answer, language="en").verdict
        for row in ROWS[:4]
        if row.earned or row.manners
    ]
    assert verdicts == [Verdict.EARNED, Verdict.PARTLY, Verdict.PARTLY]


def test_the_card_says_what_it_was_fitted_to_and_how_well_it_does(fitted):
    folder, card, said = fitted
    figures = card.metrics["cross_validation"]
    assert set(figures) == {"points", "contradictions", "verdicts", "manners"}
    assert figures["points"]["f1"] > 0.7
    assert figures["verdicts"]["n"] == len(ROWS)
    assert len(card.training_data["labelled answers"]) == 64
    assert (card.task, card.base) == ("grading", f"head for encoder {ENCODER.sha256}")
    assert json.loads((folder / CARD).read_bytes())["metrics"]["cross_validation"] == figures
    assert said[0] == f"Reading {len(ROWS):,} answers."
    assert "not fitted to" in said[1]


def test_the_same_answers_give_the_same_model(fitted, tmp_path):
    folder, card, _ = fitted
    again, _ = fit(tmp_path / "again")
    assert (tmp_path / "again" / HEAD).read_bytes() == (folder / HEAD).read_bytes()
    assert again == card


def test_a_folder_in_use_is_not_written_to(fitted):
    with pytest.raises(InvalidInput, match="must be empty. Name another folder"):
        fit(fitted[0])


def without(kind):
    return [row for row in ROWS if not getattr(row, kind)]


def in_one_question(manner):
    first = ROWS[0].question
    return [row for row in ROWS if manner not in row.manners or row.question == first] + [
        LabelledAnswer("made", "en", first, "Words.", manners=frozenset({manner}))
    ]


ONE_FOLD = [row for row in ROWS if folds_by_question([row]) == folds_by_question(ROWS[:1])]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:39], "needs at least 40 answers to a dozen questions. Got 39 to 6"),
        (ONE_FOLD * 3, "to a dozen questions. Got 42 to 2"),
        (without("wrong"), "wrong comes 0 times; label more answers"),
        (without("partly"), "partly comes 0 times"),
        (without("earned"), "earned comes 0 times"),
        ([row for row in ROWS if Manner.ENDS not in row.manners], "'ends' does not; label some"),
        (in_one_question(Manner.ENDS), "answers to several questions. 'ends' does not"),
        (
            [row for row in ROWS if not row.wrong] + [row for row in ONE_FOLD if row.wrong] * 5,
            "'wrong' does not",
        ),
        ([], "must be to questions with points. Got none"),
    ],
)
def test_too_few_labels_are_told(tmp_path, rows, message):
    with pytest.raises(InvalidInput, match=message):
        fit(tmp_path / "grader", rows)
    assert not (tmp_path / "grader").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"accuracy": 0},
        {"accuracy": 1.01},
        {"accuracy": float("nan")},
        {"point_strength": 0},
        {"manner_strength": -1},
        {"manner_strength": float("inf")},
    ],
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidInput, match=f"{next(iter(wrong))} must be above 0"):
        GraderOptions(**wrong)


def test_a_question_and_its_translations_are_in_one_fold():
    translated = [replace(row, language="ru", bank="other", answer="") for row in ROWS]
    assert folds_by_question(ROWS) == folds_by_question(translated)
    assert set(folds_by_question(ROWS)) == set(range(FOLDS))
    assert folds_by_question(ROWS, seed=1) != folds_by_question(ROWS)


def test_grades_across_folds_come_in_the_order_of_the_answers(crossed):
    assert [grade.question for grade in crossed] == [row.question.id for row in ROWS]


def test_an_answer_is_graded_by_a_model_that_did_not_see_its_fold(crossed):
    turned = [
        replace(row, earned=row.wrong, wrong=row.earned) if fold == FOLD_OF[0] else row
        for row, fold in zip(ROWS, FOLD_OF, strict=True)
    ]
    one, other = (
        [
            (grade.matched, grade.missing)
            for grade, fold in zip(grades, FOLD_OF, strict=True)
            if fold == FOLD_OF[0]
        ]
        for grades in (crossed, across(turned))
    )
    assert one == other


def test_the_centre_is_the_mean_state_of_the_words_of_references():
    row = LabelledAnswer("b", "en", QUESTION, "Words.")
    words = [word for point in QUESTION.points for text in point.references for word in text.split()]
    states = np.concatenate([ENCODER.read(word).states for word in words])
    assert sentence_center([row, row], ENCODER) == pytest.approx(states.mean(axis=0), abs=1e-6)


def graded(matched, missing, verdict, *remarks, doubts=()):
    points = [
        tuple(PointGrade(key, key, chance) for key, chance in group.items()) for group in (matched, missing)
    ]
    return Grade("woods", verdict, 0.5, *points, tuple(Remark(one) for one in remarks), doubts)


def labelled(earned="", wrong="", manners=()):
    return LabelledAnswer(
        "b",
        "en",
        QUESTION,
        "Words.",
        frozenset(earned.split()),
        frozenset(),
        frozenset(wrong.split()),
        frozenset(manners),
    )


MEASURED = [
    (labelled("first second"), graded({"first": 0.9, "second": 0.8}, {}, Verdict.EARNED)),
    (
        labelled("first"),
        graded({"second": 0.6}, {"first": 0.4}, Verdict.PARTLY, doubts=(Doubt.NEAR_THRESHOLD,)),
    ),
    (
        labelled("", "first", {Manner.HEDGES}),
        graded({"first": 0.7}, {"second": 0.0}, Verdict.PARTLY, Manner.CONTRADICTS),
    ),
    (
        labelled("", "", {Manner.HEDGES}),
        graded({}, {"first": 0.1, "second": 0.2}, Verdict.NOT_EARNED, Manner.HEDGES, Manner.ENDS),
    ),
]


def test_measures_are_those_of_the_grades_by_hand():
    found = measure(*zip(*MEASURED, strict=True))
    assert found["points"] == {
        "precision": 0.5,  # first and second of the first answer, of the four that are said to be earned
        "recall": 0.6667,
        "f1": 0.5714,
        "n": 3,
        "brier": pytest.approx((0.01 + 0.04 + 0.36 + 0.36 + 0.49 + 0.0 + 0.01 + 0.04) / 8, abs=1e-4),
    }
    assert found["contradictions"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "n": 1}
    assert found["verdicts"] == {
        "accuracy": 0.75,
        "accuracy_without_doubt": 0.6667,
        "share_without_doubt": 0.75,
        "n": 4,
    }
    assert found["manners"]["hedges"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "n": 2}
    assert found["manners"]["ends"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 0}
    assert list(found["manners"]) == [manner.value for manner in MANNERS]


def test_talk_counts_for_manners_only():
    talk = replace(QUESTION, id="hello", points=(), kind=QuestionKind.TALK)
    row = LabelledAnswer("b", "en", talk, "A break!", manners=frozenset({Manner.PAUSES}))
    rows, grades = zip(*MEASURED, (row, graded({}, {}, Verdict.NOT_GRADED, Manner.PAUSES)), strict=True)
    found = measure(rows, grades)
    assert (found["verdicts"]["n"], found["manners"]["pauses"]["f1"]) == (4, 1.0)


def test_where_all_is_in_doubt_there_is_no_share_of_what_is_not():
    rows, grades = zip(*(pair for pair in MEASURED if pair[1].doubts), strict=True)
    verdicts = measure(rows, grades)["verdicts"]
    assert (verdicts["accuracy_without_doubt"], verdicts["share_without_doubt"]) == (None, 0.0)


def test_the_more_is_asked_for_the_more_is_doubted(crossed):
    strict = across(ROWS, GraderOptions(accuracy=1.0))
    assert sum(grade.abstains for grade in crossed) <= sum(grade.abstains for grade in strict)
