import pytest

from metier.engine.recipes.recipe_file import Count, Fields, Name, Positive, checked, read_fields
from metier.errors import InvalidInput, NotFound


class Cake(Fields):
    name: Name
    eggs: Count = 3
    sugar: Positive = 0.5


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cake.yaml"


def test_fields_are_read_and_checked(path):
    path.write_text("name: plain\neggs: 2\n", encoding="utf-8")
    assert checked(path, Cake, read_fields(path)) == Cake(name="plain", eggs=2, sugar=0.5)


def test_a_recipe_does_not_change(path):
    with pytest.raises(ValueError, match="frozen"):
        Cake(name="plain").eggs = 4


@pytest.mark.parametrize(
    "content",
    [b"", b"- 1", b"word", b"a: [", b"\x00", b"\xff", b"a: 2026-13-45", b"a: !!python/object:os.x {}"],
)
def test_what_holds_no_fields_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"cake\.yaml must "):
        read_fields(path)


@pytest.mark.parametrize(("content", "held"), [("", "holds nothing"), ("- 1", "holds a list")])
def test_what_a_file_holds_instead_is_said(path, content, held):
    path.write_text(content)
    with pytest.raises(InvalidInput, match=held):
        read_fields(path)


def test_deep_nesting_is_refused(path):
    path.write_text("[" * 20_000, encoding="utf-8")
    with pytest.raises(InvalidInput, match="does not parse"):
        read_fields(path)


def test_a_large_file_is_refused_before_it_is_parsed(path):
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidInput, match=r"may have 1,000,000 bytes. It has 1,000,001"):
        read_fields(path)


def test_a_missing_file_and_a_folder_are_told(path, tmp_path):
    with pytest.raises(NotFound, match="Check the path"):
        read_fields(path)
    with pytest.raises(InvalidInput, match="cannot be opened"):
        read_fields(tmp_path)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({}, "name: Field required"),
        ({"name": "a", "salt": 1}, "salt: Extra inputs"),
        ({"name": "../a"}, "name: String should match"),
        ({"name": "a", "eggs": 0}, "eggs: Input should be greater"),
        ({"name": "a", "eggs": "2"}, "eggs: Input should be a valid integer"),
        ({"name": "a", "sugar": float("inf")}, "sugar: Input should be a finite number"),
        ({"name": "a", 1: 2}, "Keys should be strings"),
    ],
)
def test_a_broken_field_is_named_with_the_file_and_the_guide(path, fields, place):
    with pytest.raises(InvalidInput, match=place) as error:
        checked(path, Cake, fields)
    assert str(error.value).startswith(f"{path}, ")
    assert str(error.value).endswith("docs/how-to/train-encoder.md.")
