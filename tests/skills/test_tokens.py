import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.tokens import name_tokens, normalise, surface_tokens, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C, C++ and C#", ["C", "C++", "and", "C#"]),
        (".NET (ASP.NET)", [".NET", "ASP", "NET"]),
        ("Node.js", ["Node", "js"]),
        ("Python3 HTML5 EC2 k8s", ["Python", "3", "HTML", "5", "EC2", "k8s"]),
        ("Python을 Python-разработчик", ["Python", "을", "Python", "разработчик"]),
        ("1С:Предприятие", ["1С", "Предприятие"]),
        ("SQLзапросы", ["SQL", "запросы"]),
        ("C ++, C #, C+", ["C ++", "C #", "C+"]),
        ("log4j neo4j Питон3", ["log4j", "neo4j", "Питон3"]),
        ("ג'אווה", ["ג'אווה"]),
        ("5+ years", ["5", "years"]),
        ("", []),
        ("— • …", []),
    ],
)
def test_tokens_keep_the_marks_that_tell_skills_apart(text, expected):
    assert list(surface_tokens(text)) == expected


def test_a_full_stop_before_a_word_is_no_part_of_a_name():
    assert [token.norm for token in tokenise("We grew.Net income rose")][:3] == ["we", "grew", "net"]


@pytest.mark.parametrize("form", ["данных", "данные", "данным", "данными"])
def test_russian_forms_of_a_word_are_equal(form):
    assert normalise(form) == normalise("данных")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("\u0421++", "C++"),
        ("\u0421#", "C#"),
        ("Си++", "C++"),
        ("C ++", "C++"),
        ("C\u043eзда\u043d\u0438\u0435", "Создание"),
        ("\u0420ython", "Python"),
        ("ג׳אווה", "ג'אווה"),
    ],
)
def test_look_alikes_and_spaces_do_not_hide_a_name(word, meant):
    assert name_tokens(word) == name_tokens(meant)


def test_yo_equals_ye():
    assert normalise("отчётность") == normalise("отчетность")


@pytest.mark.parametrize(
    "address",
    [
        "anna.python@example.com",
        "https://example.org/python",
        "www.example.org/java",
        "github.com/someone/python-bot",
        "t.me/python",
        "python.org",
    ],
)
def test_addresses_hold_no_tokens(address):
    assert [token.norm for token in tokenise(f"see {address} now")] == ["see", "now"]


@pytest.mark.parametrize("name", ["ASP.NET", "Socket.io", "Next.js", "Node.js"])
def test_names_with_a_dot_are_no_addresses(name):
    assert len(tokenise(name)) == 2


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("machine learning", True),
        ("machine-learning", True),
        ("machine\nlearning", True),
        ("machine-\nlearning", True),
        ("CI / CD", True),
        ("machine, learning", False),
        ("machine. Learning", False),
        ("machine\n\nlearning", False),
        ("machine (learning", False),
        ("machine – learning", False),
        ("machine • learning", False),
    ],
)
def test_names_go_on_over_blanks_and_hyphens_but_not_over_punctuation(text, joined):
    assert tokenise(text)[1].joined is joined


@given(st.text())
def test_tokens_are_ordered_and_slice_back_to_their_words(text):
    end = 0
    for token in tokenise(text):
        assert end <= token.start < token.end
        assert normalise(text[token.start : token.end]) == token.norm
        end = token.end


@given(st.text(alphabet="aB3.+#- бЯ가ש"))
def test_names_and_texts_are_read_alike(text):
    assert name_tokens(text) == tuple(token.norm for token in tokenise(text))


def test_hostile_text_is_read_in_linear_time():
    assert len(tokenise("a." * 100_000)) == 100_000
    assert len(tokenise("@" * 100_000 + "1" * 100_000)) == 1
