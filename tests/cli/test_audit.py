import pytest

COMMANDS = [
    ("model",),
    ("document",),
    ("decisions",),
    ("backdoor",),
    ("behaviour",),
    ("shift",),
    ("confidence",),
    ("membership",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(metier, command):
    result = metier("audit", *command, "--help")
    assert result.code == 0
    assert "Example:" in result.out
    assert " ".join(("metier", "audit", *command)) in " ".join(result.out.split())


def test_a_model_that_ships_is_clean(metier):
    result = metier("audit", "model", "search")
    assert result.code == 0
    assert result.rows[0]["verdict"] == "clean"


def test_the_help_lists_every_command(metier):
    listed = metier("audit", "--help").out
    assert all(command[0] in listed for command in COMMANDS)
