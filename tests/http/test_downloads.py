"""Answers that are kept as files."""

from __future__ import annotations

import pytest

from metier.http.downloads import attachment, safe_cell, streamed


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("resume.pdf", "attachment; filename=\"resume.pdf\"; filename*=UTF-8''resume.pdf"),
        ('a"b\r\nX: y.pdf', "attachment; filename=\"a_b_X_y.pdf\"; filename*=UTF-8''a%22b%0D%0AX%3A%20y.pdf"),
        ("Анна.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%D0%90%D0%BD%D0%BD%D0%B0.pdf"),
        ("\ud800", "attachment; filename=\"_\"; filename*=UTF-8''%3F"),
    ],
)
def test_a_name_cannot_break_the_header(name, told):
    assert attachment(b"x", name, "text/plain").headers["Content-Disposition"] == told


def test_a_file_that_is_made_on_the_way_is_kept_too():
    answer = streamed(iter(["a", "b"]), "table.csv", "text/csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="table.csv"')
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_made_text(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_other_cells_stay():
    assert safe_cell("Anna") == "Anna"
