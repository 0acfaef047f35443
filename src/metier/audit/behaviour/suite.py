"""Tests of behaviour as records, and the cases that each of them comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from metier.audit.behaviour.characters import lower_case, mistype, respace, upper_case
from metier.audit.behaviour.sections import reorder_sections, translate_headings
from metier.audit.behaviour.words import add_sentence, deny, replace_words, swap_names
from metier.training.schedule import derived_seed


class BehaviorKind(StrEnum):
    """What a test asks for: no change, a change in one direction, or a right answer to a plain text."""

    INVARIANCE = "invariance"
    DIRECTIONAL = "directional"
    MINIMUM = "minimum"


class Direction(StrEnum):
    """Where a figure has to move."""

    UP = "up"
    DOWN = "down"


class EditKind(StrEnum):
    """A way to change a text."""

    NONE = "none"
    UPPER_CASE = "upper-case"
    LOWER_CASE = "lower-case"
    SPACING = "spacing"
    TYPOS = "typos"
    SYNONYMS = "synonyms"
    SECTION_ORDER = "section-order"
    NAMES = "names"
    HEADING_LANGUAGE = "heading-language"
    ADD = "add"
    DENY = "deny"


class Filled(StrEnum):
    """What typing errors do to the words that filled a template: keep them, hit only them, or any word."""

    KEEP = "keep"
    ONLY = "only"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Edit:
    """A way to change a text, with what it needs.

    Attributes:
        kind: which.
        share: of words or blanks, for typing errors and spacing.
        keep: words that get no typing error.
        filled: what becomes of words that filled a template, for typing errors.
        words: synonyms by word, in small letters.
        sentence: that is added.
        first: it is added before the text instead of after it.
    """

    kind: EditKind
    share: float = 0.1
    keep: tuple[str, ...] = ()
    filled: Filled = Filled.KEEP
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sentence: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class SampleText:
    """A text that a test is made on.

    Attributes:
        key: what names it in results: a number, or what filled in a template.
        text: to be edited, or asked about as it is.
        after: the text after the change, where the test says it outright; else empty.
        figures: the figures to look at; all of the subject where there is none.
        filled: the words that filled the template it was made of.
    """

    key: str
    text: str
    after: str = ""
    figures: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BehaviorTest:
    """One thing that a model must or must not do.

    Attributes:
        name: slug, unique within its suite.
        kind: what it asks for.
        texts: that it is made on, at least one.
        edits: each is made on each text; none for a text that names what comes after, or stands as it is.
        about: one sentence for a person.
        tolerance: by how much a figure may move, or move the wrong way.
        keeps_label: of an invariance: the highest figure must stay the same one, whatever the figures do.
        direction: of a directional test.
        least: by how much the figure has to move that way.
        at_least: of a minimum test: lowest value of the figure, or None.
        at_most: highest value of the figure, or None.
        label: of a minimum test: the figure that must be the highest; else empty.
        most_failures: share of cases that may fail, from 0 to below 1; with 0, none may.
    """

    name: str
    kind: BehaviorKind
    texts: tuple[SampleText, ...]
    edits: tuple[Edit, ...] = ()
    about: str = ""
    tolerance: float = 0.0
    keeps_label: bool = False
    direction: Direction = Direction.UP
    least: float = 0.0
    at_least: float | None = None
    at_most: float | None = None
    label: str = ""
    most_failures: float = 0.0


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that belong together.

    Attributes:
        name: slug.
        subject: what its figures are of: `skills`, or `labels` of a classifier.
        tests: in their order, at least one.
        sha256: hash of all that it was read from.
        about: one sentence for a person.
        public: its texts are nobody's, so that results may show them.
    """

    name: str
    subject: str
    tests: tuple[BehaviorTest, ...]
    sha256: str
    about: str = ""
    public: bool = False

    @property
    def figures(self) -> tuple[str, ...]:
        """Return the figures that its tests name, each once, in their order."""
        named = (figure for test in self.tests for text in test.texts for figure in text.figures)
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class BehaviorCase:
    """One text, or one change of a text, and what is looked at.

    Attributes:
        key: names it within its test; the same from run to run.
        before: the text before the change, or None where there is none.
        after: the text that is asked about.
        figures: to look at; all of the subject where there is none.
    """

    key: str
    before: str | None
    after: str
    figures: tuple[str, ...] = ()


def find_cases(test: BehaviorTest, *, seed: int) -> tuple[list[BehaviorCase], int]:
    """Return the cases of a test, and how many edits left their text as it was, which make no case.

    Args:
        test: whose draws depend on its name and on the number of text and edit alone.
        seed: of the draws.
    """
    cases: list[BehaviorCase] = []
    unchanged = 0
    for place, item in enumerate(test.texts):
        if item.after:
            cases.append(BehaviorCase(item.key, item.text, item.after, item.figures))
            continue
        for number, edit in enumerate(test.edits or (Edit(EditKind.NONE),)):
            rng = np.random.default_rng(derived_seed("behaviour", seed, test.name, place, number))
            after = apply_edit(edit, item, rng)
            key = f"{item.key}/{edit.kind}" + (f"-{number + 1}" if _repeats(test, edit) else "")
            if test.kind is BehaviorKind.MINIMUM:
                cases.append(BehaviorCase(item.key if not test.edits else key, None, after, item.figures))
            elif after == item.text:
                unchanged += 1
            else:
                cases.append(BehaviorCase(key, item.text, after, item.figures))
    return cases, unchanged


def apply_edit(edit: Edit, item: SampleText, rng: np.random.Generator) -> str:
    """Return a text after an edit; as it is where the edit finds nothing to change."""
    text = item.text
    keep = (*edit.keep, *item.filled) if edit.filled is Filled.KEEP else edit.keep
    only = item.filled if edit.filled is Filled.ONLY else ()
    changes = {
        EditKind.NONE: lambda: text,
        EditKind.UPPER_CASE: lambda: upper_case(text),
        EditKind.LOWER_CASE: lambda: lower_case(text),
        EditKind.SPACING: lambda: respace(text, rng, share=edit.share),
        EditKind.TYPOS: lambda: mistype(text, rng, share=edit.share, keep=keep, only=only),
        EditKind.SYNONYMS: lambda: replace_words(text, edit.words, rng),
        EditKind.SECTION_ORDER: lambda: reorder_sections(text, rng),
        EditKind.NAMES: lambda: swap_names(text, rng),
        EditKind.HEADING_LANGUAGE: lambda: translate_headings(text),
        EditKind.ADD: lambda: add_sentence(text, edit.sentence, first=edit.first),
        EditKind.DENY: lambda: deny(text),
    }
    return changes[edit.kind]()


def _repeats(test: BehaviorTest, edit: Edit) -> bool:
    return sum(other.kind is edit.kind for other in test.edits) > 1
