from __future__ import annotations

from datetime import date
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.documents.masking.name_lists import given_names, surnames
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.engine import Engine
from metier.engine.expertise import Applying, LevelScorer
from metier.engine.expertise_swaps import check_documents, check_swaps, visible_text
from metier.errors import InvalidInput
from metier.expertise.swap_facts import years_in_russian
from metier.expertise.traits import MASKED, Trait
from metier.limits import ReadingLimits
from metier.types import Document, Exclusion, ExclusionReason, Expertise, Level, Role, Span, YearMonth
from tests.expertise.stand_ins import MonthsModel
from tests.skills.taxonomies import small_taxonomy

ENGLISH = """{name}
Backend developer
{email} | {phone}
Date of birth: {birth}
Age: {age}
Gender: {gender}
Marital status: {family}
Citizenship: {citizenship}

Experience
Acme AB, backend developer, Jan 2019 - Mar 2021
Built payment services in Python and Django, led a team of six.

Education
BSc Computer Science, University of Toledo, 2014
"""
RUSSIAN = """{name}
{gender}, {age}
Разработчик
{phone}
{email}
Дата рождения: {birth}
Семейное положение: {family}
Гражданство: {citizenship}

Опыт работы
ООО «Ромашка», разработчик, январь 2019 — март 2021
Платёжные сервисы на Python и Django, команда из шести человек.

Образование
Курганский государственный университет, 2014
"""


class EngineOfMonths(Engine):
    """An engine whose model of levels counts months."""

    levels = LevelScorer(MonthsModel())


@pytest.fixture(scope="module")
def engine():
    with EngineOfMonths(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


def read(engine, text):
    return engine.read(Source("cv", text=text))


def told(expected):
    level = None if expected is None else list(Level)[round(expected)]
    return Expertise(level, (), (), 0.9, expected, None, None, (), (), (), "stand-in", "")


def wording(engine):
    """Return a score that any change of what scores see moves."""
    return lambda text: told(crc32(scoring_view(read(engine, text)).text.encode()) / 2**32 * 4)


def name_of(given_name, surname, order):
    parts = [given_name.title(), surname.title()]
    return {"given": f"{parts[0]} {parts[1]}", "family": f"{parts[1]} {parts[0]}"}.get(
        order, f"{parts[0]} {parts[1]}".upper()
    )


DATES = st.dates(min_value=date(1950, 1, 1), max_value=date(2008, 12, 31))
EMAILS = st.from_regex(r"[a-z]{2,8}[._]?[a-z0-9]{2,8}@(example|mail)\.(com|org|ru|co\.uk)", fullmatch=True)
PHONES = st.one_of(
    st.from_regex(r"\+7 9[0-9]{2} [0-9]{3}-[0-9]{2}-[0-9]{2}", fullmatch=True),
    st.from_regex(r"8 \(9[0-9]{2}\) [0-9]{3} [0-9]{2} [0-9]{2}", fullmatch=True),
    st.from_regex(r"\+44 20 7[0-9]{3} [0-9]{4}", fullmatch=True),
    st.from_regex(r"\+1 20[1-9] 555 01[0-9]{2}", fullmatch=True),
)
BIRTHS = st.one_of(DATES.map(lambda day: day.strftime("%d.%m.%Y")), DATES.map(lambda day: day.isoformat()))
ENGLISH_PEOPLE = st.fixed_dictionaries(
    {
        "name": st.builds(
            name_of,
            st.sampled_from(sorted(given_names("en"))),
            st.sampled_from(sorted(surnames("en"))),
            st.sampled_from(["given", "capitals"]),
        ),
        "email": EMAILS,
        "phone": PHONES,
        "birth": BIRTHS,
        "age": st.integers(18, 75),
        "gender": st.sampled_from(["Female", "male", "M", "F", "Woman", "Non-binary", "she/her"]),
        "family": st.sampled_from(["single", "Married", "married, two children", "divorced", "widowed"]),
        "citizenship": st.sampled_from(["Sweden", "Nigeria", "USA", "Burkina Faso", "Russian Federation"]),
    }
)
# "Ван" joins the parts of Dutch names, and is not looked for as a name of its own.
RUSSIAN_NAMES = sorted(given_names("ru") - {"ван"})
RUSSIAN_SURNAMES = (
    "иванов",
    "смирнова",
    "ким",
    "саркисян",
    "хабибуллина",
    "гиоргадзе",
    "рахимов",
    "кац",
    "доржиева",
)
RUSSIAN_PEOPLE = st.fixed_dictionaries(
    {
        "name": st.builds(
            name_of,
            st.sampled_from(RUSSIAN_NAMES),
            st.sampled_from(RUSSIAN_SURNAMES),
            st.sampled_from(["given", "family", "capitals"]),
        ),
        "email": EMAILS,
        "phone": PHONES,
        "birth": BIRTHS,
        "age": st.integers(18, 75).map(lambda n: f"{n} {years_in_russian(n)}"),
        "gender": st.sampled_from(["Мужчина", "Женщина"]),
        "family": st.sampled_from(["женат", "замужем", "не замужем, двое детей", "холост", "в разводе"]),
        "citizenship": st.sampled_from(["Россия", "РФ", "Узбекистан", "Армения", "Германия", "Вьетнам"]),
    }
)


def seen(engine, text):
    """Return all that models of levels take of a document beside its source."""
    document = read(engine, text)
    view = scoring_view(document)
    periods = tuple((period.start, period.end, period.months, period.counted) for period in document.periods)
    return view.text, view.sections, periods, document.months, document.language


@settings(max_examples=25, deadline=None)
@given(first=ENGLISH_PEOPLE, second=ENGLISH_PEOPLE)
def test_masked_facts_never_change_what_scores_see(engine, first, second):
    assert seen(engine, ENGLISH.format(**first)) == seen(engine, ENGLISH.format(**second))


@settings(max_examples=25, deadline=None)
@given(first=RUSSIAN_PEOPLE, second=RUSSIAN_PEOPLE)
def test_masked_facts_never_change_what_scores_see_in_russian(engine, first, second):
    assert seen(engine, RUSSIAN.format(**first)) == seen(engine, RUSSIAN.format(**second))


@settings(max_examples=4, deadline=None)
@given(person=ENGLISH_PEOPLE | RUSSIAN_PEOPLE.map(lambda person: {**person, "russian": True}))
def test_masked_facts_never_change_the_score(engine, person):
    text = (RUSSIAN if person.pop("russian", False) else ENGLISH).format(**person)
    report = check_swaps(wording(engine), {"made up": text}, bound=0, most=1)
    assert report.passed
    assert {item.trait for item in report.traits} == set(Trait)
    for item in report.traits:
        assert (item.largest == 0) == (item.trait in MASKED)


def test_a_score_that_goes_by_a_masked_fact_breaks_the_bound():
    texts = {"a": "Anna Lindqvist\nNurse\nAge: 34\n", "b": "Olga Berg\nNurse\n"}
    report = check_swaps(lambda text: told(3.0 if "Age: 61" in text else 2.0), texts)
    assert not report.passed
    assert {(item.document, item.trait, item.to) for item in report.broken} == {
        ("a", Trait.AGE, "61"),
        ("b", Trait.AGE, "61"),
    }
    assert {item.trait: item.n_beyond for item in report.traits}[Trait.NAME] == 0


def test_a_score_that_goes_by_the_city_is_told_of_and_passes():
    report = check_swaps(
        lambda text: told(3.0 if "Berlin" in text else 2.0), {"a": "Anna Berg\nNurse, Berlin\n"}
    )
    assert report.passed
    city = next(item for item in report.traits if item.trait is Trait.CITY)
    assert (city.n, city.n_beyond, city.flips.value, city.mean_move.value) == (4, 4, 1.0, 1.0)


def test_a_text_is_scored_once():
    scored = []
    check_swaps(lambda text: scored.append(text) or told(2.0), {"a": ENGLISH})
    assert len(scored) == len(set(scored))


def test_what_scores_see_is_looked_at_where_it_can_be(engine):
    texts = {
        "a": RUSSIAN.format(
            name="Анна Берг",
            gender="Женщина",
            age="34 года",
            phone="",
            email="",
            birth="12.05.1990",
            family="замужем",
            citizenship="Россия",
        )
    }
    report = check_swaps(
        lambda text: told(2.0), texts, look=lambda text: scoring_view(read(engine, text)).text
    )
    counts = {item.trait: item.n_seen for item in report.traits}
    assert {trait: counts[trait] for trait in MASKED} == dict.fromkeys(MASKED, 0)
    assert counts[Trait.CITY] > 0


def test_documents_are_counted_as_they_are_done():
    done = []
    check_swaps(lambda text: told(2.0), {"a": "Nurse", "b": "Cook"}, on_document=lambda: done.append(1))
    assert done == [1, 1]


@pytest.mark.parametrize("options", [{"bound": -1}, {"most": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InvalidInput, match="must be at least"):
        check_swaps(lambda text: told(2.0), {"a": "Nurse"}, **options)


def test_an_engine_checks_documents_with_its_model_of_levels(engine):
    text = ENGLISH.format(
        name="Anna Berg",
        gender="Female",
        age=34,
        phone="+1 202 555 0147",
        email="a@example.com",
        birth="1990-05-12",
        family="single",
        citizenship="Sweden",
    )
    documents = [engine.read(Source("cv.txt", data=text.encode())) for _ in range(2)]
    report = check_documents(engine, documents, Applying(level=Level.SENIOR), bound=0, most=1)
    assert (report.passed, report.n_documents, report.n_untold) == (True, 2, 0)
    assert {item.n_seen for item in report.traits if item.masked} == {0}


def test_words_that_nobody_sees_are_not_swapped_into_sight():
    document = Document(
        id="0", source="a.pdf", role=Role.RESUME, language="en", text="Anna Berg\nhidden words\nNurse",
        sections=(), periods=(), months=None, findings=(), pages=(),
        excluded=(Exclusion(Span(10, 22), ExclusionReason.TINY),),
    )  # fmt: skip
    assert visible_text(document) == "Anna Berg\nNurse"
