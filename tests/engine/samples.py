"""A small index of made-up documents for tests of indexing and searching."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from metier.documents.source import Source
from metier.encoders.fake import FakeEncoder
from metier.engine import Engine
from metier.engine.indexing import EntryMaker
from metier.limits import ReadingLimits
from metier.search.vectors import SearchEncoder
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import YearMonth

RESUMES = {
    "anna": "Anna Lindqvist\nBackend engineer\nanna@example.org\n\nSkills\nPython, Django, PostgreSQL\n\n"
    "Experience\nEngineer, Acme, Jan 2020 - Dec 2023\nWrote booking services in Python and Django.",
    "olga": "Ольга Смирнова\nБухгалтер\nolga@example.org\n\nОпыт работы\nБухгалтер, ООО Ромашка, январь 2019 "
    "— декабрь 2021\nВела налоговый учёт, сдавала отчётность в 1С и Excel.",
    "ivan": "Ivan Petrov\nData analyst\nivan@example.org\n\nSkills\nSQL, Excel, Tableau\n\nExperience\n"
    "Analyst, Bank, Mar 2018 - Mar 2024\nBuilt dashboards in Tableau for the sales team.",
}
VACANCIES = {
    "backend": "Senior Python developer\n\nRequirements\n- Python\n- Django or FastAPI\n- PostgreSQL\n- Kafka"
    "\n- at least 3 years of experience",
    "ledger": "Бухгалтер\n\nТребования\n- 1С\n- Excel\n- опыт работы от 2 лет",
}


@contextmanager
def a_maker(dim: int = 32) -> Iterator[EntryMaker]:
    """Open what makes entries with the fake encoder; skills go by words."""
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        yield EntryMaker(engine, SearchEncoder(FakeEncoder(dim)))


def rows(texts: dict[str, str], **fields: str) -> list[Source]:
    """Return texts as rows with ids."""
    return [Source(name, text=text, fields=fields) for name, text in texts.items()]
