"""An application as one text for models that read a limited number of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from metier.errors import InvalidInput
from metier.expertise.application import Application, Field
from metier.expertise.blocks import newest_first, split_blocks

_WORD: Final = re.compile(r"\S+")
# Of a limit; what is left, at least half, is for work experience.
_SHARES: Final[Mapping[Field, float]] = {
    Field.POSITION: 0.125,
    Field.KEY_SKILLS: 0.2,
    Field.CLIENT_NAME: 0.05,
    Field.EXPECTED_GRADE_SALARY: 0.05,
    Field.AGE: 0.02,
    Field.CITY: 0.02,
    Field.COUNTRY: 0.02,
}
Count = Callable[[str], int]


def count_words(text: str) -> int:
    """Return the number of words of a text."""
    return len(text.split())


def marker(field: Field) -> str:
    """Return what stands before the text of a field: `[KEY_SKILLS]`."""
    return f"[{field.name}]"


def serialise(
    application: Application,
    *,
    budgets: Mapping[Field, int] | None = None,
    max_tokens: int | None = None,
    count: Count = count_words,
) -> str:
    """Return the fields of an application in the order of `Field`, each after its marker.

    Of a field over its budget the beginning stays; of work experience the newest jobs stay, whichever end of
    the text they stand at, then the beginning of the next older one. No word is cut.

    Args:
        application: cleaned or not.
        budgets: most tokens by field, without the marker; at least 0.
        max_tokens: most tokens of the whole, at least 0. Fields without a budget get a share of it, so that
            half is left for work experience.
        count: tokens of a text; more text never has many fewer.

    Returns:
        A text of at most `max_tokens` tokens; empty where not even a marker with a word fits.

    Raises:
        InvalidInput: a limit is below 0.
    """
    limits = dict(budgets or {})
    if min((*limits.values(), max_tokens or 0)) < 0:
        raise InvalidInput("Budgets and max_tokens must be at least 0. One is below. Raise it.")
    if max_tokens is not None:
        limits = {**{field: max(1, int(share * max_tokens)) for field, share in _SHARES.items()}, **limits}
    parts = {
        field: text
        for field in Field
        if (text := _within(field, application.text(field).strip(), limits.get(field), count))
    }
    if max_tokens is None or count(_joined(parts)) <= max_tokens:
        return _joined(parts)
    return _shortened(parts, max_tokens, count)


def newest_part(text: str, fits: Callable[[str], bool]) -> str:
    """Return as much of some work experience as fits, the newest jobs first, in the order of the text.

    Args:
        text: jobs in any order; without dates the first counts as the newest.
        fits: tells whether a text is short enough; one that is shorter fits too.

    Returns:
        Whole jobs and the beginning of the next older one; empty where not one word fits.
    """
    if fits(text):
        return text
    blocks = split_blocks(text)
    texts = [text[block.span.start : block.span.end].strip() for block in blocks]
    order = newest_first(blocks)

    def with_jobs(n_jobs: int, beginning: str = "") -> str:
        chosen = {i: texts[i] for i in order[:n_jobs]}
        if beginning:
            chosen[order[n_jobs]] = beginning
        return "\n\n".join(chosen[i] for i in sorted(chosen))

    n_jobs = _most(len(order), lambda n: fits(with_jobs(n)))
    if n_jobs == len(order):
        return with_jobs(n_jobs)
    ends = [match.end() for match in _WORD.finditer(texts[order[n_jobs]])]
    older = texts[order[n_jobs]]
    n_words = _most(len(ends), lambda n: fits(with_jobs(n_jobs, older[: ends[n - 1]] if n else "")))
    return with_jobs(n_jobs, older[: ends[n_words - 1]] if n_words else "")


def _within(field: Field, text: str, limit: int | None, count: Count) -> str:
    if not text or limit is None:
        return text
    return _cut(field, text, lambda part: count(part) <= limit)


def _cut(field: Field, text: str, fits: Callable[[str], bool]) -> str:
    if field is Field.WORK_EXPERIENCE:
        return newest_part(text, fits)
    if fits(text):
        return text
    ends = [match.end() for match in _WORD.finditer(text)]
    n_words = _most(len(ends), lambda n: fits(text[: ends[n - 1]] if n else ""))
    return text[: ends[n_words - 1]] if n_words else ""


def _shortened(parts: Mapping[Field, str], max_tokens: int, count: Count) -> str:
    """Return the whole with its last fields cut until it is short enough."""
    kept = dict(parts)
    for field in reversed(Field):
        if field in kept:
            text = kept.pop(field)
            cut = _cut(field, text, partial(_fits, dict(kept), field, max_tokens, count))
            if cut:
                return _joined({**kept, field: cut})
    return ""


def _fits(rest: Mapping[Field, str], field: Field, max_tokens: int, count: Count, text: str) -> bool:
    return count(_joined({**rest, field: text} if text else rest)) <= max_tokens


def _joined(parts: Mapping[Field, str]) -> str:
    return "\n".join(f"{marker(field)} {parts[field]}" for field in Field if field in parts)


def _most(n_all: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `n_all` that fits; 0 where none does."""
    # From the short end: the whole of a long text is not counted again and again.
    high = 1
    while high < n_all and fits(high):
        high *= 2
    low, high = high // 2, min(high, n_all)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    # Tokens of a text may be fewer than those of its beginning, by one or two.
    while low and not fits(low):
        low -= 1
    return low
