import pytest

from metier.search.requirements import find_requirements
from metier.types import (
    Document,
    EvidenceLabel,
    Importance,
    Quote,
    Role,
    Section,
    SectionKind,
    SkillEvidence,
    Span,
)


def vacancy(text, sections=()):
    return Document("0", "v", Role.VACANCY, "en", text, sections, (), None, (), (Span(0, len(text)),))


def asked(text, *names, sections=()):
    """Return (skills, importance) for names that are found literally, each as often as it occurs."""
    skills = []
    for name in names:
        quotes, start = [], text.find(name)
        while start >= 0:
            quotes.append(Quote(Span(start, start + len(name)), name))
            start = text.find(name, start + 1)
        skills.append(SkillEvidence(name.lower(), name, EvidenceLabel.EXPLICIT, 0.9, tuple(quotes), ""))
    found = find_requirements(vacancy(text, sections), skills)
    return [("|".join(item.skills), item.importance.value) for item in found]


@pytest.mark.parametrize(
    "item",
    [
        "Java is a plus",
        "Java would be an advantage",
        "Nice to have: Java",
        "preferably Java",
        "Java (a plus)",
        "Java – bonus",
        "Java будет плюсом",
        "Желательно знание Java",
        "Приветствуется опыт с Java",
        "Java 우대",
        "יתרון: Java",
    ],
)
def test_words_that_make_a_skill_nice_to_have(item):
    assert asked(f"Python is required.\n{item}\nSQL.", "Python", "Java", "SQL") == [
        ("python", "required"),
        ("sql", "required"),
        ("java", "preferred"),
    ]


@pytest.mark.parametrize(
    ("text", "java"),
    [
        ("Kafka (nice to have), Java", "required"),
        ("Java, желательно Kafka", "required"),
        ("Java, preferably with Kafka", "required"),
        ("Java (nice to have), Kafka", "preferred"),
        ("Желательно Kafka, Java", "preferred"),
        ("Kafka and Java are a plus", "preferred"),
    ],
)
def test_a_mark_holds_for_what_it_is_said_of(text, java):
    assert dict(asked(text, "Kafka", "Java"))["java"] == java


def test_a_section_makes_its_skills_nice_to_have():
    text = "Python\nNice\nJava"
    assert asked(text, "Python", "Java", sections=[Section(SectionKind.PREFERRED, Span(7, 16))]) == [
        ("python", "required"),
        ("java", "preferred"),
    ]


def test_required_once_is_required():
    assert asked("Java is a plus.\nYou know Java.", "Java") == [("java", "required")]


@pytest.mark.parametrize("joint", [" or ", ", or ", " или ", " либо ", " 또는 "])
def test_or_offers_a_choice(joint):
    assert asked(f"Django{joint}Flask, Redis", "Django", "Flask", "Redis") == [
        ("django|flask", "required"),
        ("redis", "required"),
    ]


def test_a_chain_of_or_is_one_choice():
    assert asked("Go or Rust or Zig", "Go", "Rust", "Zig") == [("go|rust|zig", "required")]


@pytest.mark.parametrize(
    "text",
    ["at least one of: Go, Rust, Zig", "one of the following: Go/Rust or Zig", "один из Go, Rust, Zig"],
)
def test_a_list_after_one_of_is_a_choice(text):
    assert asked(text, "Go", "Rust", "Zig") == [("go|rust|zig", "required")]


@pytest.mark.parametrize("joint", [", ", " and ", "/", " for ", ". "])
def test_other_joints_offer_no_choice(joint):
    assert asked(f"Django{joint}Flask", "Django", "Flask") == [("django", "required"), ("flask", "required")]


def test_only_explicit_skills_are_asked_for():
    implied = SkillEvidence("a", "A", EvidenceLabel.IMPLICIT, 0.9, (Quote(Span(0, 1), "x"),), "")
    assert find_requirements(vacancy("xyz"), [implied]) == ()


def test_required_come_first_and_each_is_quoted_at_all_its_places():
    text = "Kafka is a plus. Python. More Python."
    names = [
        SkillEvidence("kafka", "Kafka", EvidenceLabel.EXPLICIT, 0.9, (Quote(Span(0, 5), "Kafka"),), ""),
        SkillEvidence(
            "python", "Python", EvidenceLabel.EXPLICIT, 0.9,
            (Quote(Span(17, 23), "Python"), Quote(Span(30, 36), "Python")), "",
        ),
    ]  # fmt: skip
    first, second = find_requirements(vacancy(text), names)
    assert (first.importance, len(first.quotes)) == (Importance.REQUIRED, 2)
    assert second.names == ("Kafka",)
