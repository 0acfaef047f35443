import re
from dataclasses import replace

import pytest

from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.application import Application, Field
from metier.expertise.networks.texts import ALWAYS, TextPlan, fields_read, model_text
from metier.types import Role
from tests.expertise.networks.documents import document


def words(text):
    return [match.span() for match in re.finditer(r"\S+", text)]


def test_a_resume_is_read_by_its_fields():
    text = model_text(document("Baker", "Baked bread."), TextPlan(50), words)
    assert "Baker" in text
    assert "Baked bread." in text


def test_fields_that_the_network_was_not_trained_with_are_left_out():
    item = document("Baker", "Baked.", fields={Field.AGE: "57", Field.CLIENT_NAME: "Oven Inc"})
    assert "57" not in model_text(item, TextPlan(50), words)
    assert "Oven" not in model_text(item, TextPlan(50), words)
    plan = TextPlan(50, fields_read([item]))
    assert "57" in model_text(item, plan, words)
    assert plan.sensitive == ("age",)


def test_fields_of_every_network_come_in_order():
    assert TextPlan(1).fields == fields_read([])
    assert set(fields_read([])) == ALWAYS


def test_a_vacancy_is_read_by_title_and_text_from_the_beginning():
    item = document("Baker", "Bake bread daily.", role=Role.VACANCY)
    assert model_text(item, TextPlan(50), words) == item.text
    assert model_text(item, TextPlan(2), words) == "Baker\n\nBake"
    other = replace(item, text="Bake bread daily.")
    assert model_text(other, TextPlan(3), words) == "Baker\nBake bread"


def test_a_resume_without_fields_is_read_by_its_text():
    item = replace(document("Baker", "Baked."), application=Application("1", {}))
    assert model_text(item, TextPlan(50), words) == item.text


@pytest.mark.parametrize("most", [1, 3, 20])
def test_no_text_is_longer_than_a_row(most):
    item = document("Baker of bread", "Baked bread for all who came. " * 40)
    assert len(words(model_text(item, TextPlan(most), words))) <= most


def test_a_plan_comes_back_from_its_facts():
    plan = TextPlan(9, (Field.POSITION, Field.CITY), {Field.POSITION: 4})
    assert TextPlan.from_facts({**plan.facts(), "more": 1}, name="m") == plan


@pytest.mark.parametrize(
    "change", [{"max_tokens": 0}, {"fields": ["shoe size"]}, {"fields": 3}, {"budgets": {"position": "x"}}]
)
def test_facts_that_say_nothing_are_refused(change):
    with pytest.raises(ModelFormatError, match="Model m must say what of a document it reads"):
        TextPlan.from_facts({**TextPlan(9).facts(), **change}, name="m")
    with pytest.raises(ModelFormatError, match="Model m"):
        TextPlan.from_facts({}, name="m")


@pytest.mark.parametrize("given", [(0,), (5, (), {Field.POSITION: 0})])
def test_numbers_below_1_are_refused(given):
    with pytest.raises(InvalidInput, match="must be at least 1"):
        TextPlan(*given)
