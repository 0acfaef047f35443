import pytest

from metier.documents.portrait import PHOTO, is_portrait

CM = 72 / 2.54


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (3, 4, True),
        (3.5, 4.5, True),
        (2, 2, True),
        (1, 1.3, False),
        (17, 5, False),
        (4, 2, False),
        (0, 0, False),
    ],
)
def test_portraits_are_told_by_size_and_form(width, height, expected):
    assert is_portrait(width * CM * 1.0001, height * CM * 1.0001) is expected


def test_the_finding_tells_of_a_photo():
    assert PHOTO.code == "photo"
