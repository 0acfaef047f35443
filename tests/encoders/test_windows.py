from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.windows import plan_windows, split_windows

SIZES = st.integers(5, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size // 2)))


def test_no_tokens_give_one_empty_window():
    assert plan_windows(0, size=6, overlap=2) == [range(0)]


@given(st.integers(0, 500), SIZES)
def test_windows_cover_all_overlap_enough_and_are_of_one_length(n_tokens, sizes):
    size, overlap = sizes
    windows = plan_windows(n_tokens, size=size, overlap=overlap)
    assert windows[0].start == 0
    assert windows[-1].stop == n_tokens
    assert len({len(window) for window in windows}) == 1
    assert len(windows[0]) <= size
    for before, after in pairwise(windows):
        assert before.start < after.start
        assert before.stop - after.start >= overlap


@given(st.integers(1, 500), SIZES)
def test_every_token_counts_once_where_its_poorer_side_has_most_context(n_tokens, sizes):
    size, overlap = sizes
    windows = plan_windows(n_tokens, size=size, overlap=overlap)
    parts = split_windows(windows)
    assert [token for part in parts for token in part] == list(range(n_tokens))

    def context(token, window):
        left = token - window.start if window.start else n_tokens
        right = window.stop - 1 - token if window.stop < n_tokens else n_tokens
        return min(left, right)

    for window, part in zip(windows, parts, strict=True):
        for token in part:
            others = [context(token, other) for other in windows if token in other]
            assert context(token, window) == max(others)
