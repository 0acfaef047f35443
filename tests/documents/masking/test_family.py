from __future__ import annotations

import pytest

from tests.documents.masking.shown import below, shown


@pytest.mark.parametrize(
    "marked",
    [
        "Marital status: {marital_status|married, two children}", "Marital status: {marital_status|Single}",
        "{marital_status|Married}, Berlin",
        "Семейное положение: {marital_status|женат, двое детей}", "{marital_status|не замужем, детей нет}",
        "Дети: {marital_status|нет}",
        "결혼여부: {marital_status|미혼}", "{marital_status|기혼}", "מצב משפחתי: {marital_status|נשוי + 2}",
        "{marital_status|רווקה}",
    ],
)  # fmt: skip
def test_family_is_found_in_the_header(marked):
    plain = marked.replace("{marital_status|", "").replace("}", "")
    assert shown(f"Java developer\nBerlin\n{plain}") == f"Java developer\nBerlin\n{marked}"


def test_a_labelled_line_counts_below_the_header_too():
    assert below("Marital status: married") == "Marital status: {marital_status|married}"


@pytest.mark.parametrize(
    "line",
    [
        "Single page applications",
        "single sign-on, married to quality",
        "Worked with children",
        "Single",
        "дети и семья",
    ],
)
def test_prose_below_the_header_states_no_family(line):
    assert below(line) == line
