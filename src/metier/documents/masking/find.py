"""The personal facts of a resume that no score may see, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from metier.documents.masking.contacts import find_emails
from metier.documents.masking.links import find_handles, find_pages, own_words
from metier.documents.masking.name_words import FoundName
from metier.documents.masking.names import find_header_names, find_name_below
from metier.documents.masking.occurrences import find_occurrences
from metier.documents.masking.personal import find_births, find_personal, find_photos
from metier.documents.masking.phones import find_phones
from metier.documents.masking.place import Region, find_personal_region, find_region, without
from metier.types import Mask, MaskKind, Section, Span

# Columns that were printed side by side; letter-spaced Korean names have wide gaps too.
_WIDE_GAP = re.compile(r"(?<=[^\s가-힣])[ ]{3,}(?=\S)|(?<=[가-힣])[ ]{3,}(?=[^\s가-힣])")
_BARE_AGE = re.compile(r"[ ]?[,|/(][ ]?((?:1[6-9]|[2-7]\d))(?=[ ]?[,|/)]|[ ]*(?:\n|$))")


def find_masks(text: str, sections: Sequence[Section], *, language: str) -> tuple[Mask, ...]:
    """Return the personal facts of a resume.

    Only values are found, not their labels. Where two kinds could claim the same words, the first of these
    has them: e-mail, photo, link, birth date, phone, age, marital status, citizenship, gender, name.

    Args:
        text: the whole text; an empty one holds none.
        sections: its sections, in order; without them the first lines count as the header.
        language: ISO 639-1 code of the text. Words are judged by their script; the language settles which
            script a name is expected in.

    Returns:
        Masks in order of the text, without overlaps and without blanks at their ends.
    """
    region = find_region(text, sections)
    facts = _facts(text, region, sections)
    rest = without(text, facts)
    local_parts = [
        text[mask.span.start : mask.span.end].lower().partition("@")[0]
        for mask in facts
        if mask.kind is MaskKind.EMAIL
    ]
    rest = _WIDE_GAP.sub(lambda gap: "\t" * len(gap.group()), rest)
    names = find_header_names(rest, region, emails=local_parts, language=language)
    if not names:
        below = find_name_below(rest, region, emails=local_parts)
        names = (below,) if below is not None else ()
    return _in_order(facts, _name_masks(rest, names, region))


def _facts(text: str, region: Region, sections: Sequence[Section]) -> tuple[Mask, ...]:
    """Return all but the names; each kind is looked for in what those before it left."""
    emails = tuple(find_emails(text))
    owner = own_words(text, emails, region)
    found: tuple[Mask, ...] = emails
    rest = without(text, emails)
    for masks in (
        tuple(find_photos(rest, region)),
        tuple(find_pages(rest, region, owner)),
    ):
        found += masks
    found = _in_order(found)
    rest = without(text, found)
    for finder in (find_births, find_handles, find_phones):
        masks = tuple(finder(rest, region))
        found += masks
        rest = without(rest, masks)
    return found + find_personal(rest, find_personal_region(region, sections))


def _name_masks(text: str, names: Sequence[FoundName], region: Region) -> tuple[Mask, ...]:
    own = tuple(Mask(name.span, MaskKind.NAME) for name in names)
    again = find_occurrences(
        text, names, below=min(region.header_end, max((m.span.end for m in own), default=0))
    )
    return own + tuple(again) + tuple(_ages_behind(text, names))


def _ages_behind(text: str, names: Sequence[FoundName]) -> Iterator[Mask]:
    """Yield ages that stand bare behind a name: "Anna Lindqvist, 34, Malmö"."""
    for name in names:
        match = _BARE_AGE.match(text, name.span.end)
        if match is not None:
            yield Mask(Span(*match.span(1)), MaskKind.AGE)


def _in_order(*groups: Iterable[Mask]) -> tuple[Mask, ...]:
    """Return masks by place, without those that start inside another one."""
    ranked = [
        (mask.span.start, rank, -mask.span.end, mask)
        for rank, group in enumerate(groups)
        for mask in group
        if mask.span.end > mask.span.start
    ]
    kept: list[Mask] = []
    for _, _, _, mask in sorted(ranked, key=lambda item: item[:3]):
        if not kept or mask.span.start >= kept[-1].span.end:
            kept.append(mask)
    return tuple(kept)
