"""Banks made for one vacancy and one resume: what is asked for, and the resume does not show outright."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from metier.engine.interview_words import SKILL_WORDS, SkillWords
from metier.errors import InvalidInput, NotFound
from metier.interview.bank import Bank, Point, Question, QuestionKind, Stage, Topic
from metier.interview.bank_files import dump_bank, parse_bank
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Coverage, Importance, Requirement, RequirementStatus, Skill

_NOT_ID = re.compile(r"[^a-z0-9]+")
_MOST_ID = 48
_DESCRIBED_IN = "en"


@dataclass(frozen=True, slots=True)
class BankOptions:
    """What a bank for a vacancy holds.

    Attributes:
        language: of the questions, ISO 639-1.
        preferred: ask about what would be nice to have, too.
        max_questions: most questions about one skill, at least 1.

    Raises:
        InvalidInput: questions cannot be made in that language, or max_questions is below 1.
    """

    language: str = "en"
    preferred: bool = False
    max_questions: int = 3

    def __post_init__(self) -> None:
        if self.language not in SKILL_WORDS:
            raise InvalidInput(
                f"Banks for vacancies can be made in {', '.join(SKILL_WORDS)}. Got {self.language!r}."
            )
        if self.max_questions < 1:
            raise InvalidInput(f"max_questions must be at least 1. Got {self.max_questions}.")


def make_bank(
    coverage: Coverage, taxonomy: Taxonomy, banks: Sequence[Bank], options: BankOptions | None = None
) -> Bank:
    """Return a bank about what a vacancy asks for and a resume shows only implicitly or not at all.

    A skill that a topic of a given bank is about gets the questions of that topic; any other gets two of its
    own: what it is, by the description in the taxonomy, and what the person did with it.

    Args:
        coverage: of the vacancy by the resume.
        taxonomy: that the skills are of.
        banks: whose topics may be taken; those in another language are passed over.
        options: what to hold.

    Raises:
        InvalidInput: the resume shows all that is asked for outright, or none of it is known.
    """
    options = options or BankOptions()
    open_ones = list(_open_requirements(coverage, options))
    if not open_ones:
        raise InvalidInput(
            "The resume shows outright all that the vacancy asks for, so there is nothing to ask about. "
            "Take a bank of metier, or ask about the preferred skills too."
        )
    usable = [bank for bank in banks if bank.language == options.language]
    words = SKILL_WORDS[options.language]
    topics: dict[str, Topic] = {}
    for requirement in open_ones:
        for topic in _topics(requirement, taxonomy, usable, options):
            topics.setdefault(topic.id, topic)
    if not topics:
        raise InvalidInput(
            "The vacancy asks for skills that neither the banks nor the taxonomy know: there is nothing to "
            "ask about. Take the taxonomy that the assessment was made with."
        )
    kept = [_standing_alone(topic, topics) for topic in topics.values()]
    talk = (_talk("opening", words.greeting, Stage.OPENING), _talk("closing", words.goodbye, Stage.CLOSING))
    return _checked(
        Bank("vacancy", words.title, options.language, (talk[0], *kept, talk[1]), "", words.about)
    )


def _open_requirements(coverage: Coverage, options: BankOptions) -> Iterator[Requirement]:
    for requirement in coverage.requirements:
        wanted = requirement.importance is Importance.REQUIRED or options.preferred
        if wanted and requirement.status is not RequirementStatus.MATCHED:
            yield requirement


def _topics(
    requirement: Requirement, taxonomy: Taxonomy, banks: Sequence[Bank], options: BankOptions
) -> Iterator[Topic]:
    """Yield a topic for each skill of a requirement; a choice of skills is asked about by its first."""
    skill_id = requirement.skill.split("|")[0]
    for bank in banks:
        for topic in bank.topics:
            if skill_id in topic.skills:
                most = tuple(sorted(topic.questions, key=lambda question: question.difficulty))
                kept = {question.id for question in most[: options.max_questions]}
                own = tuple(
                    replace(question, id=_identifier(f"{bank.name}-{question.id}"))
                    for question in topic.questions
                    if question.id in kept
                )
                requires = tuple(_identifier(f"{bank.name}-{needed}") for needed in topic.requires)
                yield replace(
                    topic, id=_identifier(f"{bank.name}-{topic.id}"), questions=own, requires=requires
                )
                return
    try:
        yield _own_topic(taxonomy.entry(skill_id), options)
    except NotFound:
        return


def _own_topic(entry: TaxonomyEntry, options: BankOptions) -> Topic:
    """Return questions about a skill that no bank knows.

    What it is, is asked of things that can be named, and in the language of the taxonomy's descriptions.
    """
    skill = entry.skill
    words = SKILL_WORDS[options.language]
    key = _identifier(f"skill-{skill.id}")
    named = skill.description and not entry.practice and options.language == _DESCRIBED_IN
    knowledge = _knowledge(skill, words, key) if named else None
    questions = [question for question in (knowledge, _experience(skill, words, key)) if question]
    return Topic(key, skill.label, tuple(questions[: options.max_questions]), skills=(skill.id,))


def _knowledge(skill: Skill, words: SkillWords, key: str) -> Question:
    point = Point(
        "purpose",
        words.purpose.format(skill=skill.label),
        (skill.description, f"{skill.label}: {skill.description}"),
        partial=(words.heard.format(skill=skill.label),),
        follow_up=words.purpose_again.format(skill=skill.label),
    )
    asks = tuple(ask.format(skill=skill.label) for ask in words.what)
    return Question(f"{key}-what", asks, (point,), QuestionKind.KNOWLEDGE, 1)


def _experience(skill: Skill, words: SkillWords, key: str) -> Question:
    def made(text: str) -> str:
        return text.format(skill=skill.label)

    points = (
        Point(
            "basic",
            made(words.basic),
            tuple(map(made, words.basic_references)),
            tuple(map(made, words.basic_partial)),
            follow_up=made(words.basic_again),
        ),
        Point(
            "detailed",
            made(words.detailed),
            tuple(map(made, words.detailed_references)),
            tuple(map(made, words.detailed_partial)),
            follow_up=made(words.detailed_again),
        ),
    )
    return Question(f"{key}-did", tuple(map(made, words.did)), points, QuestionKind.EXPERIENCE, 2)


def _talk(key: str, asks: tuple[str, ...], stage: Stage) -> Topic:
    return Topic(key, asks[0], (Question(key, asks, (), QuestionKind.TALK, 1),), stage=stage)


def _standing_alone(topic: Topic, topics: dict[str, Topic]) -> Topic:
    """Return a topic without the prerequisites that the bank does not hold, in the main stage."""
    kept = tuple(needed for needed in topic.requires if needed in topics)
    return replace(topic, requires=kept, stage=Stage.MAIN)


def _checked(bank: Bank) -> Bank:
    """Return a bank in an order that its prerequisites allow, as its file will be read back."""
    ordered: list[Topic] = []
    waiting = list(bank.topics)
    while waiting:
        known = {topic.id for topic in ordered}
        free = next((topic for topic in waiting if known.issuperset(topic.requires)), waiting[0])
        ordered.append(free)
        waiting.remove(free)
    content = dump_bank(replace(bank, topics=tuple(ordered)))
    digest = hashlib.sha256(content.encode()).hexdigest()
    return replace(parse_bank(content, source="the bank for the vacancy"), sha256=digest)


def _identifier(words: str) -> str:
    """Return an id of lower-case letters, digits and hyphens; long ones end in a hash."""
    plain = _NOT_ID.sub("-", words.casefold()).strip("-")
    if plain == words and len(plain) <= _MOST_ID:
        return plain
    return f"{plain[: _MOST_ID - 9].strip('-')}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"
