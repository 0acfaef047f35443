import xml.etree.ElementTree as ET

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.image import imread

from metier.errors import InvalidInput
from metier.workbench.looking.pictures import draw_head, draw_heads, draw_plane
from metier.workbench.looking.projection import Plane
from tests.workbench.looking.test_roles import EQUAL, TOKENS, maps_of

MAPS = maps_of(np.eye(len(TOKENS)), EQUAL)
PLANE = Plane(np.random.default_rng(0).normal(size=(30, 2)), (0.5, 0.25))
TEXTS = [f"text {i}" for i in range(30)]
LABELS = [("", "first", "שלום", "👍")[i % 4] for i in range(30)]
DRAWINGS = [
    pytest.param(lambda path: draw_head(MAPS, path, layer=1, head=1), ["cat", "100", "[SEP]"], id="head"),
    pytest.param(lambda path: draw_heads(MAPS, path), ["layer 1", "head 2"], id="heads"),
    pytest.param(
        lambda path: draw_plane(PLANE, TEXTS, LABELS, path, title="30 texts"),
        ["text 0", "first", "שלום", "no label", "□", "first axis, 50% of the variance"],
        id="plane",
    ),
]


def words_of(path):
    root = ET.parse(path).getroot()
    return {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
def test_words_are_letters_that_can_be_read(tmp_path, draw, words):
    draw(tmp_path / "a.svg")
    assert set(words) <= words_of(tmp_path / "a.svg")


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_input_gives_equal_files(tmp_path, draw, words, kind):
    for name in "ab":
        draw(tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
def test_another_kind_of_file_is_refused(tmp_path, draw, words):
    with pytest.raises(InvalidInput, match="must end in .svg or .png. Got .pdf"):
        draw(tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


def test_a_picture_is_not_empty(tmp_path):
    draw_head(MAPS, tmp_path / "a.png", layer=1, head=1)
    picture = imread(tmp_path / "a.png")
    assert picture[..., :3].std() > 0.05


def test_a_head_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="head must be from 1 to 2 for this model. Got 3"):
        draw_head(MAPS, tmp_path / "a.png", layer=1, head=3)


def test_names_do_not_stand_on_each_other(tmp_path):
    crowded = Plane(np.array([[0.0, 0.0]] * 5 + [[1.0, 1.0]]), ())
    draw_plane(crowded, [f"name {i}" for i in range(6)], [""] * 6, tmp_path / "a.svg", title="crowd")
    named = {word for word in words_of(tmp_path / "a.svg") if word.startswith("name")}
    assert "name 5" in named
    assert len(named) < 6
    assert "first axis" in words_of(tmp_path / "a.svg")


def test_many_texts_are_points_without_names(tmp_path):
    plane = Plane(np.random.default_rng(0).normal(size=(200, 2)), ())
    draw_plane(plane, ["name"] * 200, ["a"] * 200, tmp_path / "a.svg", title="many")
    assert "name" not in words_of(tmp_path / "a.svg")


def test_long_texts_are_cut(tmp_path):
    plane = Plane(np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), ())
    draw_plane(plane, ["word " * 20, "b\n  c", "d"], [""] * 3, tmp_path / "a.svg", title="cut")
    assert {"word word word word word…", "b c", "d"} & words_of(tmp_path / "a.svg")


def test_points_texts_and_labels_must_fit(tmp_path):
    for texts, labels in ((TEXTS[:-1], LABELS), (TEXTS, LABELS[:-1])):
        with pytest.raises(InvalidInput, match="a point and a label for each text"):
            draw_plane(PLANE, texts, labels, tmp_path / "a.svg", title="")
    plane = Plane(np.zeros((50, 2)), ())
    names = [str(i) for i in range(50)]
    with pytest.raises(
        InvalidInput, match="at most 49 different labels. Got 50 points, 50 texts and 50 labels"
    ):
        draw_plane(plane, names, names, tmp_path / "a.svg", title="")
