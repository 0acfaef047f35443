import pytest

COMMANDS = [
    ("tokenizer",),
    ("pretrain",),
    ("finetune", "classify"),
    ("finetune", "tag"),
    ("finetune", "answer"),
    ("finetune", "rank"),
    ("measure",),
    ("distill",),
    ("prune-vocabulary",),
    ("quantize",),
    ("export",),
    ("fill-mask",),
    ("attention",),
    ("embed",),
    ("tokens",),
    ("parameters",),
    ("mask-head",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(metier, command):
    result = metier("workbench", *command, "--help")
    assert result.code == 0
    assert "Example:" in result.out
    assert " ".join(("metier", "workbench", *command)) in " ".join(result.out.split())


def test_the_help_lists_every_command(metier):
    listed = metier("workbench", "--help").out
    assert all(command[0] in listed for command in COMMANDS)
