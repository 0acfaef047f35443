import time

import pytest

from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.errors import InvalidInput


@pytest.mark.parametrize("name", ["max_files", "max_file_bytes", "timeout_s"])
def test_a_limit_must_be_above_0(name):
    with pytest.raises(InvalidInput, match=f"{name} must be above 0. Got 0"):
        AuditLimits(**{name: 0})


def test_time_runs_out():
    assert not Deadline(60).is_over()
    soon = Deadline(1e-9)
    time.sleep(0.001)
    assert soon.is_over()
