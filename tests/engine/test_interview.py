"""Banks made for a vacancy: what they ask about, and that they can be read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metier.engine.interview import BankOptions, make_bank
from metier.engine.interview_words import SKILL_WORDS
from metier.errors import InvalidInput
from metier.interview.bank import Bank, Point, Question, QuestionKind, Stage, Topic
from metier.interview.bank_files import advise, dump_bank, find_bank, parse_bank
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Coverage, Importance, Requirement, RequirementStatus, Skill

TAXONOMY = Taxonomy(
    "test",
    [
        TaxonomyEntry(Skill("sql", "SQL", (), "Language of relational databases.", None)),
        TaxonomyEntry(Skill("kafka", "Kafka", (), "Log of events that many services read.", None)),
        TaxonomyEntry(Skill("go", "Go", (), "", None)),
        TaxonomyEntry(Skill("c++", "C++", (), "Compiled language close to the machine.", None)),
    ],
)


def requirement(skill, status=RequirementStatus.MISSING, importance=Importance.REQUIRED):
    return Requirement(skill, skill, importance, status, (), (), "")


def coverage(*requirements):
    return Coverage(0.5, requirements)


def knowledge(key, difficulty=2):
    return Question(
        key, (f"What about {key}?",), (Point("p", "says it", ("It is so.",)),), difficulty=difficulty
    )


OWN = Bank(
    "own",
    "Own",
    "en",
    (
        Topic("basics", "Basics", (knowledge("b1"),)),
        Topic(
            "joins",
            "Joins",
            (knowledge("j3", 3), knowledge("j1", 1), knowledge("j2", 2)),
            requires=("basics",),
            skills=("sql",),
        ),
    ),
    "0" * 64,
)


def main_topics(bank):
    return [topic for topic in bank.topics if topic.stage is Stage.MAIN]


def test_it_asks_about_what_is_missing_or_implied_and_not_about_what_is_shown():
    found = make_bank(
        coverage(
            requirement("sql", RequirementStatus.MATCHED),
            requirement("kafka", RequirementStatus.IMPLIED),
            requirement("go"),
            requirement("c++", importance=Importance.PREFERRED),
        ),
        TAXONOMY,
        [],
    )
    assert [topic.title for topic in main_topics(found)] == ["Kafka", "Go"]


def test_preferred_skills_are_asked_about_where_that_is_wanted():
    asked = coverage(requirement("c++", importance=Importance.PREFERRED))
    found = make_bank(asked, TAXONOMY, [], BankOptions(preferred=True))
    assert [topic.title for topic in main_topics(found)] == ["C++"]
    with pytest.raises(InvalidInput, match="nothing to ask about"):
        make_bank(asked, TAXONOMY, [])


def test_a_skill_of_a_bank_gets_that_banks_questions_the_easier_ones_first_chosen():
    found = make_bank(coverage(requirement("sql")), TAXONOMY, [OWN], BankOptions(max_questions=2))
    (topic,) = main_topics(found)
    assert [question.id for question in topic.questions] == ["own-j1", "own-j2"]
    assert topic.requires == ()


def test_a_bank_in_another_language_is_passed_over():
    found = make_bank(coverage(requirement("sql")), TAXONOMY, [OWN], BankOptions(language="ru"))
    (topic,) = main_topics(found)
    assert topic.questions[0].ask[0].startswith("Расскажите о том, что вы сами делали с SQL")


def test_what_a_skill_is_is_asked_in_the_language_of_its_description_and_of_named_things_alone():
    skill = Skill("review", "Code review", (), "Reading others' changes before they are merged.", None)
    practices = Taxonomy("test", [TaxonomyEntry(skill, practice=True)])
    asked = [
        make_bank(coverage(requirement("kafka")), TAXONOMY, [], BankOptions(language="ru")),
        make_bank(coverage(requirement("review")), practices, []),
    ]
    assert [[question.kind for question in main_topics(bank)[0].questions] for bank in asked] == [
        [QuestionKind.EXPERIENCE]
    ] * 2


def test_a_skill_without_a_description_is_asked_about_by_experience_alone():
    found = make_bank(coverage(requirement("go")), TAXONOMY, [])
    (topic,) = main_topics(found)
    assert [question.kind for question in topic.questions] == [QuestionKind.EXPERIENCE]


def test_a_choice_is_asked_about_once_and_a_skill_of_another_taxonomy_not_at_all():
    found = make_bank(
        coverage(requirement("kafka|go"), requirement("cobol"), requirement("kafka")), TAXONOMY, []
    )
    assert [topic.title for topic in main_topics(found)] == ["Kafka"]


@pytest.mark.parametrize("language", SKILL_WORDS)
def test_the_bank_can_be_written_and_read_back(language):
    found = make_bank(
        coverage(requirement("sql"), requirement("c++")), TAXONOMY, [], BankOptions(language=language)
    )
    read = parse_bank(dump_bank(found), source="made.yaml")
    assert replace(read, sha256="") == replace(found, sha256="")
    assert read.sha256 == found.sha256
    assert [topic.stage for topic in found.topics][::3] == [Stage.OPENING, Stage.CLOSING]
    assert not [line for line in advise(found) if "follow-up" in line.message]


def test_the_same_vacancy_and_resume_give_the_same_bank():
    asked = coverage(requirement("sql"), requirement("kafka"))
    assert make_bank(asked, TAXONOMY, [OWN]).sha256 == make_bank(asked, TAXONOMY, [OWN]).sha256


def test_topics_of_the_shipped_banks_serve_the_skills_they_name():
    shipped = find_bank("sql-data")
    skill = next(topic.skills[0] for topic in shipped.topics if topic.skills)
    entry = TaxonomyEntry(Skill(skill, skill, (), "Something.", None))
    found = make_bank(coverage(requirement(skill)), Taxonomy("one", [entry]), [shipped])
    assert all(
        question.id.startswith("sql-data-") for topic in main_topics(found) for question in topic.questions
    )


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"max_questions": 0}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidInput):
        BankOptions(**wrong)


def test_nothing_known_to_ask_about_is_said():
    with pytest.raises(InvalidInput, match="nothing to ask about"):
        make_bank(coverage(requirement("cobol")), TAXONOMY, [])
