import pytest

from metier.errors import InvalidInput, OutOfMemory
from metier.training.memory import enough_memory, is_out_of_memory

pytest.importorskip("torch")


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("can't allocate memory: 8 bytes"), RuntimeError("std::bad_alloc")]
)
def test_a_lack_of_memory_becomes_an_error_of_metier(error):
    with pytest.raises(OutOfMemory, match="The export does not fit into memory"), enough_memory("The export"):
        raise error


def test_other_errors_stay_what_they_are():
    with pytest.raises(RuntimeError, match="^other$"), enough_memory("The export"):
        raise RuntimeError("other")
    assert not is_out_of_memory(InvalidInput("no"))


def test_a_lack_of_memory_that_is_told_already_is_not_told_twice():
    with pytest.raises(OutOfMemory, match="^told$"), enough_memory("The export"):
        raise OutOfMemory("told")
