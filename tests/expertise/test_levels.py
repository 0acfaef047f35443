import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.application import LevelRange
from metier.expertise.levels import parse_level, parse_range
from metier.types import Level

NAMES = {
    Level.INTERN: """
        intern; Internship; Trainee; apprentice; noExperience; нет опыта; Стажёр; стажер-аналитик; практикант;
        интерн; Intern, 500 EUR; 인턴
        """,
    Level.JUNIOR: """
        junior; Jr; JUNIOR+; Entry level; Graduate; between1And3; От 1 года до 3 лет; 1–3 года; джун; Джуниор;
        младший; Младший (Junior); начинающий специалист; Jr. developer, 90 000; 신입; 주니어 개발자
        """,
    Level.MIDDLE: """
        middle; Mid; mid-level; Regular; Associate; between3And6; от 3 до 6 лет; мидл; Миддл; Middle+ 200к;
        средний; Средний (Middle); 중급
        """,
    Level.SENIOR: """
        senior; Sr; Mid-Senior level; moreThan6; Более 6 лет; 6+ years; сеньор; Синьор; Сениор-разработчик;
        старший; Senior, 250 000 ₽; Старший (Senior); 시니어; senior developer at a mid-size company
        """,
    Level.LEAD: """
        lead; Expert; Principal; Team Lead; Director; Executive; head of QA; тимлид, 400к; Тим лид; техлид;
        Ведущий; Ведущий (Lead); главный инженер; руководитель отдела; C-level; Senior team lead; 팀장
        """,
}


@pytest.mark.parametrize(
    ("level", "name"),
    [(level, name.strip()) for level, names in NAMES.items() for name in names.split(";")],
)
def test_names_of_common_sources_are_known(level, name):
    assert parse_level(name) is level
    assert parse_level(f"  {name} ") is level


@pytest.mark.parametrize(
    "words",
    [
        "", "250 000 ₽", "от 100 000 руб.", "Грейд 17", "по договорённости", "Full-time", "Not Applicable",
        "Lead generation", "Middle East sales", "Data entry", "leading company", "Интернет-маркетолог",
        "internal", "Nurse",
    ],
)  # fmt: skip
def test_words_that_name_no_level_give_none(words):
    assert parse_level(words) is None


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("Middle/Senior", Level.MIDDLE, Level.SENIOR),
        ("senior - middle", Level.MIDDLE, Level.SENIOR),
        ("от джуна до мидла", Level.JUNIOR, Level.MIDDLE),
        ("Junior/Middle/Senior", Level.JUNIOR, Level.SENIOR),
        ("Team Lead / Senior, 300к", Level.SENIOR, Level.LEAD),
    ],
)
def test_of_a_range_no_more_is_claimed_than_its_lower_end(words, low, high):
    assert parse_range(words) == LevelRange(low, high)
    assert parse_level(words) is low


@given(st.text(max_size=80))
def test_any_text_gives_a_range_or_none(words):
    found = parse_range(words)
    assert found is None or found.low.rank <= found.high.rank
