"""Suites of tests from YAML files: those that come with metier, and a user's own.

The format is in docs/concepts/behaviour-and-shift.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metier.audit.behaviour.suite import (
    BehaviorKind,
    BehaviorTest,
    Direction,
    Edit,
    EditKind,
    Filled,
    SampleText,
    Suite,
)
from metier.errors import InvalidInput, NotFound
from metier.plain_yaml import parse_yaml

SKILLS: Final = "skills"
SUFFIXES: Final = (".yaml", ".yml")
_MAX_BYTES: Final = 5_000_000
_MAX_KEY_CHARS: Final = 60
_MOST_TEXTS: Final = 5_000
_SLOT: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
_Text = Annotated[str, Field(min_length=1, max_length=20_000)]
_Texts = Annotated[list[_Text], Field(min_length=1, max_length=_MOST_TEXTS)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Share = Annotated[float, Field(gt=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _EditRow(_Strict):
    edit: EditKind
    share: _Share = 0.1
    keep: list[_Text] = []
    filled: Filled = Filled.KEEP
    words: dict[_Text, _Texts] = {}
    sentence: str = ""
    first: bool = False

    def record(self) -> Edit:
        words = {word.lower(): tuple(others) for word, others in self.words.items()}
        return Edit(self.edit, self.share, tuple(self.keep), self.filled, words, self.sentence, self.first)


class _PairRow(_Strict):
    before: _Text
    after: _Text


_Template = _Text | _PairRow


class _TestRow(_Strict):
    name: _Id
    kind: BehaviorKind
    about: Annotated[str, Field(max_length=500)] = ""
    texts: str | list[_Template] = ""
    file: str = ""
    templates: list[_Template] = []
    fill: dict[str, str | list[_Text] | dict[_Text, _Text]] = {}
    edits: list[EditKind | _EditRow] = []
    figure: str = ""
    figures: list[_Text] = []
    tolerance: Annotated[_Number, Field(ge=0)] = 0.0
    keeps_label: bool = False
    direction: Direction | None = None
    least: Annotated[_Number, Field(ge=0)] = 0.0
    at_least: _Number | None = None
    at_most: _Number | None = None
    label: str = ""
    most_failures: Annotated[float, Field(ge=0, lt=1)] = 0.0


class _SuiteFile(_Strict):
    name: _Id
    subject: Literal["skills", "labels"]
    about: str = ""
    texts: dict[_Id, _Texts] = {}
    fill: dict[_Id, list[_Text] | dict[_Text, _Text]] = {}
    tests: Annotated[list[_TestRow], Field(min_length=1, max_length=500)]


def shipped_suites() -> dict[str, Path]:
    """Return the suites that come with metier: the file of each by name."""
    folder = resources.files("metier.audit.behaviour").joinpath("suites")
    paths = sorted(Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {path.stem: path for path in paths}


def find_suite(name: str) -> Suite:
    """Return a suite that comes with metier by name, or one by the path of its file.

    Raises:
        NotFound: there is no such suite.
        InvalidInput: it breaks a rule of the format; the message says where.
    """
    shipped = shipped_suites()
    if name in shipped:
        return load_suite(shipped[name], public=True)
    if name.endswith(SUFFIXES) or "/" in name:
        return load_suite(Path(name))
    raise NotFound(f"There is no suite {name!r}. Name a YAML file, or one of {', '.join(shipped)}.")


def load_suite(path: Path, *, public: bool = False) -> Suite:
    """Return the suite in a YAML file; files of texts that it names stand beside it.

    Args:
        path: whose name ends in .yaml or .yml.
        public: its texts are nobody's, so that results may show them.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it breaks a rule of the format; the message says where.
    """
    if not path.name.endswith(SUFFIXES):
        raise InvalidInput(f"A suite's file ends in {' or '.join(SUFFIXES)}. Got {path.name}.")
    content = _read(path)
    row = _validated(parse_yaml(content, path.name, kind="suite"), path.name)
    names = [test.name for test in row.tests]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"{path.name}: each test needs a name of its own. {twice} comes more than once.")
    digest = hashlib.sha256(content.encode())
    tests = []
    for test in row.tests:
        lines = read_texts(path.parent / test.file) if test.file else []
        digest.update(json.dumps(lines).encode())
        tests.append(_test(test, row, lines, f"{path.name}: {test.name}"))
    return Suite(row.name, row.subject, tuple(tests), digest.hexdigest(), row.about, public)


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise NotFound(f"There is no file {path.name}. Check the path.")
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{path.name} may have {_MAX_BYTES:,} bytes. It has more. Split it.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} must be UTF-8. Byte {error.start} is not; convert it.") from error
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be opened: {error.strerror}.") from error


def _validated(mapping: Any, source: str) -> _SuiteFile:
    try:
        return _SuiteFile.model_validate(mapping)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part)[:_MAX_KEY_CHARS] for part in first["loc"]) or "the top level"
        raise InvalidInput(f"{source}: {where}: {first['msg']}.") from error


def read_texts(path: Path) -> list[str]:
    """Return the texts of a file: one a line, or in .jsonl the field `text` of an object a line.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is too large, no UTF-8, or a row has no text.
    """
    content = _read(path)
    lines = [line for line in content.split("\n") if line.strip()]
    if path.suffix != ".jsonl":
        return lines
    texts = []
    for number, line in enumerate(lines, start=1):
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput(
                f"{path.name}, row {number} must be a JSON object with a field text."
            ) from error
        if not isinstance(text, str) or not text.strip():
            raise InvalidInput(f"{path.name}, row {number}: text must be words.")
        texts.append(text)
    return texts


def _test(row: _TestRow, suite: _SuiteFile, lines: Sequence[str], where: str) -> BehaviorTest:
    _check_rules(row, where)
    samples = list(_samples(row, suite, lines, where))
    if not samples:
        raise InvalidInput(f"{where} has no text. Give texts, templates or a file.")
    if len(samples) > _MOST_TEXTS:
        raise InvalidInput(f"{where} may have {_MOST_TEXTS:,} texts. It has {len(samples):,}.")
    edits = [Edit(edit) if isinstance(edit, EditKind) else edit.record() for edit in row.edits]
    _check_edits(row, edits, samples, where)
    return BehaviorTest(
        name=row.name,
        kind=row.kind,
        texts=tuple(samples),
        edits=tuple(edits),
        about=row.about,
        tolerance=row.tolerance,
        keeps_label=row.keeps_label,
        direction=row.direction or Direction.UP,
        least=row.least,
        at_least=row.at_least,
        at_most=row.at_most,
        label=row.label,
        most_failures=row.most_failures,
    )


def _check_rules(row: _TestRow, where: str) -> None:
    kind = row.kind
    if bool(row.texts) + bool(row.file) + bool(row.templates) != 1:
        raise InvalidInput(f"{where} needs one of texts, file and templates.")
    if (kind is BehaviorKind.DIRECTIONAL) != (row.direction is not None):
        raise InvalidInput(f"{where}: direction belongs to a directional test, which needs one: up or down.")
    if row.least and (kind is not BehaviorKind.DIRECTIONAL or row.tolerance):
        raise InvalidInput(f"{where}: least belongs to a directional test without tolerance. Drop one.")
    bounds = row.at_least is not None or row.at_most is not None or bool(row.label)
    if (kind is BehaviorKind.MINIMUM) != bounds:
        raise InvalidInput(
            f"{where}: at_least, at_most and label belong to a minimum test, which needs one of them."
        )
    if row.keeps_label and kind is not BehaviorKind.INVARIANCE:
        raise InvalidInput(f"{where}: keeps_label belongs to an invariance.")
    if row.figure and row.figures:
        raise InvalidInput(f"{where}: give figure or figures, not both.")
    alone = kind is BehaviorKind.DIRECTIONAL or row.at_least is not None or row.at_most is not None
    if alone and not (row.figure or row.figures):
        raise InvalidInput(f"{where} needs the figure that it looks at.")


def _check_edits(row: _TestRow, edits: Sequence[Edit], samples: Sequence[SampleText], where: str) -> None:
    paired = [bool(sample.after) for sample in samples]
    if row.kind is BehaviorKind.MINIMUM and any(paired):
        raise InvalidInput(f"{where} is a minimum test, which looks at texts alone. Drop before and after.")
    if edits and any(paired):
        raise InvalidInput(f"{where} has edits and texts with before and after. Keep one of them.")
    if row.kind is not BehaviorKind.MINIMUM and not edits and not all(paired):
        raise InvalidInput(f"{where} needs edits, or texts with before and after.")
    for edit in edits:
        if edit.kind is EditKind.ADD and not edit.sentence:
            raise InvalidInput(f"{where}: the edit add needs a sentence.")
        if edit.kind is EditKind.SYNONYMS and not edit.words:
            raise InvalidInput(f"{where}: the edit synonyms needs words.")


def _samples(row: _TestRow, suite: _SuiteFile, lines: Sequence[str], where: str) -> Iterator[SampleText]:
    figures = tuple(row.figures or ([row.figure] if row.figure else []))
    if not row.templates:
        texts: Sequence[_Template] = lines if row.file else _named(row.texts, suite, where)
        for number, text in enumerate(texts, start=1):
            yield _sample(str(number), text, figures, {}, {})
        return
    for number, template in enumerate(row.templates, start=1):
        words = template if isinstance(template, str) else f"{template.before}\n{template.after}"
        slots = list(dict.fromkeys(_SLOT.findall("\n".join([words, *figures]))))
        choices = [list(_choices(slot, row, suite, where).items()) for slot in slots]
        for chosen in product(*choices):
            keys = {slot: key for slot, (key, _) in zip(slots, chosen, strict=True)}
            fill = {slot: word for slot, (_, word) in zip(slots, chosen, strict=True)}
            yield _sample("/".join([str(number), *keys.values()]), template, figures, keys, fill)


def _named(texts: str | list[_Template], suite: _SuiteFile, where: str) -> Sequence[_Template]:
    if not isinstance(texts, str):
        return texts
    if texts not in suite.texts:
        raise InvalidInput(f"{where}: there are no texts {texts[:_MAX_KEY_CHARS]!r} in the suite.")
    return suite.texts[texts]


def _choices(slot: str, row: _TestRow, suite: _SuiteFile, where: str) -> dict[str, str]:
    """Return what fills a slot, by what stands for it in names of figures."""
    given = row.fill.get(slot, slot)
    if isinstance(given, str):
        if given not in suite.fill:
            raise InvalidInput(f"{where}: nothing is given to fill {{{slot}}} with.")
        given = suite.fill[given]
    return dict(given) if isinstance(given, Mapping) else {word: word for word in given}


def _sample(
    key: str, template: _Template, figures: Sequence[str], keys: Mapping[str, str], fill: Mapping[str, str]
) -> SampleText:
    named = tuple(_filled(figure, keys) for figure in figures)
    if isinstance(template, str):
        return SampleText(key, _filled(template, fill), "", named, tuple(fill.values()))
    before, after = _filled(template.before, fill), _filled(template.after, fill)
    return SampleText(key, before, after, named, tuple(fill.values()))


def _filled(text: str, fill: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: fill.get(match[1], match[0]), text)
