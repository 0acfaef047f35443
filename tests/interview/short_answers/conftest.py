import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.short_answers.build import fit_scores
from metier.interview.short_answers.texts import Readings
from tests.interview.short_answers.graded import graded_rows


@pytest.fixture(scope="session")
def readings():
    return Readings(FakeEncoder(32))


@pytest.fixture(scope="session")
def fitted(readings):
    """Return a model of made-up answers with its figures."""
    return fit_scores(graded_rows(), readings, name="made")
