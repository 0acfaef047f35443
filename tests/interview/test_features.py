import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.interview.bank import Point, Question, QuestionKind
from metier.interview.features import NAMES, FeatureReader
from metier.types import Span
from tests.interview.bags import QUESTION, VOCABULARY, BagEncoder

HALF = 1 / math.sqrt(2)


def feature(answer, name, question=QUESTION, point=0):
    reader = FeatureReader(BagEncoder())
    return float(reader.features(question, reader.answer(answer)).values[point, NAMES.index(name)])


def with_points(*points, **changes):
    return Question("q", ("What now?",), points, **changes)


def test_names_differ_and_each_is_a_column():
    reader = FeatureReader(BagEncoder())
    found = reader.features(QUESTION, reader.answer("amber"))
    assert len(set(NAMES)) == len(NAMES)
    assert (found.values.shape, found.values.dtype) == ((2, len(NAMES)), np.float32)


@pytest.mark.parametrize(
    ("name", "answer", "value"),
    [
        ("nearest_reference", "Amber birch.", 1),
        ("nearest_reference", "Amber.", HALF),
        ("nearest_reference", "Kelp.", 0),
        ("nearest_reference", "Cedar delta. Amber birch.", 1),
        ("whole_to_reference", "Cedar delta. Amber birch.", HALF),
        ("nearest_wrong", "Lagoon jetty.", 1),
        ("nearest_wrong", "Amber birch.", 0),
        ("nearest_partial", "Amber kelp.", 1),
        ("reference_over_wrong", "Amber birch.", 1),
        ("reference_over_wrong", "Lagoon jetty.", -1),
        ("reference_over_partial", "Amber birch.", 1 - 0.5),
        ("reference_over_other_points", "Amber birch.", 1),
        ("reference_over_other_points", "Cedar delta.", -1),
        ("tokens_of_reference", "Birch, amber.", 1),
        ("tokens_of_reference", "Amber.", 0.5),
        ("tokens_of_answer", "Amber kelp inlet grove.", 0.25),
        ("tokens_of_wrong", "Lagoon.", 0.5),
        ("tokens_over_wrong", "Amber birch lagoon.", 0.5),
        ("stems_of_reference", "It was amber.", 0.5),
        ("stems_of_reference", "Ambers and birches.", 1),
        ("stems_of_wrong", "A lagoon.", 0.5),
        ("nearest_off_topic", "Grove heath.", 1),
        ("whole_to_question", "Amber birch.", 0),
        ("reference_over_question", "Amber birch.", 1),
        ("words", "Amber birch cedar.", math.log(4)),
        ("number", "Amber 7.", 1),
        ("number", "Amber seven.", 0),
        ("own", "We cut the amber.", 1),
        ("own", "Ich schnitt amber.", 0),
        ("own", "Мы резали amber.", 1),
        ("own", "저는 amber.", 1),
        ("experience", "Amber.", 0),
    ],
)
def test_each_feature_says_one_thing_of_the_first_point(name, answer, value):
    assert feature(answer, name) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("Amber birch.", 0),
        ("Never amber birch.", 1),
        ("It isn't amber birch.", 1),
        ("Это не amber birch.", 1),
        ("amber birch 아니다.", 1),
        ("Never cedar. Amber birch.", 0),
    ],
)
def test_a_negation_counts_where_the_sentence_that_comes_nearest_has_it(answer, value):
    assert feature(answer, "negation_differs") == value


def test_a_negation_that_the_reference_has_too_does_not_differ():
    question = with_points(Point("a", "a", ("Never amber birch.",)))
    assert feature("Not amber birch.", "negation_differs", question) == 0
    assert feature("Amber birch.", "negation_differs", question) == 1


def test_the_second_reference_counts_where_there_is_one():
    question = with_points(Point("a", "a", ("amber birch", "amber kelp")), Point("b", "b", ("amber birch",)))
    assert feature("Amber birch.", "second_reference", question) == pytest.approx(0.5)
    assert feature("Amber birch.", "second_reference", question, point=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "name",
    [
        "nearest_wrong",
        "nearest_partial",
        "reference_over_wrong",
        "reference_over_partial",
        "reference_over_other_points",
        "tokens_of_wrong",
        "tokens_over_wrong",
        "stems_of_wrong",
        "nearest_off_topic",
    ],
)
def test_what_a_bank_does_not_name_is_nought(name):
    assert feature("Amber birch.", name, with_points(Point("a", "a", ("amber birch",)))) == 0


def test_stems_of_the_question_are_nobodys_merit():
    point = Point("a", "a", ("The amber of birch",))
    question = Question("q", ("What is the amber of a tree?",), (point,))
    assert feature("The amber.", "stems_of_reference", question) == 0
    assert feature("Birch.", "stems_of_reference", question) == 1


def test_experience_is_a_kind_of_question():
    question = with_points(Point("a", "a", ("amber",)), kind=QuestionKind.EXPERIENCE)
    assert feature("Amber.", "experience", question) == 1


def test_the_segments_that_come_nearest_are_shown():
    reader = FeatureReader(BagEncoder())
    answer = "First of all there is amber birch. Then heath inlet, of course. And a lagoon jetty here."
    found = reader.features(QUESTION, reader.answer(answer))
    said = [[answer[span.start : span.end] for span in spans] for spans in (found.supports, found.opposes)]
    assert said[0][0] == "First of all there is amber birch."
    assert said[1] == ["And a lagoon jetty here.", "Then heath inlet, of course."]


def test_a_point_without_wrong_statements_is_opposed_by_nothing():
    reader = FeatureReader(BagEncoder())
    found = reader.features(with_points(Point("a", "a", ("amber",))), reader.answer("Amber."))
    assert (found.supports, found.opposes) == ((Span(0, 6),), (None,))


@pytest.mark.parametrize("answer", ["", "   ", "\n"])
def test_an_empty_answer_has_no_segments_and_finite_features(answer):
    reader = FeatureReader(BagEncoder())
    reading = reader.answer(answer)
    found = reader.features(QUESTION, reading)
    assert (reading.segments, reading.vectors.shape, reading.stems) == ((), (0, 12), frozenset())
    assert (found.supports, found.opposes) == ((None, None), (None, None))
    assert np.isfinite(found.values).all()
    assert found.values[:, NAMES.index("nearest_reference")].tolist() == [0, 0]


def test_a_question_without_points_has_no_rows():
    reader = FeatureReader(BagEncoder())
    found = reader.features(with_points(kind=QuestionKind.TALK), reader.answer("Amber."))
    assert (found.values.shape, found.supports) == ((0, len(NAMES)), ())


def test_the_centre_is_taken_off_before_tokens_are_compared():
    center = np.full(12, 0.05, np.float32)
    plain, centred = FeatureReader(BagEncoder()), FeatureReader(BagEncoder(), center)
    column = NAMES.index("tokens_of_reference")
    values = [
        reader.features(QUESTION, reader.answer("Kelp.")).values[0, column] for reader in (plain, centred)
    ]
    assert values[0] == 0
    assert values[1] < 0


class Counting(BagEncoder):
    """Remembers every text that it reads."""

    def __init__(self):
        self.texts = []

    def read(self, text):
        self.texts.append(text)
        return super().read(text)


def test_a_question_is_read_once_and_an_answer_where_it_is_asked_for():
    encoder = Counting()
    reader = FeatureReader(encoder, remember=True)
    for _ in range(2):
        reader.features(QUESTION, reader.answer("Amber birch."))
    assert (encoder.texts.count("amber birch"), encoder.texts.count("Amber birch.")) == (1, 2)
    forgets = FeatureReader(encoder)
    forgets.answer("Amber birch.")
    forgets.answer("Amber birch.")
    assert encoder.texts.count("Amber birch.") == 6


def test_what_is_remembered_is_what_would_be_found():
    remembers, forgets = FeatureReader(FakeEncoder(16), remember=True), FeatureReader(FakeEncoder(16))
    for _ in range(2):
        for answer in ("Amber birch, and so on.", "Cedar."):
            kept = remembers.features(QUESTION, remembers.answer(answer))
            fresh = forgets.features(QUESTION, forgets.answer(answer))
            assert np.array_equal(kept.values, fresh.values)
            assert (kept.supports, kept.opposes) == (fresh.supports, fresh.opposes)


ANSWERS = st.lists(st.sampled_from([*VOCABULARY, "not", "and", "7", "we", ".", ",", "모르겠다"]), max_size=12)
USED = FeatureReader(FakeEncoder(16))


@given(ANSWERS, ANSWERS)
def test_features_do_not_depend_on_other_answers_and_stay_finite(words, others):
    text = " ".join(words)
    USED.features(QUESTION, USED.answer(" ".join(others)))
    fresh = FeatureReader(FakeEncoder(16))
    first, second = (reader.features(QUESTION, reader.answer(text)) for reader in (USED, fresh))
    assert np.array_equal(first.values, second.values)
    assert (first.supports, first.opposes) == (second.supports, second.opposes)
    assert np.isfinite(first.values).all()


@given(ANSWERS)
def test_segments_lie_within_the_answer(words):
    text = " ".join(words)
    found = USED.features(QUESTION, USED.answer(text))
    for span in (*found.supports, *found.opposes):
        assert span is None or (0 <= span.start < span.end <= len(text))
        assert span is None or text[span.start : span.end].strip()
