import inspect
import re
from string import Formatter

import pytest

from metier.interview import policy
from metier.report.interview_reasons import REASONS

FACTS = {"turn", "minutes", "asked", "point", "topic", "nearness", "lead", "level", "difficulty"}


@pytest.mark.parametrize("rule", REASONS)
def test_a_rule_names_the_same_facts_in_each_language(rule):
    named = [sorted({name for _, name, _, _ in Formatter().parse(said) if name}) for said in REASONS[rule]]
    assert named[0] == named[1] == named[2]
    assert set(named[0]) <= FACTS
    assert len(set(REASONS[rule])) == 3


def test_every_rule_of_the_policy_has_words():
    source = inspect.getsource(policy)
    rules = set(re.findall(r'(?:Reason|_rule)\(\s*"([a-z-]+)"', source))
    for line in re.findall(r"\brule = (.+)", source):
        rules |= set(re.findall(r'"([a-z-]+)"', line))
    assert {"missing-point", "off-topic", "next-topic"} <= rules
    assert rules - REASONS.keys() == set()
