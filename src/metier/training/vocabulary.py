"""Cuts a tokenizer's vocabulary down to what some languages and texts need.

A Unigram tokenizer segments a text by the best sum of piece scores. With fewer pieces the scores of the
rest stay as they were, so a text whose pieces are all kept is segmented exactly as before; the piece of the
lowest score must be among them, since what an unknown letter costs is reckoned from it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tokenizers import Tokenizer

from metier.errors import ModelFormatError

_SPECIAL: Final = ("<s>", "<pad>", "</s>", "<unk>")
_MASK: Final = "<mask>"
_SPACE: Final = "\u2581"
KEPT_WHOLE: Final = frozenset({"HEBREW", "HANGUL"})
KEPT_LETTERS: Final = KEPT_WHOLE | {"LATIN", "CYRILLIC", "GREEK"}
KEPT_BY_SCORE: Final = frozenset({"LATIN", "CYRILLIC"})
_BATCH: Final = 512


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Return how often each token id occurs in some texts, without special tokens."""
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            _count(tokenizer, batch, counts)
            batch.clear()
    _count(tokenizer, batch, counts)
    return counts


def choose_pieces(pieces: Sequence[tuple[str, float]], counts: Counter[int], *, n_rows: int) -> list[int]:
    """Return the ids to keep, rising: special tokens, whole scripts, single letters, then by frequency.

    What room is left goes to unseen pieces in Latin, in Cyrillic or without letters, by their own score.

    Args:
        pieces: all pieces with their scores, by id.
        counts: how often each id occurs in the texts to serve.
        n_rows: how many to keep; at least as many as must be kept.

    Raises:
        ModelFormatError: a special token is missing, or `n_rows` is too small or too large.
    """
    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    if any(ids.get(piece) != i for i, piece in enumerate(_SPECIAL)) or _MASK not in ids:
        raise ModelFormatError("The tokenizer must begin with <s>, <pad>, </s>, <unk> and hold <mask>.")
    scripts = [_scripts(piece) for piece, _ in pieces]
    kept = {ids[piece] for piece in (*_SPECIAL, _MASK)}
    kept |= {i for i, found in enumerate(scripts) if found & KEPT_WHOLE}
    kept |= {
        i
        for i, (piece, _) in enumerate(pieces)
        if len(piece.strip(_SPACE)) <= 1 and scripts[i] <= KEPT_LETTERS and _is_assigned(piece)
    }
    if not len(kept) <= n_rows <= len(pieces):
        raise ModelFormatError(f"Rows must be {len(kept):,} to {len(pieces):,}. Got {n_rows:,}.")
    by_frequency = (i for i, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    by_score = sorted(
        (i for i, found in enumerate(scripts) if found <= KEPT_BY_SCORE), key=lambda i: (-pieces[i][1], i)
    )
    for i in (*by_frequency, *by_score):
        if len(kept) == n_rows:
            break
        kept.add(i)
    return sorted(kept)


def prune_tokenizer(tokenizer: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """Return the content of `tokenizer.json` with some pieces only, numbered anew in the same order."""
    new_id = {old: new for new, old in enumerate(kept)}
    vocab = tokenizer["model"]["vocab"]
    return {
        **tokenizer,
        "added_tokens": [{**token, "id": new_id[token["id"]]} for token in tokenizer["added_tokens"]],
        "model": {**tokenizer["model"], "vocab": [vocab[old] for old in kept]},
    }


def tokens_per_word(tokenizer: Tokenizer, texts: Sequence[str]) -> float:
    """Return how many tokens a word between spaces takes on average; 0 for no words."""
    words = sum(len(text.split()) for text in texts)
    tokens = sum(count_pieces(tokenizer, texts).values())
    return tokens / words if words else 0.0


def _count(tokenizer: Tokenizer, batch: Sequence[str], counts: Counter[int]) -> None:
    for encoding in tokenizer.encode_batch_fast(list(batch), add_special_tokens=False):
        counts.update(encoding.ids)


def _scripts(piece: str) -> frozenset[str]:
    """Return the first words of the Unicode names of a piece's letters and marks: LATIN, HANGUL, CJK."""
    return frozenset(
        unicodedata.name(character, "UNNAMED").split()[0]
        for character in piece.strip(_SPACE)
        if unicodedata.category(character)[0] in "LM"
    )


def _is_assigned(piece: str) -> bool:
    return all(unicodedata.category(character) not in {"Co", "Cn"} for character in piece)
