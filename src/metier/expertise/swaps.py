"""Counterfactuals: a resume's text with one personal thing changed, and nothing else.

What masking finds in a resume is changed where it stands. A resume that does not say a thing gets a line
that does, once in each of two ways: those two texts differ in that thing alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from metier.documents.language import detect_language
from metier.documents.masking.find import find_masks
from metier.documents.sections import find_sections
from metier.errors import InvalidInput
from metier.expertise import swap_facts, swap_words
from metier.expertise.swap_gender import GENDERS, Replacement, gender_words
from metier.expertise.traits import LINES, Trait
from metier.types import Mask, MaskKind, Role, Section, SectionKind, Span


@dataclass(frozen=True, slots=True)
class Swap:
    """Two texts that differ in one personal thing.

    Attributes:
        trait: what differs.
        to: what was put in, in words of `swap_words`; never a word of the document.
        base: the text to compare with: that of the document, or that with a line added.
        replacements: what to change in `base`, in order, without overlaps, at least one.
        added: the document says nothing of the trait, so that a line was added to `base`.
    """

    trait: Trait
    to: str
    base: str
    replacements: tuple[Replacement, ...]
    added: bool

    @property
    def text(self) -> str:
        """Return the other text."""
        pieces, place = [], 0
        for item in self.replacements:
            pieces += [self.base[place : item.span.start], item.words]
            place = item.span.end
        return "".join([*pieces, self.base[place:]])


@dataclass(frozen=True, slots=True)
class _Page:
    """A text and what is known of it; `language` is ru, or en for all others."""

    text: str
    language: str
    sections: tuple[Section, ...]
    masks: tuple[Mask, ...]

    @classmethod
    def read(cls, text: str) -> _Page:
        sections = find_sections(text, Role.RESUME)
        language = detect_language(text)
        masks = find_masks(text, sections, language=language)
        return cls(text, "ru" if language == "ru" else "en", sections, masks)

    def of(self, kind: MaskKind) -> tuple[Mask, ...]:
        return tuple(mask for mask in self.masks if mask.kind is kind)

    def words(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def is_masked(self, span: Span) -> bool:
        return any(mask.span.start < span.end and span.start < mask.span.end for mask in self.masks)


@dataclass(frozen=True, slots=True)
class _Variant:
    """What to put in, and where."""

    to: str
    replacements: tuple[Replacement, ...]


def find_swaps(text: str, *, most: int = 4) -> tuple[Swap, ...]:
    """Return texts that differ from a resume's in one personal thing each, by trait.

    The same text gives the same swaps; other texts take other names and the like from the same lists.

    Args:
        text: a resume, as a person sees it; an empty one has no swaps.
        most: swaps of one trait, at least 1.

    Raises:
        InvalidInput: most is below 1.
    """
    if most < 1:
        raise InvalidInput(f"most must be at least 1. Got {most}.")
    if not text.strip():
        return ()
    page = _Page.read(text)
    found: list[Swap] = []
    for trait, variants in _VARIANTS.items():
        stated = [
            Swap(trait, item.to, text, item.replacements, added=False)
            for item in variants(page)
            if any(page.words(new.span) != new.words for new in item.replacements)
        ]
        found += _some(stated or _added(trait, page), text, most)
    return tuple(found)


def _some(swaps: Sequence[Swap], text: str, most: int) -> list[Swap]:
    """Return neighbours from a place that the text decides, so that many texts take turns."""
    if len(swaps) <= most:
        return list(swaps)
    start = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4], "big") % len(swaps)
    return [swaps[(start + i) % len(swaps)] for i in range(most)]


def _added(trait: Trait, page: _Page) -> list[Swap]:
    line = LINES[page.language][trait]
    place = len(page.text) if line.at_end else _below_name(page, trait)
    start = place + len(line.before)
    base = page.text[:place] + line.before + line.values[0] + line.behind + page.text[place:]
    span = Span(start, start + len(line.values[0]))
    return [Swap(trait, value, base, (Replacement(span, value),), added=True) for value in line.values[1:]]


def _below_name(page: _Page, trait: Trait) -> int:
    """Return where the second line starts if the first one holds the name, else 0."""
    end = page.text.find("\n") + 1
    named = any(mask.span.start < end for mask in page.of(MaskKind.NAME))
    return end if named and trait is not Trait.NAME else 0


def _turned(page: _Page, kind: MaskKind, to: str, turn: Callable[[str], str]) -> Iterator[_Variant]:
    """Yield the variant in which the words of all facts of a kind are turned, where there are any."""
    masks = page.of(kind)
    if masks:
        yield _Variant(to, tuple(Replacement(mask.span, turn(page.words(mask.span))) for mask in masks))


def _names(page: _Page) -> Iterator[_Variant]:
    roles = swap_facts.name_roles([page.words(mask.span) for mask in page.of(MaskKind.NAME)])
    for persona in swap_words.PERSONAS[page.language]:
        turn = partial(swap_facts.renamed, roles=roles, persona=persona)
        yield from _turned(page, MaskKind.NAME, persona.key, turn)


def _genders(page: _Page) -> Iterator[_Variant]:
    for gender in GENDERS:
        yield from _turned(page, MaskKind.GENDER, gender, partial(swap_facts.gender_as, gender=gender))


def _ages(page: _Page) -> Iterator[_Variant]:
    for age in swap_words.AGES:
        yield from _turned(page, MaskKind.AGE, str(age), partial(swap_facts.age_as, age=age))


def _births(page: _Page) -> Iterator[_Variant]:
    for year in swap_words.BIRTH_YEARS:
        yield from _turned(page, MaskKind.BIRTH_DATE, str(year), partial(swap_facts.birth_as, year=year))


def _families(page: _Page) -> Iterator[_Variant]:
    for i, status in enumerate(swap_words.FAMILY_STATUS["en"]):
        turn = partial(swap_facts.family_as, i=i, language=page.language)
        yield from _turned(page, MaskKind.MARITAL_STATUS, status, turn)


def _citizenships(page: _Page) -> Iterator[_Variant]:
    for country, form in swap_words.CITIZENSHIPS[page.language]:
        turn = partial(swap_facts.citizenship_as, country=country, form=form)
        yield from _turned(page, MaskKind.CITIZENSHIP, country, turn)


def _alike(kind: MaskKind, values: Iterable[str]) -> Callable[[_Page], Iterator[_Variant]]:
    """Return what yields variants in which all facts of a kind are one of some values."""

    def variants(page: _Page) -> Iterator[_Variant]:
        for value in values:
            yield _Variant(value, tuple(Replacement(mask.span, value) for mask in page.of(kind)))

    return variants


def _gender_words(page: _Page) -> Iterator[_Variant]:
    for gender in GENDERS:
        found = gender_words(page.text, gender, language=page.language)
        yield _Variant(gender, tuple(item for item in found if not page.is_masked(item.span)))


def _cities(page: _Page) -> Iterator[_Variant]:
    return _places(page, swap_words.CITIES[page.language], swap_words.NEW_CITIES[page.language])


def _countries(page: _Page) -> Iterator[_Variant]:
    return _places(page, swap_words.COUNTRIES[page.language], swap_words.NEW_COUNTRIES[page.language])


def _places(page: _Page, known: Sequence[str], new: Sequence[str]) -> Iterator[_Variant]:
    """Yield variants with another place for the one that is named first, wherever it is named."""
    words = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    found = _unmasked(page, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])"))
    spans = [span for span in found if page.words(span) == page.words(found[0])]
    for name in new:
        yield _Variant(name, tuple(Replacement(span, name) for span in spans))


def _schools(page: _Page) -> Iterator[_Variant]:
    found = _unmasked(page, swap_words.SCHOOL[page.language])
    of_education = [s.span for s in page.sections if s.kind is SectionKind.EDUCATION]
    if of_education:
        found = [span for span in found if any(s.start <= span.start < s.end for s in of_education)]
    for name in swap_words.NEW_SCHOOLS[page.language]:
        yield _Variant(name, tuple(Replacement(span, name) for span in found))


def _unmasked(page: _Page, pattern: re.Pattern[str]) -> list[Span]:
    found = [Span(*match.span()) for match in pattern.finditer(page.text)]
    return [span for span in found if not page.is_masked(span)]


_VARIANTS: Final[Mapping[Trait, Callable[[_Page], Iterator[_Variant]]]] = MappingProxyType(
    {
        Trait.NAME: _names,
        Trait.GENDER: _genders,
        Trait.AGE: _ages,
        Trait.BIRTH_DATE: _births,
        Trait.FAMILY: _families,
        Trait.CITIZENSHIP: _citizenships,
        Trait.PHOTO: _alike(MaskKind.PHOTO, swap_words.PHOTOS),
        Trait.EMAIL: _alike(MaskKind.EMAIL, swap_words.EMAILS),
        Trait.PHONE: _alike(MaskKind.PHONE, swap_words.PHONES),
        Trait.GENDER_WORDS: _gender_words,
        Trait.CITY: _cities,
        Trait.COUNTRY: _countries,
        Trait.SCHOOL: _schools,
    }
)
