"""The findings of an audit of a model by their code, and the check that each belongs to."""

from __future__ import annotations

from typing import Final

CHECK_OF: Final[dict[str, str]] = {
    **dict.fromkeys(
        "link link-outside special-file unreadable hard-link odd-name too-many-files too-deep too-large "
        "empty-file "
        "wrong-ending not-understood not-text".split(),
        "files",
    ),
    "pickle": "pickles",
    **dict.fromkeys("code-file own-code template-code template-not-understood".split(), "code"),
    **dict.fromkeys("archive-slip archive-bomb archive-not-understood".split(), "archives"),
    **dict.fromkeys(
        "damaged-file path-outside external-data-outside external-data-missing unsafe-operator "
        "unknown-operator "
        "unknown-onnx-field onnx-training tokenizer-ambiguous tokenizer-swaps-words slow-pattern".split(),
        "structure",
    ),
    **dict.fromkeys(
        "card-not-valid file-unlisted file-missing file-changed not-hashed".split(),
        "hashes",
    ),
    **dict.fromkeys("no-license no-base".split(), "origin"),
    "drift": "drift",
    **dict.fromkeys("not-finite all-zero long-embedding-rows".split(), "numbers"),
    "embedding-rows-moved": "change-from-base",
}
"""Code of a finding to the name of its check, in the order of the checks."""

NOT_LOOKED_AT: Final = frozenset(
    "link unreadable too-many-files too-deep too-large not-understood template-not-understood "
    "archive-not-understood "
    "not-hashed".split()
)
"""Codes that say that something was not looked at, or not understood; their check counts as not run."""
