import numpy as np
import pytest

from metier.documents.source import Source
from metier.engine import Engine
from metier.engine.audit_behaviour import COVERAGE, SkillSubject, skill_changes
from metier.errors import InvalidInput, NotFound
from metier.limits import ReadingLimits
from metier.skills.detect import EXPLICIT_PROBABILITY, UNCLAIMED_PROBABILITY
from metier.types import Role, YearMonth
from tests.skills.taxonomies import small_taxonomy

LONG = "Keeps the books of a shop, and has done so for many years without a mistake that anyone noticed. "
VACANCY = LONG + "\nRequirements:\n- Python\n- SQL\n"


@pytest.fixture
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield engine


def test_the_figures_are_probabilities_of_the_skills_asked_for(engine):
    subject = SkillSubject(engine, ("java", "python"))
    answers = subject.answers(["Wrote Java for years.", "Never used Python.", "Cooks."])
    assert answers.tolist() == [[EXPLICIT_PROBABILITY, 0], [0, UNCLAIMED_PROBABILITY], [0, 0]]
    assert (subject.name, subject.figures) == ("lexical", ("java", "python"))
    assert subject.answers([]).shape == (0, 2)


def test_implied_skills_count(engine):
    assert SkillSubject(engine, ("python",)).answers(["Built shops with Django."])[0, 0] > 0.5


def test_coverage_of_a_vacancy_is_a_figure_too(engine):
    vacancy = engine.prepare_vacancy(engine.read(Source("v", text=VACANCY), role=Role.VACANCY))
    subject = SkillSubject(engine, ("python", COVERAGE), vacancy, "mine")
    none, half, whole = subject.answers([LONG, LONG + "Wrote Python.", LONG + "Wrote Python and SQL."])[:, 1]
    assert none == 0 < half < whole <= 1
    assert subject.name == "mine"
    with pytest.raises(InvalidInput, match="6 characters is too short to be scored"):
        subject.answers(["Cooks."])


def test_coverage_without_a_vacancy_and_unknown_skills_are_refused(engine):
    with pytest.raises(InvalidInput, match="Coverage is of a vacancy"):
        SkillSubject(engine, (COVERAGE,))
    with pytest.raises(NotFound, match="cobol"):
        SkillSubject(engine, ("cobol",))


def test_no_skill_of_the_taxonomy_goes_by_coverage(engine):
    with pytest.raises(NotFound):
        engine.taxonomy.entry(COVERAGE)


def test_an_edit_brings_and_takes_skills(engine):
    before, after = (
        engine.read(Source("cv", text=text)) for text in ("Wrote Java and Python.", "Wrote Python and SQL.")
    )
    changes = skill_changes(engine, before, after)
    assert (changes.came, changes.went) == (("SQL",), ("Java",))
    assert np.array(skill_changes(engine, before, before).came).size == 0
