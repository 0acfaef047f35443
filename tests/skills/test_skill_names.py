import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.skills.skill_names import NameReader, NameSpotter, SkillNames
from metier.skills.taxonomy import Taxonomy
from tests.skills.taxonomies import entry, small_taxonomy

CLASHING = Taxonomy(
    "clashing",
    [
        entry("ml", "Machine learning", "ML", "models"),
        entry("meta", "Meta language", "ml", "models"),
        entry("models", "3D models"),
        entry("java", "Java"),
        entry("coffee", "Coffee", "Java"),
    ],
)


@pytest.mark.parametrize("name", ["ml", "Machine learning", "MACHINE LEARNING", "ML", " машинное обучение "])
def test_a_skill_is_found_by_id_label_and_alias_in_any_case(name):
    assert SkillNames(small_taxonomy()).matches(name) == ("ml",)


@pytest.mark.parametrize(
    ("name", "skill"),
    [("machine-learning", "ml"), ("Машинного обучения", "ml"), ("node js", "nodejs"), ("c#", "csharp")],
)
def test_marks_and_endings_do_not_matter(name, skill):
    assert SkillNames(small_taxonomy()).matches(name) == (skill,)


@pytest.mark.parametrize("name", ["", " ", "...", "Cobol", "C plus", "SQL and more"])
def test_other_names_fit_nothing(name):
    assert SkillNames(small_taxonomy()).matches(name) == ()


@pytest.mark.parametrize(
    ("name", "skills"),
    [
        ("ML", ("ml",)),
        ("models", ("models",)),
        ("Models", ("ml", "meta")),
        ("Java", ("java",)),
        ("JAVA", ("java",)),
    ],
)
def test_an_id_goes_before_a_label_and_a_label_before_an_alias(name, skills):
    assert SkillNames(CLASHING).matches(name) == skills


def test_a_name_of_two_skills_is_an_error_that_names_both():
    with pytest.raises(InvalidInput, match="f, row 1: .* 'Models' fits 'ml' and 'meta'. Give the id"):
        NameReader(CLASHING).skill("Models", "f, row 1")


def test_an_unknown_name_is_an_error_that_names_it():
    with pytest.raises(InvalidInput, match="f, row 1: .* in taxonomy clashing. 'Cobol' is none"):
        NameReader(CLASHING).skill("Cobol", "f, row 1")


def test_names_that_are_left_out_are_counted():
    names = NameReader(CLASHING, unknown="skip", ambiguous="skip")
    found = [names.skill(name, "f") for name in ("Cobol", "Cobol ", "Models", "Java")]
    assert found == [None, None, None, "java"]
    assert (names.unknown, names.ambiguous) == ({"Cobol": 2}, {"Models": 1})


@pytest.mark.parametrize("option", ["unknown", "ambiguous"])
def test_there_are_two_ways_to_take_a_name_that_does_not_fit(option):
    with pytest.raises(InvalidInput, match=f"{option} must be 'error' or 'skip'. Got 'ignore'"):
        NameReader(CLASHING, **{option: "ignore"})


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("We work with Go.", "go"),  # no company needed: that it is a skill is known
        ("MS SQL only", "sql"),  # within a longer name
        ("unit tests", "unit-testing"),
        ("опыт веб-разработки", "web"),
        ("파이썬을 씁니다", "python"),
        ("בפייתון", "python"),
        ("python3", "python"),
    ],
)
def test_a_text_has_a_name(text, skill):
    assert NameSpotter(small_taxonomy()).names_in(text).has(skill)


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("JavaScript", "java"),
        ("go to market", "go"),
        ("we go far", "go"),
        ("R&D", "r"),
        ("자바스크립트", "java"),
        ("", "sql"),
        ("see https://sql.example/sql", "sql"),
    ],
)
def test_a_text_has_no_name(text, skill):
    assert not NameSpotter(small_taxonomy()).names_in(text).has(skill)


def test_a_name_of_two_skills_counts_for_both():
    named = NameSpotter(CLASHING).names_in("Java and ML")
    assert [skill for skill in ("ml", "meta", "models", "java", "coffee") if named.has(skill)] == [
        "ml",
        "meta",
        "java",
        "coffee",
    ]


def test_a_skill_that_is_not_there_is_not_found():
    with pytest.raises(NotFound, match="no skill 'cobol'"):
        NameSpotter(CLASHING).names_in("text").has("cobol")


NAMES = [name for entry in small_taxonomy().entries for name in (*entry.names, *entry.decoys)]
PIECES = st.sampled_from([*NAMES, "s", "을", "ב", " ", ", ", "-", "\n", "and", "1", "ы"])
SPOTTER = NameSpotter(small_taxonomy())


@given(st.lists(PIECES, max_size=8).map("".join))
def test_the_quick_look_rules_out_no_name(text):
    named = SPOTTER.names_in(text)
    for entry_ in small_taxonomy().entries:
        assert named.has(entry_.skill.id) == bool(SPOTTER.finder(entry_.skill.id).find(text))
