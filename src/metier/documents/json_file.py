"""JSON that holds one resume: loading it, telling its format, taking its fields whatever their types."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeGuard

from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat
from metier.documents.headings import heading_kind
from metier.documents.plain import clean_text
from metier.errors import CorruptDocument, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Finding, SectionKind, Severity, Span

_READ: Final = "Of JSON, a JSON Resume or a resume of the hh.ru API is read."
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_COLON = re.compile("[:：]")
_MOST_PATHS = 20
_LARGEST_NUMBER = 10**15
# Headings that the finder of sections takes as part of a job's entry.
_WITHIN_ENTRIES = frozenset(
    {
        SectionKind.DUTIES,
        SectionKind.OTHER,
        SectionKind.PREFERRED,
        SectionKind.OFFER,
        SectionKind.EMPLOYER,
    }
)

_JSON_RESUME_KEYS = frozenset(
    "work volunteer education awards certificates publications skills languages interests references "
    "projects".split()
)
_HH_NAMES = frozenset("first_name last_name middle_name title experience total_experience skill_set".split())
_HH_KEYS = _HH_NAMES | frozenset(
    "age alternate_url area birth_date business_trip_readiness can_view_full_info certificate citizenship "
    "contact driver_license_types education employments gender has_vehicle hidden_fields language metro "
    "photo portfolio professional_roles recommendation relocation resume_locale salary schedules site skills "
    "travel_time work_ticket".split()
)
_LEAST_HH_KEYS = 3
_LEAST_JSON_RESUME_KEYS = 2


def load_json(data: bytes, name: str, limits: ReadingLimits) -> dict[str, Any]:
    """Return the object of the one resume in a JSON file.

    A list of one resume, and the answer of a search of hh.ru that found one, stand for that resume.

    Args:
        data: the whole file, UTF-8, or UTF-16 with its mark.
        name: the file's name, for messages.
        limits: `max_bytes` applies.

    Raises:
        CorruptDocument: no JSON, nested too deep, with a field given twice, or with NaN or an infinity.
        UnsupportedFormat: JSON that is neither of the two formats, or that holds several resumes.
        LimitExceeded: more bytes than allowed.
    """
    if len(data) > limits.max_bytes:
        raise LimitExceeded(
            f"{name} may have {limits.max_bytes:,} bytes. It has {len(data):,}. "
            "Raise max_bytes if that is wanted."
        )
    candidates = _candidates(_parsed(data, name))
    found = [value for value in candidates if isinstance(value, dict) and _kind(value) is not None]
    if found and len(candidates) > 1:
        raise UnsupportedFormat(
            f"{name} holds {len(candidates):,} entries. One resume is read at a time. "
            "Send each as a file of its own."
        )
    if not found:
        raise UnsupportedFormat(f"{name} is JSON, but no resume in a format that is known. {_READ}")
    return found[0]


def json_kind(data: bytes) -> DocumentFormat | None:
    """Return the format of the resume in a JSON file, or None where it is no JSON or holds no resume.

    A list of several resumes has a kind, so that `load_json` can refuse it in words. Only the names of its
    fields decide, so that a resume whose fields are all hidden (null) is one too.
    """
    with suppress(ValueError, RecursionError):
        kinds = (_kind(value) for value in _candidates(_parse(data)) if isinstance(value, dict))
        return next((kind for kind in kinds if kind is not None), None)
    return None


def _candidates(value: object) -> list[object]:
    if isinstance(value, dict) and _kind(value) is None and isinstance(value.get("items"), list):
        return list(value["items"])
    return value if isinstance(value, list) else [value]


def _kind(value: Mapping[str, object]) -> DocumentFormat | None:
    keys = value.keys()
    if "basics" in keys:
        return DocumentFormat.JSON_RESUME
    if len(_HH_KEYS & keys) >= _LEAST_HH_KEYS and _HH_NAMES & keys:
        return DocumentFormat.HH_RESUME
    return DocumentFormat.JSON_RESUME if len(_JSON_RESUME_KEYS & keys) >= _LEAST_JSON_RESUME_KEYS else None


def _parsed(data: bytes, name: str) -> object:
    try:
        return _parse(data)
    except RecursionError as exc:
        raise CorruptDocument(f"{name} is nested deeper than any resume. Send the original file.") from exc
    except UnicodeDecodeError as exc:
        raise CorruptDocument(f"{name} is not UTF-8, which JSON has to be. Save it as UTF-8.") from exc
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno:,}, column {exc.colno:,}"
        raise CorruptDocument(
            f"{name} is no whole JSON: it breaks off or has a mistake at {where}. Send the original file."
        ) from exc
    except ValueError as exc:
        raise CorruptDocument(
            f"{name} gives a field twice, or a number that JSON does not have (NaN, infinity, thousands of "
            "digits). Write each field once, and numbers plainly."
        ) from exc


def _parse(data: bytes) -> object:
    text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_fields_once)


def _refuse_constant(_: str) -> None:
    raise ValueError("JSON has neither NaN nor infinities.")


def _fields_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Of a field given twice, one program shows the first and another scores the last.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("A JSON object gives each field once.")
    return fields


class Fields:
    """The fields of one JSON object, taken by type.

    What is missing or null is empty. What has another type than the format says is empty too, and its path
    is noted in `skipped`; paths name fields of the format only, never what a document wrote.

    Args:
        value: the object.
        path: where it stands, to note what is skipped.
        skipped: shared by all objects of one file.
    """

    def __init__(
        self, value: Mapping[str, object], path: str = "", skipped: dict[str, None] | None = None
    ) -> None:
        self._value = value
        self._path = path
        self.skipped: dict[str, None] = {} if skipped is None else skipped

    def line(self, *keys: str) -> str:
        """Return the first of some fields that holds a text, on one line."""
        return next((line for key in keys if (line := one_line(self._text(key)))), "")

    def figure(self, *keys: str) -> str:
        """Return the first of some fields that holds a text or a number, as one line: a date, a score."""
        return next((line for key in keys if (line := one_line(self._text(key, numbers=True)))), "")

    def prose(self, key: str) -> str:
        """Return a text with its lines, empty ones between paragraphs included."""
        lines = (line.rstrip() for line in cleaned(self._text(key)).split("\n"))
        return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def paragraph(self, key: str) -> str:
        """Return a text with its lines and without empty ones."""
        return "\n".join(line for line in self.prose(key).split("\n") if line)

    def number(self, key: str) -> int | None:
        """Return a whole number that is not negative, or None."""
        value = self._value.get(key)
        if _is_number(value) and 0 <= value < _LARGEST_NUMBER:
            return int(value)
        self._skip(key, value)
        return None

    def flag(self, key: str) -> bool:
        """Tell whether a field is true."""
        value = self._value.get(key)
        if not isinstance(value, bool):
            self._skip(key, value)
        return value is True

    def lines(self, key: str) -> list[str]:
        """Return the texts of a list, each on one line; a lone text is a list of one."""
        items = [value for value in self._items(key, str) if isinstance(value, str)]
        return [line for item in items if (line := one_line(cleaned(item)))]

    def record(self, key: str) -> Fields:
        """Return an object; one without fields where there is none."""
        value = self._value.get(key)
        if isinstance(value, dict):
            return Fields(value, f"{self._path}{key}.", self.skipped)
        self._skip(key, value)
        return Fields({}, f"{self._path}{key}.", self.skipped)

    def records(self, key: str, *, plain: str | None = None) -> list[Fields]:
        """Return the objects of a list.

        Args:
            key: the field that holds the list.
            plain: the field that a bare text in place of an object stands for; without it, it is skipped.
        """
        path = f"{self._path}{key}[]."
        kinds: type | tuple[type, ...] = dict if plain is None else (dict, str)
        values = (
            value if isinstance(value, dict) else {plain or "": value} for value in self._items(key, kinds)
        )
        return [Fields(value, path, self.skipped) for value in values]

    def is_text(self, key: str) -> bool:
        """Tell whether a field is a bare text, for fields that are one or an object."""
        return isinstance(self._value.get(key), str)

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding that names what was skipped, or none."""
        if not self.skipped:
            return ()
        paths = list(self.skipped)
        more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
        message = (
            "Some fields hold another kind of value than the format says and were not read: "
            f"{', '.join(paths[:_MOST_PATHS])}{more}."
        )
        return (Finding("skipped_fields", Severity.INFO, message),)

    def _text(self, key: str, *, numbers: bool = False) -> str:
        value = self._value.get(key)
        if isinstance(value, str):
            return cleaned(value)
        if numbers and _is_number(value) and abs(value) < _LARGEST_NUMBER:
            return str(value)
        self._skip(key, value)
        return ""

    def _items(self, key: str, kinds: type | tuple[type, ...]) -> list[object]:
        value = self._value.get(key)
        if isinstance(value, str) and isinstance(value, kinds):
            return [value]
        if not isinstance(value, list):
            self._skip(key, value)
            return []
        if any(item is not None and not isinstance(item, kinds) for item in value):
            self.skipped[f"{self._path}{key}[]"] = None
        return [item for item in value if isinstance(item, kinds)]

    def _skip(self, key: str, value: object) -> None:
        if value is not None:
            self.skipped[f"{self._path}{key}"] = None


class TextLines:
    """Builds the text of a resume line by line, within the limits.

    Args:
        name: the file's name, for messages.
        limits: `max_chars` applies.
    """

    def __init__(self, name: str, limits: ReadingLimits) -> None:
        self._name = name
        self._limits = limits
        self._lines: list[str] = []
        self._n_chars = 0

    def add(self, *texts: str) -> None:
        """Add the lines of some texts; empty texts add nothing."""
        for text in texts:
            if text:
                self._lines.append(text)
                self._n_chars += len(text) + 1
        if self._n_chars - 1 > self._limits.max_chars:
            raise LimitExceeded(
                f"{self._name} may have {self._limits.max_chars:,} characters. It has more. "
                "Raise max_chars if that is wanted."
            )

    def section(self, heading: str, paragraphs: Iterable[Iterable[str]]) -> None:
        """Add a heading and what it stands over, or nothing where that is empty."""
        pending = heading
        for paragraph in paragraphs:
            lines = [line for line in paragraph if line]
            if lines:
                self._gap()
                # No empty line after it: for "Awards" after jobs, the finder of sections would end there.
                self.add(pending, *lines)
                pending = ""

    def extracted(self, findings: tuple[Finding, ...]) -> Extracted:
        """Return the text as one page."""
        text = "\n".join(self._lines)
        return Extracted(text, (Span(0, len(text)),), findings=findings)

    def _gap(self) -> None:
        if self._lines:
            self._lines.append("")
            self._n_chars += 1


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cleaned(text: str) -> str:
    """Return a text without control characters and halves of characters."""
    return clean_text(_SURROGATE.sub("\ufffd", text))


def one_line(text: str) -> str:
    """Return a text with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines between empty ones."""
    paragraph: list[str] = []
    for line in lines:
        if line:
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def plain_line(line: str, label: str) -> str:
    """Return a line that nobody takes for a heading: "Portfolio" of a company is "Company: Portfolio".

    Args:
        line: one line, or an empty text, which stays empty.
        label: what to put before it; no heading itself.
    """
    said = any(heading_kind(part) is not None for part in (line, _COLON.split(line, maxsplit=1)[0]))
    return f"{label}: {line}" if line and said else line


def entry_prose(text: str, label: str) -> Iterator[str]:
    """Yield the lines of a text within an entry, none of which ends the section of the entry.

    A line that says "Education" and no more is joined with the next one: it is no heading of the resume.

    Args:
        text: any text.
        label: what to put before such a line where it is the last; no heading itself.
    """
    pending = ""
    for line in text.split("\n"):
        if pending:
            if line.strip():
                yield f"{pending}: {line.strip()}"
                pending = ""
        elif heading_kind(line) not in (None, *_WITHIN_ENTRIES):
            pending = line.strip().rstrip(":：")
        else:
            yield line
    if pending:
        yield f"{label}: {pending}"
