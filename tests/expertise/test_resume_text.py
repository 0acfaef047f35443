import pytest

from metier.documents.build import build_document
from metier.documents.extracted import Extracted
from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.expertise.application import Application, Field
from metier.expertise.resume_text import application_of, resume_text
from metier.limits import ReadingLimits
from metier.types import Level, Role, SectionKind, Span, YearMonth

AS_OF = YearMonth(2024, 1)
ENGLISH = Application(
    "a",
    {
        Field.POSITION: "Senior nurse",
        Field.KEY_SKILLS: "triage, first aid\n\nnursing",
        Field.CLIENT_NAME: "City Clinic",
        Field.EXPECTED_GRADE_SALARY: "senior, 5000",
        Field.AGE: "41",
        Field.CITY: "Berlin",
        Field.WORK_EXPERIENCE: (
            "Acme Clinic — Nurse\nMay 2019 – December 2023\nLed a ward of nine.\nSkills\ntriage\n\n"
            "Beta Clinic — Trainee\nMarch 2018 – April 2019\nLearned.\n\nEducation\nSchool of nursing"
        ),
    },
)
RUSSIAN = Application(
    "b",
    {
        Field.POSITION: "Ведущий инженер, руководитель группы",
        Field.KEY_SKILLS: "AutoCAD, чертежи",
        Field.WORK_EXPERIENCE: (
            "Ромашка — Инженер\nмай 2019 — декабрь 2023\nВёл проекты.\nОбязанности:\nЧертил.\n\n"
            "Лютик — Техник\nмарт 2018 — апрель 2019\nДостижения: мерил."
        ),
    },
)


def read(text, role=Role.RESUME):
    extracted = Extracted(text, (Span(0, len(text)),))
    return build_document(extracted, content="0" * 16, source="a", role=role, as_of=AS_OF)


def fields_of(text, role=Role.RESUME):
    document = read(text, role)
    return dict(application_of(document, scoring_view(document), id="a").fields)


@pytest.mark.parametrize("item", [ENGLISH, RUSSIAN])
def test_a_row_is_read_as_a_resume_with_its_sections_and_periods(item):
    document = read(resume_text(item))
    kinds = {section.kind for section in document.sections}
    assert {SectionKind.HEADER, SectionKind.SKILLS, SectionKind.EXPERIENCE} <= kinds
    assert document.months == 70
    assert len([period for period in document.periods if period.counted]) == 2
    assert not document.masks


@pytest.mark.parametrize("item", [ENGLISH, RUSSIAN])
def test_the_fields_of_a_row_are_found_again(item):
    found = fields_of(resume_text(item))
    assert found[Field.POSITION] == item.text(Field.POSITION)
    assert found[Field.KEY_SKILLS].split() == item.text(Field.KEY_SKILLS).split()
    # Schooling that was written under work experience is none.
    experience = item.text(Field.WORK_EXPERIENCE).replace("Skills\n", "Skills: ").partition("Education")[0]
    assert found[Field.WORK_EXPERIENCE].split() == experience.split()


def test_company_salary_age_and_place_are_no_part_of_the_text():
    assert not any(words in resume_text(ENGLISH) for words in ("City Clinic", "5000", "41", "Berlin"))
    assert resume_text(Application("a", {Field.AGE: "41"})) == ""


def test_the_reader_of_documents_takes_the_text():
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        document = reader.read(Source("row", text=resume_text(RUSSIAN)), role=Role.RESUME)
    assert (document.language, document.months, document.readable) == ("ru", 70, True)


@pytest.mark.parametrize(
    "position", ["Education", "Навыки", "QA: manual", "C++/C# developer, 1st line", "Ab. " * 60]
)
def test_a_position_that_looks_like_something_else_is_found_again(position):
    item = Application("a", {Field.POSITION: position, Field.WORK_EXPERIENCE: "Led a ward of nine nurses."})
    assert fields_of(resume_text(item))[Field.POSITION] == " ".join(position.split())


def test_personal_facts_are_placeholders():
    jobs = "Acme — Nurse\n2019 – 2021\nJane Miller led."
    found = fields_of(f"Jane Miller\njane.miller@example.com\nNurse\n\nExperience\n{jobs}")
    assert found[Field.POSITION] == "Nurse"
    assert "Miller" not in str(found)
    assert "[NAME] led." in found[Field.WORK_EXPERIENCE]


def test_what_the_person_applies_for_is_taken_as_given():
    document = read("Nurse\n\nExperience\nAcme — Nurse\n2019 – 2021\nLed.")
    found = application_of(
        document, scoring_view(document), id="x", company=" Clinic ", salary="5000", claimed=Level.SENIOR
    )
    assert (found.id, found.claimed, found.label) == ("x", Level.SENIOR, None)
    assert (found.text(Field.CLIENT_NAME), found.text(Field.EXPECTED_GRADE_SALARY)) == ("Clinic", "5000")


def test_the_title_may_stand_under_a_heading_of_its_own():
    heading = "Желаемая должность и зарплата"
    text = f"Женщина, 30 лет\n\n{heading}\nИнженер 150 000 руб.\n\nОпыт работы\nРомашка\n2019 – 2021"
    assert fields_of(text)[Field.POSITION] == "Инженер"


def test_headings_within_jobs_stay_with_them_and_sections_after_them_do_not():
    found = fields_of(
        "Nurse\n\nExperience\nAcme — Nurse\n2019 – 2021\nLed.\n\nTechnologies\nEpic\n\nBeta — Trainee\n"
        "2017 – 2018\nDuties\nLearned.\n\nSkills\ntriage\n\nEducation\nSchool of nursing\n\nInterests\nChess"
    )
    assert found[Field.KEY_SKILLS] == "triage"
    assert "Technologies\nEpic" in found[Field.WORK_EXPERIENCE]
    assert found[Field.WORK_EXPERIENCE].endswith("Duties\nLearned.")


def test_without_a_heading_on_experience_all_but_skills_and_schools_counts():
    found = fields_of(
        "Nurse\nLed a ward of nine from 2019 to 2021.\n\nSkills: triage\n\nEducation\nSchool of nursing"
    )
    assert found == {
        Field.POSITION: "Nurse",
        Field.KEY_SKILLS: "triage",
        Field.WORK_EXPERIENCE: "Led a ward of nine from 2019 to 2021.",
    }


def test_a_title_alone_is_a_position_alone():
    assert fields_of("Nurse") == {Field.POSITION: "Nurse"}


def test_of_a_vacancy_skills_are_what_it_asks_for():
    found = fields_of(
        "Head nurse\nWe care.\n\nDuties\nLead a ward.\n\nRequirements\ntriage\n\nWe offer\nTea", Role.VACANCY
    )
    assert found[Field.POSITION] == "Head nurse"
    assert found[Field.KEY_SKILLS] == "triage"
    assert found[Field.WORK_EXPERIENCE] == "We care.\n\nDuties\nLead a ward."
