"""Bodies of requests: what is refused before anything is done."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from metier.errors import InvalidInput
from metier.http.schemas import requests
from metier.http.schemas.requests import Body, PersonToAdd, Query, TrainingToStart
from metier.store.filters import Field, Operator
from metier.types import Role

BODIES = [
    kind
    for kind in vars(requests).values()
    if isinstance(kind, type) and issubclass(kind, Body) and kind not in {Body, requests.SearchBody}
]


@pytest.mark.parametrize("kind", BODIES)
def test_each_body_has_an_example_that_it_takes(kind):
    if kind is requests.HeadNoted or "examples" in (kind.model_config.get("json_schema_extra") or {}):
        kind.model_validate(kind.model_config["json_schema_extra"]["examples"][0])
    else:
        pytest.fail(f"{kind.__name__} has no example")


@pytest.mark.parametrize("kind", BODIES)
def test_a_field_that_nobody_defined_is_refused(kind):
    example = kind.model_config["json_schema_extra"]["examples"][0]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        kind.model_validate({**example, "nmae": 1})


@pytest.mark.parametrize("name", ["", "x" * 501])
def test_a_name_has_a_length(name):
    with pytest.raises(ValidationError):
        PersonToAdd(name=name)


def test_a_query_becomes_options_of_search():
    options = Query(text="python", filters=["years>=3"], role=Role.RESUME, top_k=5).options()
    assert options.top_k == 5
    assert [(one.field, one.operator) for one in options.where.conditions] == [
        (Field.YEARS, Operator.LEAST),
        (Field.ROLE, Operator.EQUAL),
    ]


def test_a_filter_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="filter"):
        Query(text="python", filters=["nonsense"]).options()


def test_a_training_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="task"):
        TrainingToStart(task="nothing", data="a", output="b").plan()


def test_an_interview_becomes_a_plan():
    plan = requests.InterviewToMake(bank="b", language="en", minutes=5).plan()
    assert (plan.bank, plan.minutes, plan.max_questions) == ("b", 5, None)
