import re

import pytest

from metier.skills.linking import boilerplate_en
from metier.skills.linking.boilerplate import BoilerplateKind, find_boilerplate

GROUPS = ("ASKING", *(kind.name for kind in BoilerplateKind))


@pytest.mark.parametrize("group", GROUPS)
def test_every_expression_is_one_and_stands_once(group):
    expressions = getattr(boilerplate_en, group)
    assert expressions
    assert len(set(expressions)) == len(expressions)
    for expression in expressions:
        assert not re.compile(expression, re.IGNORECASE).search("")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("equal_chances", "We do not discriminate."),
        ("equal_chances", "Reasonable accommodation is made on request."),
        ("offer", "Free fruit and coffee every day"),
        ("offer", "28 days of annual leave"),
        ("offer", "Flexible working hours"),
        ("offer", "A personal learning budget"),
        ("offer", "You will receive a competitive salary."),
        ("offer", "Support for relocation: visa sponsorship"),
        ("application", "The deadline is 1 May."),
        ("application", "For further information call the head of the kitchen."),
        ("application", "We look forward to hearing from you!"),
        ("application", "Write to jobs@mill.example"),
        ("employer", "We are one of the world's largest bakeries."),
        ("employer", "More than 3,000 employees bake here."),
        ("employer", "Come join us!"),
        ("employer", "It is a great place to work."),
    ],
)
def test_english_boilerplate_is_found(kind, sentence):
    assert find_boilerplate(sentence) == kind


@pytest.mark.parametrize(
    "sentence",
    [
        "Run payroll and plan compensation.",
        "Bonus points for Rust.",
        "Fluent English; salary by agreement.",
        "Bake bread for 300 guests a day.",
        "Set up home routers.",
        "Conduct job interviews.",
        "- Calculate wages and bonuses.",
        "Prepare meals in the canteen.",
        "Teach yoga classes.",
        "Provide dental care to patients.",
        "Sell life insurance.",
        "Run payroll and salaries",
        "You will manage dental patients",
        "You'll also prepare wages.",
        "Manage recruitment",
        "Applications are built with Spring and Kafka",
        "Python, Java, salary negotiation",
    ],
)
def test_english_work_is_kept(sentence):
    assert find_boilerplate(sentence) is None
