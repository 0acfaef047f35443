"""Documents and applications as models of levels take them, and what such a model says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from metier.documents.placeholders import PLACEHOLDERS
from metier.documents.source import Source
from metier.documents.view import ScoringView, scoring_view
from metier.errors import InvalidInput
from metier.expertise.application import SENSITIVE, Application, Field
from metier.expertise.calibration import probabilities
from metier.expertise.cleaning import clean
from metier.expertise.conformal import level_set
from metier.expertise.employers import EmployerTable
from metier.expertise.factor_words import factor_message
from metier.expertise.features import NAMES, read_features
from metier.expertise.model import N_LEVELS, Calibration, LevelInput, LevelModel, Push
from metier.expertise.profile import Profile, Target
from metier.expertise.read_once import KIND as READ_ONCE
from metier.expertise.resume_text import application_of, resume_text
from metier.search.fields import find_title
from metier.types import (
    Document,
    Expertise,
    Factor,
    Level,
    Period,
    Quote,
    Role,
    Severity,
    Span,
)

if TYPE_CHECKING:
    from metier.engine.assess import Engine, Examination, Vacancy

READ_LANGUAGES: Final = ("en", "ru")
"""Languages whose words of scope, education and titles the features know."""
WORDING: Final = "wording"
_LEAST_WORDS: Final = 40
_WIDEST: Final = 3
_DIGITS: Final = 4
_MOST_QUOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Applying:
    """What a person applies for; nothing of it is needed.

    Attributes:
        vacancy: the role.
        position: the role in words, where there is no vacancy; else the title that a document states.
        level: the level to test for.
        company: who is hiring; counts only in models that were trained with it.
        salary: what is asked for, in words; counts only in models that were trained with it.
    """

    vacancy: Vacancy | None = None
    position: str = ""
    level: Level | None = None
    company: str = ""
    salary: str = ""


_FREELY: Final = Applying()


class InputMaker:
    """Makes what models of levels take, of documents and of rows.

    Args:
        engine: reads documents and finds their skills; with models it also reads their meaning.
        employers: ratings to look companies up in, or None.
        use_sensitive: let age, city and country of rows through to the model.
    """

    def __init__(
        self, engine: Engine, *, employers: EmployerTable | None = None, use_sensitive: bool = False
    ) -> None:
        self._engine = engine
        self._employers = employers
        self._use_sensitive = use_sensitive

    def of_document(
        self, document: Document, applying: Applying = _FREELY, *, examined: Examination | None = None
    ) -> LevelInput:
        """Return what a model takes of a document.

        Args:
            document: a resume, or a vacancy to train on.
            applying: what the person applies for.
            examined: what was found in its scoring view, where that is known already.
        """
        examined = examined or self._engine.examine(scoring_view(document))
        view = examined.view
        title = find_title(document, view.text, view.sections)
        stated = view.text[title.start : title.end] if title else ""
        application = application_of(
            document,
            view,
            id=document.source,
            company=applying.company,
            salary=applying.salary,
            claimed=applying.level,
        )
        profile = Profile(
            text=view.text,
            sections=view.sections,
            language=document.language,
            role=document.role,
            as_of=self._engine.provenance.as_of,
            months=document.months,
            periods=_shown_periods(document.periods, view),
            skills=examined.found,
            reading=examined.reading,
            target=self._target(
                applying.vacancy, applying.position or stated or application.text(Field.POSITION)
            ),
            title=title,
            employer_score=self._employer_score(applying.company),
            quote=view.quote,
        )
        return LevelInput(
            application=application,
            features=read_features(profile),
            text=view.text,
            language=document.language,
            role=document.role,
            reading=examined.reading,
        )

    def of_application(self, application: Application, *, role: Role = Role.RESUME) -> LevelInput:
        """Return what a model takes of a row: its resume, or its fields as a text that is read like any.

        Sensitive fields stay away from the text, and from the model unless they were asked for.

        Args:
            application: with its fields as they were handed in.
            role: what the rows are.

        Raises:
            InvalidInput: nothing of it can be read.
            NotFound: its file is not there.
        """
        cleaned = clean(application)
        source = application.source or Source(application.id, text=resume_text(cleaned))
        document = self._engine.read(source, role=role)
        if not document.readable:
            reasons = [f.message for f in document.findings if f.severity is Severity.ERROR]
            raise InvalidInput(f"{application.id} cannot be read. {' '.join(reasons)}")
        applying = Applying(
            position=cleaned.text(Field.POSITION),
            level=application.claimed,
            company=cleaned.text(Field.CLIENT_NAME),
            salary=cleaned.text(Field.EXPECTED_GRADE_SALARY),
        )
        made = self.of_document(document, applying)
        kept = {name: text for name, text in cleaned.fields.items() if name in SENSITIVE}
        fields = {**made.application.fields, **(kept if self._use_sensitive else {})}
        return replace(made, application=replace(made.application, fields=fields, label=application.label))

    def _target(self, vacancy: Vacancy | None, title: str) -> Target | None:
        if vacancy is not None:
            skills = frozenset(skill for wanted in vacancy.wanted for skill in wanted.skills)
            shown = scoring_view(vacancy.document)
            named = find_title(vacancy.document, shown.text, shown.sections)
            title = shown.text[named.start : named.end] if named else ""
        elif title:
            skills = frozenset(evidence.skill for evidence in self._engine.detect(title))
        else:
            return None
        vector = self._engine.embed(title) if title else None
        return Target(words=title, vector=vector, skills=skills, center=self._engine.usual_vector)

    def _employer_score(self, company: str) -> float | None:
        found = self._employers.find(company) if self._employers and company else None
        return found.score if found else None


@dataclass(frozen=True, slots=True)
class LevelScorer:
    """Says how experienced a person is; the same document gets the same answer.

    Attributes:
        model: tells levels; calibrated.
        calibration: of the model.
    """

    model: LevelModel
    calibration: Calibration = field(init=False)

    def __post_init__(self) -> None:
        if self.model.calibration is None:
            raise InvalidInput(
                f"Model {self.model.name} was not calibrated. Train it with enough rows, or name another one."
            )
        object.__setattr__(self, "calibration", self.model.calibration)

    def score(
        self, item: LevelInput, view: ScoringView | None = None, *, claimed: Level | None = None
    ) -> Expertise:
        """Return the level of one document, or why there is not enough to tell one.

        Args:
            item: the document.
            view: leads words back to the document; without it quotes are those of `item.text`.
            claimed: the level to test for.

        Raises:
            InvalidInput: the model needs a reading and the item has none.
        """
        reason = self._too_little(item)
        if reason is not None:
            return self._unknown(claimed, reason)
        row = probabilities(self.model, [item])[0]
        found = level_set(row, self.calibration)
        if len(found) > _WIDEST:
            return self._unknown(
                claimed,
                f"There is not enough to tell a level: {len(found)} of {N_LEVELS} cannot be ruled out.",
            )
        return Expertise(
            level=list(Level)[int(row.argmax())],
            probabilities=tuple(round(float(value), _DIGITS) for value in row),
            level_set=found,
            coverage=self.calibration.coverage,
            expected=round(float(row @ np.arange(N_LEVELS)), _DIGITS),
            claimed=claimed,
            at_least=None if claimed is None else round(float(min(1.0, row[claimed.rank :].sum())), _DIGITS),
            factors=tuple(_factors(self.model.explain(item), item, view)),
            notes=tuple(self._notes(item)),
            sensitive=self.model.sensitive,
            model=self.model.name,
            model_sha256=self.model.sha256,
        )

    def _too_little(self, item: LevelInput) -> str | None:
        languages = {*READ_LANGUAGES, *self.calibration.languages}
        if not item.text.strip():
            return "There is not enough to tell a level: the document holds no word that a score may see."
        if item.language not in languages:
            known = ", ".join(sorted(languages))
            said = "no language can be told" if item.language == "und" else f"language {item.language}"
            return f"There is not enough to tell a level: {said}, and the model reads {known}."
        if item.role is Role.RESUME and not _tells(item):
            return (
                "There is not enough to tell a level: the document names no job and no months of experience, "
                "and has few words besides."
            )
        return None

    def _notes(self, item: LevelInput) -> list[str]:
        notes = []
        if item.language not in self.calibration.languages:
            known = ", ".join(self.calibration.languages)
            alone = " and only the factors count, not the wording" if self.model.kind == READ_ONCE else ""
            notes.append(
                f"The model was calibrated on documents in {known}; for {item.language} the coverage of the "
                f"set is not known{alone}."
            )
        if item.role not in self.calibration.roles:
            known = " and ".join(f"{role}s" for role in self.calibration.roles)
            notes.append(f"The model was calibrated on {known}; this is a {item.role}.")
        if self.model.sensitive:
            notes.append(
                f"The model was trained with {', '.join(self.model.sensitive)}: to decide by them is "
                "unlawful in many places."
            )
        return notes

    def _unknown(self, claimed: Level | None, reason: str) -> Expertise:
        return Expertise(
            level=None,
            probabilities=(),
            level_set=(),
            coverage=self.calibration.coverage,
            expected=None,
            claimed=claimed,
            at_least=None,
            factors=(),
            notes=(reason,),
            sensitive=self.model.sensitive,
            model=self.model.name,
            model_sha256=self.model.sha256,
        )


def _tells(item: LevelInput) -> bool:
    """Tell whether a resume has a job, months of experience, or words enough to go by."""
    values = dict(zip(NAMES, item.features.values.tolist(), strict=True))
    has_months = not np.isnan(values["total_months"])
    return has_months or len(item.text.split()) >= _LEAST_WORDS


def _factors(pushes: Sequence[Push], item: LevelInput, view: ScoringView | None) -> list[Factor]:
    values: dict[str, float] = dict(zip(NAMES, item.features.values.tolist(), strict=True))
    factors = []
    for push in pushes:
        effect = round(push.effect, _DIGITS)
        value = values.get(push.name, np.nan)
        if not effect or any(_holds_personal_fact(item.text, span) for span in push.spans):
            continue
        quotes = [_quote(item, view, span) for span in push.spans]
        factors.append(
            Factor(
                name=push.name,
                value=None if np.isnan(value) else round(value, _DIGITS),
                effect=effect,
                message=factor_message(push.name, value, higher=effect > 0),
                quotes=(*quotes, *item.features.quotes.get(push.name, ()))[:_MOST_QUOTES],
            )
        )
    return factors


def _holds_personal_fact(text: str, span: Span) -> bool:
    """Tell whether words stand for a personal fact, which must not be quoted as a reason."""
    return any(
        words in text[max(0, span.start - len(words) + 1) : span.end + len(words) - 1]
        for words in PLACEHOLDERS.values()
    )


def _quote(item: LevelInput, view: ScoringView | None, span: Span) -> Quote:
    return view.quote(span) if view is not None else Quote(span, item.text[span.start : span.end])


def _shown_periods(periods: Sequence[Period], view: ScoringView) -> tuple[Period, ...]:
    found = [(period, view.shown(period.span)) for period in periods]
    return tuple(replace(period, span=span) for period, span in found if span is not None)
