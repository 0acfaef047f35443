import numpy as np
import pytest

from metier.encoders.reading import TextKind
from metier.skills.linking.head import LinkingWeights
from metier.skills.linking.reader import SentenceReader
from metier.skills.linking.skill_index import index_skills
from metier.skills.linking.tagger import LEAST_LOG_PROBABILITY, find_spans
from metier.types import Span
from tests.skills.linking.small import ENCODER, CountingEncoder, flat_tagger, random_tagger, things

WEIGHTS = LinkingWeights()
SENTENCES = ["Plan budgets and lead people.", "", "We use Python", "...", "weld steel " * 30]


def reader(encoder=ENCODER, tagger=None, weights=WEIGHTS, priors=None):
    index = index_skills(things(), encoder, cache=None, priors=priors)
    return SentenceReader(encoder, tagger or flat_tagger(), index, weights)


def test_a_sentence_is_scored_as_the_recipe_says():
    text = "We use Python"
    (found,) = reader(weights=LinkingWeights(lexical=0)).read([text])
    reading = ENCODER.read(text)
    tagged = find_spans(flat_tagger().log_probabilities(reading.states), reading.spans, text)
    vectors = index_skills(things(), ENCODER, cache=None).vectors.astype(float)
    expected = np.full(6, -np.inf)
    for item in tagged:
        alone = ENCODER.encode([text[item.span.start : item.span.end]], kind=TextKind.QUERY)[0]
        score = vectors @ (alone + reading.pool([item.span])[0])
        expected = np.maximum(expected, score + WEIGHTS.span * item.log_probability)
    expected += WEIGHTS.sentence * (vectors @ reading.pool([Span(0, len(text))])[0])
    assert found.scored.scores == pytest.approx(expected, abs=1e-5)
    assert found.scored.scores.argmax() == 0
    span = found.spans[found.scored.spans[0]]
    assert text[span.start : span.end] == "Python"


def test_sentences_without_a_word_have_no_scores():
    assert [found is None for found in reader().read(SENTENCES)] == [False, True, False, True, False]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_sentence_is_scored_alike_in_any_company(seed):
    made = reader(tagger=random_tagger(seed=seed))
    crowd = [*SENTENCES, *(f"sentence {i} of many" for i in range(70)), *SENTENCES]
    together = list(made.read(crowd))
    for i, sentence in enumerate(SENTENCES):
        (alone,) = made.read([sentence])
        for other in (together[i], together[i - len(SENTENCES)]):
            if alone is None:
                assert other is None
                continue
            assert other.spans == alone.spans
            assert other.scored.scores.tobytes() == alone.scored.scores.tobytes()


def test_the_words_of_many_sentences_are_encoded_together():
    encoder = CountingEncoder()
    made = reader(encoder)
    encoder.encoded.clear()
    list(made.read(["weld steel", "steel", "weld"]))
    assert [sorted(texts) for texts in encoder.encoded] == [["steel", "weld", "weld steel"]]


def test_a_sentence_without_candidates_speaks_as_a_whole_and_less():
    tagger = flat_tagger()
    tagger.out_bias[[2, 5]] = 50.0  # no token is in a span
    (found,) = reader(tagger=tagger).read(["We use Python"])
    assert found.spans == (Span(0, len("We use Python")),)
    (open_,) = reader().read(["We use Python"])
    assert found.scored.scores.max() < open_.scored.scores.max()
    assert LEAST_LOG_PROBABILITY < 0


def test_without_a_weight_spelling_is_not_compared(monkeypatch):
    made = reader(weights=LinkingWeights(lexical=0))
    monkeypatch.setattr(type(made._index.names), "compare", None)
    assert next(made.read(["Python"])) is not None


def test_spelling_helps_words_that_no_vector_knows():
    plain, spelled = (
        next(reader(weights=LinkingWeights(lexical=weight)).read(["Pythonic"])).scored.scores
        for weight in (0.0, 1.0)
    )
    assert spelled[0] - plain[0] > 0.3
    assert (spelled >= plain).all()


def test_priors_raise_their_skill():
    priors = np.array([0, 0, 0, 0, 0, 2.0])
    plain, raised = (next(reader(priors=each).read(["Python"])).scored.scores for each in (None, priors))
    assert raised - plain == pytest.approx(priors * WEIGHTS.prior)
