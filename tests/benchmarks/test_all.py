import json
from importlib import import_module

import pytest

from tests.report.test_evaluation import CONTENT

table_of_all = import_module("all")

TABLE = """\
| task | score | rows | base | mine |
| --- | --- | ---: | ---: | ---: |
| vacancies | MRR | 1,040 | 0.500 [0.400, 0.600] | 0.700 ▲ [0.600, 0.800] |
| **mean** |  |  | 0.500 [0.400, 0.600] | 0.700 ▲ [0.600, 0.800] |
| size, MB |  |  | 39.4 |  |
"""
PAGE = "# Title\n\n<!-- evaluation -->\nold\n<!-- /evaluation -->\n\nThe end.\n"


@pytest.fixture
def evaluation(tmp_path):
    path = tmp_path / "evaluation.json"
    path.write_text(json.dumps(CONTENT))
    return path


def test_the_table_has_a_row_for_each_set_and_a_column_for_each_model(evaluation, capsys):
    assert table_of_all.main(["--evaluation", str(evaluation)]) == 0
    assert capsys.readouterr().out == TABLE


def test_the_table_is_written_between_the_marks(evaluation, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for _ in range(2):
        assert table_of_all.main(["--evaluation", str(evaluation), "--update", str(page)]) == 0
    assert page.read_text() == PAGE.replace("old\n", TABLE)


def test_what_each_task_reaches_alone_is_a_column_of_its_own(evaluation, tmp_path, capsys):
    alone = json.loads(json.dumps(CONTENT))
    alone["sets"][0]["figures"]["mine"]["mrr"]["value"] = 0.65
    path = tmp_path / "alone.json"
    path.write_text(json.dumps(alone))
    assert table_of_all.main(["--evaluation", str(evaluation), "--alone", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| task | score | rows | base | mine | each task alone |"
    assert lines[2].endswith("| 0.700 ▲ [0.600, 0.800] | 0.650 ▲ [0.600, 0.800] |")
    assert {line.count("|") for line in lines} == {7}


def test_an_evaluation_of_another_first_model_is_no_comparison(evaluation, tmp_path, capsys):
    other = json.loads(json.dumps(CONTENT))
    other["models"][0]["name"] = "theirs"
    path = tmp_path / "alone.json"
    path.write_text(json.dumps(other))
    assert table_of_all.main(["--evaluation", str(evaluation), "--alone", str(path)]) == 1
    assert "holds base and one more. Got theirs, mine." in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["no marks", "<!-- evaluation -->", "<!-- /evaluation --> <!-- evaluation -->", PAGE + PAGE],
)
def test_a_file_without_a_place_for_it_is_left_as_it_is(evaluation, tmp_path, capsys, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    assert table_of_all.main(["--evaluation", str(evaluation), "--update", str(page)]) == 1
    assert page.read_text() == text
    assert "There must be one <!-- evaluation -->" in capsys.readouterr().err


def test_what_is_not_defined_has_a_dash():
    nothing = {"value": None, "low": None, "high": None, "difference": None, "verdict": None}
    content = json.loads(json.dumps(CONTENT))
    content["sets"][0]["figures"]["mine"]["mrr"] = nothing
    content["models"][0]["mean"] = None
    assert "| – |\n" in table_of_all.markdown_table(content)
    assert "**mean**" not in table_of_all.markdown_table(content)


def test_a_name_does_not_part_a_cell():
    content = json.loads(json.dumps(CONTENT))
    content["sets"][0]["name"] = "a|b"
    assert "| a\\|b |" in table_of_all.markdown_table(content)
