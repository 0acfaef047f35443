"""The text that a network gets of a document: its fields or its title and words, cut to what a row holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.application import SENSITIVE, Field
from metier.expertise.model import LevelInput
from metier.expertise.serialise import serialise
from metier.types import Role

Offsets = Callable[[str], Sequence[tuple[int, int]]]
"""Start and end of each token of a text, in characters."""
ALWAYS: Final = frozenset({Field.POSITION, Field.KEY_SKILLS, Field.WORK_EXPERIENCE})
"""Fields that every network reads; it reads any other only where it was trained with it."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """What of a document a network reads.

    Attributes:
        max_tokens: most tokens of text in one row, at least 1.
        fields: that it reads, in order; others are left out.
        budgets: most tokens of single fields; those that are not named share what is left.

    Raises:
        InvalidInput: a number is below 1.
    """

    max_tokens: int
    fields: tuple[Field, ...] = tuple(each for each in Field if each in ALWAYS)
    budgets: Mapping[Field, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.max_tokens < 1 or any(budget < 1 for budget in self.budgets.values()):
            raise InvalidInput(
                f"max_tokens and budgets must be at least 1. Got {self.max_tokens} and "
                f"{sorted(self.budgets.values())}."
            )

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Return the sensitive fields that are read, in order."""
        return tuple(each.value for each in self.fields if each in SENSITIVE)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "max_tokens": self.max_tokens,
            "fields": [each.value for each in self.fields],
            "budgets": {each.value: budget for each, budget in self.budgets.items()},
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], *, name: str) -> Self:
        """Return what `facts` was made of.

        Args:
            facts: with other things beside them.
            name: of the model, for the message.

        Raises:
            ModelFormatError: something is missing or of another kind.
        """
        try:
            return cls(
                int(facts["max_tokens"]),
                tuple(Field(each) for each in facts["fields"]),
                {Field(each): int(budget) for each, budget in facts["budgets"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelFormatError(
                f"Model {name} must say what of a document it reads. Install the model again."
            ) from error


def fields_read(items: Sequence[LevelInput]) -> tuple[Field, ...]:
    """Return the fields that a network reads which is trained on some documents, in order."""
    held = {each for item in items for each in item.application.fields}
    return tuple(each for each in Field if each in ALWAYS | held)


def model_text(item: LevelInput, plan: TextPlan, offsets: Offsets) -> str:
    """Return what a network reads of a document.

    Of a resume these are its fields, serialised so that the newest experience stays. Of a vacancy, and of a
    resume without any field, title and text from the beginning.

    Args:
        item: the document.
        plan: what is read of it.
        offsets: of the network's tokenizer.
    """
    if item.role is Role.RESUME and item.application.fields:
        kept = {name: text for name, text in item.application.fields.items() if name in plan.fields}
        text = serialise(
            replace(item.application, fields=kept),
            budgets=plan.budgets or None,
            max_tokens=plan.max_tokens,
            count=lambda part: len(offsets(part)),
        )
    else:
        title = item.application.text(Field.POSITION).strip()
        headed = item.text.lstrip().startswith(title)
        text = item.text if headed else f"{title}\n{item.text}"
    return _cut(text, plan.max_tokens, offsets)


def _cut(text: str, max_tokens: int, offsets: Offsets) -> str:
    spans = offsets(text)
    return text if len(spans) <= max_tokens else text[: spans[max_tokens - 1][1]]
