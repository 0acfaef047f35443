"""`metier audit`: can a model, a document or a batch of decisions be trusted?"""

from __future__ import annotations

import typer

from metier.cli import (
    audit_backdoor,
    audit_behaviour,
    audit_confidence,
    audit_decisions,
    audit_document,
    audit_membership,
    audit_model,
    audit_shift,
)

app = typer.Typer(
    name="audit",
    no_args_is_help=True,
    help="Audit models, documents and decisions: clean, unsafe or inconclusive, and why (exit 0, 1 or 3).",
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
