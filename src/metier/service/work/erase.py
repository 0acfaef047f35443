"""The job that takes erased documents out of the search index, and clears their traces on the disk."""

from __future__ import annotations

from typing import Any, Final

from metier.errors import StoreBusy
from metier.service.documents import ERASE_INDEX
from metier.service.work.index import forget
from metier.service.work.work import Work
from metier.store.opening import SERVER_PREFIXES

KIND: Final = ERASE_INDEX
_MAX_SCRUBS: Final = 5
_FORGOTTEN: Final = "index"


def erase_from_index(work: Work) -> dict[str, Any]:
    """Erase the documents from the index, then clear the files of the database of their traces.

    On a server the traces go with the next purge: clearing them copies whole tables. On SQLite it is tried a
    few times, for as long as others read or write; after that the next purge does it, too.

    Raises:
        StoreBusy: others use the database; the job is begun again later.
    """
    service, job = work.service, work.job
    documents = job.payload["documents"]
    done = work.steps_done()
    if _FORGOTTEN not in done:
        work.check()
        work.finish_step(_FORGOTTEN, result={"removed": forget(service, job.workspace, documents)})
    removed = work.steps_done()[_FORGOTTEN]["removed"]
    if service.options.database.startswith(SERVER_PREFIXES):
        return {"removed": removed, "scrubbed": False}
    scrubbed = service.database.scrub()
    if not scrubbed and job.attempts < _MAX_SCRUBS:
        raise StoreBusy(f"{service.database.name} is in use. What was erased is cleared from it later.")
    return {"removed": removed, "scrubbed": scrubbed}
