import pytest

from metier.errors import InvalidInput
from metier.store.entries import EntrySkill
from metier.store.filters import EVERYTHING, Condition, Field, Operator, parse_filter
from metier.types import EvidenceLabel, Role
from tests.store.samples import make_entry

SKILLS = tuple(EntrySkill(name, name.title(), EvidenceLabel.EXPLICIT) for name in ("python", "sql"))
ENTRY = make_entry(
    "a", role=Role.VACANCY, language="ru", years=3.0, level="Senior", place="Нижний Новгород",
    date="2026-05-01", skills=SKILLS,
)  # fmt: skip
BARE = make_entry("b", skills=())


@pytest.mark.parametrize(
    "expression",
    [
        "role=vacancy", "role!=resume", "language=en,ru", "level=senior", "level = SENIOR",
        "place=нижний новгород, москва", "skill=sql", "skill!=java", "years>=3", "years<=3", "years=3,5",
        "date>=2026-05-01", "date<=2026-12-31",
    ],
)  # fmt: skip
def test_a_document_passes(expression):
    assert parse_filter([expression]).holds(ENTRY)


@pytest.mark.parametrize(
    "expression",
    [
        "role=resume",
        "language!=ru",
        "skill=java",
        "skill!=sql",
        "years>=3.5",
        "date<=2026-04-30",
        "place=новгород",
    ],
)
def test_a_document_does_not_pass(expression):
    assert not parse_filter([expression]).holds(ENTRY)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ('place="London, UK"', ("london, uk",)),
        ('place= "London, UK" , Leeds', ("london, uk", "leeds")),
        ('place=Leeds,"Bath, UK","York"', ("leeds", "bath, uk", "york")),
        ('place=5" pipes,a "b" c', ('5" pipes', 'a "b" c')),
        ('place="open, end', ('"open', "end")),
        ("place=,Leeds,,", ("leeds",)),
    ],
)
def test_a_value_in_quotation_marks_may_hold_commas(expression, values):
    (condition,) = parse_filter([expression]).conditions
    assert condition.values == values


def test_all_conditions_must_hold():
    assert parse_filter(["skill=sql", "skill=python"]).holds(ENTRY)
    assert not parse_filter(["skill=sql", "skill=java"]).holds(ENTRY)


@pytest.mark.parametrize("expression", ["years>=0", "date<=2030-01-01", "level=senior", "skill=python"])
def test_a_missing_field_passes_nothing_but_unequal(expression):
    assert not parse_filter([expression]).holds(BARE)
    assert parse_filter(["level!=senior", "years!=3", "skill!=python"]).holds(BARE)


def test_no_condition_lets_all_pass():
    assert EVERYTHING.holds(ENTRY)
    assert EVERYTHING.also(Field.ROLE, "vacancy").holds(ENTRY)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("salary>=3", "no field 'salary'"),
        ("python", "a field, one of = != >= <=, and a value"),
        ("", "a field, one of"),
        ("years>=many", "compared with a number"),
        ("years>=nan", "compared with a number"),
        ("years>=1,2", "needs one value. Got 2; a comma parts values"),
        ("level=", "needs a value. Got 0"),
        ("level>=senior", "compares years and dates"),
        ("date>=2026", "a date like 2026-11-30"),
        ("date>=2026-02-31", "a date like 2026-11-30"),
    ],
)
def test_a_wrong_expression_is_explained(expression, message):
    with pytest.raises(InvalidInput, match=message):
        parse_filter([expression])


def test_a_condition_needs_values_of_the_fields_kind():
    with pytest.raises(InvalidInput, match="years is compared with a number"):
        Condition(Field.YEARS, Operator.EQUAL, ("three",))
    with pytest.raises(InvalidInput, match="level is compared with words"):
        Condition(Field.LEVEL, Operator.EQUAL, (3.0,))
