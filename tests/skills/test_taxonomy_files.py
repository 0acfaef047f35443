import json

import pytest

from metier.errors import NotFound, TaxonomyError
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy_files import (
    default_taxonomy,
    dump_taxonomy,
    find_taxonomy,
    imported_taxonomy,
    load_taxonomy,
)
from metier.skills.tokens import name_tokens, surface_tokens

YAML = """
name: mine
categories:
  - {id: tools, label: Tools}
skills:
  - id: hammer
    label: Hammer
    category: tools
    names: {en: [mallet], ru: [молоток]}
    exact: [Hammer]
    implies: [{skill: nails, reason: A hammer drives nails.}]
  - {id: nails, label: Nails}
"""


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_yaml_is_read(tmp_path):
    taxonomy = load_taxonomy(write(tmp_path, "mine.yaml", YAML))
    hammer = taxonomy.entry("hammer")
    assert taxonomy.name == "mine"
    assert taxonomy.categories == {"tools": "Tools"}
    assert hammer.names == ("Hammer", "mallet", "молоток")
    assert hammer.exact == ("Hammer",)
    assert hammer.implies[0].skill == "nails"


def test_csv_is_read(tmp_path):
    content = "id,label,aliases,implies\nhammer,Hammer,mallet|молоток,nails\nnails,Nails,,\n"
    taxonomy = load_taxonomy(write(tmp_path, "mine.csv", content))
    assert taxonomy.entry("hammer").names == ("Hammer", "mallet", "молоток")
    assert taxonomy.implied_by("hammer").keys() == {"nails"}


def test_what_is_dumped_is_loaded_back(tmp_path):
    taxonomy = default_taxonomy()
    assert load_taxonomy(write(tmp_path, "t.json", dump_taxonomy(taxonomy))).sha256 == taxonomy.sha256


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.yaml", "name: [", "t.yaml is not valid YAML: .* in line ."),
        ("t.yaml", "just words", "t.yaml: the top level"),
        ("t.yaml", "", "t.yaml: the top level"),
        ("t.yaml", "name: t\nskills: []", "at least one skill"),
        ("t.yaml", "name: t\nskills: [{id: a, labl: A}]", "skills.0.label: Field required"),
        ("t.yaml", "name: t\nskills: [{id: a, label: A1, colour: red}]", "skills.0.colour"),
        ("t.json", "{", "t.json is not valid JSON: .* in line 1"),
        ("t.csv", "id;label\na;A1\n", "the columns are id and label"),
        ("t.csv", "", "the columns are id and label.*Got 0 columns"),
        ("t.csv", "+7 900 000, John Smith\n", "Got 2 columns, 2 of them with other names"),
        ("t.csv", f"id,label\na,{'x' * 200_000}\n", "t.csv, line .: field larger"),
        ("t.yaml", "version: 2020-13-45", "t.yaml is not valid YAML"),
        ("t.yaml", "version: !!int abc", "t.yaml is not valid YAML"),
        ("t.yaml", "[" * 200_000, "nested deeper than a taxonomy can be"),
        ("t.yaml", "- " * 200_000, "nested deeper than a taxonomy can be"),
        ("t.json", "[" * 200_000, "nested deeper than a taxonomy can be"),
        ("t.txt", "words", "ends in .yaml, .yml, .json, .csv. Got t.txt"),
    ],
)
def test_a_broken_file_is_an_error_that_says_where(tmp_path, name, content, message):
    with pytest.raises(TaxonomyError, match=message):
        load_taxonomy(write(tmp_path, name, content))


def test_yaml_cannot_build_objects(tmp_path):
    path = write(tmp_path, "t.yaml", "name: !!python/object/apply:os.getcwd []\nskills: []")
    with pytest.raises(TaxonomyError, match="not valid YAML"):
        load_taxonomy(path)


def test_another_encoding_is_an_error(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("id,label\na,Имя\n".encode("cp1251"))
    with pytest.raises(TaxonomyError, match="must be UTF-8. Byte 11 is not"):
        load_taxonomy(path)


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no taxonomy file at"):
        load_taxonomy(tmp_path / "none.yaml")


def test_the_default_taxonomy_is_complete():
    taxonomy = default_taxonomy()
    assert len(taxonomy) >= 136
    for entry in taxonomy.entries:
        assert entry.skill.description.endswith("."), entry.skill.id
        assert entry.skill.broader in taxonomy.categories, entry.skill.id
    assert sum(len(entry.implies) for entry in taxonomy.entries) >= 80


def test_no_name_of_the_default_taxonomy_belongs_to_two_skills():
    owners = {}
    for entry in default_taxonomy().entries:
        for name in entry.names:
            assert owners.setdefault(name_tokens(name), entry.skill.id) == entry.skill.id, name


@pytest.mark.parametrize("entry", default_taxonomy().entries, ids=lambda entry: entry.skill.id)
def test_every_name_of_the_default_taxonomy_is_found_as_its_skill(entry, default_finder):
    for name in entry.names:
        words, text = surface_tokens(name), f"Docker, {name}, SQL."
        found = [
            mention.skill
            for mention in default_finder.find(text)
            if surface_tokens(text[mention.span.start : mention.span.end]) == words
        ]
        assert set(found) == {entry.skill.id}, name


@pytest.fixture(scope="module")
def default_finder():
    return MentionFinder(default_taxonomy())


def test_the_schema_of_the_dump_is_plain_json():
    assert set(json.loads(dump_taxonomy(default_taxonomy()))) == {"name", "categories", "skills"}


def test_the_listed_csv_is_read_back(tmp_path):
    from metier.cli.results import render_taxonomy

    default = default_taxonomy()
    read = load_taxonomy(write(tmp_path, "t.csv", render_taxonomy(default, "csv")))
    for left, right in zip(default.entries, read.entries, strict=True):
        assert (left.skill.id, left.names) == (right.skill.id, right.names)
        assert (left.exact, left.ambiguous, left.decoys) == (right.exact, right.ambiguous, right.decoys)
        assert [i.skill for i in left.implies] == [i.skill for i in right.implies]


def test_a_taxonomy_is_found_by_name_by_path_and_as_the_default(tmp_path):
    assert find_taxonomy("default", tmp_path) is default_taxonomy()
    file = imported_taxonomy("ours", tmp_path)
    file.parent.mkdir()
    file.write_text(dump_taxonomy(default_taxonomy()))
    for name in ("ours", str(file)):
        assert find_taxonomy(name, tmp_path).sha256 == default_taxonomy().sha256
    with pytest.raises(NotFound):
        find_taxonomy("theirs", tmp_path)
