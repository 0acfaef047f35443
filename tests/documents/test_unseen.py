import pytest

from metier.documents.color import BLACK, WHITE
from metier.documents.docx_color import CLEAR, UNKNOWN
from metier.documents.unseen import are_unseen


def colors(*values):
    return frozenset(values)


@pytest.mark.parametrize(
    ("words", "grounds", "expected"),
    [
        (colors(WHITE), colors(WHITE), True),
        (colors(WHITE), colors(BLACK), False),
        (colors(WHITE), colors(WHITE, BLACK), False),
        (colors(WHITE, BLACK), colors(WHITE), False),
        (UNKNOWN, colors(WHITE), False),
        (colors(WHITE), UNKNOWN, False),
        (colors(WHITE), CLEAR, False),
    ],
)
def test_words_are_unseen_only_where_nothing_could_show_them(words, grounds, expected):
    assert are_unseen(words, grounds) is expected
