import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy import Taxonomy
from metier.types import Section, SectionKind, Span
from tests.skills.taxonomies import entry, small_taxonomy

FINDER = MentionFinder(small_taxonomy())


def found(text, sections=()):
    return [
        (mention.skill, text[mention.span.start : mention.span.end])
        for mention in FINDER.find(text, sections)
    ]


def skills(text):
    return [skill for skill, _ in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JavaScript", ["javascript"]),
        ("Java", ["java"]),
        ("Java/JavaScript", ["java", "javascript"]),
        ("C++ and C#", ["cpp", "csharp"]),
        ("C/C++", ["c", "cpp"]),
        (".NET, ASP.NET", ["dotnet", "dotnet"]),
        ("Node.js, NodeJS and node js", ["nodejs"] * 3),
        ("SQL Server and SQL", ["sql-server", "sql"]),
        ("machine-learning", ["ml"]),
        ("unit tests", ["unit-testing"]),
        ("python3", ["python"]),
        ("Python's", ["python"]),
        ("pythonic", []),
        ("", []),
    ],
)
def test_names_are_found_whole_and_longest(text, expected):
    assert skills(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("опыт машинного обучения", "машинного обучения"),
        ("занимался анализом данных", "анализом данных"),
        ("писал на питоне", "питоне"),
        ("знание джавы", "джавы"),
        ("파이썬으로 개발", "파이썬으로"),
        ("Python을 사용", "Python"),
        ("בפייתון", "בפייתון"),
        ("בלמידת מכונה", "בלמידת מכונה"),
    ],
)
def test_inflected_names_are_found(text, words):
    assert [surface for _, surface in found(text)] == [words]


@pytest.mark.parametrize(
    "text", ["Go to market plans", "Vitamin C and Python", "R&D with Python", "C-level, SQL"]
)
def test_decoys_are_no_mentions(text):
    assert not {"go", "c", "r"} & set(skills(text))


@pytest.mark.parametrize("text", ["go home", "GO", "a rest", "see c below", "r", "took a rest in sql"])
def test_exact_names_need_their_case(text):
    assert not {"go", "c", "r", "rest"} & set(skills(text))


def test_an_ambiguous_name_counts_in_company():
    assert skills("Python, Go, SQL") == ["python", "go", "sql"]
    assert skills("Go developer") == ["go"]
    assert skills("Разработчик на Go и Python") == ["go", "python"]


def test_an_ambiguous_name_alone_does_not_count():
    assert skills("Go there and see Mr. R at once") == []


def test_company_ends_at_an_empty_line():
    assert skills("Grade C\n\nPython") == ["python"]


def test_an_ambiguous_name_counts_in_a_list_of_skills():
    section = Section(SectionKind.SKILLS, Span(0, 2))
    assert found("Go", [section]) == [("go", "Go")]


def test_a_label_goes_before_an_alias_and_the_first_skill_before_the_second():
    taxonomy = Taxonomy("t", [entry("a", "Alpha", "Beta", "Gamma"), entry("b", "Beta", "Gamma")])
    finder = MentionFinder(taxonomy)
    assert [mention.skill for mention in finder.find("alpha, beta, gamma")] == ["a", "b", "a"]


@given(st.text(), st.text())
def test_mentions_slice_back_to_a_name_of_their_skill(before, after):
    text = f"{before}\nPython, Go and машинным обучением.\n{after}"
    mentions = FINDER.find(text)
    assert {"python", "go", "ml"} <= {mention.skill for mention in mentions}
    for mention in mentions:
        assert (
            FINDER.find(text[mention.span.start : mention.span.end] + ", python, java")[0].skill
            == mention.skill
        )


@given(st.text(max_size=60), st.text())
def test_text_after_a_paragraph_leaves_its_mentions_as_they_are(start, unrelated):
    start = f"Python and Go. {start}\n\n"
    n_before = len(FINDER.find(start))
    assert FINDER.find(start + unrelated)[:n_before] == FINDER.find(start)
