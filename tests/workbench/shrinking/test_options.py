from metier.workbench.shrinking.options import ShrinkOptions


def test_nothing_is_accepted_or_bounded_unless_told(tmp_path):
    options = ShrinkOptions("source", tmp_path)
    assert not options.accept_difference
    assert options.most_difference is None
    assert options.corpus == ()
