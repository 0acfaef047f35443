import pytest

from metier.store.contract_documents import FILTERS
from metier.store.filters import EVERYTHING, Condition, Field, Filter, Operator, parse_filter
from metier.store.postgres_filters import as_bytes, filter_sql, key_of


def test_no_conditions_let_everything_pass():
    assert filter_sql(EVERYTHING) == ("TRUE", [])


@pytest.mark.parametrize("expressions", FILTERS, ids=" ".join)
def test_values_stand_beside_the_condition_and_never_in_it(expressions):
    where = parse_filter(expressions)
    condition, values = filter_sql(where)
    assert condition.count("%s") == len(values) == len(where.conditions)
    words = [str(value) for one in where.conditions for value in one.values]
    assert not any(word in condition for word in words if len(word) > 1)


def test_conditions_are_joined():
    condition, values = filter_sql(parse_filter(["years>=3", "skill!=python,go"]))
    assert condition == "(years >= %s::float8) IS TRUE AND (skill_keys && %s::bytea[]) IS NOT TRUE"
    assert values == [3.0, [b"python", b"go"]]


def test_dates_are_compared_as_text():
    condition, values = filter_sql(parse_filter(["date=2026-01-02,2026-01-03"]))
    assert (condition, values) == ("(date = ANY(%s::text[])) IS TRUE", [["2026-01-02", "2026-01-03"]])


@pytest.mark.parametrize("text", ["", "Ünïcode", "a\0b", "half \ud800"])
def test_any_text_can_be_kept_and_compared(text):
    assert as_bytes(text).decode("utf-8", "surrogatepass") == text
    assert key_of(text.upper()) == as_bytes(text.upper().lower())
    assert filter_sql(Filter((Condition(Field.PLACE, Operator.EQUAL, (text,)),)))[1] == [[as_bytes(text)]]
