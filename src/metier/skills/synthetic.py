"""Job texts with labels, written by a chat model for training."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput
from metier.skills.data import MAX_TEXT_CHARS, LabelledText
from metier.skills.labelled_json import write_labelled
from metier.skills.seeds import stable_random, stable_seed
from metier.skills.synthetic_answers import AnswerChecker
from metier.skills.synthetic_prompts import LANGUAGES, JobLevel, Wish, choose_skills, write_prompt
from metier.skills.taxonomy import Taxonomy
from metier.store.journal import Journal, check_writable
from metier.training.chat import Chat, Endpoint

PROMPT_VERSION: Final = 1
"""Raised when the prompts change, so that texts of two kinds of prompt do not mix in one file."""

_JOURNAL_SUFFIX: Final = ".partial"
_SAY_EVERY: Final = 10
_MOST_FAILED_IN_A_ROW: Final = 10
_SEEDS: Final = 2**31


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What texts are to be written, and by whom.

    Attributes:
        endpoint: the chat model.
        n_texts: how many texts to ask for, 1 to 1,000,000. A run may be gone on with for more of them.
        levels: the levels of the jobs, in turn.
        languages: keys of `LANGUAGES`, in turn.
        skills: fewest and most skills that a text is to show, 1 to 30.
        chars: fewest and most characters of a text, 1 to 100,000.
        attempts: how often a text is asked for until an answer is kept, 1 to 20.
        temperature: 0 to 2; chance belongs in training data, never in a score.
        seed: chooses the skills and is sent with each request.

    Raises:
        InvalidInput: a value is out of its range.
    """

    endpoint: Endpoint
    n_texts: int = 100
    levels: tuple[JobLevel, ...] = tuple(JobLevel)
    languages: tuple[str, ...] = ("en",)
    skills: tuple[int, int] = (3, 8)
    chars: tuple[int, int] = (300, 4_000)
    attempts: int = 3
    temperature: float = 0.8
    seed: int = 0

    def __post_init__(self) -> None:
        _check_range("n_texts", self.n_texts, (1, 1_000_000))
        _check_range("attempts", self.attempts, (1, 20))
        _check_range("temperature", self.temperature, (0, 2))
        for name, (least, most), limit in (
            ("skills", self.skills, 30),
            ("chars", self.chars, MAX_TEXT_CHARS),
        ):
            if not 1 <= least <= most <= limit:
                raise InvalidInput(
                    f"{name} must be two numbers in order, 1 to {limit:,}. Got {least}, {most}."
                )
        if not self.levels:
            raise InvalidInput("levels must have at least one level. Got none.")
        unknown = [language for language in self.languages if language not in LANGUAGES]
        if unknown or not self.languages:
            raise InvalidInput(f"languages must be among {', '.join(LANGUAGES)}. Got {unknown or 'none'}.")


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What a run wrote.

    Attributes:
        output: the file of labelled texts.
        accepted: texts in it.
        resumed: those of them that an earlier, stopped run had written.
        missing: texts that were asked for, of which no answer was kept.
        refused: answers that were thrown away, by reason.
        corrected: labels that were changed in the answers that were kept, by reason.
    """

    output: Path
    accepted: int
    resumed: int
    missing: int
    refused: Mapping[str, int]
    corrected: Mapping[str, int]


def generate(
    options: GenerateOptions, taxonomy: Taxonomy, output: Path, *, say: Callable[[str], None]
) -> GenerateResult:
    """Have job texts written, check them, and write those that pass as labelled texts.

    Each text is put into a journal beside the output as soon as it is accepted. A run that stopped goes on
    from there; the output is written, and the journal removed, when all are done.

    Args:
        options: what to write.
        taxonomy: the skills.
        output: the file to write, as `read_label_rows` reads it.
        say: told in a sentence how far it is.

    Raises:
        InvalidInput: the output is there already or cannot be written; its journal is of a run with other
            options; the endpoint refuses or fails; ten texts in a row got no answer that could be kept.
        MissingExtra: the package openai is not installed.
    """
    check_writable(output)
    journal_path = output.with_name(output.name + _JOURNAL_SUFFIX)
    run = _run_id(options, taxonomy)
    _check_free(output, journal_path, run)
    with Chat(options.endpoint) as chat, Journal(journal_path, run=run) as journal:
        writer = _Writer(options, taxonomy, chat, journal)
        resumed = len(writer.rows)
        if resumed:
            say(f"Going on after {resumed} of {options.n_texts} texts.")
        writer.write_all(say)
        write_labelled(output, (writer.rows[slot] for slot in sorted(writer.rows)))
    journal.remove()
    return GenerateResult(
        output=output,
        accepted=len(writer.rows),
        resumed=resumed,
        missing=sum(slot not in writer.rows for slot in range(options.n_texts)),
        refused=dict(writer.refused),
        corrected=dict(writer.corrected),
    )


class _Writer:
    """One run: its rows by their place in the file, and what was refused and corrected on the way."""

    def __init__(self, options: GenerateOptions, taxonomy: Taxonomy, chat: Chat, journal: Journal) -> None:
        self.rows: dict[int, LabelledText] = {}
        self.refused: Counter[str] = Counter()
        self.corrected: Counter[str] = Counter()
        self._options = options
        self._taxonomy = taxonomy
        self._chat = chat
        self._journal = journal
        self._checker = AnswerChecker(taxonomy)
        for key, value in journal.done.items():
            self._take_over(key, value)

    def write_all(self, say: Callable[[str], None]) -> None:
        """Write the texts that are not there yet."""
        failed = 0
        for slot in range(self._options.n_texts):
            if slot in self.rows:
                continue
            failed = 0 if self._write(slot) else failed + 1
            if failed == _MOST_FAILED_IN_A_ROW:
                raise self._hopeless()
            if (slot + 1) % _SAY_EVERY == 0:
                say(f"{slot + 1} of {self._options.n_texts} texts done, {len(self.rows)} kept.")
        if not self.rows:
            raise self._hopeless()

    def _write(self, slot: int) -> bool:
        """Ask for one text until an answer can be kept; tell whether one could."""
        wish = self._wish(slot)
        prompt = write_prompt(wish)
        for attempt in range(self._options.attempts):
            seed = stable_seed("answer", self._options.seed, slot, attempt) % _SEEDS
            content = self._chat.answer(prompt, temperature=self._options.temperature, seed=seed)
            verdict = self._checker.check(content, wish)
            if verdict.row is not None:
                self.corrected.update(verdict.corrections)
                self._keep(slot, verdict.row)
                return True
            if verdict.refusal is not None:
                self.refused[verdict.refusal] += 1
        return False

    def _wish(self, slot: int) -> Wish:
        options = self._options
        least, most = options.skills
        random = stable_random("wish", options.seed, slot)
        choice = choose_skills(self._taxonomy, random, least=least, most=most)
        return Wish(
            level=options.levels[slot % len(options.levels)],
            language=options.languages[slot // len(options.levels) % len(options.languages)],
            explicit=choice.explicit,
            implicit=choice.implicit,
            chars=options.chars,
        )

    def _keep(self, slot: int, row: LabelledText) -> None:
        self.rows[slot] = row
        self._checker.accept(row.text)
        # Totals so far go along, so that a run that is gone on with counts from where it was.
        totals = {"refused": dict(self.refused), "corrected": dict(self.corrected)}
        self._journal.record(str(slot), {"text": row.text, "labels": dict(row.labels), **totals})

    def _take_over(self, key: str, value: Mapping[str, Any]) -> None:
        try:
            row = LabelledText(value["text"], value["labels"], complete=False)
            self.rows[int(key)] = row
            self.refused, self.corrected = Counter(value["refused"]), Counter(value["corrected"])
        except (LookupError, TypeError, ValueError, AttributeError) as exc:
            raise InvalidInput(
                f"{self._journal.path.name}: the row of text {key[:20]!r} is not one that a run wrote. "
                "Remove that line, or the file."
            ) from exc
        self._checker.accept(row.text)

    def _hopeless(self) -> InvalidInput:
        reasons = ", ".join(f"{reason} {times}" for reason, times in self.refused.most_common())
        return InvalidInput(
            f"An answer of model {self._options.endpoint.model!r} must pass the checks. Of late none did. "
            f"Refused so far: {reasons}. Choose another model, or other bounds; what was kept stays."
        )


def _check_range(name: str, value: float, bounds: tuple[float, float]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise InvalidInput(f"{name} must be from {bounds[0]:,} to {bounds[1]:,}. Got {value}.")


def _run_id(options: GenerateOptions, taxonomy: Taxonomy) -> str:
    """Return a hash of what makes texts belong together; how many, and how patiently, may change."""
    content = [
        PROMPT_VERSION,
        taxonomy.sha256,
        options.endpoint.model,
        [str(level) for level in options.levels],
        [*options.languages, *options.skills, *options.chars],
        [options.temperature, options.seed],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _check_free(output: Path, journal: Path, run: str) -> None:
    if output.exists():
        raise InvalidInput(f"{output.name} must be a new file. It is there already. Choose another output.")
    if not journal.is_file():
        return
    with journal.open("rb") as file:
        head = file.readline()
    # A journal of another run would start anew, and texts that someone paid for would be gone.
    if head.endswith(b"\n") and head != json.dumps({"run": run}).encode() + b"\n":
        raise InvalidInput(
            f"{journal.name} must be of a run with the same options and taxonomy. It is of another one. "
            "Give those, choose another output, or remove the file."
        )
