"""How often a model words a question well: generates several for each row and counts broken rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput
from metier.interview.model_writer import TextModel
from metier.interview.wording_meaning import Asked, MeaningRules, Nearness
from metier.interview.wording_rules import Rule, broken_form, clean
from metier.interview.writer_prompt import write_prompt
from metier.interview.writer_training.rows import QuestionRow
from metier.store.journal import Journal, check_writable, write_atomically
from metier.training.fingerprint import fingerprint
from metier.training.intervals import Interval, wilson
from metier.training.schedule import derived_seed

PUBLISHED: Final = (0.978, 324)
"""Share of questions in form that was published for a fine-tuned writer, and of how many."""
UNFIT_BELOW: Final = 0.975
TOPIC_NEARNESS: Final = Nearness(alone=0.85, with_word=0.82)
"""How near to the few words of a topic a question must be.

On the half of the shipped rows that trains, 75 % of the questions that people wrote are as near to their own
topic, and 1.2 % to another row's.
"""
_SEEDS: Final = 2**31
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """One wording that a model gave.

    Attributes:
        row: its place in the rows, from 0.
        number: which of the row's wordings, from 0.
        text: as it was said, thoughts aloud apart.
        form: rules on form that it breaks.
        meaning: rules on meaning that it breaks.
    """

    row: int
    number: int
    text: str
    form: tuple[str, ...]
    meaning: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriterReport:
    """What a model's wordings came to.

    Attributes:
        model: its name.
        n_rows: rows that it was asked for.
        n_questions: wordings that it gave.
        in_form: share that breaks no rule on form.
        on_topic: share that asks about what it was to ask about.
        passed: share that breaks no rule at all: what an interview would use at the first try.
        broken: how many wordings break each rule, the commonest first.
    """

    model: str
    n_rows: int
    n_questions: int
    in_form: Interval
    on_topic: Interval
    passed: Interval
    broken: tuple[tuple[str, int], ...]

    @property
    def fit(self) -> bool:
        """Tell whether enough of it is in form for an interview: 97.5 %."""
        return self.in_form.value >= UNFIT_BELOW

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        shares = {name: asdict(getattr(self, name)) for name in ("in_form", "on_topic", "passed")}
        return {
            "model": self.model,
            "rows": self.n_rows,
            "questions": self.n_questions,
            **shares,
            "broken": dict(self.broken),
            "fit": self.fit,
            "bar": {"unfit_below": UNFIT_BELOW, "published": PUBLISHED[0], "published_of": PUBLISHED[1]},
        }


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is asked of a model for each row.

    Attributes:
        n: wordings, 1 to 100.
        language: to ask in, one of `LANGUAGES`.
        temperature: 0 to 2.
        max_tokens: where a wording is cut off.
        seed: another one gives other wordings.

    Raises:
        InvalidInput: n is out of its range.
    """

    n: int = 4
    language: str = "en"
    temperature: float = 0.6
    max_tokens: int = 120
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n <= _MOST:
            raise InvalidInput(f"n must be from 1 to {_MOST}. Got {self.n}.")


def generate_questions(
    model: TextModel,
    rows: Sequence[QuestionRow],
    sampling: Sampling,
    *,
    rules: MeaningRules | None = None,
    output: Path | None = None,
    on_row: Callable[[], None] = lambda: None,
) -> list[GeneratedQuestion]:
    """Return some wordings for each row, in order, each held against all rules.

    Args:
        model: is asked.
        rows: what for.
        sampling: how.
        rules: on meaning, with `TOPIC_NEARNESS` where there is an encoder; by common words alone by default.
        output: JSON lines of all wordings, written at the end; until then a journal beside it keeps them, and
            the same call goes on after a stop.
        on_row: told when a row is done.

    Raises:
        InvalidInput: the output cannot be written.
        MetierError: the model fails or cannot be reached.
    """
    if output is not None:
        check_writable(output)
    journal = _journal(output, fingerprint([model.name, asdict(sampling), list(rows)]))
    rules = rules or MeaningRules()
    found: list[GeneratedQuestion] = []
    with journal or nullcontext():
        for place, row in enumerate(rows):
            kept = journal.done.get(str(place)) if journal is not None else None
            texts = kept["texts"] if kept else _said(model, row, place, sampling)
            if journal is not None and not kept:
                journal.record(str(place), {"texts": texts})
            held = partial(_held, row=row, language=sampling.language, rules=rules)
            found += [held(text, place, number) for number, text in enumerate(texts)]
            on_row()
    if output is not None and journal is not None:
        write_atomically(output, "".join(f"{json.dumps(asdict(q), ensure_ascii=False)}\n" for q in found))
        journal.remove()
    return found


def report_on(model: str, questions: Sequence[GeneratedQuestion]) -> WriterReport:
    """Return the figures of generated wordings.

    Args:
        model: its name.
        questions: at least one.

    Raises:
        InvalidInput: there are none.
    """
    if not questions:
        raise InvalidInput("There must be at least one generated question. Got none.")
    n = len(questions)
    counts = Counter(rule for question in questions for rule in (*question.form, *question.meaning))
    return WriterReport(
        model=model,
        n_rows=len({question.row for question in questions}),
        n_questions=n,
        in_form=wilson(sum(not question.form for question in questions), n),
        on_topic=wilson(sum(Rule.OFF_TOPIC.value not in question.meaning for question in questions), n),
        passed=wilson(sum(not question.form and not question.meaning for question in questions), n),
        broken=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
    )


def row_asked(row: QuestionRow) -> Asked:
    """Return what a wording for a row is held against: its topic, and the question that a person asked."""
    return Asked(wordings=(row.next_topic, row.question), answer=row.answer)


def _journal(output: Path | None, run: str) -> Journal | None:
    return None if output is None else Journal(output.with_name(f"{output.name}.partial"), run=run)


def _said(model: TextModel, row: QuestionRow, place: int, sampling: Sampling) -> list[str]:
    prompt = write_prompt(row.facts(sampling.language))
    say = partial(model.generate, prompt, temperature=sampling.temperature, max_tokens=sampling.max_tokens)
    seeds = [derived_seed("evaluation", sampling.seed, place, i) % _SEEDS for i in range(sampling.n)]
    return [clean(say(seed=seed)) for seed in seeds]


def _held(
    text: str, place: int, number: int, *, row: QuestionRow, language: str, rules: MeaningRules
) -> GeneratedQuestion:
    form = tuple(rule.value for rule in broken_form(text, language))
    # With no words at all there is nothing to compare.
    meaning = rules.broken(text, row_asked(row)) if text else (Rule.OFF_TOPIC,)
    return GeneratedQuestion(place, number, text, form, tuple(rule.value for rule in meaning))
