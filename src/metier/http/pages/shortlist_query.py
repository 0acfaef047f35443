"""What a shortlist is to show, as an address or a form spells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from metier.http.pages.forms import number_of
from metier.service.shortlists import ShortlistFilter
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.decisions import DecisionKind

DECISIONS: Final = ("any", "none", DecisionKind.SHORTLIST.value, DecisionKind.REJECT.value)
_FIELDS: Final = ("score", "years", "language", "decision", "text")
_MOST_YEARS: Final = 80.0


@dataclass(frozen=True, slots=True)
class ShortlistQuery:
    """Order and filter of a shortlist.

    Attributes:
        order: what is highest.
        where: whom it shows.
        given: the fields of the form as they were given, to show them again.
    """

    order: AssessmentOrder
    where: ShortlistFilter
    given: Mapping[str, str]

    @property
    def text(self) -> str:
        """Return the name that is looked for: no address has it, for addresses stay in logs."""
        return self.given["text"]

    @property
    def is_filtered(self) -> bool:
        """Tell whether anybody may be left out."""
        return any(value for name, value in self.given.items() if (name, value) != ("decision", "any"))

    def spelled(self, order: str = "") -> str:
        """Return it as the query of an address, without the name, in another order where one is named."""
        fields = {name: value for name, value in self.given.items() if value and name != "text"}
        return urlencode({**fields, "order": order or self.order.value})


def query_of(params: Mapping[str, str]) -> ShortlistQuery:
    """Return what is asked for; where nothing is said, everybody, by score.

    Args:
        params: `score` in percent and `years` as numbers, `language`, `decision`, `order`; of a form, `text`
            too.

    Raises:
        InvalidInput: a number out of its range.
    """
    given = {name: params.get(name, "").strip()[:200] for name in _FIELDS}
    if given["decision"] not in DECISIONS:
        given["decision"] = "any"
    score = number_of(given, "score", least=0, most=100)
    years = number_of(given, "years", least=0, most=_MOST_YEARS)
    wanted = given["decision"]
    where = ShortlistFilter(
        min_score=None if score is None else score / 100,
        min_months=None if years is None else round(years * 12),
        language=given["language"] or None,
        decision="any" if wanted == "any" else "none" if wanted == "none" else DecisionKind(wanted),
        text=given["text"],
    )
    order = params.get("order", "")
    chosen = AssessmentOrder(order) if order in set(AssessmentOrder) else AssessmentOrder.SCORE
    return ShortlistQuery(chosen, where, given)
