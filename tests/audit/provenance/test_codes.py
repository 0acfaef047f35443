import re
from pathlib import Path

from metier.audit.provenance.codes import CHECK_OF, NOT_LOOKED_AT

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "src/metier/audit/provenance").glob("*.py"),
    *(ROOT / "src/metier/encoders/structure").glob("*.py"),
]
CODE = re.compile(
    r'(?:ScanFinding|_finding|_say)\(\s*(?:walk,\s*)?"([a-z-]+)"|yield \("([a-z-]+)", Severity'
    r'|(?:return|damaged =) \(\s*"([a-z-]+)",\s*Severity'
)


def codes_in_source():
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return {one or two or three for one, two, three in CODE.findall(text)}


def test_every_code_of_the_source_belongs_to_a_check():
    assert {"pickle", "drift", "link-outside", "slow-pattern", "unsafe-operator"} <= codes_in_source()
    assert codes_in_source() == set(CHECK_OF)
    assert set(CHECK_OF) >= NOT_LOOKED_AT


def test_every_code_is_explained():
    page = (ROOT / "docs/reference/audit-model.md").read_text(encoding="utf-8")
    assert {code for code in CHECK_OF if f"`{code}`" not in page} == set()
    assert {name for name in CHECK_OF.values() if f"`{name}`" not in page} == set()
