from __future__ import annotations

import pytest

from metier.documents.masking.phones import find_phones
from metier.documents.masking.place import Region

HEADER, BELOW = Region(10_000, ()), Region(0, ())


def phones(text: str, region: Region = HEADER) -> list[str]:
    return [text[mask.span.start : mask.span.end] for mask in find_phones(text, region)]


@pytest.mark.parametrize(
    "number",
    [
        "+7 (912) 345-67-89", "+79123456789", "8 912 345 67 89", "8-912-345-67-89", "89123456789",
        "8(495)123-45-67", "+7.912.345.67.89",
        "+1 555 010 1234", "(555) 010-1234", "555-010-1234", "555.010.1234", "1-555-010-1234",
        "(555) 010-1234 ext. 12", "+1 (555) 010-1234 x12",
        "+44 (0)20 7946 0958", "020 7946 0958", "07700 900123", "+49 30 901820-12", "06 12 34 56 78",
        "+972-54-555-6612", "054-5556612",
        "03-555-0140", "054.555.7300", "010-1234-5678", "01012345678", "02-555-0147", "+82 10-1234-5678",
        "98765 43210", "+91 98765 43210",
        "+380 (50) 123 45 67", "0044 20 7946 0958", "8 (495) 123-45-67 доб. 12",
    ],
)  # fmt: skip
def test_a_number_in_the_header_is_found_however_it_is_written(number):
    assert phones(f"Berlin | {number} | Java") == [number]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Phone: 12-34-56", "12-34-56"),
        ("тел. 123-45-67", "123-45-67"),
        ("WhatsApp 912 345 67 89", "912 345 67 89"),
        ("전화 555-0119", "555-0119"),
        ("נייד: 054 555 6612", "054 555 6612"),
    ],
)
def test_a_label_makes_a_number_a_phone_anywhere(text, number):
    assert phones(text, BELOW) == [number]


def test_two_numbers_in_a_row_are_two():
    assert phones("09-555-0126 / 054.555.7300") == ["09-555-0126", "054.555.7300"]
    assert phones("8-912-345-67-89 8-495-123-45-67") == ["8-912-345-67-89", "8-495-123-45-67"]


def test_a_date_behind_a_number_is_none_of_it():
    assert phones("+46 70 123 45 67 12.05.1992") == ["+46 70 123 45 67"]


@pytest.mark.parametrize("region", [HEADER, BELOW], ids=["header", "below"])
@pytest.mark.parametrize(
    "text",
    [
        "12.05.1992", "2019 - 2021", "2019-2021", "01.2019 - 05.2021", "2019.03 - 2021.05",
        "150 000 - 200 000 руб.", "1 200 000", "$120,000",
        "ISO 27001:2013", "ГОСТ 34.602-89", "152-ФЗ", "10.15.7", "125009", "94103-1234", "ИНН 7707083893",
        "License number 117205", "24/7",
        "09:00 - 18:00", "№ 123-45-67", "192.168.100.100", "3,400만원", "+100 000 000 руб.", "C++ 11",
        "Python 3.11", "passport 45 12 345678",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phones(text, region):
    assert phones(text, region) == []


@pytest.mark.parametrize("text", ["12345-678-90", "9876543210 rows", "1234567 tickets", "03 12 2019 44"])
def test_below_the_header_a_number_must_look_like_a_phone(text):
    assert phones(text, BELOW) == []
