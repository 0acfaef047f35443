"""Forms as they were sent: fields as text, files as bytes, checked to come from pages of ours."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile

from metier.errors import InvalidInput
from metier.http.pages.csrf import FIELD
from metier.http.pages.visit import Anyone, SignedIn, Visit, check_form
from metier.service.once import Once

_MOST_FIELDS: Final = 2_000
_MOST_FIELD_BYTES: Final = 4_000_000
# The longest answer of an interview has 1,000,000 characters, in UTF-8 of up to four bytes each.
_MOST_FIELDS_OF_ANYONE: Final = 20
_MOST_FIELD_BYTES_OF_ANYONE: Final = 4_200_000


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that was sent."""

    visit: Visit
    form: FormData

    def text(self, name: str) -> str:
        """Return a field with its ends trimmed; nothing where it was not sent."""
        value = self.form.get(name, "")
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all values of a field, in their order."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Return the files of a field; a browser sends an empty one for none, which is left out."""
        sent = self.form.getlist(name)
        return [one for one in sent if isinstance(one, UploadFile) and (one.filename or one.size)]

    def once(self, content: bytes = b"") -> Once | None:
        """Return what makes sending the same form twice the same as once; None where it has no number.

        Who goes back and sends the form with other words or files asks for something else.

        Args:
            content: of the files that came with it.
        """
        number = self.text("once")
        if not number:
            return None
        fields = [(name, value) for name, value in self.form.multi_items() if isinstance(value, str)]
        told = json.dumps(fields).encode() + content
        sha256 = hashlib.sha256(told).hexdigest()
        return Once(f"{number[:64]}-{sha256[:32]}", sha256)


async def by_visitor(visit: SignedIn) -> AsyncIterator[Posted]:
    """Yield a form of somebody who is signed in; whoever is not is refused before it is read."""
    options = visit.site.options
    limits = {"max_files": options.max_files, "max_fields": _MOST_FIELDS, "max_part_size": _MOST_FIELD_BYTES}
    async with _read(visit, limits) as posted:
        yield posted


async def by_anyone(visit: Anyone) -> AsyncIterator[Posted]:
    """Yield a form of whoever sends it; it is held in memory, so it is small and has no files.

    Routes that take it stand in `metier.http.limits.FORMS_OF_ANYONE`.
    """
    limits = {
        "max_files": 0,
        "max_fields": _MOST_FIELDS_OF_ANYONE,
        "max_part_size": _MOST_FIELD_BYTES_OF_ANYONE,
    }
    async with _read(visit, limits) as posted:
        yield posted


@asynccontextmanager
async def _read(visit: Visit, limits: Mapping[str, int]) -> AsyncIterator[Posted]:
    async with visit.request.form(**limits) as form:
        posted = Posted(visit, form)
        check_form(visit, posted.text(FIELD))
        yield posted


def number_of(fields: Mapping[str, str], name: str, *, least: float, most: float) -> float | None:
    """Return a number of a form or a query; None where it is empty.

    Raises:
        InvalidInput: it is no number, or out of its range.
    """
    text = fields.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise InvalidInput(f"{name} must be a number from {least:g} to {most:g}.")
    return value


PostedBySignedIn = Annotated[Posted, Depends(by_visitor)]
PostedByAnyone = Annotated[Posted, Depends(by_anyone)]
