import xml.etree.ElementTree as ET

import numpy as np
import pytest

mpl = pytest.importorskip("matplotlib")

from matplotlib._pylab_helpers import Gcf  # noqa: E402 - pyplot's list of figures

from metier.errors import InvalidInput  # noqa: E402
from metier.training.charts import (  # noqa: E402
    check_picture,
    draw_before_after,
    draw_confusion,
    draw_curves,
    draw_reliability,
)
from metier.training.metrics import reliability  # noqa: E402

TABLE = np.array([[5, 1, 0], [2, 3, 1], [0, 0, 4]])
LABELS = ["none", "implicit", "explicit"]
LOG = [
    *({"event": "step", "step": s, "task": "ab"[s % 2], "loss": 1 / s} for s in range(1, 30)),
    *(
        {
            "event": "evaluation",
            "step": s,
            "score": s / 30,
            "tasks": {"a": {"score": 0.1}, "b": {"score": None}},
        }
        for s in (10, 20)
    ),
    {"event": "evaluation", "step": 29, "score": None, "tasks": {"a": {"score": None}, "b": {"score": 1.0}}},
]
BINS = reliability([0.5, 0.6, 0.8, 0.9], [True, False, True, True], n_bins=2)

DRAWINGS = [
    pytest.param(lambda path: draw_curves(LOG, path), ["loss", "score", "step", "a", "b"], id="curves"),
    pytest.param(lambda path: draw_reliability(BINS, path), ["confidence", "share that is right"], id="bins"),
    pytest.param(lambda path: draw_confusion(TABLE, LABELS, path), [*LABELS, "decided", "true"], id="table"),
    pytest.param(
        lambda path: draw_before_after(["a", "b"], [0.2, 0.2], [0.3, 0.1], path, name="MRR"),
        ["a", "b", "MRR", "before", "after"],
        id="runs",
    ),
]


def texts(path):
    root = ET.parse(path).getroot()
    return {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
def test_axes_are_labelled_in_text_that_can_be_read(tmp_path, draw, words):
    draw(tmp_path / "a.svg")
    assert set(words) <= texts(tmp_path / "a.svg")


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_input_gives_equal_files(tmp_path, draw, words, kind):
    for name in "ab":
        draw(tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
def test_a_drawing_says_what_it_shows_to_those_who_cannot_see_it(tmp_path, draw, words):
    draw(tmp_path / "a.svg")
    title = ET.parse(tmp_path / "a.svg").getroot().find("{http://www.w3.org/2000/svg}title")
    assert len(title.text.split()) > 5


@pytest.mark.parametrize(("draw", "words"), DRAWINGS)
def test_another_ending_is_refused(tmp_path, draw, words):
    with pytest.raises(InvalidInput, match=r"must end in \.svg or \.png\. Got \.gif"):
        draw(tmp_path / "a.gif")


def test_a_png_is_a_png(tmp_path):
    draw_confusion(TABLE, LABELS, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_long_and_empty_logs_are_drawn(tmp_path):
    long = [{"event": "step", "step": s, "task": "$a_1$", "loss": float(s % 7)} for s in range(1, 5001)]
    draw_curves(long, tmp_path / "long.svg")
    assert (tmp_path / "long.svg").stat().st_size < 40_000
    draw_curves([], tmp_path / "none.svg")
    assert "loss" in texts(tmp_path / "none.svg")


def test_drawing_leaves_no_state_behind(tmp_path):
    before = dict(mpl.rcParams)
    draw_curves(LOG, tmp_path / "a.svg")
    assert dict(mpl.rcParams) == before
    assert not Gcf.figs


def test_labels_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"table must be \(n, n\) with n labels"):
        draw_confusion(TABLE, LABELS[:2], tmp_path / "a.svg")


def test_a_file_of_another_kind_is_refused_before_anything_is_drawn(tmp_path):
    check_picture(tmp_path / "a.svg")
    check_picture(tmp_path / "a.png")
    with pytest.raises(InvalidInput, match="must end in .svg or .png. Got no ending"):
        check_picture(tmp_path / "a")
