import pytest

from metier.documents.color import BLACK, WHITE, contrast, is_unseen


def test_contrast_is_that_of_the_guidelines():
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("color", "background", "unseen"),
    [
        (WHITE, WHITE, True),
        ((250, 250, 250), WHITE, True),
        ((232, 232, 232), WHITE, True),
        ((12, 12, 12), BLACK, True),
        ((30, 40, 70), (26, 40, 70), True),
        ((187, 187, 187), WHITE, False),
        ((221, 221, 221), WHITE, False),
        (WHITE, BLACK, False),
        ((255, 255, 0), WHITE, False),
        ((255, 0, 0), (0, 128, 0), False),
    ],
)
def test_only_what_nobody_can_tell_apart_is_unseen(color, background, unseen):
    assert is_unseen(color, background) is unseen
    assert is_unseen(background, color) is unseen
