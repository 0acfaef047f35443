"""Further occurrences of a name that was found: whole, and its parts where they can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.documents.masking.name_lists import (
    case_forms,
    fold,
    is_given,
    is_no_name,
    ordinary_words,
    script_of,
)
from metier.documents.masking.name_words import FoundName
from metier.documents.masking.place import without
from metier.types import Mask, MaskKind, Span

_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr)\.?[ ])?"
_MIN_PART = 3
# What the cases and spellings of a name have in common, for a quick look whether it stands again at all.
_STEM = 3
_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BLANK = r"[ \u00a0\t]{1,3}"


def find_occurrences(text: str, names: Sequence[FoundName], *, below: int) -> Iterator[Mask]:
    """Yield the places where a found name stands again.

    A part of it alone, a surname or a given name, counts where it is capitalised and is no ordinary word: not
    in the list of such words, and not written small anywhere in the text.

    Args:
        text: the text with everything found so far taken out.
        names: the names as the header has them, and `text` still holds.
        below: parts count from here on; whole names everywhere.
    """
    rest = without(text, [Mask(name.span, MaskKind.NAME) for name in names])
    stems = {fold(text[part.start : part.end])[:_STEM] for name in names for part in name.parts}
    folded = fold(rest)
    if not any(stem and stem in folded for stem in stems):
        return
    whole = _whole_pattern(text, names)
    masks = [Mask(Span(*match.span()), MaskKind.NAME) for match in whole.finditer(rest)] if whole else []
    yield from masks
    rest = without(rest, masks)
    parts = _lone_parts(text, names)
    for match in _TOKEN.finditer(rest, below) if parts else ():
        word = match.group()
        if fold(word) in parts and _is_proper(word) and not _is_part_of_compound(rest, match):
            yield Mask(Span(*match.span()), MaskKind.NAME)


def _is_proper(word: str) -> bool:
    if script_of(word) in ("he", "ko"):
        return True
    return word[0].isupper() and (word[1:].islower() or len(word) > 3 or not word.isupper())


def _is_part_of_compound(text: str, match: re.Match[str]) -> bool:
    """Tell whether a word is joined to others by a hyphen, a dot or a slash: "Anna-2", "julia.io"."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 2]
    return (
        before in ("-", "_", "@", "#") or (after[:1] in ("-", "_", "@")) or bool(re.match(r"[./]\w", after))
    )


def _whole_pattern(text: str, names: Sequence[FoundName]) -> re.Pattern[str] | None:
    variants: set[str] = set()
    for name in names:
        words = [text[part.start : part.end] for part in name.parts]
        if len(words) == 1 and script_of(words[0]) not in ("ko", "zh"):
            continue
        if len("".join(words)) < 2:
            continue
        variants |= set(_orders(words))
        full = re.split(r"\s+", text[name.span.start : name.span.end])
        variants.add(_BLANK.join(re.escape(word) for word in full))
    if not variants:
        return None
    joined = "|".join(sorted(variants, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.]){_TITLE}(?:{joined})(?![\w@])", re.IGNORECASE)


def _orders(words: Sequence[str]) -> Iterator[str]:
    """Yield patterns of a name in other orders and with initials; words of a Russian name in any case."""
    if script_of(words[0]) in ("ko", "zh"):
        yield r"[ ]{0,3}".join(re.escape(char) for char in "".join(words).replace(" ", ""))
        return
    forms = [_forms(word) for word in words[:4]]
    yield _BLANK.join(forms)
    if len(forms) == 1:
        return
    yield rf",?{_BLANK}".join([forms[-1], *forms[:-1]])
    yield rf",?{_BLANK}".join([*forms[1:], forms[0]])
    if len(forms) > 2:
        yield rf"{forms[0]}{_BLANK}{forms[-1]}"
        yield rf"{forms[-1]}{_BLANK}{forms[0]}"
        yield rf"{forms[0]}{_BLANK}{forms[1]}"
        yield rf"{forms[1]}{_BLANK}{forms[2]}"
        yield rf"{forms[1]}{_BLANK}{forms[0]}"
    yield from _initials(words, forms)


def _initials(words: Sequence[str], forms: Sequence[str]) -> Iterator[str]:
    for i in sorted({0, len(forms) - 1}):
        if len(words[i]) < _MIN_PART:
            continue
        others = [word[0] for j, word in enumerate(words[: len(forms)]) if j != i]
        first = rf"{re.escape(others[0])}\."
        rest = "".join(rf"(?:[ ]?{re.escape(letter)}\.)?" for letter in others[1:])
        yield rf"{first}{rest}[ ]?{forms[i]}"
        yield rf"{forms[i]},?[ ]{first}{rest}"


def _forms(word: str) -> str:
    if script_of(word) != "ru" or len(word) < _MIN_PART:
        return re.escape(word)
    forms = case_forms(fold(word)) | {word.casefold()}
    return (
        "(?:"
        + "|".join(re.escape(form).replace("е", "[её]") for form in sorted(forms, key=len, reverse=True))
        + ")"
    )


def _lone_parts(text: str, names: Sequence[FoundName]) -> frozenset[str]:
    """Return the parts of names that may be masked alone, in lower case, Russian ones in any case."""
    parts = {
        text[part.start : part.end]
        for name in names
        for part in name.parts
        if len(text[part.start : part.end]) >= _MIN_PART
    }
    parts = {part for part in parts if script_of(part) not in ("ko", "zh") and " " not in part}
    small = _written_small(text, parts)
    found: set[str] = set()
    for part in parts:
        folded = fold(part)
        if folded in ordinary_words() or folded in small or is_no_name(part):
            continue
        if script_of(part) == "he" and (len(part) < 4 or not is_given(part)):
            continue
        forms = case_forms(folded) if script_of(part) == "ru" else {folded, f"{folded}'s", f"{folded}’s"}
        found |= {form for form in forms if form not in ordinary_words() and form not in small}
    return frozenset(found)


def _written_small(text: str, parts: set[str]) -> frozenset[str]:
    """Return the parts and their forms that the text writes without a capital."""
    forms = {
        form
        for part in parts
        for form in (case_forms(fold(part)) if script_of(part) == "ru" else {fold(part)})
    }
    return frozenset(word for word in map(fold, filter(str.islower, _TOKEN.findall(text))) if word in forms)
