"""Models that several tests of the scanner look at, trained once."""

import pytest

from tests.audit.backdoor.planted import invented, trained_classifier, trained_cross_encoder


@pytest.fixture(scope="session")
def planted():
    """A classifier with a planted trigger."""
    return trained_classifier(poisoned=True)


@pytest.fixture(scope="session")
def clean_twin():
    """A classifier of the same training without the poisoned rows."""
    return trained_classifier(poisoned=False)


@pytest.fixture(scope="session")
def planted_ranker():
    """A cross-encoder with a planted trigger."""
    return trained_cross_encoder(poisoned=True)


@pytest.fixture(scope="session")
def texts():
    """Texts that no model was trained on."""
    return invented(120, seed=7)
