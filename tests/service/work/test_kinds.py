"""The table of the kinds of jobs."""

from metier.service.documents import ERASE_INDEX
from metier.service.work.kinds import KINDS


def test_every_job_that_the_service_begins_has_somebody_to_do_it():
    assert set(KINDS) == {"assess", "audit-models", ERASE_INDEX, "index", "purge", "train"}
