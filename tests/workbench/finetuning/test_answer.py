from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import ModelMismatch  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.answer import (  # noqa: E402
    THRESHOLD,
    SpanDecision,
    SpanObjective,
    SpanTarget,
    best_span,
    saved_threshold,
)
from metier.workbench.finetuning.reading import read_windows  # noqa: E402
from metier.workbench.finetuning.rows import Answer, AnswerRow  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

ROW = AnswerRow("1", "w1 ?", "w2  abc w3 , w4", (Answer("abc w3", 4),))
NONE = AnswerRow("2", "w1 ?", "w2 w3", ())


@pytest.fixture(scope="module")
def network():
    return tiny_network("bert", Head.SPANS)


def found_text(row, target):
    return row.context[target.spans[target.first][0] : target.spans[target.last][1]]


def test_targets_map_back_to_the_characters_of_the_answer(network):
    (window,) = SpanObjective(network).windows([ROW])
    assert found_text(ROW, window.target) == "abc w3"
    assert [span is None for span in window.target.spans] == [True] * 4 + [False] * 7 + [True]


def test_no_answer_is_the_first_token(network):
    (window,) = SpanObjective(network).windows([NONE])
    assert (window.target.first, window.target.last) == (0, 0)


def test_a_window_without_all_of_the_answer_has_none(network):
    context = " ".join(f"w{i}" for i in range(40))
    start = context.index("w20 w21")
    row = AnswerRow("1", "w1 ?", context, (Answer("w20 w21", start),))
    objective = SpanObjective(replace(network, max_tokens=16), overlap=4)
    windows = objective.windows([row])
    texts = {found_text(row, w.target) for w in windows if w.target.first}
    assert texts == {"w20 w21"}
    assert any(not window.target.first for window in windows)


def test_what_may_be_an_answer_is_the_context_and_the_first_token(network):
    objective = SpanObjective(network)
    windows = objective.windows([ROW, NONE])
    targets = objective.targets(windows, 12)
    assert targets["open"].tolist()[1] == [i in {0, 4, 5} for i in range(12)]
    outputs = type("O", (), {"start_logits": torch.randn(2, 12), "end_logits": torch.randn(2, 12)})
    starts, ends = objective.logits_of(outputs, targets)
    assert starts.shape == ends.shape == (2, 12)
    assert (starts[~targets["open"]] == -10_000).all()
    assert torch.equal(ends[targets["open"]], outputs.end_logits[targets["open"]])
    loss = float(objective.loss_of(outputs, targets))
    wanted = [
        torch.nn.functional.cross_entropy(side, targets[name])
        for side, name in ((starts, "starts"), (ends, "ends"))
    ]
    assert loss == pytest.approx(float(sum(wanted)) / 2)


def brute_force(logits, may, longest):
    allowed = [
        (logits[i, 0] + logits[j, 1], i, j)
        for i in range(1, len(logits))
        for j in range(i, min(i + longest, len(logits)))
        if may[i] and may[j]
    ]
    return max(allowed)[0] if allowed else -np.inf


def test_the_best_span_is_that_of_trying_all():
    random = np.random.default_rng(0)
    for n in (1, 2, 12):
        for _ in range(30):
            logits, may = random.normal(size=(n, 2)).astype(np.float32), random.random(n) < 0.7
            score, first, last = best_span(logits, may, longest=4)
            assert score == pytest.approx(brute_force(logits, may, 4))
            if np.isfinite(score):
                assert may[first]
                assert may[last]
                assert 1 <= first <= last < first + 4
                assert logits[first, 0] + logits[last, 1] == pytest.approx(score)


def test_the_surest_window_decides(network):
    row = AnswerRow("1", "w1", "w2 w3 w4", (Answer("w4", 6),))
    spans = (None, None, None, (0, 2), (3, 5), None)
    later = (None, None, None, (3, 5), (6, 8), None)
    windows = [type("W", (), {"row": 0, "target": SpanTarget(0, 0, each)}) for each in (spans, later)]
    raws = [np.zeros((6, 2), np.float32), np.zeros((6, 2), np.float32)]
    raws[0][0], raws[1][0] = [1, 1], [0.5, 0]
    raws[0][3], raws[1][4] = [2, 2], [3, 2]
    (decision,) = SpanObjective(network).decide([row], windows, raws)
    assert decision == SpanDecision(6, 8, pytest.approx(0.5 - 5))
    assert SpanObjective(network).row_logits([row], windows, raws)[0].shape == (12, 2)


def test_answers_are_exact_characters_of_the_context(network):
    objective = SpanObjective(replace(network, max_tokens=16))
    rows = [
        AnswerRow("1", "w1 ?", "  Ünï — «w2» 🙂 w3 " * 5, ()),
        AnswerRow("2", "w1 " * 60, "w4\n\nw5", ()),
    ]
    windows = objective.windows(rows)
    raws = read_windows(objective, windows, batch_size=4).raws
    for row, decision in zip(rows, objective.decide(rows, windows, raws), strict=True):
        record = objective.record(row, decision)
        assert record["predicted"] == row.context[record["start"] : record["end"]]
        assert record["predicted"] == record["predicted"].strip() != ""


def test_a_context_without_tokens_has_no_answer():
    from tokenizers import normalizers

    network = tiny_network("bert", Head.SPANS)
    network.tokenizer.backend_tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    row = AnswerRow("1", "w1 ?", "\x01", ())
    objective = SpanObjective(network, threshold=0.0)
    windows = objective.windows([row])
    decisions = objective.decide([row], windows, read_windows(objective, windows, batch_size=1).raws)
    assert decisions[0].margin == np.inf
    assert objective.tuned([row], decisions).figures([row], decisions).values()["score"] == 1


ROWS = [
    AnswerRow("1", "q", "abc def", (Answer("abc", 0),)),
    AnswerRow("2", "q", "abc def", ()),
    AnswerRow("3", "q", "ghi jkl", (Answer("jkl", 4), Answer("ghi jkl", 0))),
]
DECISIONS = [SpanDecision(0, 3, -4.0), SpanDecision(0, 3, 2.0), SpanDecision(0, 7, 1.0)]


def test_the_threshold_is_chosen_by_what_gains_most(network):
    objective = SpanObjective(network, threshold=0.0)
    assert objective.figures(ROWS, DECISIONS).values()["score"] == pytest.approx(2 / 3)
    tuned = objective.tuned(ROWS, DECISIONS)
    assert tuned.threshold == 1.5
    assert tuned.figures(ROWS, DECISIONS).values() == {
        "score": 1,
        "exact_match": 1,
        "f1_with_answer": 1,
        "exact_match_with_answer": 1,
        "exact_match_without_answer": 1,
    }
    assert dict(tuned.figures(ROWS, DECISIONS).counts) == {
        "rows": 3,
        "contexts": 2,
        "with_answer": 2,
        "without_answer": 1,
    }


def test_where_all_have_answers_there_is_nothing_to_choose(network):
    always, plain = SpanObjective(network), SpanObjective(network, threshold=0.0)
    assert always.tuned(ROWS, DECISIONS) is always
    assert plain.tuned(ROWS[:1], DECISIONS[:1]) is plain
    assert set(plain.figures(ROWS[:1], DECISIONS[:1]).values()) == {"score", "exact_match"}


def test_a_resample_without_a_kind_of_question_is_left_out(network):
    figures = SpanObjective(network).figures(ROWS[:2], DECISIONS[:2])
    assert np.isnan(figures.statistics["f1_with_answer"](np.array([1, 1])))


def test_records_have_characters_or_none(network):
    objective = SpanObjective(network, threshold=1.5)
    assert objective.record(ROWS[0], DECISIONS[0]) == {
        "id": "1",
        "predicted": "abc",
        "start": 0,
        "end": 3,
        "score": 4.0,
    }
    assert objective.record(ROWS[1], DECISIONS[1]) == {
        "id": "2",
        "predicted": None,
        "start": None,
        "end": None,
        "score": -2.0,
    }


def test_the_threshold_is_kept_in_the_configuration():
    network = tiny_network("bert", Head.SPANS)
    assert saved_threshold(network) == 0
    setattr(network.model.config, THRESHOLD, 2)
    assert saved_threshold(network) == 2
    setattr(network.model.config, THRESHOLD, None)
    assert saved_threshold(network) is None


def test_a_tokenizer_without_a_first_special_token_is_refused():
    from tokenizers import processors

    network = tiny_network("bert", Head.SPANS)
    network.tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A [SEP]", pair="$A [SEP] $B [SEP]", special_tokens=[("[SEP]", 3)]
    )
    with pytest.raises(ModelMismatch, match="puts no special token, such as"):
        SpanObjective(network).windows([ROW])
