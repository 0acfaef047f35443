"""What workers of a Ray cluster do in tests; stands apart since they import it by name."""

from __future__ import annotations

import os
import signal
import time

from metier.encoders.fake import FakeEncoder
from metier.engine import Engine
from metier.engine.indexing import EntryMaker
from metier.errors import NotFound
from metier.limits import ReadingLimits
from metier.search.vectors import SearchEncoder
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import YearMonth

DEADLY, FAULTY = 37, 53


def pids():
    """Return work that tells where it is done, ends its process over one row and fails over another."""

    def work(row):
        if row == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        if row == FAULTY:
            raise ValueError("words of the row")
        time.sleep(0.02)
        return os.getpid()

    return work


def no_work():
    """Fail like a machine without the model."""
    raise NotFound("There is no model 'mine' here.")


def engine(year=2026):
    return Engine(default_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(year, 11))


def maker(dim=32):
    return EntryMaker(engine(), SearchEncoder(FakeEncoder(dim)))
