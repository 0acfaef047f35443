from __future__ import annotations

from dataclasses import replace

import pytest

from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.engine import Engine
from metier.engine.expertise import Applying, InputMaker, LevelScorer
from metier.errors import InvalidInput
from metier.expertise.application import Application, Field, LevelRange
from metier.expertise.employers import EmployerTable
from metier.limits import ReadingLimits
from metier.records import from_mapping, to_mapping
from metier.types import Expertise, Level, Role, YearMonth
from tests.expertise.stand_ins import RESUMES, MonthsModel
from tests.skills.taxonomies import small_taxonomy

AS_OF = YearMonth(2026, 11)
RESUME = """Anna Berg
Developer
Female, 34 years old

Experience
Acme, developer, Jan 2016 - Dec 2022
Built billing in Django with SQL and unit tests, and led a team of five people.
"""


@pytest.fixture(scope="module")
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=AS_OF) as engine:
        yield engine


def read(engine, text, role=Role.RESUME):
    return engine.read(Source("cv.txt", data=text.encode()), role=role)


def scored(engine, text, scorer=None, **applying):
    document = read(engine, text)
    item = InputMaker(engine).of_document(document, Applying(**applying))
    return (scorer or LevelScorer(MonthsModel())).score(
        item, scoring_view(document), claimed=applying.get("level")
    )


def test_a_level_comes_with_its_probabilities_its_set_and_what_is_claimed(engine):
    found = scored(engine, RESUME, level=Level.SENIOR)
    assert found.level is Level.MIDDLE
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-3)
    assert found.level in found.level_set
    assert found.at_least == pytest.approx(sum(found.probabilities[3:]), abs=1e-3)
    assert (found.claimed, found.model, found.coverage) == (Level.SENIOR, "months", 0.9)
    assert found.notes == ()
    assert from_mapping(Expertise, to_mapping(found)) == found


def test_reasons_quote_the_document_and_not_what_was_scored(engine):
    document = read(engine, RESUME)
    factors = {factor.name: factor for factor in scored(engine, RESUME).factors}
    assert factors["total_months"].value == 84
    assert "84" in factors["total_months"].message or "7" in factors["total_months"].message
    assert "wording" not in factors  # it would quote a name
    for factor in factors.values():
        for quote in factor.quotes:
            assert document.text[quote.span.start : quote.span.end] == quote.text


def test_words_of_the_view_are_led_back_to_the_document(engine):
    document = read(engine, RESUME.replace("Anna Berg", "Billing and payments"))
    item = InputMaker(engine).of_document(document)
    factors = {f.name: f for f in LevelScorer(MonthsModel()).score(item, scoring_view(document)).factors}
    assert factors["wording"].quotes[0].text == "Bill"


@pytest.mark.parametrize(
    ("old", "new"),
    [("Anna Berg", "Omar Haddad"), ("Female", "Male"), ("34 years old", "61 years old")],
)
def test_masked_facts_change_nothing(engine, old, new):
    before, after = scored(engine, RESUME), scored(engine, RESUME.replace(old, new))
    assert (before.probabilities, before.level_set) == (after.probabilities, after.level_set)
    assert [(f.name, f.value, f.effect, f.message) for f in before.factors] == [
        (f.name, f.value, f.effect, f.message) for f in after.factors
    ]


def test_without_jobs_months_and_words_there_is_not_enough_to_tell(engine):
    found = scored(engine, "Senior developer of payment services\nStockholm and nowhere else at all")
    assert (found.level, found.probabilities, found.level_set, found.at_least) == (None, (), (), None)
    assert "not enough to tell" in found.notes[0]


def test_a_set_of_nearly_all_levels_is_not_enough_to_tell(engine):
    unsure = LevelScorer(MonthsModel(replace(RESUMES, quantile=1.0), spread=0.01))
    found = scored(engine, RESUME, unsure)
    assert found.level is None
    assert "5 of 5 cannot be ruled out" in found.notes[0]


def test_another_language_than_the_model_reads_is_not_enough_to_tell(engine):
    german = """Anna Berg
Entwicklerin
Berufserfahrung
Acme, Entwicklerin, 01/2016 - 12/2022
Ich habe in diesen Jahren die Abrechnung gebaut und ein kleines Team von fünf Leuten geleitet.
"""
    found = scored(engine, german)
    assert found.level is None
    assert "language de" in found.notes[0]


def test_a_language_that_was_not_calibrated_on_is_said_to_be_so(engine):
    russian = """Анна Берг
Разработчик
Опыт работы
Акме, разработчик, январь 2016 — декабрь 2022
Писала биллинг на Django и SQL, покрывала код тестами, руководила командой из пяти человек.
"""
    found = scored(engine, russian)
    assert found.level is Level.MIDDLE
    assert "coverage of the set is not known" in found.notes[0]


def test_sensitive_fields_are_told_in_every_result(engine):
    found = scored(engine, RESUME, LevelScorer(MonthsModel(sensitive=("age",))))
    assert found.sensitive == ("age",)
    assert "trained with age" in found.notes[0]


def test_a_model_without_calibration_is_refused():
    with pytest.raises(InvalidInput, match="months was not calibrated"):
        LevelScorer(MonthsModel(calibration=None))


APPLICATION = Application(
    "7",
    {
        Field.POSITION: "Backend developer",
        Field.KEY_SKILLS: "Python, SQL",
        Field.WORK_EXPERIENCE: "Jan 2016 - Dec 2022\nAcme, developer\nBuilt billing in Django with SQL.",
        Field.CLIENT_NAME: "Borea",
        Field.EXPECTED_GRADE_SALARY: "Senior, 5000",
        Field.AGE: "34",
        Field.CITY: "Lund",
    },
    Level.SENIOR,
    LevelRange.of(Level.MIDDLE),
)


def test_a_row_is_read_like_a_resume_and_keeps_its_label(engine):
    item = InputMaker(engine).of_application(APPLICATION)
    assert item.application.label == APPLICATION.label
    assert item.application.claimed is Level.SENIOR
    assert item.application.text(Field.CLIENT_NAME) == "Borea"
    assert LevelScorer(MonthsModel()).score(item).level is Level.MIDDLE


@pytest.mark.parametrize("use_sensitive", [True, False])
def test_sensitive_fields_of_a_row_go_through_only_where_they_are_asked_for(engine, use_sensitive):
    item = InputMaker(engine, use_sensitive=use_sensitive).of_application(APPLICATION)
    assert (Field.AGE in item.application.fields) is use_sensitive
    assert (Field.CITY in item.application.fields) is use_sensitive
    assert "34" not in item.text
    assert "Lund" not in item.text


def test_the_rating_of_who_is_hiring_is_looked_up(engine, tmp_path):
    table = tmp_path / "employers.csv"
    table.write_text("place,company,region,industry,score,size_class\n1,Borea,Oslo,IT,130.5,large\n")
    maker = InputMaker(engine, employers=EmployerTable.load(table))
    with_rating = maker.of_application(APPLICATION).features.values
    without = InputMaker(engine).of_application(APPLICATION).features.values
    assert 130.5 in with_rating
    assert 130.5 not in without


def test_a_row_that_cannot_be_read_is_refused_without_its_words(engine):
    with pytest.raises(InvalidInput, match="x cannot be read") as raised:
        InputMaker(engine).of_application(Application("x", {Field.POSITION: "Zz"}))
    assert "Zz" not in str(raised.value)
