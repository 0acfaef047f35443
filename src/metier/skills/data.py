"""Texts labelled with skills: the record that skill models are trained on, and its rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from metier.errors import InvalidInput

EXPLICIT: Final = 1.0
IMPLICIT: Final = 0.5
NONE: Final = 0.0
MAX_TEXT_CHARS: Final = 100_000

_LABELS: Final = frozenset({EXPLICIT, IMPLICIT, NONE})
_MOST_QUOTED_CHARS: Final = 100


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what it shows of skills.

    Attributes:
        text: 1 to 100,000 characters, not all blank.
        labels: skill id to 1.0 (explicit), 0.5 (implicit) or 0.0 (known to be none).
        complete: a skill that is not in `labels` is none; else nothing is known of it.

    Raises:
        InvalidInput: the text or a label breaks these rules.
    """

    text: str
    labels: Mapping[str, float]
    complete: bool

    def __post_init__(self) -> None:
        check_text(self.text, "A labelled text")
        for skill, label in self.labels.items():
            check_label(label, skill, "A labelled text")

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the ids of the skills that the text shows, explicit or implicit, sorted."""
        return tuple(sorted(skill for skill, label in self.labels.items() if label > NONE))


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """What a reader of labelled texts found in a file.

    Attributes:
        rows: the texts, in the order of the file.
        unknown: names that no skill of the taxonomy has, with how often they were left out.
        ambiguous: names that fit several skills, with how often they were left out.
    """

    rows: tuple[LabelledText, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)
    ambiguous: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many texts there are, and how many labels of each kind they bear.

    Attributes:
        texts: number of texts.
        complete: those of them whose other skills are none.
        without_skill: those of them that show no skill.
        explicit: labels of 1.0.
        implicit: labels of 0.5.
        none: labels of 0.0 that are written down.
        skills: different skills that some text shows.
    """

    texts: int
    complete: int
    without_skill: int
    explicit: int
    implicit: int
    none: int
    skills: int


def count_labels(rows: Iterable[LabelledText]) -> LabelCounts:
    """Return how many texts and labels there are; all zero for no rows."""
    texts = list(rows)
    labels = Counter(float(label) for row in texts for label in row.labels.values())
    return LabelCounts(
        texts=len(texts),
        complete=sum(row.complete for row in texts),
        without_skill=sum(not row.shown for row in texts),
        explicit=labels[EXPLICIT],
        implicit=labels[IMPLICIT],
        none=labels[NONE],
        skills=len({skill for row in texts for skill in row.shown}),
    )


def check_text(text: object, place: str) -> str:
    """Return a text that may be labelled.

    Args:
        text: what stands where a text should.
        place: file, row and field, for the message.

    Raises:
        InvalidInput: no string, blank, over 100,000 characters, or not fit for UTF-8.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"{place}: the text must be a string. Got {json_kind(text)}. Mend the row.")
    if not text.strip():
        raise InvalidInput(f"{place}: the text must not be empty. Got {len(text)} blanks. Remove the row.")
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidInput(
            f"{place}: the text may have {MAX_TEXT_CHARS:,} characters. It has {len(text):,}. "
            "Split it into parts with labels of their own."
        )
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise InvalidInput(
            f"{place}: the text must be whole characters. Character {exc.start} is half of a pair. Mend it."
        ) from exc
    return text


def check_label(label: object, skill: str, place: str) -> float:
    """Return the label of a skill as a number.

    Raises:
        InvalidInput: other than 0, 0.5 or 1.
    """
    if isinstance(label, int | float) and not isinstance(label, bool):
        if label in _LABELS:
            return float(label)
        value = str(label)[:20]
    else:
        value = json_kind(label)
    raise InvalidInput(
        f"{place}: the label of {quoted(skill)} must be 1.0 (explicit), 0.5 (implicit) or 0.0 (none). "
        f"Got {value}. Correct it."
    )


def quoted(name: str) -> str:
    """Return a name for a message; one as long as a sentence may be a document's, so only its length."""
    return repr(name) if len(name) <= _MOST_QUOTED_CHARS else f"a name of {len(name):,} characters"


def json_kind(value: object) -> str:
    """Return what kind of JSON value something is, in words."""
    kinds = {str: "a string", bool: "a boolean", type(None): "null", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")
