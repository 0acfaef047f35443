"""Questions worded by a language model that is held to rules, and to the bank where it breaks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from metier.dialogue import Move, Wording
from metier.errors import InvalidInput, MetierError
from metier.interview.bank import QuestionKind
from metier.interview.wording_meaning import MeaningRules, asked_of
from metier.interview.wording_rules import Rule, broken_form, clean
from metier.interview.writer import WritingRequest, bank_words
from metier.interview.writer_prompt import facts_of, write_prompt
from metier.training.chat import Prompt
from metier.training.schedule import derived_seed

_SEEDS: Final = 2**31
_WORDED: Final = frozenset({Move.ASK, Move.FOLLOW_UP, Move.REPEAT})


class TextModel(Protocol):
    """Says something to a prompt."""

    @property
    def name(self) -> str:
        """Return what transcripts call it."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that it knows, ISO 639-1; none where that is not known."""
        ...

    def generate(self, prompt: Prompt, *, temperature: float, max_tokens: int, seed: int) -> str:
        """Return what the model says; whatever that is, it is checked.

        Args:
            prompt: who it is to be, and the task.
            temperature: 0 to 2; 0 takes the likeliest words.
            max_tokens: where it is cut off, at least 1.
            seed: 0 to 2**31 - 1; the same one gives the same words where the model supports that.

        Raises:
            MetierError: it cannot be reached, takes too long or fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How a model is asked for a question.

    Attributes:
        tries: how often, until a wording passes; 1 to 20.
        temperature: 0 to 2.
        max_tokens: where a wording is cut off, 8 to 4096; a model that thinks aloud needs many.
        seed: another one gives other wordings; 0 or more.

    Raises:
        InvalidInput: a value is out of its range.
    """

    tries: int = 4
    temperature: float = 0.6
    max_tokens: int = 120
    seed: int = 0

    def __post_init__(self) -> None:
        for name, bounds in (
            ("tries", (1, 20)),
            ("temperature", (0, 2)),
            ("max_tokens", (8, 4096)),
            ("seed", (0, 2**63 - 1)),
        ):
            value = getattr(self, name)
            if not bounds[0] <= value <= bounds[1]:
                raise InvalidInput(f"{name} must be from {bounds[0]} to {bounds[1]}. Got {value}.")


class ModelWriter:
    """Implements `QuestionWriter`: a model's words where they pass all rules, the bank's where none do.

    Small talk, pauses and goodbyes are the bank's, and so is all in a language that the model does not know.

    Args:
        model: finds words.
        rules: hold them against what is asked; without an encoder by default.
        options: how the model is asked.
    """

    def __init__(
        self, model: TextModel, rules: MeaningRules | None = None, options: WriterOptions | None = None
    ) -> None:
        self._model = model
        self._rules = rules or MeaningRules()
        self._options = options or WriterOptions()
        self._said: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what transcripts call the model."""
        return self._model.name

    def write(self, request: WritingRequest) -> Wording:
        """Return the words of a question; never raises for what a model says or fails to say.

        A model that cannot be reached is not asked again for this question.
        """
        wording = self._worded(request) if self._can_word(request) else Wording(bank_words(request))
        self._said = (wording.text,)
        return wording

    def _can_word(self, request: WritingRequest) -> bool:
        known = self._model.languages
        return (
            request.move in _WORDED
            and request.question.kind is not QuestionKind.TALK
            and (not known or request.language in known)
        )

    def _worded(self, request: WritingRequest) -> Wording:
        options = self._options
        prompt, asked = write_prompt(facts_of(request)), asked_of(request, self._said)
        refused: list[str] = []
        for attempt in range(options.tries):
            seed = derived_seed("wording", options.seed, request.turn, attempt) % _SEEDS
            try:
                text = clean(
                    self._model.generate(
                        prompt, temperature=options.temperature, max_tokens=options.max_tokens, seed=seed
                    )
                )
            except MetierError:
                refused.append(Rule.FAILED.value)
                break
            broken = broken_form(text, request.language) or self._rules.broken(text, asked)
            if not broken:
                return Wording(text, self.name, attempt + 1, tuple(refused))
            refused.append(broken[0].value)
        return Wording(bank_words(request), tries=len(refused), refused=tuple(refused))
