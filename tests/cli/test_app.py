import pytest

from metier import __version__

COMMANDS = [
    ("assess",),
    ("skills", "detect"),
    ("skills", "batch"),
    ("skills", "taxonomy", "show"),
    ("skills", "taxonomy", "import"),
    ("document", "show"),
    ("config", "show"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(metier, command):
    result = metier(*command, "--help")
    assert result.code == 0
    assert "Example:" in result.out
    assert " ".join(("metier", *command)) in result.out


def test_the_version_is_printed(metier):
    assert metier("--version").out == f"metier {__version__}\n"


def test_without_a_command_help_is_shown(metier):
    assert "assess" in metier().out + metier().err


def test_an_unknown_command_is_wrong_use(metier):
    assert metier("asses").code == 2
