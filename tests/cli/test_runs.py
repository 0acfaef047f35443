import pytest
import typer

from metier.batch import BatchResult, Outcome
from metier.cli.runs import finish
from metier.types import Failure


def failed(n):
    return BatchResult(
        tuple(Outcome(f"f{i}", failure=Failure(f"f{i}", "corrupt", f"f{i} is bad.")) for i in range(n))
    )


def test_nothing_failed_ends_quietly(capsys):
    finish(failed(0))
    assert capsys.readouterr().err == ""


def test_many_failures_are_counted_and_only_some_shown(capsys):
    with pytest.raises(typer.Exit) as caught:
        finish(failed(1000))
    err = capsys.readouterr().err
    assert caught.value.exit_code == 1
    assert err.count("is bad.") == 10
    assert "1,000 of 1,000 documents not scored: corrupt 1,000." in err
