import pytest

from metier.errors import InvalidInput
from metier.store.workspaces.conflict import Conflict


def test_a_conflict_is_an_invalid_input_with_a_code_of_its_own():
    assert Conflict.code == "conflict"
    with pytest.raises(InvalidInput, match="taken"):
        raise Conflict("It is taken.")
