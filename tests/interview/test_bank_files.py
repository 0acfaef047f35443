from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import BankError, NotFound
from metier.interview.bank import LANGUAGES, Bank, Point, Question, QuestionKind, Stage, Topic
from metier.interview.bank_files import advise, dump_bank, find_bank, load_bank, parse_bank, shipped_banks
from tests.interview.interviews import bank_text, small_bank

SECRET = "Zanzibar"


def point(**changes):
    return {"id": "p", "label": "says p", "references": ["It is p."]} | changes


def question(**changes):
    return {"id": "q", "ask": ["What is q?"], "points": [point()]} | changes


def topic(**changes):
    return {"id": "t", "title": "T", "questions": [question()]} | changes


def bank(*topics, **changes):
    return {"name": "own", "title": "Own", "language": "en", "topics": list(topics) or [topic()]} | changes


def with_question(**changes):
    return bank(topic(questions=[question(**changes)]))


def with_point(**changes):
    return with_question(points=[point(**changes)])


def parsed(content):
    return parse_bank(yaml.safe_dump(content, allow_unicode=True), source="own.yaml")


def test_a_bank_is_read_whole():
    content = with_question(
        kind="experience",
        difficulty=4,
        needed=1,
        unknown=["No idea."],
        off_topic=["Tea."],
        points=[point(weight=2.5, partial=["Near p."], wrong=["Not p."], follow_up="And p?")],
    )
    found = parsed(content | {"description": "For all."})
    made = Point("p", "says p", ("It is p.",), ("Near p.",), ("Not p.",), 2.5, "And p?")
    asked = Question(
        "q", ("What is q?",), (made,), QuestionKind.EXPERIENCE, 4, ("No idea.",), ("Tea.",), needed=1
    )
    assert found == Bank("own", "Own", "en", (Topic("t", "T", (asked,)),), found.sha256, "For all.")
    assert len(found.sha256) == 64


def test_a_topic_is_read_whole():
    second = topic(id="u", requires=["t"], skills=["python"], stage="closing", questions=[question(id="r")])
    found = parsed(bank(topic(), second)).topics[1]
    assert (found.requires, found.skills, found.stage) == (("t",), ("python",), Stage.CLOSING)


def test_white_space_around_values_is_dropped():
    found = parsed(bank(title="  Own\n"))
    assert found.title == "Own"


def test_the_hash_is_that_of_the_text():
    assert parsed(bank()).sha256 == parsed(bank()).sha256
    assert parsed(bank()).sha256 != parsed(bank(title="Other")).sha256


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_taken(language):
    assert parsed(bank(language=language)).language == language


SECOND = {"id": "u", "questions": [question(id="r")]}
BROKEN = {
    "cycle": (
        bank(topic(requires=["u"]), topic(**SECOND, requires=["t"])),
        r"topics t, u require each other in a circle",
    ),
    "requires itself": (bank(topic(requires=["t"])), "topics t require each other in a circle"),
    "before its prerequisite": (
        bank(topic(requires=["u"]), topic(**SECOND)),
        "topic t must stand after u",
    ),
    "unknown topic": (bank(topic(requires=["x"])), "topic t requires 'x', which is no topic of it.*are t"),
    "topic twice": (bank(topic(), topic(questions=[question(id="r")])), "each topic.*'t' comes more than"),
    "question twice": (bank(topic(), topic(id="u")), "each question needs an id of its own. 'q' comes"),
    "point twice": (with_question(points=[point(), point()]), "question q: each point.*'p' comes more"),
    "talk with points": (with_question(kind="talk"), "question q is talk.*has points"),
    "knowledge without points": (with_question(points=[]), "question q needs points"),
    "experience without points": (with_question(kind="experience", points=[]), "question q needs points"),
    "needed too large": (with_question(needed=2), "needed must be at most.*points, 1. Got 2"),
    "needed below zero": (with_question(needed=-1), r"topics\.0\.questions\.0\.needed: .*greater than"),
    "wrong reference": (with_point(wrong=["it is P."]), "point p: a sentence is a reference and wrong"),
    "partial reference": (with_point(partial=["It is p."]), "point p: a sentence is a reference and wrong"),
    "no reference": (with_point(references=[]), r"points\.0\.references: .*at least 1"),
    "empty reference": (with_point(references=[""]), r"references\.0: .*at least 1 character"),
    "blank label": (with_point(label="  "), "label: .*at least 1 character"),
    "long label": (with_point(label="x" * 2001), "label: .*at most 2000"),
    "long follow-up": (with_point(follow_up="x" * 2001), "follow_up: .*at most 2000"),
    "weight of nothing": (with_point(weight=0), "weight: .*greater than 0"),
    "huge weight": (with_point(weight=101), "weight: .*less than or equal to 100"),
    "weight that is no number": (with_point(weight=float("nan")), "weight: .*finite"),
    "too many points": (with_question(points=[point(id=f"p{i}") for i in range(21)]), "points: .*at most 20"),
    "too many references": (with_point(references=[f"{i}" for i in range(101)]), "references: .*most 100"),
    "too easy": (with_question(difficulty=0), "difficulty: .*greater than or equal to 1"),
    "too hard": (with_question(difficulty=6), "difficulty: .*less than or equal to 5"),
    "unknown kind": (with_question(kind="riddle"), "kind: .*'knowledge', 'experience' or 'talk'"),
    "unknown stage": (bank(topic(stage="middle")), "stage: .*'opening', 'main', 'pause' or 'closing'"),
    "no wording": (with_question(ask=[]), r"questions\.0\.ask: .*at least 1"),
    "one wording": (with_question(ask="What is q?"), "ask: .*valid list"),
    "topic without questions": (bank(topic(questions=[])), "questions: .*at least 1"),
    "no topics": (bank() | {"topics": []}, "topics: .*at least 1"),
    "unknown language": (bank(language="xx"), "language must be one of en, ru, ko, he. Got 'xx'"),
    "capital id": (with_question(id="Q"), "id: .*pattern"),
    "long id": (with_question(id="q" * 62), "id: .*pattern"),
    "number as id": (with_question(id=7), "id: .*valid string"),
    "capital name": (bank(name="My bank"), "own.yaml: name: .*pattern"),
    "unknown key of a bank": (bank(author="me"), "own.yaml: author: Extra inputs"),
    "unknown key of a topic": (bank(topic(after=["u"])), r"topics\.0\.after: Extra inputs"),
    "unknown key of a question": (with_question(hint="h"), r"questions\.0\.hint: Extra inputs"),
    "unknown key of a point": (with_point(reference="r"), r"points\.0\.reference: Extra inputs"),
    "long unknown key": (bank(**{"k" * 90: 1}), rf"own.yaml: {'k' * 60}: Extra"),
    "missing keys": ({"name": "own", "title": "Own"}, r"language: Field required \(1 more\)"),
    "list": ([1], "the top level"),
    "word": ("word", "the top level"),
    "nothing": (None, "the top level"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_told_with_its_place(content, message):
    with pytest.raises(BankError, match=message) as caught:
        parsed(content)
    assert str(caught.value).startswith("own.yaml")


SYNTAX = {
    "brackets": ("{", "own.yaml is not valid YAML: .* in line"),
    "indentation": ("name: own\n title: x", "not valid YAML: .* in line 2"),
    "alias": ("name: &own own\ntitle: *own", r"uses a YAML alias \(\*name\). Write the value out"),
    "alias in merge": ("a: &a {b: 1}\nc: {<<: *a}", "uses a YAML alias"),
    "lone alias": ("title: *nowhere", "uses a YAML alias"),
    "python object": ("!!python/object/apply:os.getcwd []", "not valid YAML"),
    "two documents": ("a: 1\n---\nb: 2", "not valid YAML"),
    "no such date": ("title: 2026-99-99", "Check its values and nesting"),
    "null byte": ("\x00", "own.yaml"),
    "lone surrogate": ("title: \ud800", "own.yaml"),
    "deep lists": ("[" * 100_000, "nested deeper than a bank"),
    "deep lists in lines": ("[\n" * 100_000, "nested deeper than a bank"),
    "deep mappings": ("{a: " * 100_000, "nested deeper than a bank"),
    "deep dashes": ("- " * 100_000, "nested deeper than a bank"),
    "deep keys": ("[? " * 100_000, "nested deeper than a bank"),
    "deep tags": ("[!!seq " * 100_000, "nested deeper than a bank"),
    "deep lines": ("".join(" " * i + "a:\n" for i in range(1000)), "nested deeper than a bank"),
}


@pytest.mark.parametrize(("content", "message"), SYNTAX.values(), ids=SYNTAX)
def test_broken_syntax_is_told(content, message):
    with pytest.raises(BankError, match=message):
        parse_bank(content, source="own.yaml")


def test_brackets_in_words_are_no_nesting():
    assert parsed(with_point(label="[" * 60)).question("q").points[0].label == "[" * 60


@pytest.mark.parametrize(
    "content",
    [
        bank(title=[SECRET]),
        with_point(label={SECRET: 1}),
        with_point(label=SECRET * 300),
        with_point(references=[SECRET, ""]),
        with_point(references=[SECRET], wrong=[SECRET]),
        with_point(weight=SECRET),
        with_question(kind=SECRET),
        with_question(id=f"{SECRET} {SECRET}"),
        with_question(ask=SECRET),
        with_question(difficulty=SECRET),
        with_question(unknown=[SECRET, 1]),
        [SECRET],
        SECRET,
    ],
)
def test_messages_do_not_show_what_a_bank_says(content):
    with pytest.raises(BankError) as caught:
        parsed(content)
    assert SECRET not in str(caught.value)


def test_broken_syntax_does_not_show_what_a_bank_says():
    with pytest.raises(BankError) as caught:
        parse_bank(f"title: {SECRET}\n{SECRET}", source="own.yaml")
    assert SECRET not in str(caught.value)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "own.YML"
    path.write_text(bank_text("ko"), encoding="utf-8-sig")
    assert load_bank(path).topics == small_bank("ko").topics


def broken_file(folder, kind):
    path = folder / "own.yaml"
    if kind == "not UTF-8":
        path.write_bytes("title: \u00fc".encode("latin-1"))
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 4)
    elif kind == "too large":
        path.write_bytes(b"#" * 5_000_001)
    elif kind == "folder":
        path.mkdir()
    elif kind == "other ending":
        path = folder / "own.json"
        path.write_text("{}")
    return path


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("missing", NotFound, "There is no bank at .*own.yaml. Check the path"),
        ("folder", NotFound, "There is no bank at .*own.yaml"),
        ("other ending", BankError, "file ends in .yaml or .yml. Got own.json"),
        ("not UTF-8", BankError, "own.yaml must be UTF-8. Byte 7 is not"),
        ("binary", BankError, "own.yaml must be UTF-8"),
        ("too large", BankError, "own.yaml may have 5,000,000 bytes. It has more"),
    ],
)
def test_a_file_that_is_no_bank_is_told(tmp_path, kind, error, message):
    with pytest.raises(error, match=message):
        load_bank(broken_file(tmp_path, kind))


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(BankError, match=r"x.yaml cannot be opened: File name too long"):
        load_bank(tmp_path / ("x" * 300 + "x.yaml"))


def test_banks_are_found_by_name_language_and_path(tmp_path):
    name, language = next(iter(shipped_banks())).split(".")
    assert (find_bank(name, language=language).name, find_bank(f"{name}.{language}").name) == (name, name)
    (tmp_path / "own.yaml").write_text(bank_text(), encoding="utf-8")
    assert find_bank(str(tmp_path / "own.yaml")).name == "small"


def test_a_bank_may_have_a_short_name(tmp_path):
    assert find_bank("encoders").name == find_bank("encoders.ru").name == "encoder-models"
    assert find_bank("encoders", language="ru").language == "ru"
    with pytest.raises(NotFound, match=r"encoders\.yaml"):
        find_bank(str(tmp_path / "encoders.yaml"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("machine-learning", "Bank machine-learning is there in .*en.*. Got language 'xx'"),
        ("astrology", "There is no bank 'astrology'. Name a file, or one of .*machine-learning.en"),
        ("nowhere.yaml", "There is no bank at nowhere.yaml"),
        ("nowhere/bank", "There is no bank at nowhere/bank"),
    ],
)
def test_a_bank_that_is_not_there_is_told(name, message):
    with pytest.raises(NotFound, match=message):
        find_bank(name, language="xx")


# Unicode's own line marks are white space to YAML: they come back as such.
AWKWARD = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=20),
    st.text(" \n\t:-#'\"[]{}&*!|>%@`~=<?,.yesno01", max_size=20),
)
TEXT = AWKWARD.filter(lambda text: text and text == text.strip())
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)
OPTIONAL = st.lists(TEXT, max_size=2)


@st.composite
def points(draw, key):
    references = draw(st.lists(TEXT, min_size=1, max_size=3))
    right = {text.casefold() for text in references}
    partial, wrong = ([text for text in draw(OPTIONAL) if text.casefold() not in right] for _ in "ab")
    weight = draw(st.floats(0, 100, exclude_min=True))
    follow_up = draw(TEXT | st.just(""))
    return Point(key, draw(TEXT), tuple(references), tuple(partial), tuple(wrong), weight, follow_up)


@st.composite
def questions(draw, key):
    kind = draw(st.sampled_from(QuestionKind))
    keys = draw(st.lists(IDS, min_size=1, max_size=2, unique=True)) if kind is not QuestionKind.TALK else []
    return Question(
        key,
        tuple(draw(st.lists(TEXT, min_size=1, max_size=2))),
        tuple(draw(points(one)) for one in keys),
        kind,
        draw(st.integers(1, 5)),
        tuple(draw(OPTIONAL)),
        tuple(draw(OPTIONAL)),
        draw(st.integers(0, len(keys))),
    )


@st.composite
def banks(draw):
    keys = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    topics = []
    for i, key in enumerate(keys):
        requires = draw(st.lists(st.sampled_from(keys[:i]), max_size=2, unique=True)) if i else []
        asked = tuple(draw(questions(f"{key}-{n}")) for n in range(draw(st.integers(1, 2))))
        stage = draw(st.sampled_from(Stage))
        topics.append(Topic(key, draw(TEXT), asked, tuple(requires), tuple(draw(OPTIONAL)), stage))
    unique = len({question.id for topic in topics for question in topic.questions})
    kept = topics if unique == sum(len(topic.questions) for topic in topics) else topics[:1]
    language = draw(st.sampled_from(LANGUAGES))
    return Bank(draw(IDS), draw(TEXT), language, tuple(kept), "", draw(TEXT | st.just("")))


@settings(max_examples=60)
@given(banks())
def test_a_bank_that_is_written_is_read_back(made):
    content = dump_bank(made)
    again = parse_bank(content, source="made.yaml")
    assert replace(again, sha256="") == made
    assert dump_bank(again) == content


def test_what_is_usual_is_not_written():
    content = yaml.safe_load(dump_bank(parsed(bank())))
    assert content == bank()


def advice(content):
    return [(one.where, one.message) for one in advise(parsed(content))]


def good_point(key="p", **changes):
    return (
        point(id=key, references=["It is p.", "P is."], wrong=["It is r."], follow_up="And what else?")
        | changes
    )


def levels(*points_of_first):
    first = question(points=list(points_of_first), difficulty=1)
    return bank(topic(questions=[first, question(id="r", points=[good_point()], difficulty=3)]))


def test_a_good_bank_needs_no_advice():
    assert advice(levels(good_point())) == []


@pytest.mark.parametrize(
    ("content", "where", "message"),
    [
        (levels(good_point(references=["It is p."])), "t/q/p", "one reference"),
        (levels(good_point(wrong=[])), "t/q/p", "no wrong answer"),
        (levels(good_point(follow_up="")), "t/q/p", "no follow-up"),
        (levels(good_point(follow_up="p IS.")), "t/q/p", "gives the answer away"),
        (levels(*(good_point(f"p{i}") for i in range(7))), "t/q", "7 points at once; split it"),
        (with_question(points=[good_point()]), "own", "equally difficult"),
    ],
)
def test_what_could_be_better_is_said_with_its_place(content, where, message):
    ((found, said),) = advice(content)
    assert (found, message in said) == (where, True)


def test_experience_needs_no_wrong_answer():
    content = levels(good_point(wrong=[]))
    content["topics"][0]["questions"][0]["kind"] = "experience"
    assert advice(content) == []
