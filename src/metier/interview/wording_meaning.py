"""What a question may not say or leave out: rules that look at what is asked, whatever its form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from metier.encoders.reading import Encoder, TextKind
from metier.interview.bank import Question, Topic
from metier.interview.wording_rules import Rule
from metier.interview.wording_stems import all_stems, content_stems, is_content
from metier.interview.writer import WritingRequest, bank_words

LEAKED_SHARE: Final = 0.67
"""Share of what a reference says, beyond the question's own words, from which a wording gives it away."""
_LEAKED_WORDS: Final = 2
_LEAKED_WORDS_ELSEWHERE: Final = 3
_LEAKED_RUN: Final = 5
_ECHOED_RUN: Final = 5
_ECHOED_WORDS: Final = 3

_PRAISE: Final = (
    "good|great|excellent|perfect|nice|correct|right|exactly|wrong|incorrect|impressive|brilliant|well done"
    "|fantastic|wonderful|amazing|congratulations|bravo|thanks|thank you|not quite|not bad|верно|правильно"
    "|отлично|хорошо|прекрасно|молодец|неверно|неправильно|замечательно|супер|точно|поздравляю|спасибо|неплохо"
)
_VERDICTS: Final = re.compile(
    r"^(?:(?:that is|that's|that’s|it's|what an?|an?|very|really|such|yes|no|это|очень|да|нет),? )*"
    rf"(?:{_PRAISE})"
    r"(?: [\w'’]+){0,3}\s?[.!,:;–—]"
    r"|\byou(?:'ve|’ve| have| are|'re|’re)?(?: just| clearly| already)? (?:passed|failed|hired|earned|scored"
    r"|got (?:it|that|this) (?:right|wrong)|answered (?:correctly|wrongly|well|poorly))\b"
    r"|\byour answer (?:is|was) (?:\w+ )?(?:right|correct|incorrect|wrong|perfect|excellent|complete"
    r"|incomplete)"
    r"|\b(?:full|maximum|top|perfect|highest|zero) (?:marks?|score|grade|points)\b|\bscore of \d|\bi passed\b"
    r"|\b\d+ (?:out of \d+ )?(?:points|marks)\b|(?<![\d/])(?:10/10|5/5|100/100)(?![\d/])"
    r"|\bi (?:would )?(?:give|award) you\b"
    r"|вы (?:успешно )?(?:прошли|сдали|приняты|провалили|не прошли|ответили (?:верно|неверно|правильно))"
    r"|высш\w+ балл|максимальн\w+ (?:балл|оценк)|\d+ балл|ставлю вам|ваш ответ (?:верен|неверен|правильный)"
    r"|합격|만점|정답입니다|맞습니다\s?[.!,]|틀렸|잘하셨|잘 대답|훌륭|축하|\d+점(?:을|입니다|만점)"
    r"|עברת את|נכשלת|כל הכבוד|ציון מלא|קיבלת ציון|תשובה (?:נכונה|שגויה|מצוינת)[.!,]|התקבלת"
    r"|^(?:מצוין|נכון|יפה)[.!,]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a wording is held against.

    Attributes:
        wordings: how the bank asks it, at least one; a good wording is near to one of them.
        own: other words that belong to the question and give nothing away, such as its topic's title.
        references: what a good answer to it says.
        elsewhere: what good answers to neighbouring questions say.
        answer: the candidate's last answer.
        said: questions that were asked before it, as they were worded.
    """

    wordings: tuple[str, ...]
    own: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    answer: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near to a bank's wording a question must be to be on topic.

    Attributes:
        alone: cosine that suffices, -1 to 1.
        with_word: cosine that suffices where a word of the subject is common to both.

    benchmarks/nearness.py says what the bounds let pass.
    """

    alone: float = 0.64
    with_word: float = 0.55


class MeaningRules:
    """Holds wordings against what is asked.

    Args:
        encoder: tells how near two questions are; None to go by common words alone.
        nearness: thresholds for its cosines.
    """

    def __init__(self, encoder: Encoder | None = None, nearness: Nearness | None = None) -> None:
        self._encoder = encoder
        self._nearness = nearness or Nearness()

    def broken(self, text: str, asked: Asked) -> tuple[Rule, ...]:
        """Return the rules on meaning that a wording breaks; none for a good one.

        Args:
            text: the wording.
            asked: what it is held against.
        """
        own = (*asked.wordings, *asked.own)
        breaks = {
            Rule.VERDICT: gives_verdict(text, own),
            Rule.LEAKED_ANSWER: leaks(text, asked.references, own)
            or leaks(text, asked.elsewhere, own, fewest=_LEAKED_WORDS_ELSEWHERE),
            Rule.ECHO: echoes(text, asked.answer, own),
            Rule.REPEATED: any(_plain(text) == _plain(said) for said in asked.said),
            Rule.OFF_TOPIC: not self.on_topic(text, asked.wordings, asked.own),
        }
        return tuple(rule for rule, is_broken in breaks.items() if is_broken)

    def on_topic(self, text: str, wordings: Sequence[str], own: Sequence[str] = ()) -> bool:
        """Tell whether a question asks about what other wordings ask about.

        Args:
            text: the question.
            wordings: at least one.
            own: other words of the subject.
        """
        if any(_plain(text) == _plain(words) for words in (*wordings, *own)):
            return True
        subject = {stem for words in (*wordings, *own) for stem in content_stems(words)}
        shares = not subject.isdisjoint(content_stems(text))
        if self._encoder is None:
            return shares or not subject
        vectors = self._encoder.encode([text, *wordings], kind=TextKind.QUERY)
        nearest = float((vectors[1:] @ vectors[0]).max())
        return nearest >= (self._nearness.with_word if shares else self._nearness.alone)


def asked_of(request: WritingRequest, said: tuple[str, ...] = ()) -> Asked:
    """Return what the wording of a request is held against.

    Args:
        request: what a question is to be about.
        said: questions that were asked before it.
    """
    question, topics = request.question, [request.topic]
    if request.previous is not None and request.previous.id != request.topic.id:
        topics.append(request.previous)
    return Asked(
        wordings=tuple(dict.fromkeys((bank_words(request), *question.ask))),
        own=(request.topic.title, *(point.follow_up for point in question.points if point.follow_up)),
        references=tuple(_references([question])),
        elsewhere=tuple(_references(_others(topics, question))),
        answer=request.answer,
        said=said,
    )


def gives_verdict(text: str, own: Iterable[str] = ()) -> bool:
    """Tell whether a text says what an answer is worth, unless the bank's own words say it.

    Args:
        text: the wording.
        own: words of the bank.

    >>> gives_verdict("Great answer! What is a thread?"), gives_verdict("What is an F1 score?")
    (True, False)
    """
    known = " ".join(own).casefold()
    return any(found[0].casefold() not in known for found in _VERDICTS.finditer(text))


def leaks(text: str, references: Iterable[str], own: Sequence[str], *, fewest: int = _LEAKED_WORDS) -> bool:
    """Tell whether a text gives a reference away.

    It does where it holds two thirds of the words that the reference adds to the question, or five words in
    a row of it that the bank's own questions do not have. Cosines tell nothing here: an encoder finds a
    bank's harmless follow-up as near to a reference as the reference turned into a question.

    Args:
        text: the wording.
        references: what good answers say.
        own: the bank's wordings; what is in them gives nothing away.
        fewest: words that must be common, where the reference adds as many.

    >>> own = ["What is an index for?"]
    >>> leaks("What is a B-tree index for?", ["It speeds up searches."], own)
    False
    >>> leaks("An index speeds up searches, so what is it for?", ["It speeds up searches."], own)
    True
    """
    known = {stem for words in own for stem in content_stems(words)}
    said = set(content_stems(text)) - known
    runs = _runs(text, _LEAKED_RUN) - {run for words in own for run in _runs(words, _LEAKED_RUN)}
    for reference in references:
        added = set(content_stems(reference)) - known
        common = len(added & said)
        if common >= min(fewest, len(added)) and common >= LEAKED_SHARE * len(added) > 0:
            return True
        if runs & _runs(reference, _LEAKED_RUN):
            return True
    return False


def echoes(text: str, answer: str, own: Sequence[str]) -> bool:
    """Tell whether a text repeats words of the candidate that are not the bank's.

    Args:
        text: the wording.
        answer: of the candidate.
        own: the bank's wordings.

    >>> echoes("Why do cats dream of purple rivers?", "Cats dream of purple rivers.", [])
    True
    """
    known = {stem for words in own for stem in content_stems(words)}
    common = _runs(text, _ECHOED_RUN) & _runs(answer, _ECHOED_RUN)
    repeated = {stem for run in common for stem in run if is_content(stem) and stem not in known}
    return len(repeated) >= _ECHOED_WORDS


def _references(questions: Iterable[Question]) -> list[str]:
    return [reference for each in questions for point in each.points for reference in point.references]


def _others(topics: Iterable[Topic], question: Question) -> list[Question]:
    return [each for topic in topics for each in topic.questions if each.id != question.id]


def _runs(text: str, n: int) -> set[tuple[str, ...]]:
    """Return each run of n stems of a text."""
    stems = all_stems(text)
    return {tuple(stems[i : i + n]) for i in range(len(stems) - n + 1)}


def _plain(text: str) -> list[str]:
    """Return what makes two wordings the same question word for word: case and marks do not."""
    return all_stems(text)
