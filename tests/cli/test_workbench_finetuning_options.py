from metier.cli.workbench_finetuning_options import Loss, Numbers
from metier.training.options import Precision


def test_precisions_are_those_of_the_training():
    assert [each.value for each in Numbers] == [each.value for each in Precision]


def test_losses_are_named_as_elsewhere():
    from metier.cli.skill_training import Loss as SkillLoss

    assert [each.value for each in Loss] == [each.value for each in SkillLoss]
