import pytest

from metier.cli.results import to_csv


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_spreadsheet_runs_no_cell(cell):
    assert to_csv([{"a": cell}]).splitlines()[1].strip('"').startswith("'")


def test_rows_have_a_header_and_no_rows_have_none():
    assert to_csv([{"a": 1, "b": "x,y"}]) == 'a,b\n1,"x,y"\n'
    assert to_csv([]) == ""
