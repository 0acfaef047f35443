import json

import numpy as np
import pytest

from metier.audit.confidence.analyzer import ClassifierConfidenceAnalyzer
from metier.audit.confidence.domains import GIVEN
from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.planting import Planted
from metier.audit.confidence.scores import Score
from metier.errors import InvalidInput
from metier.records import to_json
from metier.report.audit import render_audit_html
from metier.scans import Outcome, ScanVerdict
from tests.audit.confidence.stand_ins import known_world, made_texts

OPTIONS = ConfidenceOptions(n_resamples=100, target_risk=0.2)
OTHERS = made_texts(300, seed=77)


def analyze(model, texts, labels, **more):
    return ClassifierConfidenceAnalyzer(OPTIONS).analyze(model, texts, labels, **more)


def outcomes(report):
    return {check.name: check.outcome for check in report.report.checks}


def codes(report):
    return {finding.code for finding in report.report.findings}


def test_a_calibrated_model_that_is_unsure_of_others_is_clean():
    model, texts, labels = known_world(1500, sharpness=5.0)
    found = analyze(model, texts, labels, out_of_domain=OTHERS)
    assert found.report.verdict is ScanVerdict.CLEAN, found.report.findings
    assert set(outcomes(found)) == {"calibration", "out-of-domain", "abstention"}
    assert found.domains.scores[GIVEN][Score.SOFTMAX].auroc.low > 0.9
    assert found.temperature.temperature == pytest.approx(1.0, abs=0.3)
    assert found.abstention.risk.low < 0.2
    assert found.risk_area.low < found.risk_area.value < 0.2


def test_a_model_that_is_too_sure_is_unsafe_and_told_its_temperature():
    found = analyze(*known_world(1500, temperature=0.2, sharpness=1.0), out_of_domain=OTHERS)
    assert found.report.verdict is ScanVerdict.UNSAFE
    assert "miscalibrated" in codes(found)
    assert found.temperature.temperature == pytest.approx(5.0, rel=0.3)
    assert found.temperature.after.ece_equal_mass.high < 0.1 < found.temperature.before.ece_equal_mass.low


def test_a_model_that_is_sure_of_other_domains_is_unsafe():
    found = analyze(*known_world(1500, sharpness=5.0, other=(0.0, 1.0)), out_of_domain=OTHERS)
    assert "others-not-told-apart" in codes(found)
    assert outcomes(found)["out-of-domain"] is Outcome.FAILED


def test_planted_texts_stand_in_and_leave_the_check_undone():
    found = analyze(*known_world(600, sharpness=5.0))
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    assert outcomes(found)["out-of-domain"] is Outcome.NOT_RUN
    assert outcomes(found)["planted-out-of-domain"] is Outcome.PASSED
    assert set(found.domains.scores) == {kind.value for kind in Planted}


def test_a_model_that_is_sure_of_nonsense_is_told_so():
    found = analyze(*known_world(600, sharpness=5.0, other=(0.0, 1.0)))
    assert "sure-of-nonsense" in codes(found)
    assert outcomes(found)["planted-out-of-domain"] is Outcome.NOT_RUN


def test_too_few_texts_are_inconclusive_and_still_described():
    found = analyze(*known_world(100), out_of_domain=OTHERS)
    assert set(outcomes(found).values()) == {Outcome.NOT_RUN}
    assert (found.temperature, found.domains, found.abstention) == (None, None, None)
    assert found.calibration.n == 100
    assert "each must have at least 50" in found.report.checks[0].reason


def test_a_label_without_texts_leaves_calibration_open():
    model, texts, labels = known_world(600)
    kept = [i for i, label in enumerate(labels) if label == labels[0]]
    found = analyze(model, [texts[i] for i in kept], [labels[i] for i in kept], out_of_domain=OTHERS)
    assert "labels-missing" in codes(found)
    assert outcomes(found)["calibration"] is not Outcome.PASSED


def test_texts_that_are_all_nearly_the_same_are_too_few():
    model, texts, labels = known_world(1)
    found = analyze(model, texts * 300, labels * 300, out_of_domain=OTHERS)
    assert set(outcomes(found).values()) == {Outcome.NOT_RUN}
    assert "The smallest part has 0 texts" in found.report.checks[0].reason


def test_too_few_texts_of_other_domains_are_inconclusive():
    found = analyze(*known_world(600, sharpness=5.0), out_of_domain=OTHERS[:60])
    assert outcomes(found)["out-of-domain"] is Outcome.NOT_RUN
    assert found.domains is None


def test_copies_of_a_text_are_not_many_texts():
    model, texts, labels = known_world(30)
    found = analyze(model, texts * 20, labels * 20, out_of_domain=OTHERS)
    wide = found.calibration.accuracy
    assert wide.high - wide.low > 0.15


def test_texts_of_the_domain_among_the_others_are_left_out():
    model, texts, labels = known_world(600, sharpness=5.0)
    found = analyze(model, texts, labels, out_of_domain=[*OTHERS, *texts[:50]])
    assert found.report.figures["out_of_domain_texts_left_out"] == 50


def test_parts_have_no_text_in_common_with_what_is_fitted():
    model, texts, labels = known_world(600, sharpness=5.0)
    known = analyze(model, texts, labels, out_of_domain=OTHERS)
    fitted = analyze(model, texts, labels, out_of_domain=OTHERS, fit_texts=[*texts, *made_texts(9, seed=5)])
    # With texts to fit on, the others are divided by two and not by three.
    assert known.domains.n_inside == pytest.approx(200, abs=40)
    assert fitted.domains.n_inside == pytest.approx(300, abs=45)
    assert known.temperature.n_fitted + known.domains.n_inside < 600


def test_the_report_is_plain_and_drawn_and_always_the_same():
    world = known_world(400, sharpness=5.0)
    first, second = (analyze(*world, out_of_domain=OTHERS).report for _ in range(2))
    assert to_json(first) == to_json(second)
    assert first.subject == "known"
    figures = json.loads(to_json(first))["figures"]
    assert set(figures["calibration"]["ece_equal_mass"]) == {"value", "low", "high"}
    titles = [chart["title"] for chart in figures["charts"]]
    assert titles[:2] == ["Reliability", "Risk over coverage"]
    page = render_audit_html([first])
    assert page.count("<svg") == len(titles) == 5
    assert not any(text in page or text in to_json(first) for text in (*world[1], *OTHERS))


def test_a_network_has_every_score():
    pytest.importorskip("torch")
    from metier.audit.classifier import NetworkClassifier
    from metier.training.networks import Head
    from tests.workbench.tiny import WORDS, tiny_network

    model = NetworkClassifier(tiny_network("bert", Head.CLASSES, labels=("a", "b")), 32)
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 6)) for _ in range(300)]
    texts = ["".join(rng.choice(list("abcdefgh "), 20)) for _ in texts]
    found = analyze(model, texts, ["a"] * 300, out_of_domain=OTHERS[:150], fit_texts=made_texts(40, seed=4))
    assert set(found.domains.scores[GIVEN]) == set(Score)


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ([], [], "at least one text. Got 0 texts and 0 labels"),
        (["a"], [], "a label for each text, and at least one text. Got 1 texts and 0 labels"),
        ("ab", ["yes", "no"], "texts must be a list of strings"),
        (["a"], ["maybe"], "Row 1 must have a label of the model: no, yes"),
    ],
)
def test_what_does_not_fit_is_refused(texts, labels, message):
    with pytest.raises(InvalidInput, match=message):
        analyze(known_world(1)[0], texts, labels)


def test_lists_must_be_lists():
    with pytest.raises(InvalidInput, match="out_of_domain must be a list of strings"):
        analyze(*known_world(2), out_of_domain="text")
