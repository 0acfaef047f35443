"""Whether a text can be judged at all."""

from __future__ import annotations

import re

from metier.types import Finding, Severity

_TOO_FEW_LETTERS = 40
_FEW_LETTERS = 250
_GARBLED_ERROR_SHARE = 0.15
_GARBLED_WARNING_SHARE = 0.02
_LETTER = re.compile(r"[^\W\d_]")
# Undecodable characters, private use, and UTF-8 that was read as Windows-1252 or Latin-1.
_GARBLED = re.compile(
    r"[\ufffd\ufffe\ue000-\uf8ff]|[ÐÑ][\u0080-\u00bf\u2010-\u2044\u20ac\u2122Œœ-]|Ã[\u0080-\u00bf\u2010-\u2044]"
)


def text_findings(text: str) -> tuple[Finding, ...]:
    """Return what speaks against trusting a text, whatever its format.

    `almost_no_text` is an error below 40 letters and a warning below 250; `garbled_text` is an error
    from 15 % undecodable characters and a warning from 2 %.
    """
    n_letters = len(_LETTER.findall(text))
    findings = []
    if n_letters < _FEW_LETTERS:
        severity = Severity.ERROR if n_letters < _TOO_FEW_LETTERS else Severity.WARNING
        consequence = "too few to judge" if severity is Severity.ERROR else "so little shows little"
        findings.append(
            Finding("almost_no_text", severity, f"The document holds {n_letters} letters, {consequence}.")
        )
    share = sum(len(match) for match in _GARBLED.findall(text)) / max(len(text), 1)
    if share >= _GARBLED_WARNING_SHARE:
        severity = Severity.ERROR if share >= _GARBLED_ERROR_SHARE else Severity.WARNING
        message = f"{share:.0%} of the characters cannot be decoded. Ask for the document in another format."
        findings.append(Finding("garbled_text", severity, message))
    return tuple(findings)
