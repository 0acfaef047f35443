"""Checks the structure of a tokenizer.json and of a SentencePiece model; neither is loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from metier.encoders.structure.opening import mapped
from metier.encoders.structure.wire import BYTES, WireReader
from metier.errors import ModelFormatError
from metier.scans import ScanFinding
from metier.types import Severity

_MODELS: Final = frozenset({"BPE", "WordPiece", "Unigram", "WordLevel"})
# Steps that the tokenizers library knows; where a file names another, some program of its own reads it.
_STEPS: Final[dict[str, frozenset[str]]] = {
    "normalizer": frozenset(
        "BertNormalizer ByteLevel Lowercase NFC NFD NFKC NFKD Nmt Precompiled Prepend Replace Sequence Strip "
        "StripAccents".split()
    ),
    "pre_tokenizer": frozenset(
        "BertPreTokenizer ByteLevel CharDelimiterSplit Digits FixedLength Metaspace Punctuation Sequence "
        "Split "
        "UnicodeScripts Whitespace WhitespaceSplit".split()
    ),
    "post_processor": frozenset(
        "BertProcessing ByteLevel RobertaProcessing Sequence TemplateProcessing".split()
    ),
    "decoder": frozenset(
        "BPEDecoder ByteFallback ByteLevel CTC Fuse Metaspace Replace Sequence Strip WordPiece".split()
    ),
}
_INNER: Final = ("normalizers", "pretokenizers", "processors", "decoders")
_MOST_PATTERN_CHARS: Final = 2_000
_MOST_VOCABULARY: Final = 5_000_000
_WORD: Final = re.compile(r"\w{2,}")
_MOST_NAMED: Final = 3
_PIECES_FIELDS: Final = frozenset({1, 2, 3, 4, 5})


def tokenizer_findings(name: str, content: Any) -> list[ScanFinding]:
    """Return what is wrong or not understood in the JSON of a fast tokenizer.

    Args:
        name: of the file.
        content: what its JSON says.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("model"), Mapping):
        message = "The file must be the JSON of a fast tokenizer, with a model in it."
        return [ScanFinding("damaged-file", Severity.ERROR, message, name)]
    findings = [*_vocabulary_findings(content), *_step_findings(content)]
    return [ScanFinding(code, severity, message, name) for code, severity, message in findings]


def token_ids(content: Any) -> dict[str, int]:
    """Return the id of each token of a fast tokenizer's JSON; none where it cannot be told."""
    model = content.get("model") if isinstance(content, Mapping) else None
    vocabulary = model.get("vocab") if isinstance(model, Mapping) else None
    ids: dict[str, int] = {}
    if isinstance(vocabulary, Mapping):
        ids = {token: number for token, number in vocabulary.items() if type(number) is int}
    elif isinstance(vocabulary, list):
        ids = {str(entry[0]): i for i, entry in enumerate(vocabulary) if isinstance(entry, list) and entry}
    for entry in _added(content):
        ids[entry["content"]] = entry["id"]
    return ids


def sentencepiece_findings(path: Path, name: str) -> list[ScanFinding]:
    """Return what is wrong with a SentencePiece model.

    Raises:
        OSError: the file cannot be opened.

    Source: sentencepiece_model.proto.
    """
    pieces = strange = 0
    try:
        with mapped(path) as content:
            reader = WireReader(content, path.name)
            for found in reader.fields(0, len(content)):
                strange += found.number not in _PIECES_FIELDS or found.wire != BYTES
                if found.number == 1 and found.wire == BYTES:
                    pieces += 1
                    words = [part for part in reader.fields(found.start, found.end) if part.number == 1]
                    for part in words:
                        reader.text(part)
    except ModelFormatError as error:
        return [ScanFinding("damaged-file", Severity.ERROR, str(error), name)]
    if strange or not pieces:
        message = (
            f"The file must hold the pieces of a SentencePiece model. {strange} fields of it are unknown."
        )
        return [ScanFinding("not-understood", Severity.WARNING, message, name)]
    return []


def slow_pattern(pattern: str) -> bool:
    r"""Tell whether a regular expression repeats a group that repeats inside: some texts then take for ever.

    >>> slow_pattern(r"(a+)+b"), slow_pattern(r"[a+]+|(?:'s|'t)| ?\p{L}+")
    (True, False)
    """
    repeats_within = [False]
    at, in_class = 0, False
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            repeats_within.append(False)
        elif character == ")" and len(repeats_within) > 1:
            inner = repeats_within.pop()
            repeated = _repeats(pattern, at + 1)
            if inner and repeated:
                return True
            repeats_within[-1] |= inner or repeated
        elif _repeats(pattern, at):
            repeats_within[-1] = True
        at += 1
    return False


def _repeats(pattern: str, at: int) -> bool:
    return pattern[at : at + 1] in {"*", "+"} or bool(re.match(r"\{\d*,\}", pattern[at : at + 24]))


def _vocabulary_findings(content: Mapping[str, Any]) -> Iterator[tuple[str, Severity, str]]:
    model = content["model"]
    vocabulary = model.get("vocab")
    kind = model.get("type") or ("Unigram" if isinstance(vocabulary, list) else "BPE")
    if kind not in _MODELS:
        yield _strange(f"a model of the kind {str(kind)[:40]!r}")
        return
    if not isinstance(vocabulary, Mapping | list) or not 0 < len(vocabulary) <= _MOST_VOCABULARY:
        yield (
            "damaged-file",
            Severity.ERROR,
            "The tokenizer must hold a vocabulary of at most 5,000,000 pieces.",
        )
        return
    if isinstance(vocabulary, list):
        yield from _piece_faults(vocabulary)
    elif not all(type(number) is int and number >= 0 for number in vocabulary.values()):
        yield ("damaged-file", Severity.ERROR, "The ids of the vocabulary must be whole numbers from 0 on.")
        return
    yield from _id_faults(content)


def _piece_faults(pieces: list[Any]) -> Iterator[tuple[str, Severity, str]]:
    whole = all(
        isinstance(entry, list)
        and len(entry) == 2
        and isinstance(entry[0], str)
        and type(entry[1]) in {int, float}
        and math.isfinite(entry[1])
        for entry in pieces
    )
    if not whole:
        yield ("damaged-file", Severity.ERROR, "The vocabulary must be pieces with a finite score each.")
    elif len({entry[0] for entry in pieces}) < len(pieces):
        yield _ambiguous("A piece stands twice in the vocabulary.")


def _id_faults(content: Mapping[str, Any]) -> Iterator[tuple[str, Severity, str]]:
    vocabulary = content["model"]["vocab"]
    known = vocabulary if isinstance(vocabulary, Mapping) else {}
    if len(set(known.values())) < len(known):
        yield _ambiguous("Two pieces of the vocabulary have the same id.")
    added = list(_added(content))
    entries = content.get("added_tokens") or []
    if not isinstance(entries, list) or len(added) < len(entries):
        yield ("damaged-file", Severity.ERROR, "Each added token must have a content and an id.")
    if len({entry["content"] for entry in added}) < len(added) or len({e["id"] for e in added}) < len(added):
        yield _ambiguous("Two added tokens have the same content or the same id.")
    by_id = {number: piece for piece, number in known.items()}
    moved = [e["content"] for e in added if by_id.get(e["id"], e["content"]) != e["content"]]
    moved += [e["content"] for e in added if known.get(e["content"], e["id"]) != e["id"]]
    if moved:
        yield _ambiguous(f"{len(moved)} added tokens take the id of another piece of the vocabulary.")


def _added(content: Any) -> Iterator[Mapping[str, Any]]:
    entries = content.get("added_tokens") if isinstance(content, Mapping) else None
    for entry in entries if isinstance(entries, list) else []:
        if (
            isinstance(entry, Mapping)
            and isinstance(entry.get("content"), str)
            and type(entry.get("id")) is int
        ):
            yield entry


def _step_findings(content: Mapping[str, Any]) -> Iterator[tuple[str, Severity, str]]:
    for place, known in _STEPS.items():
        for step in _steps(content.get(place)):
            kind = step.get("type")
            if kind not in known:
                yield _strange(f"a {place} of the kind {str(kind)[:40]!r}")
            pattern = step.get("pattern")
            expression = pattern.get("Regex") if isinstance(pattern, Mapping) else None
            if isinstance(expression, str) and (
                len(expression) > _MOST_PATTERN_CHARS or slow_pattern(expression)
            ):
                message = f"An expression of the {place} may take for ever on some texts."
                yield ("slow-pattern", Severity.WARNING, message)
            if kind == "Replace" and place == "normalizer" and _swaps_words(step):
                message = (
                    "The normalizer puts words in place of others: what the model reads is not what stands "
                    "there."
                )
                yield ("tokenizer-swaps-words", Severity.WARNING, message)


def _steps(step: Any) -> Iterator[Mapping[str, Any]]:
    waiting, seen = [step], 0
    while waiting and seen < 1000:
        item = waiting.pop()
        seen += 1
        if isinstance(item, Mapping):
            yield item
            for inner in _INNER:
                waiting += item[inner] if isinstance(item.get(inner), list) else []


def _swaps_words(step: Mapping[str, Any]) -> bool:
    pattern = step.get("pattern")
    found = pattern.get("String") or pattern.get("Regex") if isinstance(pattern, Mapping) else ""
    return bool(_WORD.search(str(step.get("content", ""))) and re.search(r"[^\W\d_]{2,}", str(found)))


def _ambiguous(what: str) -> tuple[str, Severity, str]:
    return ("tokenizer-ambiguous", Severity.WARNING, f"{what} Programs may read the same text differently.")


def _strange(what: str) -> tuple[str, Severity, str]:
    return (
        "not-understood",
        Severity.WARNING,
        f"The tokenizer has {what}, which the tokenizers library does not know.",
    )
