import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.expertise.employers import Employer, EmployerTable

NAMES = [
    "Альфа-Банк", "Фиалка Банк", '"Кувшинка"', "ПАО «Лютик Нефть»", "Пятый Элемент", "Mega Store (МЕГА)",
    "Vega-24", "Orchid Group", "Пион (Москва)", "Group Dandelion GmbH", "Ирис", "Белая Акация",
    "Синий Василёк",
]  # fmt: skip
TABLE = EmployerTable(
    [Employer(name, place=i, region="Москва" if "Москва" in name else "") for i, name in enumerate(NAMES)]
)


def written(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "rating.csv"
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("АО «Альфа-Банк»", 0),
        ("альфа банк, Москва", 0),
        ("ФИАЛКА-БАНК ПАО", 1),
        ("ООО 'Кувшинка'", 2),
        ("Лютик нефть", 3),
        ("Пятый елемент", 4),
        ("Пятый  Эллемент, г. Тверь", 4),
        ("ПятыйЭлемент", 4),
        ("MEGA STORE LLC", 5),
        ("Мега", 5),
        ("The Orchid, Inc.", 7),
        ("Dandelion", 9),
        ("Синий Василек (головной офис)", 12),
    ],
)
def test_a_company_is_found_however_its_name_is_written(name, found):
    assert TABLE.find(name) is TABLE.employers[found]


@pytest.mark.parametrize(
    "name",
    [
        "Альфа", "Банк", "Альфа-Банк Лизинг", "Лютик", "Vega-25", "Vega", "Москва", "ООО", "ИП", "", "«»",
        "Ириска", "Рис", "Партнёр (Кувшинка, Ирис)", "Белая Акция Плюс", "Group",
        "Пятый Элемент, ООО Ирис, Тверь",
    ],
)  # fmt: skip
def test_another_company_is_none_of_them(name):
    assert TABLE.find(name) is None


def test_a_name_as_near_to_two_is_neither():
    table = EmployerTable([Employer("Ромашково-1"), Employer("Ромашкова"), Employer("Ромашкове")])
    assert table.find("Ромашково") is None
    assert table.find("Ромашкова").name == "Ромашкова"


def test_of_equal_names_that_of_the_region_is_found_else_the_first():
    table = EmployerTable(
        [Employer("Ирис", region="Москва"), Employer("ООО Ирис", region="Томская область"), Employer("Пион")]
    )
    assert table.find("Ирис").region == "Москва"
    assert table.find("Ирис, Томск").region == "Томская область"
    assert table.find("Ирис, Тверь").region == "Москва"


def test_a_short_name_in_another_region_is_another_company():
    table = EmployerTable(
        [
            Employer("Ирис", region="Томская область"),
            Employer("Хризантема", region="Томская область"),
            Employer("Пион", region="Тверская область"),
        ]
    )
    assert table.find("Ирис, Тверь") is None
    assert table.find("Хризантема, Тверь") is table.employers[1]
    assert table.find("Ирис, Уфа") is table.employers[0]


def test_a_name_in_brackets_gives_way_to_a_name():
    table = EmployerTable([Employer("Пион (Ирис)"), Employer("Ирис")])
    assert table.find("Ирис") is table.employers[1]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (
            "Место,Название компании,Регион,Отрасль,Итоговый балл,kind\n3,Ирис,Тверь,Связь,130.5,Крупные\n",
            "utf-8",
        ),
        (
            "Место;Название компании;Регион;Отрасль;Итоговый балл;kind\n3;Ирис;Тверь;Связь;130,5;Крупные\n",
            "cp1251",
        ),
        ("﻿company,place,region,industry,score,size_class,x\nИрис,3,Тверь,Связь,130.5,Крупные,1\n", "utf-8"),
    ],
)
def test_tables_with_english_and_russian_headers_are_read(tmp_path, content, encoding):
    path = written(tmp_path, content, encoding)
    table = EmployerTable.load(path)
    assert table.employers == (Employer("Ирис", 3, "Тверь", "Связь", 130.5, "Крупные"),)
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_the_company_is_needed(tmp_path):
    assert EmployerTable.load(written(tmp_path, "Company\nIris\n")).employers == (Employer("Iris"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("region,score\nТверь,1\n", "rating.csv must have the column company"),
        ("company,score\nИрис,good\n", "rating.csv, row 2, field score: the field must be a number"),
        ("company,score\n,1\n", "rating.csv, row 2, field company: the field must not be empty"),
        ("", "It is empty"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(tmp_path, content, message):
    with pytest.raises(InvalidInput, match=message):
        EmployerTable.load(written(tmp_path, content))


def test_a_table_holds_an_entry(tmp_path):
    with pytest.raises(InvalidInput, match="must hold at least one"):
        EmployerTable([])
    with pytest.raises(NotFound):
        EmployerTable.load(tmp_path / "none.csv")


@given(st.text(max_size=60))
def test_any_name_can_be_looked_up(name):
    assert TABLE.find(name) is TABLE.find(name)
