from pathlib import Path

import pytest

from metier.encoders.folder import CARD, ModelFolder
from metier.errors import InvalidInput
from metier.training.output import MODEL, RUN, Origin, check_empty, check_output, write_head_card


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


def test_a_folder_for_a_model_must_be_empty(tmp_path: Path) -> None:
    check_empty(tmp_path)
    check_empty(tmp_path / "new")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InvalidInput, match="must be empty"):
        check_empty(tmp_path)
    with pytest.raises(InvalidInput, match="must be a folder"):
        check_empty(tmp_path / "notes.txt")


@pytest.mark.parametrize(("given", "base"), [("", "what it stands on"), ("mine", "mine")])
def test_the_card_of_a_head_lists_what_stands_in_its_folder(tmp_path: Path, given: str, base: str) -> None:
    (tmp_path / "head.safetensors").write_bytes(b"123")
    origin = Origin("a", base=given, metrics={"f1": 0.5})
    card = write_head_card(
        tmp_path, origin, task="search", base="what it stands on", dim=3, parameters={"head": 3}
    )
    assert (card.base, card.dim, card.parameters, list(card.files)) == (
        base,
        3,
        {"head": 3},
        ["head.safetensors"],
    )
    assert (tmp_path / CARD).is_file()
    assert ModelFolder.peek(tmp_path).card == card
