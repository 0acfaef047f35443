import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.store.contract import IDENTITY
from metier.store.contract_documents import FILTERS, document
from metier.store.entries import EntrySkill
from metier.store.filters import Condition, Field, Filter, Operator, parse_filter
from metier.store.sqlite import SqliteStore
from metier.store.sqlite_filters import clause_of
from metier.types import EvidenceLabel, Role

WORDS = st.sampled_from(["a", "A", "İ", "straße", "ß", "ё", "Ё", "%", "'", "\0", "\ud800", "", "1"])
DATES = st.sampled_from(["2026-01-01", "2026-01-02", "1999-12-31"])
YEARS = st.sampled_from([0.0, 0.1, 1.0, 2.5, 1e300])
NAMES = (Field.ROLE, Field.LANGUAGE, Field.LEVEL, Field.PLACE, Field.SKILL)


@st.composite
def entries(draw):
    skills = tuple(EntrySkill(one, one, EvidenceLabel.EXPLICIT) for one in draw(st.lists(WORDS, max_size=3)))
    return replace(
        document("one", text="Text.", language=draw(WORDS)),
        role=draw(st.sampled_from([Role.RESUME, Role.VACANCY])),
        level=draw(st.none() | WORDS),
        place=draw(st.none() | WORDS),
        years=draw(st.none() | YEARS),
        date=draw(st.none() | DATES),
        skills=skills,
    )


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(list(Field)))
    operators = [Operator.EQUAL, Operator.UNEQUAL]
    if field not in NAMES:
        operators += [Operator.LEAST, Operator.MOST]
    operator = draw(st.sampled_from(operators))
    values = {Field.YEARS: YEARS, Field.DATE: DATES, Field.ROLE: st.sampled_from(["resume", "vacancy", "x"])}
    most = 1 if operator in (Operator.LEAST, Operator.MOST) else 3
    chosen = draw(st.lists(values.get(field, WORDS.map(str.lower)), min_size=1, max_size=most))
    return Condition(field, operator, tuple(chosen))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with SqliteStore.open(tmp_path_factory.mktemp("filters") / "index.db") as store:
        yield store


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entry=entries(), some=st.lists(conditions(), max_size=3))
def test_sql_lets_the_same_documents_pass_as_the_definition(store, entry, some):
    store.rebuild([entry], identity=IDENTITY)
    where = Filter(tuple(some))
    assert store.count(where) == int(where.holds(entry))


@pytest.mark.parametrize("expressions", FILTERS)
def test_values_are_never_part_of_the_statement(expressions):
    where = parse_filter(expressions)
    clause = clause_of(where)
    assert clause.sql.count("?") == len(clause.values) == sum(len(one.values) for one in where.conditions)
    assert "berlin" not in clause.sql.lower()
    assert "1=1" not in clause.sql


def test_no_condition_lets_all_pass():
    assert clause_of(Filter()).sql == "1"


def test_filters_on_skills_use_their_index(store):
    clause = clause_of(parse_filter(["skill=py"]))
    connection = sqlite3.connect(store.stats().place)
    plan = connection.execute(
        f"EXPLAIN QUERY PLAN SELECT number FROM documents WHERE {clause.sql}", clause.values
    )
    assert "skills_by_key" in str(plan.fetchall())
    connection.close()
