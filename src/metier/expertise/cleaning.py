"""Applications without what says nothing of a person: repeats, templates, leftovers of web pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from metier.expertise.application import Application, Field
from metier.expertise.blocks import Block, split_blocks
from metier.expertise.boilerplate import without_boilerplate, without_skill_headings, without_tags

_WORD: Final = re.compile(r"\w+")
_N_WORDS: Final = 3
# A repeat that was touched up keeps this share of its words' neighbourhoods.
_SAME: Final = 0.8
_MOST_PASSES: Final = 20  # for tags within tags; texts of people need two
_LEAST_WORDS: Final = 12  # of a paragraph without dates; shorter ones may well stand under two jobs


def clean(application: Application) -> Application:
    """Return an application without repeated jobs and boilerplate; fields of which nothing is left go.

    Cleaning what is clean changes nothing.
    """
    fields = {field: words for field, text in application.fields.items() if (words := _cleaned(field, text))}
    return replace(application, fields=fields)


def without_repeats(text: str) -> str:
    """Return work experience in which each job stands once; of repeats, the first stays.

    Jobs are the same where their dates are and at least 0.8 of the runs of three words in either are in both;
    equal duties at another time are another job. Paragraphs of a text without dates need 12 words for that.
    Takes time in proportion to the text.
    """
    blocks = split_blocks(text)
    kept = list(_first_ones(text, blocks))
    if len(kept) == len(blocks):
        return text
    parted = "\n\n" if "\n" in text.strip() else " "
    return parted.join(text[block.span.start : block.span.end].strip() for block in kept)


def _cleaned(field: Field, text: str) -> str:
    text = _settled(_without_words, text)
    if field is Field.KEY_SKILLS:
        text = _settled(lambda words: _without_words(without_skill_headings(words)), text)
    if field is Field.WORK_EXPERIENCE:
        text = _settled(lambda words: _without_words(without_repeats(words)), text)
    return text


def _settled(change: Callable[[str], str], text: str) -> str:
    """Return a text that a change leaves as it is; what it takes out may bring together more to take out."""
    for _ in range(_MOST_PASSES):
        changed = change(text)
        if changed == text:
            break
        text = changed
    return text


def _without_words(text: str) -> str:
    return without_boilerplate(without_tags(text))


def _first_ones(text: str, blocks: tuple[Block, ...]) -> Iterator[Block]:
    seen: list[Counter[tuple[str, ...]]] = []
    # Each run of words leads to the first block that has it: a repeat shares most of its runs with one.
    first_with: dict[tuple[object, ...], int] = {}
    for block in blocks:
        words = _WORD.findall(text[block.span.start : block.span.end].casefold())
        runs = Counter(tuple(words[i : i + _N_WORDS]) for i in range(max(1, len(words) - _N_WORDS + 1)))
        keys = [(block.months, run) for run in runs]
        votes = Counter(first_with[key] for key in keys if key in first_with)
        judged = block.months is not None or len(words) >= _LEAST_WORDS
        if judged and votes and _alike(runs, seen[votes.most_common(1)[0][0]]):
            continue
        for key in keys:
            first_with.setdefault(key, len(seen))
        seen.append(runs)
        yield block


def _alike(runs: Counter[tuple[str, ...]], others: Counter[tuple[str, ...]]) -> bool:
    return (runs & others).total() >= _SAME * max(runs.total(), others.total())
