"""Pictures of what was looked at: attention of one head or of all, and texts on a plane, as SVG or PNG."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.charts import COLOURS, check_picture, make_figure, save_figure, style
from metier.workbench.looking.attention import AttentionMaps
from metier.workbench.looking.projection import Plane
from metier.workbench.looking.tokens import Token

_MARKERS: Final = "osD^vPX"
MOST_LABELS: Final = len(COLOURS) * len(_MARKERS)
_MOST_NAMED: Final = 150
_MOST_NUMBERED: Final = 20
_NAME_CHARS: Final = 24
_MARK: Final = 5.0
_PIECE_CHARS: Final = 14
_CMAP: Final = "Blues"
# Faint attention is told from none; the bar beside a picture says what a shade means.
_GAMMA: Final = 0.5
_PLACES: Final = ((7, 0, "left"), (-7, 0, "right"), (0, 9, "center"), (0, -9, "center"), (7, 8, "left"))


def draw_head(maps: AttentionMaps, path: Path, *, layer: int, head: int) -> None:
    """Draw the attention of one head, a row for each token that looks, with percentages for short texts.

    Args:
        maps: of a text.
        path: an SVG or PNG file.
        layer: from 1.
        head: from 1.

    Raises:
        InvalidInput: there is no such layer or head, or the file's name ends in something else.
        MissingExtra: matplotlib is not installed.
    """
    check_picture(path)
    weights = maps.head(layer, head)
    names = [_piece(token) for token in maps.tokens]
    n = len(names)
    with style():
        size = 2.0 + max(0.26 * n, 2.6)
        figure = make_figure(size + 0.8, size)
        axes = figure.subplots()
        image = axes.imshow(weights, cmap=_CMAP, norm=_shades(float(weights.max())))
        axes.set_xticks(range(n), names, rotation=90, fontsize=8)
        axes.set_yticks(range(n), names, fontsize=8)
        axes.xaxis.tick_top()
        axes.set_ylabel("token that looks")
        axes.set_xlabel("what it looks at")
        axes.xaxis.set_label_position("top")
        for (i, j), share in np.ndenumerate(weights if n <= _MOST_NUMBERED else weights[:0]):
            if share >= 0.01:
                colour = "white" if share > 0.4 * weights.max() else "black"
                axes.text(j, i, f"{100 * share:.0f}", ha="center", va="center", color=colour, fontsize=7)
        bar = figure.colorbar(image, ax=axes, shrink=0.7, format=lambda share, _: f"{share:.0%}")
        bar.ax.tick_params(labelsize=8)
        axes.set_title(f"{_drawable(maps.model)}, layer {layer}, head {head}", fontsize=10)
        save_figure(figure, path, f"Attention of layer {layer}, head {head} over {n} tokens.")


def draw_heads(maps: AttentionMaps, path: Path) -> None:
    """Draw the attention of all heads small, a row for each layer.

    Args:
        maps: of a text.
        path: an SVG or PNG file.

    Raises:
        InvalidInput: the file's name ends in something else.
        MissingExtra: matplotlib is not installed.
    """
    check_picture(path)
    n_layers, n_heads = maps.weights.shape[:2]
    with style():
        figure = make_figure(1.0 + 0.75 * n_heads, 1.0 + 0.75 * n_layers)
        grid = figure.subplots(n_layers, n_heads, squeeze=False)
        for (layer, head), axes in np.ndenumerate(grid):
            axes.imshow(maps.weights[layer, head], cmap=_CMAP, norm=_shades(1.0))
            axes.set_xticks([])
            axes.set_yticks([])
            if layer == 0:
                axes.set_title(f"head {head + 1}", fontsize=8)
            if head == 0:
                axes.set_ylabel(f"layer {layer + 1}", fontsize=8)
        figure.suptitle(
            f"{_drawable(maps.model)}: rows look, columns are looked at; first token top left",
            fontsize=10,
        )
        save_figure(
            figure, path, f"Attention of {n_layers} layers of {n_heads} heads over {len(maps.tokens)} tokens."
        )


def draw_plane(plane: Plane, texts: Sequence[str], labels: Sequence[str], path: Path, *, title: str) -> None:
    """Draw texts as points; those with a label by its colour and marker, and short names where there is room.

    Args:
        plane: where the texts stand, n of them.
        texts: n names; up to 150 points are named, each where no other name stands.
        labels: n labels, empty for none; at most 49 different ones.
        path: an SVG or PNG file.
        title: above it.

    Raises:
        InvalidInput: numbers that do not fit, too many labels, or a file's name that ends in something else.
        MissingExtra: matplotlib is not installed.
    """
    check_picture(path)
    kinds = sorted(set(labels))
    if not len(plane.points) == len(texts) == len(labels) or len(kinds) > MOST_LABELS:
        raise InvalidInput(
            f"There must be a point and a label for each text, and at most {MOST_LABELS} different labels. "
            f"Got {len(plane.points)} points, {len(texts)} texts and {len(kinds)} labels."
        )
    with style():
        figure = make_figure(8.4, 6.4)
        axes = figure.subplots()
        for i, kind in enumerate(kinds):
            own = plane.points[[label == kind for label in labels]]
            colour, marker = COLOURS[i % len(COLOURS)], _MARKERS[(i + i // len(COLOURS)) % len(_MARKERS)]
            name = _drawable(_short(kind)) or "no label"
            axes.scatter(*own.T, s=26, color=colour, marker=marker, label=name, linewidths=0)
        axes.set_title(_drawable(title), fontsize=10)
        shares = [f", {share:.0%} of the variance" for share in plane.explained] or ["", ""]
        axes.set_xlabel(f"first axis{shares[0]}")
        axes.set_ylabel(f"second axis{shares[1]}")
        axes.margins(0.12)
        if len(kinds) > 1 or kinds[0]:
            figure.legend(loc="outside right upper", frameon=False, fontsize=8)
        if len(texts) <= _MOST_NAMED:
            _name_points(figure, axes, plane.points, [_drawable(_short(text)) for text in texts])
        save_figure(figure, path, f"{len(texts)} texts on a plane.")


def _name_points(figure: Any, axes: Any, points: NDArray[np.float64], names: Sequence[str]) -> None:
    """Write the names of points, each at the first place beside its point that is still free."""
    canvas = require("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    canvas.draw()  # places the axes, so that sizes are known
    renderer = canvas.get_renderer()
    marks = [axes.transData.transform(point) for point in points]
    frame = axes.get_window_extent(renderer)
    taken: list[Any] = [legend.get_window_extent(renderer) for legend in figure.legends]
    for number, (point, name) in enumerate(zip(points, names, strict=True)):
        for x, y, side in _PLACES:
            note = axes.annotate(
                name,
                point,
                xytext=(x, y),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=7,
                color="0.25",
            )
            note.set_in_layout(False)
            box = note.get_window_extent(renderer)
            inside = frame.x0 < box.x0 and box.x1 < figure.bbox.x1
            around = box.padded(_MARK)
            covers = any(around.contains(*mark) for i, mark in enumerate(marks) if i != number)
            if inside and not covers and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            note.remove()


def _shades(most: float) -> Any:
    return require("matplotlib.colors").PowerNorm(_GAMMA, vmin=0.0, vmax=max(most, 1e-6))


def _piece(token: Token) -> str:
    words = token.shown
    return _drawable(words if len(words) <= _PIECE_CHARS else f"{words[: _PIECE_CHARS - 1]}…")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _NAME_CHARS else f"{words[: _NAME_CHARS - 1].rstrip()}…"


def _drawable(text: str) -> str:
    """Return a text with a box for each character that the font of all pictures lacks."""
    known = _characters()
    return "".join(char if ord(char) in known else "□" for char in text)


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Return the code points that the font of all pictures has."""
    fonts = require("matplotlib.font_manager")
    with style():
        return frozenset(fonts.get_font(fonts.findfont(fonts.FontProperties())).get_charmap())
