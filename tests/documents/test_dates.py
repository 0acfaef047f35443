import time

import pytest

from metier.documents.dates import find_lengths, find_ranges
from metier.types import YearMonth

AS_OF = YearMonth(2026, 11)


def ranges(text):
    return [
        (f"{r.start.year}-{r.start.month}", f"{r.end.year}-{r.end.month}" if r.end else "present")
        for r in find_ranges(text, as_of=AS_OF)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan 2019 - Present", ("2019-1", "present")),
        ("January 2019 to March 2021", ("2019-1", "2021-3")),
        ("Sept. 2020–Oct. 2021", ("2020-9", "2021-10")),
        ("March 15, 2019 - 2 April 2020", ("2019-3", "2020-4")),
        ("Jan '19 - Feb '20", ("2019-1", "2020-2")),
        ("Dec '98 - Jan '01", ("1998-12", "2001-1")),
        ("07/2011 to 11/2012", ("2011-7", "2012-11")),
        ("07/11 - 11/12", ("2011-7", "2012-11")),
        ("01.03.2019 - 15.05.2021", ("2019-3", "2021-5")),
        ("03/15/2019 - 05/20/2021", ("2019-3", "2021-5")),
        ("03.2019 – 05.2021", ("2019-3", "2021-5")),
        ("2019.03 ~ 2021.05", ("2019-3", "2021-5")),
        ("2019-03 — 2021-05", ("2019-3", "2021-5")),
        ("2016-2020", ("2016-1", "2020-1")),
        ("2016 г. — 2020 г.", ("2016-1", "2020-1")),
        ("2019 - now", ("2019-1", "present")),
        ("since 2018", ("2018-1", "present")),
        ("янв. 2019 — н. в.", ("2019-1", "present")),
        ("январь 2019 — настоящее время", ("2019-1", "present")),
        ("апрель 2014 – работает сейчас", ("2014-4", "present")),
        ("с марта 2019 по май 2021", ("2019-3", "2021-5")),
        ("с 2018 года", ("2018-1", "present")),
        ("мая 2019 по н.в.", ("2019-5", "present")),
        ("2019년 3월 ~ 현재", ("2019-3", "present")),
        ("2019년 3월부터", ("2019-3", "present")),
        ("ינואר 2019 - היום", ("2019-1", "present")),
        ("2019.03 –\n2021.05", ("2019-3", "2021-5")),
        ("March – May 2019", ("0-3", "2019-5")),
    ],
)
def test_ranges_as_people_write_them(text, expected):
    assert ranges(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "15.03.2019",
        "2019",
        "May 2019",
        "GPA 3.8 2019",
        "version 2019.3",
        "24/7",
        "$2019-2020,50",
        "12/2019/77",
        "31.31.2019 - 32.32.2020",
        "marching on 2019",
        "",
    ],
)
def test_other_numbers_are_no_range(text):
    assert ranges(text) == []


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_in_each_language(month):
    names = (
        "January February March April May June July August September October November December",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    )
    for language in names:
        assert ranges(f"{language.split()[month - 1]} 2019 - present") == [(f"2019-{month}", "present")]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3 года 2 месяца", 38),
        ("9 лет и 2 месяца", 110),
        ("11 месяцев", 11),
        ("2 years 7 months", 31),
        ("2 years, 7 mos", 31),
        ("7+ years", 84),
        ("2.5 years", 30),
        ("3 yrs", 36),
        ("5년 2개월", 62),
        ("3 שנים", 36),
    ],
)
def test_lengths_as_people_write_them(text, months):
    assert [length.months for length in find_lengths(text)] == [months]


def test_a_year_is_no_length():
    assert list(find_lengths("2019 года, 1984 год")) == []


@pytest.mark.parametrize("piece", ["1", "1-", "2019-", "12/", "Jan ", " ", "2019 ", "1 год ", "may may "])
def test_hostile_text_is_read_in_linear_time(piece):
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    list(find_ranges(text, as_of=AS_OF))
    list(find_lengths(text))
    assert time.process_time() - started < 3
