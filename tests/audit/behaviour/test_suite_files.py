import json

import pytest

from metier.audit.behaviour.suite import BehaviorKind, Direction, EditKind, Filled
from metier.audit.behaviour.suite_files import find_suite, load_suite, read_texts, shipped_suites
from metier.audit.behaviour.validator import BehaviorConsistencyValidator
from metier.errors import InvalidInput, NotFound
from metier.skills.taxonomy_files import default_taxonomy

WHOLE = """
name: own
subject: labels
about: Of shops.
texts:
  reviews: [good shop, bad shop]
fill:
  word: {pos: fine, neg: poor}
tests:
  - name: case
    kind: invariance
    texts: reviews
    edits: [upper-case, {edit: typos, share: 0.5, keep: [shop], filled: any}]
    tolerance: 0.1
    most_failures: 0.05
  - name: adding
    kind: directional
    direction: down
    least: 0.2
    templates: [{before: "A {word} shop", after: "A {word} shop, sadly"}]
    figure: "{word}"
  - name: plain
    kind: minimum
    file: more.jsonl
    label: pos
"""


def write(folder, content, name="suite.yaml"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def suite_of(folder, **changes):
    test = {
        "name": "t", "kind": "invariance", "texts": ["a text"], "edits": ["upper-case"], **changes
    }  # fmt: skip
    test = {key: value for key, value in test.items() if value is not None}
    content = {"name": "s", "subject": "labels", "texts": {"some": ["a"]}, "tests": [test]}
    return load_suite(write(folder, json.dumps(content)))


def test_a_suite_is_read_whole(tmp_path):
    write(tmp_path, '{"text": "one"}\n\n{"text": "two", "id": 2}\n', "more.jsonl")
    suite = load_suite(write(tmp_path, WHOLE))
    assert (suite.name, suite.subject, suite.about, suite.public) == ("own", "labels", "Of shops.", False)
    case, adding, plain = suite.tests
    assert [text.text for text in case.texts] == ["good shop", "bad shop"]
    assert case.edits[0].kind is EditKind.UPPER_CASE
    assert (case.edits[1].share, case.edits[1].keep, case.edits[1].filled) == (0.5, ("shop",), Filled.ANY)
    assert (case.tolerance, case.most_failures) == (0.1, 0.05)
    assert (adding.kind, adding.direction, adding.least) == (BehaviorKind.DIRECTIONAL, Direction.DOWN, 0.2)
    assert [(text.key, text.text, text.after, text.figures) for text in adding.texts] == [
        ("1/pos", "A fine shop", "A fine shop, sadly", ("pos",)),
        ("1/neg", "A poor shop", "A poor shop, sadly", ("neg",)),
    ]
    assert [text.text for text in plain.texts] == ["one", "two"]
    assert plain.label == "pos"


def test_the_hash_is_of_the_files_of_texts_too(tmp_path):
    write(tmp_path, '{"text": "one"}\n', "more.jsonl")
    path = write(tmp_path, WHOLE)
    first = load_suite(path).sha256
    assert load_suite(path).sha256 == first
    write(tmp_path, '{"text": "two"}\n', "more.jsonl")
    assert load_suite(path).sha256 != first


def test_texts_come_a_line_each(tmp_path):
    assert read_texts(write(tmp_path, "one\n\ntwo {x}\n", "t.txt")) == ["one", "two {x}"]


def test_a_template_is_filled_with_every_word_and_with_each_of_several(tmp_path):
    suite = suite_of(tmp_path, texts=None, templates=["{a} and {b}"], fill={"a": ["x", "y"], "b": {"k": "z"}})
    assert [(text.key, text.text, text.filled) for text in suite.tests[0].texts] == [
        ("1/x/k", "x and z", ("x", "z")),
        ("1/y/k", "y and z", ("y", "z")),
    ]


def test_texts_that_are_no_templates_keep_their_braces(tmp_path):
    assert suite_of(tmp_path, texts=["{a}"]).tests[0].texts[0].text == "{a}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": None}, "needs one of texts, file and templates"),
        ({"templates": ["a"]}, "needs one of texts, file and templates"),
        ({"texts": "others"}, "there are no texts 'others'"),
        ({"kind": "directional"}, "needs one: up or down"),
        ({"direction": "up"}, "direction belongs to a directional test"),
        ({"least": 0.1}, "least belongs to a directional test"),
        ({"kind": "directional", "direction": "up", "least": 0.1, "tolerance": 0.1}, "without tolerance"),
        ({"kind": "minimum"}, "needs one of them"),
        ({"at_least": 0.5}, "belong to a minimum test"),
        ({"kind": "minimum", "keeps_label": True, "label": "a"}, "keeps_label belongs to an invariance"),
        ({"figure": "a", "figures": ["b"]}, "figure or figures, not both"),
        ({"kind": "directional", "direction": "up"}, "needs the figure"),
        ({"kind": "minimum", "at_most": 1.0}, "needs the figure"),
        ({"kind": "minimum", "label": "a", "texts": [{"before": "a", "after": "b"}]}, "Drop before"),
        ({"texts": [{"before": "a", "after": "b"}]}, "Keep one of them"),
        ({"edits": []}, "needs edits, or texts with before and after"),
        ({"edits": [{"edit": "add"}]}, "add needs a sentence"),
        ({"edits": [{"edit": "synonyms"}]}, "synonyms needs words"),
        ({"texts": None, "templates": ["{gap}"]}, "nothing is given to fill {gap}"),
        ({"edits": ["shout"]}, "tests.0.edits"),
        ({"tolerance": -1}, "tests.0.tolerance"),
        ({"surprise": 1}, "tests.0.surprise"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_its_place(tmp_path, changes, message):
    with pytest.raises(InvalidInput, match=message):
        suite_of(tmp_path, **changes)


def test_two_tests_of_one_name_are_refused(tmp_path):
    row = {"name": "t", "kind": "invariance", "texts": ["a"], "edits": ["names"]}
    content = {"name": "s", "subject": "labels", "tests": [row, row]}
    with pytest.raises(InvalidInput, match="t comes more than once"):
        load_suite(write(tmp_path, json.dumps(content)))


def test_too_many_texts_are_refused(tmp_path):
    many = [str(i) for i in range(80)]
    with pytest.raises(InvalidInput, match="may have 5,000 texts"):
        suite_of(tmp_path, texts=None, templates=["{a}{b}"], fill={key: many for key in "ab"})


def test_an_empty_file_of_texts_is_refused(tmp_path):
    write(tmp_path, "\n", "t.txt")
    with pytest.raises(InvalidInput, match="has no text"):
        suite_of(tmp_path, texts=None, file="t.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "not valid YAML"),
        ("a: &x 1\nb: *x", "YAML alias"),
        ("[" * 30 + "]" * 30, "nested deeper"),
        ("!!python/object:os.system {}", "not valid YAML"),
        ("[]", "the top level"),
    ],
)
def test_what_is_no_suite_is_refused(tmp_path, content, message):
    with pytest.raises(InvalidInput, match=message):
        load_suite(write(tmp_path, content))


def test_files_that_cannot_be_read_are_refused(tmp_path, monkeypatch):
    with pytest.raises(NotFound, match=r"no file none\.yaml"):
        load_suite(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="ends in .yaml or .yml"):
        load_suite(tmp_path / "suite.json")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    with pytest.raises(InvalidInput, match="must be UTF-8. Byte 6"):
        load_suite(tmp_path / "latin.yaml")
    monkeypatch.setattr("metier.audit.behaviour.suite_files._MAX_BYTES", 3)
    with pytest.raises(InvalidInput, match="may have 3 bytes"):
        load_suite(tmp_path / "latin.yaml")


def test_a_file_that_the_system_refuses_is_named(tmp_path, monkeypatch):
    def refused(self, encoding):
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, WHOLE)
    monkeypatch.setattr("pathlib.Path.read_text", refused)
    with pytest.raises(InvalidInput, match="cannot be opened: Permission denied"):
        load_suite(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [("{", "row 1 must be a JSON object"), ("[]", "row 1 must be"), ('{"text": 1}', "words")],
)
def test_rows_without_text_are_refused(tmp_path, row, message):
    with pytest.raises(InvalidInput, match=message):
        read_texts(write(tmp_path, row, "t.jsonl"))


def test_shipped_suites_are_found_by_name_and_their_texts_may_be_shown():
    assert "skills" in shipped_suites()
    suite = find_suite("skills")
    assert suite.public
    known = default_taxonomy()
    assert [known.entry(figure).skill.id for figure in suite.figures] == list(suite.figures)
    assert len(BehaviorConsistencyValidator().texts_of(suite)) > 500


def test_a_suite_of_ones_own_is_found_by_its_path(tmp_path):
    write(tmp_path, '{"text": "one"}\n', "more.jsonl")
    assert not find_suite(str(write(tmp_path, WHOLE))).public
    with pytest.raises(NotFound, match="one of skills"):
        find_suite("skulls")
