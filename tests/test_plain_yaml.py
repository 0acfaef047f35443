import pytest

from metier.errors import BankError, InvalidInput
from metier.plain_yaml import parse_yaml


def test_plain_values_are_read():
    assert parse_yaml("a: [1, два]", "x.yaml", kind="bank") == {"a": [1, "два"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: }", r"x\.yaml is not valid YAML: .* in line 1"),
        ("made: 2020-13-45", r"x\.yaml is not valid YAML\. Check its values"),
        ("a: &b 1\nc: *b", "uses a YAML alias"),
        ("[" * 30 + "]" * 30, "nested deeper than a bank can be"),
        ("a: !!python/object/apply:os.getcwd []", "is not valid YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_the_error_asked_for(content, message):
    with pytest.raises(BankError, match=message):
        parse_yaml(content, "x.yaml", kind="bank", error=BankError)
    with pytest.raises(InvalidInput, match=message):
        parse_yaml(content, "x.yaml", kind="bank")
