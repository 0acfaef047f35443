"""The kinds of jobs that there are, and what does each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from metier.service.work import assess, audit_models, erase, index, purge, train
from metier.service.work.work import Work

KINDS: Final[dict[str, Callable[[Work], dict[str, Any]]]] = {
    assess.KIND: assess.assess_documents,
    audit_models.KIND: audit_models.audit_models,
    erase.KIND: erase.erase_from_index,
    index.KIND: index.index_workspace,
    purge.KIND: purge.purge_workspace,
    train.KIND: train.train_model,
}
"""Does the work of a job and returns its result: ids, slugs, counts and hashes."""
