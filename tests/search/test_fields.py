import pytest

from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.limits import ReadingLimits
from metier.search.fields import find_level, find_title, find_years
from metier.types import Role, YearMonth


@pytest.fixture(scope="module")
def read():
    with DocumentReader(ReadingLimits(), as_of=YearMonth(2026, 11)) as reader:
        yield lambda text, role: reader.read(Source("row", text=text), role=role)


def title_of(document):
    view = scoring_view(document)
    span = find_title(document, view.text, view.sections)
    return view.text[span.start : span.end] if span else None


@pytest.mark.parametrize(
    ("text", "role", "title"),
    [
        ("Backend Engineer (Go), Berlin\n\nWe build things.", Role.VACANCY, "Backend Engineer (Go), Berlin"),
        ("Anna Lind\nData analyst\nanna@example.org\n\nExperience\nX", Role.RESUME, "Data analyst"),
        ("Contact\nanna@example.org\nLives in Leeds, UK\n\nExperience\nWrote things.", Role.RESUME, None),
        ("Иван Петров\nРазработчик\nivan@example.org\n\nОпыт работы\nПисал код.", Role.RESUME, "Разработчик"),
        ("\n\n", Role.VACANCY, None),
    ],
)
def test_the_title_is_the_first_line_that_could_be_one(read, text, role, title):
    assert title_of(read(text, role)) == title


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Backend Engineer", "senior"),
        ("Sr. Data Analyst", "senior"),
        ("Младший аналитик", "junior"),
        ("Junior+/Middle QA", "middle"),
        ("Senior Team Lead", "lead"),
        ("Ведущий инженер", "lead"),
        ("Head of Data", "head"),
        ("Директор по персоналу", "head"),
        ("Стажёр-разработчик", "intern"),
        ("Staff Engineer", "lead"),
        ("Staff nurse", None),
        ("Lead generation specialist", None),
        ("Internal auditor", None),
        ("Leader of nobody", None),
        ("", None),
    ],
)
def test_a_title_names_a_level(title, level):
    assert find_level(title) == level


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("We ask for 3+ years of experience in Python.", 3),
        ("Experience: 4-7 years", 4),
        ("Опыт работы от 5 лет обязателен.", 5),
        ("Опыт от 1 года до 3 лет", 1),
        ("Our company has been on the market for 25 years. You will write code.", None),
        ("99 years of experience", None),
        ("No numbers here", None),
    ],
)
def test_a_vacancy_says_the_least_years_it_asks_for(read, text, years):
    document = read(text, Role.VACANCY)
    assert find_years(document, document.text) == years


def test_the_years_of_a_resume_are_counted_from_its_periods(read):
    document = read("Experience\nEngineer, Acme, Jan 2020 - Dec 2021\nWrote code.", Role.RESUME)
    assert find_years(document, document.text) == 2.0
    bare = read("Wrote code for years and years, and liked it.", Role.RESUME)
    assert find_years(bare, bare.text) is None
