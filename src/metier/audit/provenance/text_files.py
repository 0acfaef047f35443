"""Checks that a text is a text, and that YAML asks for no Python objects."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from metier.audit.provenance.limits import AuditLimits
from metier.audit.provenance.pickles import pickle_finding
from metier.encoders.structure.chat_template import template_findings
from metier.encoders.structure.kinds import FileKind, has_control, kind_of
from metier.encoders.structure.opening import read_at_most
from metier.scans import ScanFinding
from metier.types import Severity

_YAML: Final = frozenset({".yaml", ".yml"})
_YAML_OBJECT: Final = re.compile(rb"!!?<?(tag:yaml\.org,2002:)?python/|!!java|!!ruby")
_TEMPLATES: Final = frozenset({".jinja", ".j2"})


def text_findings(path: Path, where: str, limits: AuditLimits) -> list[ScanFinding]:
    """Return what is wrong with a text file: other bytes in it, a pickle in letters, YAML that makes objects.

    Raises:
        OSError: the file cannot be opened.
    """
    content = read_at_most(path, limits.max_text_bytes + 1)
    if len(content) > limits.max_text_bytes:
        message = f"A text must be at most {limits.max_text_bytes:,} bytes. This one was not read."
        return [ScanFinding("too-large", Severity.WARNING, message, where)]
    if kind_of(content) is FileKind.PICKLE:  # the first bytes alone may look like words
        return [pickle_finding(content, where, most_opcodes=limits.max_opcodes)]
    ending = path.suffix.lower()
    if ending in _YAML and _YAML_OBJECT.search(content):
        message = (
            "The YAML asks for objects of a programming language, which can run code. Delete those tags."
        )
        return [ScanFinding("own-code", Severity.ERROR, message, where)]
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        return [_no_text(where, f"byte {error.start:,} is not UTF-8")]
    if has_control(content):
        return [_no_text(where, "it holds control characters")]
    return template_findings(text, where) if ending in _TEMPLATES else []


def _no_text(where: str, why: str) -> ScanFinding:
    message = f"The file must be a text in UTF-8, and {why}: something else may hide in it."
    return ScanFinding("not-text", Severity.WARNING, message, where)
