"""The job that looks at every file of the installed models, as `metier audit model` does."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from metier.audit.provenance.checker import ModelProvenanceChecker
from metier.encoders.load import installed_models
from metier.engine.loading import MODEL_FOLDER
from metier.service.work.work import Work

KIND: Final = "audit-models"
MAX_ATTEMPTS: Final = 10


def audit_models(work: Work) -> dict[str, Any]:
    """Look at each model, one step each; return the verdict of each by its name."""
    models = installed_models(work.service.options.data_dir / MODEL_FOLDER)
    done = work.steps_done()
    work.tell(total=len(models))
    checker = ModelProvenanceChecker()
    for name, folder in models.items():
        # The name of a folder may hold what no step takes.
        step = f"model-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
        if step in done:
            continue
        work.check()
        report = checker.examine(folder).report
        codes = sorted({finding.code for finding in report.findings})
        done[step] = {"model": name, "verdict": report.verdict.value, "findings": codes}
        work.finish_step(step, result=done[step])
    return {"models": {found["model"]: found["verdict"] for found in done.values()}}
