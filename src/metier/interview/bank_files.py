"""Banks from YAML files: those that come with metier, and a user's own.

The format is in docs/how-to/write-a-bank.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metier.errors import BankError, NotFound
from metier.interview.bank import (
    EASIEST,
    HARDEST,
    LANGUAGES,
    Bank,
    Point,
    Question,
    QuestionKind,
    Stage,
    Topic,
)
from metier.plain_yaml import parse_yaml

SUFFIXES: Final = (".yaml", ".yml")
_MAX_BYTES: Final = 5_000_000
_MAX_KEY_CHARS: Final = 60
_ID: Final = r"^[a-z0-9][a-z0-9-]{0,60}$"
_ALSO_CALLED: Final = {"encoders": "encoder-models"}

_Id = Annotated[str, Field(pattern=_ID)]
_Text = Annotated[str, Field(min_length=1, max_length=2000)]
_Texts = Annotated[list[_Text], Field(max_length=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _PointRow(_Strict):
    id: _Id
    label: _Text
    references: Annotated[_Texts, Field(min_length=1)]
    partial: _Texts = []
    wrong: _Texts = []
    weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    follow_up: Annotated[str, Field(max_length=2000)] = ""

    def point(self) -> Point:
        return Point(
            self.id,
            self.label,
            tuple(self.references),
            tuple(self.partial),
            tuple(self.wrong),
            self.weight,
            self.follow_up,
        )


class _QuestionRow(_Strict):
    id: _Id
    ask: Annotated[_Texts, Field(min_length=1)]
    points: Annotated[list[_PointRow], Field(max_length=20)] = []
    kind: QuestionKind = QuestionKind.KNOWLEDGE
    difficulty: Annotated[int, Field(ge=EASIEST, le=HARDEST)] = 2
    unknown: _Texts = []
    off_topic: _Texts = []
    needed: Annotated[int, Field(ge=0)] = 0

    def question(self) -> Question:
        return Question(
            self.id,
            tuple(self.ask),
            tuple(row.point() for row in self.points),
            self.kind,
            self.difficulty,
            tuple(self.unknown),
            tuple(self.off_topic),
            self.needed,
        )


class _TopicRow(_Strict):
    id: _Id
    title: _Text
    questions: Annotated[list[_QuestionRow], Field(min_length=1, max_length=200)]
    requires: list[_Id] = []
    skills: list[_Text] = []
    stage: Stage = Stage.MAIN

    def topic(self) -> Topic:
        return Topic(
            self.id,
            self.title,
            tuple(row.question() for row in self.questions),
            tuple(self.requires),
            tuple(self.skills),
            self.stage,
        )


class _BankFile(_Strict):
    name: _Id
    title: _Text
    language: str
    topics: Annotated[list[_TopicRow], Field(min_length=1, max_length=500)]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something in a bank that works and could be better.

    Attributes:
        where: topic or question and point, by id.
        message: what, and what to do.
    """

    where: str
    message: str


def shipped_banks() -> dict[str, Path]:
    """Return the banks that come with metier: the file of each by `name.language`."""
    folder = resources.files("metier.interview").joinpath("banks")
    paths = sorted(Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {path.name.removesuffix(".yaml"): path for path in paths}


def find_bank(name: str, *, language: str = "en") -> Bank:
    """Return a bank by the path of its file, or one that comes with metier by name.

    Args:
        name: `machine-learning`, `machine-learning.ru` or a path such as `own.yaml`; `encoders` is short for
            `encoder-models`.
        language: which of those that come with metier, where the name leaves it open.

    Raises:
        NotFound: there is no such bank.
        BankError: it breaks a rule.
    """
    shipped = shipped_banks()
    stem, _, rest = name.partition(".")
    in_full = f"{_ALSO_CALLED.get(stem, stem)}.{rest or language}"
    for key in (name, f"{name}.{language}", in_full):
        if key in shipped:
            return load_bank(shipped[key])
    if name.endswith(SUFFIXES) or "/" in name:
        return load_bank(Path(name))
    languages = [key.rpartition(".")[2] for key in shipped if key.rpartition(".")[0] == name]
    if languages:
        raise NotFound(f"Bank {name} is there in {', '.join(languages)}. Got language {language!r}.")
    raise NotFound(f"There is no bank {name!r}. Name a file, or one of {', '.join(shipped)}.")


def load_bank(path: Path) -> Bank:
    """Return the bank in a YAML file.

    Raises:
        NotFound: there is no such file.
        BankError: broken syntax, or a rule of the format is broken; the message says where.
    """
    return parse_bank(_read(path), source=path.name)


def parse_bank(content: str, *, source: str) -> Bank:
    """Return the bank in the text of a YAML file.

    Args:
        content: the text.
        source: what messages call it.

    Raises:
        BankError: broken syntax, or a rule of the format is broken; the message says where.
    """
    row = _validated(parse_yaml(content, source, kind="bank", error=BankError), source)
    digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()
    topics = tuple(topic.topic() for topic in row.topics)
    _check(topics, row.language, source)
    return Bank(row.name, row.title, row.language, topics, digest, row.description)


def dump_bank(bank: Bank) -> str:
    """Return a bank as YAML that `parse_bank` reads back to an equal one, its hash excepted."""
    content = {
        "name": bank.name,
        "title": bank.title,
        "language": bank.language,
        **({"description": bank.description} if bank.description else {}),
        "topics": [_topic_mapping(topic) for topic in bank.topics],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _topic_mapping(topic: Topic) -> dict[str, Any]:
    row = _TopicRow.model_validate(
        {
            "id": topic.id,
            "title": topic.title,
            "requires": topic.requires,
            "skills": topic.skills,
            "stage": topic.stage,
            "questions": [_question_mapping(question) for question in topic.questions],
        }
    )
    kept: dict[str, Any] = row.model_dump(mode="json", exclude_defaults=True)
    return kept


def _question_mapping(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "ask": question.ask,
        "kind": question.kind,
        "difficulty": question.difficulty,
        "unknown": question.unknown,
        "off_topic": question.off_topic,
        "needed": question.needed,
        "points": [
            {
                "id": point.id,
                "label": point.label,
                "references": point.references,
                "partial": point.partial,
                "wrong": point.wrong,
                "weight": point.weight,
                "follow_up": point.follow_up,
            }
            for point in question.points
        ],
    }


def advise(bank: Bank) -> list[Advice]:
    """Return what would make a bank better, in its order.

    A point is told apart best by three references and a common mistake; a follow-up lets a person who knows
    more say so.
    """
    found = []
    for topic, question in bank.each():
        found += [Advice(f"{topic.id}/{question.id}", message) for message in _question_advice(question)]
        for point in question.points:
            where = f"{topic.id}/{question.id}/{point.id}"
            found += [Advice(where, message) for message in _point_advice(point, question.kind)]
    if len({question.difficulty for _, question in bank.each() if question.points}) == 1:
        found.append(Advice(bank.name, "All questions are equally difficult; none can be harder or easier."))
    return found


def _question_advice(question: Question) -> Iterator[str]:
    if len(question.points) > 6:
        yield f"It asks for {len(question.points)} points at once; split it into two questions."


def _point_advice(point: Point, kind: QuestionKind) -> Iterator[str]:
    if len(point.references) < 2:
        yield "It has one reference; two or three wordings find more right answers."
    if not point.wrong and kind is QuestionKind.KNOWLEDGE:
        yield "It names no wrong answer; a common mistake helps to tell a contradiction."
    if not point.follow_up:
        yield "It has no follow-up; somebody who leaves it out is not asked again."
    known = {reference.casefold() for reference in point.references}
    if point.follow_up.casefold() in known:
        yield "Its follow-up gives the answer away."


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise NotFound(f"There is no bank at {path}. Check the path.")
        if path.suffix.lower() not in SUFFIXES:
            raise BankError(f"A bank's file ends in {' or '.join(SUFFIXES)}. Got {path.name}.")
        if path.stat().st_size > _MAX_BYTES:
            raise BankError(f"{path.name} may have {_MAX_BYTES:,} bytes. It has more. Split it.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BankError(f"{path.name} must be UTF-8. Byte {exc.start} is not. Save it as UTF-8.") from exc
    except OSError as exc:
        raise BankError(f"Bank {path.name} cannot be opened: {exc.strerror}.") from exc


def _validated(mapping: Any, source: str) -> _BankFile:
    try:
        return _BankFile.model_validate(mapping)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(str(part)[:_MAX_KEY_CHARS] for part in first["loc"]) or "the top level"
        more = f" ({exc.error_count() - 1} more)" if exc.error_count() > 1 else ""
        raise BankError(f"{source}: {where}: {first['msg']}{more}.") from exc


def _check(topics: Sequence[Topic], language: str, source: str) -> None:
    if language not in LANGUAGES:
        raise BankError(f"{source}: language must be one of {', '.join(LANGUAGES)}. Got {language[:20]!r}.")
    _check_unique((topic.id for topic in topics), "topic", source)
    _check_unique((question.id for topic in topics for question in topic.questions), "question", source)
    known = {topic.id for topic in topics}
    for topic in topics:
        for needed in topic.requires:
            if needed not in known:
                raise BankError(
                    f"{source}: topic {topic.id} requires {needed!r}, which is no topic of it. Topics are "
                    f"{', '.join(sorted(known))}."
                )
        for question in topic.questions:
            _check_question(question, source)
    _check_order(topics, source)


def _check_unique(ids: Iterable[str], kind: str, source: str) -> None:
    twice = [key for key, count in Counter(ids).items() if count > 1]
    if twice:
        raise BankError(f"{source}: each {kind} needs an id of its own. {twice[0]!r} comes more than once.")


def _check_question(question: Question, source: str) -> None:
    where = f"{source}: question {question.id}"
    _check_unique((point.id for point in question.points), "point", where)
    if question.kind is QuestionKind.TALK and question.points:
        raise BankError(f"{where} is talk, which is not graded, and has points. Drop them or its kind.")
    if question.kind is not QuestionKind.TALK and not question.points:
        raise BankError(f"{where} needs points to be graded by. Give some, or make its kind talk.")
    if question.needed > len(question.points):
        raise BankError(
            f"{where}: needed must be at most the number of its points, {len(question.points)}. "
            f"Got {question.needed}."
        )
    for point in question.points:
        right = {text.casefold() for text in point.references}
        if right & {text.casefold() for text in (*point.partial, *point.wrong)}:
            raise BankError(f"{where}, point {point.id}: a sentence is a reference and wrong or partial too.")


def _check_order(topics: Sequence[Topic], source: str) -> None:
    """Refuse a cycle, and a topic that stands before one it requires."""
    requires = {topic.id: topic.requires for topic in topics}
    done: set[str] = set()
    waiting = list(requires)
    while waiting:
        free = [key for key in waiting if done.issuperset(requires[key])]
        if not free:
            raise BankError(
                f"{source}: topics {', '.join(waiting[:5])} require each other in a circle. Drop one "
                "of their requires."
            )
        done.update(free)
        waiting = [key for key in waiting if key not in done]
    seen: set[str] = set()
    for topic in topics:
        late = set(topic.requires) - seen
        if late:
            raise BankError(f"{source}: topic {topic.id} must stand after {', '.join(sorted(late))}.")
        seen.add(topic.id)
