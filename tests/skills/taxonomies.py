"""A small taxonomy for tests: every kind of name and relation once."""

from metier.skills.taxonomy import Implication, Taxonomy, TaxonomyEntry
from metier.types import Skill


def entry(skill_id, label, *aliases, implies=(), **options):
    return TaxonomyEntry(
        Skill(skill_id, label, tuple(aliases), f"{label} in one sentence.", "things"),
        implies=tuple(Implication(target, f"{label} is built on {target}.") for target in implies),
        **options,
    )


def small_taxonomy():
    return Taxonomy(
        "small",
        [
            entry("python", "Python", "питон", "파이썬", "פייתון"),
            entry("java", "Java", "джава", "자바"),
            entry("javascript", "JavaScript", "JS"),
            entry("c", "C", exact=("C",), ambiguous=("C",), decoys=("Vitamin C", "C-level")),
            entry("cpp", "C++"),
            entry("csharp", "C#", "C Sharp"),
            entry("dotnet", ".NET", "dotnet", "ASP.NET"),
            entry("go", "Go", "Golang", exact=("Go",), ambiguous=("Go",), decoys=("go to market",)),
            entry("r", "R", exact=("R",), ambiguous=("R",), decoys=("R&D",)),
            entry("nodejs", "Node.js", "NodeJS", implies=("javascript",)),
            entry("django", "Django", implies=("python", "web")),
            entry("web", "Web development", "веб-разработка", implies=("http",)),
            entry("http", "HTTP"),
            entry("ml", "Machine learning", "машинное обучение", "ML", "기계 학습", "למידת מכונה"),
            entry("data-analysis", "Data analysis", "анализ данных"),
            entry("rest", "REST API", "REST", exact=("REST",)),
            entry("sql", "SQL"),
            entry("sql-server", "SQL Server", "MS SQL"),
            entry("unit-testing", "Unit test"),
        ],
        categories={"things": "Things"},
    )
