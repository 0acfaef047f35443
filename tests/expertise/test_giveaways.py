import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.giveaways import find_giveaways, mask_giveaways

PIECES = [
    "Senior", "junior", "Lead", "Head of", "мидл", "старший", "Java", "Developer", "инженер", "5+", "years",
    "от", "3", "лет", "(", ")", "/", ",", "-", "\n", "experience", "опыт", "team", "of", "2-4", "no", "Level",
    "II", "İ", "главный", "категории", "без", "опыта", "\0", "regular", "ß", "1 & 2", "лид", "команды",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Senior Java Developer", "Java Developer"),
        ("Sr. Java Developer", "Java Developer"),
        ("Java Developer (Middle/Senior)", "Java Developer"),
        ("Mid-Level Java Developer", "Java Developer"),
        ("Regular Java Developer", "Java Developer"),
        ("Java Developer, Tech Lead", "Java Developer"),
        ("Principal Architect", "Architect"),
        ("Staff Software Engineer", "Software Engineer"),
        ("Head of Marketing", "Marketing"),
        ("Software Engineer II", "Software Engineer"),
        ("Software Engineer L5", "Software Engineer"),
        ("Graduate Engineer Trainee", "Engineer"),
        ("Entry level analyst", "analyst"),
        ("Associate Product Manager", "Product Manager"),
        ("Assistant Manager, Sales", "Manager, Sales"),
        ("Старший аналитик", "аналитик"),
        ("Ведущий системный аналитик", "системный аналитик"),
        ("Главный специалист отдела", "специалист отдела"),
        ("Младший разработчик (стажёр)", "разработчик"),
        ("Разработчик middle+/senior-", "Разработчик"),
        ("Тимлид QA", "QA"),
        ("SRE-лид", "SRE"),
        ("Руководитель группы мобильной разработки (Python)", "(Python)"),
        ("Технический директор", ""),
        ("Team Lead разработки 1С", "1С"),
        ("Тимлид команды аналитики Маркета", "Маркета"),
        ("Chief Technical Officer", ""),
        ("Director of Sales", "Sales"),
        ("Młodszy analityk", "analityk"),
        ("Инженер 2 категории", "Инженер"),
    ],
)
def test_words_of_levels_leave_titles(text: str, left: str) -> None:
    assert mask_giveaways(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "5+ years",
        "2-4 yrs",
        "five (5) years of experience",
        "At least 3 years of commercial experience",
        "0 to 1 year's experience",
        "Exp: 4-7 years",
        "Experience level: entry",
        "Seniority level Mid-Senior level",
        "no prior experience required",
        "freshers",
        "опыт работы от 3 лет",
        "опыт 1-3 года",
        "Опыт: 1–3 года",
        "от 2-х до 5 лет",
        "не менее трёх лет",
        "от года",
        "от 6 месяцев",
        "без опыта",
        "опыт не требуется",
    ],
)
def test_experience_that_is_stated_leaves_nothing(text: str) -> None:
    assert mask_giveaways(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Lead generation and sales leads",
        "You will lead a team",
        "a leading company, the market leader",
        "Middle East",
        "a mid-size company",
        "regular expressions and regular meetings",
        "head office, head count",
        "our staff and their training",
        "internal tools, international teams",
        "associate's degree",
        "a graduate degree",
        "experience with Java",
        "Java 11, since 2011",
        "ведущий банк страны",
        "главное - желание",
        "главный бухгалтер",
        "опыт работы с Java",
        "генерация лидов",
        "для лиц старше восемнадцати",
        "график 5/2, в 2020 году",
        "экспертиза проектов",
    ],
)
def test_words_that_are_no_level_stay(text: str) -> None:
    assert mask_giveaways(text) == text


def test_nothing_tells_that_a_level_was_named() -> None:
    assert mask_giveaways("Senior Java Developer") == mask_giveaways("Java Developer")
    assert mask_giveaways("You know SQL (3+ years) and Git") == "You know SQL and Git"


def test_other_lines_keep_their_form() -> None:
    assert mask_giveaways("  - SQL  \n\n  * 5 years\n\tGit") == "  - SQL  \n\n  *\n\tGit"


@given(TEXTS)
def test_masking_again_changes_nothing(text: str) -> None:
    masked = mask_giveaways(text)
    assert mask_giveaways(masked) == masked
    assert find_giveaways(masked) == ()


@given(TEXTS)
def test_spans_rise_within_the_text_and_hold_words(text: str) -> None:
    end = 0
    for span in find_giveaways(text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
        end = span.end


@given(TEXTS)
def test_what_is_left_is_no_longer_than_what_there_was(text: str) -> None:
    assert len(mask_giveaways(text)) <= len(text)


def test_long_texts_take_little_time() -> None:
    text = "We look for a developer who has worked with many systems, 24 of them, and опыт с 1С. " * 2000
    assert find_giveaways(text) == ()


def test_an_empty_text_has_nothing() -> None:
    assert find_giveaways("") == ()
    assert mask_giveaways("") == ""
