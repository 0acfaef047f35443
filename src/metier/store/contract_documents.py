"""The documents that the contract of stores is checked with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.store.entries import Entry, EntrySkill
from metier.types import EvidenceLabel, Importance, Role, Span

DIM: Final = 24


def vector_of(name: str, dim: int = DIM) -> NDArray[np.float32]:
    """Return a unit vector (dim,) that a name stands for."""
    seed = int.from_bytes(hashlib.sha256(name.encode(errors="replace")).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(dim)
    unit: NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def document(
    identifier: str, *, text: str, title: str = "", language: str = "en", source: str = "", dim: int = DIM
) -> Entry:
    """Return a resume whose vector stands for its text, with one passage: the first character."""
    return Entry(
        id=identifier,
        role=Role.RESUME,
        source=source or f"{identifier}.pdf",
        language=language,
        title=title,
        text=text,
        digest=hashlib.sha256(text.encode(errors="replace")).hexdigest(),
        skills=(),
        vector=vector_of(text, dim),
        passages=(Span(0, 1),),
        passage_vectors=vector_of(f"{text} passage", dim)[None],
    )


def _explicit(*ids: str) -> tuple[EntrySkill, ...]:
    return tuple(EntrySkill(one, one.title(), EvidenceLabel.EXPLICIT) for one in ids)


def _documents() -> tuple[Entry, ...]:
    return (
        replace(
            document("resume-en", title="Engineer", text="A developer of C++ services for banks."),
            passages=(Span(0, 11), Span(12, 38)),
            passage_vectors=np.stack([vector_of("one"), vector_of("two")]),
            skills=_explicit("Py", "cpp", "go"),
            years=5.0,
            level="Senior",
            place="Berlin",
            date="2026-01-15",
        ),
        replace(
            document("vacancy-en", title="Programmer", text="We are developing services in C# on .NET."),
            role=Role.VACANCY,
            skills=(
                EntrySkill("go", "Go", EvidenceLabel.IMPLICIT, Importance.REQUIRED, 1),
                EntrySkill("cs", "C#", EvidenceLabel.EXPLICIT, Importance.PREFERRED, 1),
            ),
            years=3.0,
            level="middle",
            place="Remote",
            date="2025-12-31",
        ),
        replace(
            document("resume-ru", text="Разработчик на Node.js, services.", language="ru"),
            skills=_explicit("py"),
            years=0.0,
            place="Москва",
        ),
        replace(
            document("vacancy-ru", text="Ищем: разработчик, services, учет.", language="ru"),
            role=Role.VACANCY,
            level="senior",
            place="москва",
            date="2026-01-16",
        ),
        replace(
            document("vacancy-de", title="Accountant", text="Services to firms of any size.", language="de"),
            role=Role.VACANCY,
            years=2.5,
        ),
        document("resume-de", text="An accountant of services."),
        replace(
            document("resume-plain", text="Services and bookkeeping."),
            passages=(),
            passage_vectors=np.empty((0, DIM), np.float32),
        ),
    )


# Four resumes and three vacancies in English, Russian and German; each says "services".
DOCUMENTS: Final = _documents()

# Every field with every operator it has, values in other letters, and conditions together.
FILTERS: Final = (
    (),
    ("role=vacancy",),
    ("role=resume,vacancy",),
    ("role!=vacancy",),
    ("language=en",),
    ("language=EN,ru",),
    ("language!=ru",),
    ("level=senior",),
    ("level!=senior",),
    ("place=МОСКВА",),
    ("place=berlin,remote",),
    ("place!=москва",),
    ("skill=py",),
    ("skill=PY,cs",),
    ("skill!=go",),
    ("skill!=py,cs",),
    ("years=3",),
    ("years=0,5",),
    ("years!=3",),
    ("years>=3",),
    ("years<=2.5",),
    ("date=2026-01-15",),
    ("date!=2026-01-15",),
    ("date>=2026-01-15",),
    ("date<=2026-01-15",),
    ("role=resume", "skill=py", "years>=1"),
    ("skill=go", "skill=cs"),
    ("place=' OR 1=1 --",),
    ("level=%", "place!=_"),
)
