import json
import subprocess
import sys

import pytest

from metier.documents.source import Source
from metier.engine import Engine, rank
from metier.errors import InvalidInput
from metier.records import to_json
from metier.types import AssessmentStatus, ReadingLimits, Role, YearMonth
from tests.skills.taxonomies import small_taxonomy

AS_OF = YearMonth(2026, 11)
STRONG = """Anna Berg
Senior developer of payment services with a liking for short meetings and long tests.

Experience
Acme, developer, Jan 2019 - Dec 2022
Built billing in Django with SQL and unit tests. No experience with Java.
"""
WEAK = """Ben Craft
Analyst of shop data who writes clear reports for people in a hurry, every single week.

Experience
Borea, analyst, Mar 2020 - present
Data analysis in SQL.
"""
VACANCY = """Python developer
Requirements:
- Python
- SQL
Nice to have:
- Java
"""


@pytest.fixture(scope="module")
def engine():
    with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=AS_OF) as engine:
        yield engine


def read(engine, text, name="cv.txt", role=Role.RESUME):
    return engine.read(Source(name, data=text.encode()), role=role)


@pytest.fixture(scope="module")
def vacancy(engine):
    return engine.prepare_vacancy(read(engine, VACANCY, "job.txt", Role.VACANCY))


def test_an_assessment_joins_skills_experience_and_coverage(engine, vacancy):
    assessment = engine.assess(read(engine, STRONG), vacancy=vacancy)
    assert assessment.status is AssessmentStatus.SCORED
    assert assessment.months == 48
    assert [(r.skill, r.importance.value, r.status.value) for r in assessment.coverage.requirements] == [
        ("python", "required", "implied"),
        ("sql", "required", "matched"),
        ("java", "preferred", "missing"),
    ]
    assert assessment.coverage.score == pytest.approx((3 * 0.7 + 3) / 7)
    assert "says that it is not there" in assessment.coverage.requirements[2].reason


def test_evidence_stands_in_the_text(engine, vacancy):
    document = read(engine, STRONG)
    assessment = engine.assess(document, vacancy=vacancy)
    quotes = [quote for evidence in assessment.skills for quote in evidence.quotes]
    assert quotes
    for quote in quotes:
        assert document.text[quote.span.start : quote.span.end] == quote.text
    for requirement in assessment.coverage.requirements:
        for quote in requirement.vacancy_quotes:
            assert vacancy.document.text[quote.span.start : quote.span.end] == quote.text


def test_an_unreadable_document_is_said_to_be_so_and_not_scored(engine, vacancy):
    assessment = engine.assess(read(engine, "Python SQL"), vacancy=vacancy)
    assert assessment.status is AssessmentStatus.UNREADABLE
    assert (assessment.skills, assessment.months, assessment.coverage) == ((), None, None)
    assert assessment.findings[0].code == "almost_no_text"


def test_a_vacancy_must_ask_for_something(engine):
    text = "We look for a friendly person who likes early mornings, fresh bread and our customers."
    with pytest.raises(InvalidInput, match="asks for no skill of taxonomy small"):
        engine.prepare_vacancy(read(engine, text, "job.txt", Role.VACANCY))
    with pytest.raises(InvalidInput, match="no readable vacancy"):
        engine.prepare_vacancy(read(engine, "SQL", "job.txt", Role.VACANCY))


def test_ranks_do_not_depend_on_the_order_of_the_input(engine, vacancy):
    texts = {"strong": STRONG, "weak": WEAK, "same": WEAK, "empty": "x"}
    assessments = [engine.assess(read(engine, text, name), vacancy=vacancy) for name, text in texts.items()]
    ranked = rank(assessments)
    assert [(r.assessment.source, r.match.rank if r.match else None) for r in ranked] == [
        ("strong", 1),
        ("same", 2),
        ("weak", 2),
        ("empty", None),
    ]
    assert rank(reversed(assessments)) == ranked
    assert rank([]) == ()


def test_the_same_input_gives_the_same_bytes_in_any_order_and_process(engine, vacancy):
    alone = to_json(engine.assess(read(engine, STRONG), vacancy=vacancy))
    engine.assess(read(engine, WEAK), vacancy=vacancy)
    assert to_json(engine.assess(read(engine, STRONG), vacancy=vacancy)) == alone
    code = (
        "import sys; from tests.test_engine import *\n"
        "with Engine(small_taxonomy(), limits=ReadingLimits(), as_of=AS_OF) as engine:\n"
        "    vacancy = engine.prepare_vacancy(read(engine, VACANCY, 'job.txt', Role.VACANCY))\n"
        "    sys.stdout.write(to_json(engine.assess(read(engine, STRONG), vacancy=vacancy)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert run.stdout == alone
    assert json.loads(alone)["provenance"]["as_of"] == {"year": 2026, "month": 11}
