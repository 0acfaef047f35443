import json

import pytest

from metier.errors import InvalidInput
from metier.records import from_mapping, json_schema, to_json, to_mapping
from metier.types import Finding, Severity, Span, YearMonth

FINDING = Finding("code", Severity.WARNING, "Слова.", Span(1, 2))


def test_a_record_survives_json():
    assert from_mapping(Finding, json.loads(to_json(FINDING))) == FINDING
    assert from_mapping(Finding, to_mapping(FINDING)) == FINDING


def test_json_is_one_line_in_the_order_of_the_fields_with_letters_as_they_are():
    assert to_json(FINDING) == (
        '{"code":"code","severity":"warning","message":"Слова.",'
        '"span":{"start":1,"end":2},"page":null,"words":""}'
    )


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"year": 2020}, "field month"),
        ({"year": 2020, "month": 13}, "YearMonth"),
        ({"year": "x", "month": 1}, "year"),
    ],
)
def test_a_wrong_mapping_is_refused(mapping, message):
    with pytest.raises(InvalidInput, match=message):
        from_mapping(YearMonth, mapping)


def test_the_schema_is_json_with_a_type_for_each_field():
    schema = json.loads(json_schema(Finding))
    assert set(schema["properties"]) == {"code", "severity", "message", "span", "page", "words"}
