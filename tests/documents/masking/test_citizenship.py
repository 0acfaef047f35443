from __future__ import annotations

import pytest

from tests.documents.masking.shown import below, shown


@pytest.mark.parametrize(
    "marked",
    [
        "Citizenship: {citizenship|Germany}, work permit: EU", "Nationality: {citizenship|Indian}",
        "Citizenship: {citizenship|Israel and Germany}",
        "{citizenship|US citizen}", "{citizenship|citizen of Ukraine}",
        "Гражданство: {citizenship|Россия}, есть разрешение на работу: Россия",
        "Гражданство: {citizenship|РФ, Казахстан}", "{citizenship|гражданин РФ}",
        "국적: {citizenship|베트남}",
        "אזרחות: {citizenship|ישראלית}",
        "Nationality: {citizenship|Atlantis}",
    ],
)  # fmt: skip
def test_citizenship_is_found_in_the_header(marked):
    plain = marked.replace("{citizenship|", "").replace("}", "")
    assert shown(f"Java developer\nBerlin\n{plain}") == f"Java developer\nBerlin\n{marked}"


def test_a_labelled_line_counts_below_the_header_too():
    assert below("Nationality: German") == "Nationality: {citizenship|German}"


@pytest.mark.parametrize(
    "line",
    [
        "Work permit: Germany",
        "English (native), German",
        "US market",
        "Разрешение на работу: Россия",
        "Languages: Russian, French",
    ],
)
def test_work_permits_languages_and_markets_are_none(line):
    assert shown(f"Java developer\n{line}") == f"Java developer\n{line}"
    assert (
        below("applications for citizenship and nationality cases")
        == "applications for citizenship and nationality cases"
    )
