from pathlib import Path

import pytest

from metier.errors import InvalidInput
from metier.training.output import MODEL, RUN, check_output


def test_a_missing_and_an_empty_folder_can_be_written_to(tmp_path: Path) -> None:
    check_output(tmp_path)
    check_output(tmp_path / "new")


def test_a_folder_with_a_run_can_be_gone_on_in(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    check_output(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="must be a folder"):
        check_output(tmp_path / "file")


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        check_output(tmp_path)


def test_a_model_of_no_finished_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    (tmp_path / MODEL).mkdir()
    with pytest.raises(InvalidInput, match="model of no finished run"):
        check_output(tmp_path)
