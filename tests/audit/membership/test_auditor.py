import json
from dataclasses import replace

import numpy as np
import pytest

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.auditor import MembershipInferenceAuditor
from metier.audit.membership.losses import Attack, KnownLosses
from metier.audit.membership.options import MembershipOptions
from metier.errors import InvalidInput, ModelMismatch
from metier.records import to_json
from metier.report.audit import render_audit_html
from metier.scans import Outcome, ScanVerdict
from tests.audit.confidence.stand_ins import Known
from tests.audit.membership.stand_ins import known, rows

OPTIONS = MembershipOptions(n_resamples=100)
LABELS = tuple("abcdefgh")
MEMBERS, OTHERS = rows(400), rows(400, seed=1)


def audit(model, members=MEMBERS, others=OTHERS, **more):
    return MembershipInferenceAuditor(OPTIONS).audit(model, members, others, **more)


def outcomes(found):
    return {check.name: check.outcome for check in found.report.checks}


def codes(found):
    return {finding.code for finding in found.report.findings}


def references(n=4, hardness=0.0):
    return [known(MEMBERS, OTHERS, gap=0.0, seed=10 + i, hardness=hardness) for i in range(n)]


def test_a_model_that_learned_rows_by_heart_is_unsafe():
    found = audit(known(MEMBERS, OTHERS, gap=3.0))
    assert found.report.verdict is ScanVerdict.UNSAFE
    assert codes(found) == {"members-found"}
    assert found.attacks[Attack.LOSS].auc.low > 0.9
    assert outcomes(found) == {
        "same-kind-of-texts": Outcome.PASSED,
        "loss": Outcome.FAILED,
        "likelihood-ratio": Outcome.NOT_RUN,
    }


def test_a_model_that_did_not_is_clean_if_references_say_so_too():
    found = audit(known(MEMBERS, OTHERS, gap=0.0), references=references())
    assert found.report.verdict is ScanVerdict.CLEAN, found.report.findings
    assert found.attacks[Attack.LOSS].auc.low < 0.5 < found.attacks[Attack.LOSS].auc.high
    assert set(found.attacks) == {Attack.LOSS, Attack.RATIO}


def test_without_references_nothing_is_clean():
    found = audit(known(MEMBERS, OTHERS, gap=0.0))
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    assert not codes(found)


def test_references_find_what_the_loss_alone_misses():
    found = audit(known(MEMBERS, OTHERS, gap=3.0, hardness=12.0), references=references(hardness=12.0))
    assert found.attacks[Attack.LOSS].auc.high < 0.65
    assert found.attacks[Attack.RATIO].auc.low > 0.9
    assert found.report.verdict is ScanVerdict.UNSAFE


def test_what_the_texts_alone_give_away_is_inconclusive():
    members = [replace(row, text=f"{row.text} in the year before") for row in MEMBERS]
    found = audit(known(members, OTHERS, gap=3.0), members)
    assert codes(found) == {"members-differ", "explained-without-the-model"}
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE


def test_a_mask_attack_has_its_own_name():
    found = audit(known(MEMBERS, OTHERS, gap=0.0, attack=Attack.MASKS))
    assert set(found.attacks) == {Attack.MASKS}


def test_non_members_that_are_members_are_left_out():
    model = known(MEMBERS, [*OTHERS, LabelledText(MEMBERS[0].text.upper(), "no")], gap=3.0)
    found = audit(model, others=[*OTHERS, LabelledText(MEMBERS[0].text.upper(), "no")])
    assert found.report.figures["non_members_left_out"] == 1
    assert "non-members-are-members" in codes(found)
    assert found.report.figures["non_members"] == 400


def test_too_few_rows_are_inconclusive():
    found = audit(known(MEMBERS, OTHERS, gap=3.0), others=OTHERS[:99])
    assert set(outcomes(found).values()) == {Outcome.NOT_RUN}
    assert not found.attacks
    assert "400 different members and 99 different non-members, too few" in found.report.checks[0].reason


def test_copies_of_a_member_are_not_many_members():
    copies = [LabelledText(MEMBERS[0].text, "yes")] * 400
    found = audit(known(MEMBERS, OTHERS, gap=3.0), copies)
    assert set(outcomes(found).values()) == {Outcome.NOT_RUN}
    assert "There are 1 different members" in found.report.checks[0].reason


def test_a_classifier_is_audited_by_its_probabilities():
    table = {row.text: (0.02, 0.98) for row in MEMBERS} | {row.text: (0.4, 0.6) for row in OTHERS}
    found = audit(Known(table))
    assert found.attacks[Attack.LOSS].auc.value == 1.0
    assert found.report.subject == "known"


def test_the_report_is_plain_and_drawn_and_always_the_same():
    first, second = (
        audit(known(MEMBERS, OTHERS, gap=1.0), references=references(1)).report for _ in range(2)
    )
    assert to_json(first) == to_json(second)
    figures = json.loads(to_json(first))["figures"]
    assert set(figures["attacks"]) == {"loss", "likelihood-ratio"}
    assert figures["attacks"]["loss"]["found_at_0.1_percent"] == "too few non-members"
    page = render_audit_html([first])
    assert page.count("<svg") == len(figures["charts"]) == 3
    assert not any(row.text in page or row.text in to_json(first) for row in (*MEMBERS, *OTHERS))


def test_what_does_not_fit_is_refused():
    model = known(MEMBERS, OTHERS, gap=0.0)
    with pytest.raises(InvalidInput, match="members must be a list of texts with labels, at least one"):
        audit(model, members=[])
    with pytest.raises(InvalidInput, match="non_members must be a list"):
        audit(model, others=[])
    bad = KnownLosses("bad", dict.fromkeys([*MEMBERS, *OTHERS], float("nan")))
    with pytest.raises(ModelMismatch, match="bad must give each of 800 rows one finite loss"):
        audit(bad)


def fitted(texts, labels, epochs):
    """Return a tiny classifier of tokens w0 to w39 trained on rows."""
    torch = pytest.importorskip("torch")
    from metier.audit.classifier import NetworkClassifier
    from metier.training.networks import Head
    from tests.workbench.tiny import tiny_network

    network = tiny_network(
        "bert",
        Head.CLASSES,
        labels=LABELS,
        hidden_size=32,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = NetworkClassifier(network, 16)
    ids = torch.tensor([model.ids(text) for text in texts])
    gold = torch.tensor([LABELS.index(label) for label in labels])
    optimiser = torch.optim.Adam(network.model.parameters(), 3e-3)
    for epoch in range(epochs):
        for batch in torch.randperm(len(ids), generator=torch.Generator().manual_seed(epoch)).split(32):
            optimiser.zero_grad()
            logits = network.model(input_ids=ids[batch]).logits
            torch.nn.functional.cross_entropy(logits, gold[batch]).backward()
            optimiser.step()
    return model


def drawn_rows(n, seed):
    """Return rows of eight words whose label is drawn: there is nothing to learn but the rows themselves."""
    rng = np.random.default_rng(seed)
    from tests.workbench.tiny import WORDS

    return [LabelledText(" ".join(rng.choice(WORDS[:-1], 8)), LABELS[rng.integers(8)]) for _ in range(n)]


def test_rows_planted_in_a_tiny_network_are_found_and_others_are_not():
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        digits = str.maketrans("0123456789", "abcdefghij")
        seen, unseen, never = drawn_rows(120, 0), drawn_rows(120, 1), drawn_rows(120, 2)
        overfitted = fitted([row.text for row in seen], [row.label for row in seen], 60)
    finally:
        torch.set_num_threads(threads)

    def lettered(found):
        # Digits do not make texts different ones, so rows are told apart by letters.
        return [LabelledText(row.text.translate(digits), row.label) for row in found]

    losses = loss_table(overfitted, [*seen, *unseen, *never], lettered)
    found = audit(losses, lettered(seen), lettered(unseen))
    assert found.attacks[Attack.LOSS].auc.low > 0.9
    assert found.report.verdict is ScanVerdict.UNSAFE
    none = audit(losses, lettered(unseen), lettered(never))
    assert none.attacks[Attack.LOSS].auc.low < 0.5 < none.attacks[Attack.LOSS].auc.high


def loss_table(model, found, lettered):
    from metier.audit.membership.losses import ClassifierLoss

    losses = ClassifierLoss(model).losses(found)
    return KnownLosses("tiny", dict(zip(lettered(found), losses.tolist(), strict=True)), of_one_label=True)
