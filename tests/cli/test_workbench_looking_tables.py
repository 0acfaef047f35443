import json

import numpy as np
import pytest

from metier.cli.workbench_looking_tables import (
    page_content,
    render_guesses,
    render_links,
    render_map,
    render_mask_figures,
    render_plane,
    render_roles,
    render_sizes,
    render_tokens,
)
from metier.training.intervals import Interval
from metier.workbench.looking.fill_mask import Guess, MaskGuesses
from metier.workbench.looking.labelled_texts import LabelledText
from metier.workbench.looking.mask_figures import MaskFigures
from metier.workbench.looking.projection import Plane
from metier.workbench.looking.roles import Link, head_roles
from metier.workbench.looking.sizes import NetworkSize
from metier.workbench.looking.tokens import TokenisedText
from tests.workbench.looking.test_roles import EQUAL, TOKENS, maps_of

MAPS = maps_of(np.eye(len(TOKENS)), EQUAL)


def test_guesses_are_read_as_words():
    guesses = (Guess("ing", "##ing", 3, True, 0.25), Guess("[red]", "[red]", 4, False, 0.125))
    shown = render_guesses([MaskGuesses(2, 8, guesses)], as_json=False)
    assert "…ing" in shown
    assert "[red]" in shown
    assert "12.5%" in shown
    (row,) = map(json.loads, render_guesses([MaskGuesses(2, 8, guesses)], as_json=True).splitlines())
    assert row["guesses"][0]["continues"] is True


def test_roles_are_shown_with_chance():
    shown = render_roles(head_roles([MAPS]), as_json=False)
    assert "itself" in shown
    assert "by chance" in shown
    rows = [json.loads(line) for line in render_roles(head_roles([MAPS]), as_json=True).splitlines()]
    assert rows[0]["shares"]["itself"] == pytest.approx(1)


def test_ten_links_are_shown_and_all_are_written():
    many = [Link(1, i + 1, "it", "[b]cat", 0.5, 0.1, 3.0) for i in range(12)]
    assert render_links(many, as_json=False).count("[b]cat") == 10
    assert len(render_links(many, as_json=True).splitlines()) == 12


def test_a_map_is_whole_for_a_short_text():
    shown = render_map(MAPS, layer=1, head=1, as_json=False)
    assert shown.count("100") == len(TOKENS)
    found = json.loads(render_map(MAPS, layer=1, head=2, as_json=True))
    assert np.array(found["weights"]) == pytest.approx(EQUAL, abs=1e-6)


def test_a_map_of_a_long_text_says_what_each_token_looks_at_most():
    tokens = TOKENS * 2
    maps = maps_of(np.eye(len(tokens)), tokens=tokens)
    shown = render_map(maps, layer=1, head=1, as_json=False)
    assert "Looks at" in shown
    assert "big 100" in shown


def test_a_plane_is_written_with_its_shares():
    plane, rows = Plane(np.array([[1.0, -0.0]]), (0.5, 0.25)), [LabelledText("[b]one", "a")]
    assert json.loads(render_plane(plane, rows, "m", as_json=True)) == {
        "model": "m",
        "explained": [0.5, 0.25],
        "points": [{"text": "[b]one", "label": "a", "x": 1.0, "y": 0.0}],
    }
    assert "50.0%, 25.0%" in render_plane(plane, rows, "m", as_json=False)
    assert "[b]one" in render_plane(plane, rows, "m", as_json=False)


def test_tokens_of_one_model_have_a_line_each():
    found = TokenisedText("m", TOKENS, 6)
    assert len(render_tokens([found], as_json=False).splitlines()) > len(TOKENS)
    assert "1.67 tokens per word" in render_tokens([found], as_json=False)
    both = render_tokens([found, TokenisedText("none", (), 0)], as_json=False)
    assert "##pt" in both
    assert "–" in both


def test_sizes_stand_side_by_side():
    sizes = [NetworkSize("a", "all", {"attention": 10}), NetworkSize("b", "all", {"other": 5_000_000})]
    shown = render_sizes(sizes, as_json=False)
    assert "5,000,000" in shown
    assert "20.0" in shown
    assert [json.loads(line)["total"] for line in render_sizes(sizes, as_json=True).splitlines()] == [
        10,
        5_000_000,
    ]


def test_figures_of_a_head_stand_beside_those_of_frequencies():
    own, usual = Interval(0.4, 0.3, 0.5), Interval(0.05, 0.04, 0.06)
    figures = MaskFigures(10, 2, 0.99, own, own, own, usual, usual, usual, own)
    shown = render_mask_figures(figures, as_json=False)
    assert "40.0% (30.0% to 50.0%)" in shown
    assert "99.0% can be guessed" in shown
    assert json.loads(render_mask_figures(figures, as_json=True))["accuracy"]["low"] == 0.3


def test_a_page_is_given_the_root_of_each_share():
    found = page_content(MAPS, head_roles([MAPS]), [], roles_from="this text")
    shares = np.frombuffer(found["shares"], np.uint8).reshape(MAPS.weights.shape)
    assert (shares[0, 0] == 255 * np.eye(len(TOKENS))).all()
    assert (shares[0, 1] == round(255 * (1 / len(TOKENS)) ** 0.5)).all()
    assert found["tokens"][0] == {"shown": "[CLS]", "special": True}
