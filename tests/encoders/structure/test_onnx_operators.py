import pytest

from metier.encoders.structure.onnx_operators import FUSED, KNOWN_DOMAINS, OPERATORS, UNSAFE


def test_what_runs_code_is_in_no_list_of_known_operators():
    assert not UNSAFE & {name.lower() for name in OPERATORS | FUSED}


def test_the_operators_are_those_of_the_onnx_package():
    onnx = pytest.importorskip("onnx")
    schemas = onnx.defs.get_all_schemas_with_history()
    assert {schema.name for schema in schemas if not schema.domain} <= OPERATORS
    assert {schema.name for schema in schemas if schema.domain in KNOWN_DOMAINS} <= FUSED
