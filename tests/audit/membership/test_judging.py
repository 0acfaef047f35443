import numpy as np
import pytest

from metier.audit.membership.attacks import AttackFigures
from metier.audit.membership.blind import Blind
from metier.audit.membership.judging import Margins, attack_findings, blind_findings, ended
from metier.audit.membership.losses import Attack
from metier.audit.membership.options import MembershipOptions
from metier.audit.roc import Curve
from metier.scans import Outcome
from metier.training.intervals import Interval
from metier.types import Severity

OPTIONS = MembershipOptions()
CURVE = Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))


def interval(low, high):
    return Interval((low + high) / 2, low, high)


def figures(auc, found=(0.0, 0.03)):
    return AttackFigures(
        interval(*auc), None if found is None else interval(*found), None, interval(0.5, 0.6), CURVE
    )


def codes(auc, found=(0.0, 0.03), margins=((0.1, 0.2), (0.1, 0.2))):
    got = attack_findings(
        Attack.LOSS, figures(auc, found), Margins(*(interval(*m) for m in margins)), OPTIONS
    )
    return [(finding.code, finding.severity) for finding in got]


def test_an_attack_by_chance_finds_nothing():
    assert codes((0.45, 0.55)) == []
    assert codes((0.45, 0.6), None) == []


def test_either_figure_shows_a_leak():
    error = [("members-found", Severity.ERROR)]
    assert codes((0.65, 0.75)) == error
    assert codes((0.48, 0.58), (0.15, 0.3)) == error
    assert codes((0.65, 0.75), (0.15, 0.3)) == error * 2


def test_an_interval_over_the_bound_settles_nothing():
    assert codes((0.55, 0.65)) == [("not-settled", Severity.WARNING)]


def test_what_the_texts_alone_give_away_is_no_leak():
    explained = [("explained-without-the-model", Severity.WARNING)]
    assert codes((0.65, 0.75), margins=((-0.1, 0.1), (0.1, 0.2))) == explained
    assert codes((0.5, 0.6), (0.2, 0.3), margins=((0.1, 0.2), (-0.2, 0.0))) == explained


@pytest.mark.parametrize(("low", "found"), [(0.55, []), (0.61, ["members-differ"])])
def test_members_must_be_texts_like_the_others(low, found):
    blind = {Blind.LENGTH: figures((0.4, 0.5)), Blind.WORDS: figures((low, 0.8))}
    got = list(blind_findings(blind, OPTIONS))
    assert [finding.code for finding in got] == found
    assert all("by words" in finding.message for finding in got)


def test_a_check_ends_as_its_findings_say():
    (error,) = attack_findings(
        Attack.LOSS, figures((0.65, 0.75)), Margins(interval(0.1, 0.2), interval(0.1, 0.2)), OPTIONS
    )
    (warning,) = attack_findings(
        Attack.LOSS, figures((0.55, 0.65)), Margins(interval(0.1, 0.2), interval(0.1, 0.2)), OPTIONS
    )
    assert ended("x", []).outcome is Outcome.PASSED
    assert ended("x", [warning]).outcome is Outcome.NOT_RUN
    assert ended("x", [warning, error]).outcome is Outcome.FAILED
