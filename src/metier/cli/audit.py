"""`metier audit`: can a model, a document, a batch of decisions or the log be trusted?"""

from __future__ import annotations

import typer

from metier.cli import (
    audit_backdoor,
    audit_behaviour,
    audit_confidence,
    audit_decisions,
    audit_document,
    audit_log,
    audit_membership,
    audit_model,
    audit_shift,
)

app = typer.Typer(
    name="audit",
    no_args_is_help=True,
    help="Audit models, documents, decisions and the log: clean, unsafe or inconclusive, and why (exit 0, 1 "
    "or 3).",
    epilog="Example: metier audit model downloads/some-model --page audit.html",
)

audit_model.register(app)
audit_document.register(app)
audit_decisions.register(app)
audit_behaviour.register(app)
audit_backdoor.register(app)
audit_shift.register(app)
audit_confidence.register(app)
audit_membership.register(app)
audit_log.register(app)
