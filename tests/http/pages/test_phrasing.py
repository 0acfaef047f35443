import re
from pathlib import Path

import pytest

from metier.http.pages import phrasing
from metier.http.pages.phrasing import CATALOGUES, PageWords

EN, RU = PageWords("en"), PageWords("ru")
TEMPLATES = Path(phrasing.__file__).parent / "templates"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("n", "words"),
    [(1, "1 навык"), (3, "3 навыка"), (11, "11 навыков"), (21, "21 навык"), (112, "112 навыков")],
)
def test_nouns_stand_in_the_right_form_after_a_number(n, words):
    assert RU.count("skill", n).replace(NBSP, " ") == words


def test_dates_and_sizes_are_written_as_the_language_writes_them():
    at = "2026-11-02T13:45:59.000000Z"
    assert EN.moment(at) == "2 November 2026, 13:45 UTC"
    assert RU.day(at) == "2 ноября 2026"
    assert EN.size(1_500_000).replace(NBSP, " ") == "1.5 MB"
    assert RU.size(1_500).replace(NBSP, " ") == "1,5 КБ"
    assert EN.size(12).replace(NBSP, " ") == "12 bytes"


def test_what_has_no_phrase_is_called_by_its_code():
    assert EN.or_code("job_kind", "erase-index") == "Erasing from the search index"
    assert EN.or_code("job_kind", "something-new") == "something-new"


def test_both_languages_have_the_same_phrases_with_the_same_values():
    english, russian = CATALOGUES["en"].phrases, CATALOGUES["ru"].phrases
    assert set(english) == set(russian)
    for key, phrase in english.items():
        assert set(re.findall(r"%\((\w+)\)s", phrase)) == set(re.findall(r"%\((\w+)\)s", russian[key])), key


def test_every_counted_noun_has_all_of_its_forms():
    assert set(CATALOGUES["en"].counted) == set(CATALOGUES["ru"].counted)
    assert {len(forms) for forms in CATALOGUES["en"].counted.values()} == {2}
    assert {len(forms) for forms in CATALOGUES["ru"].counted.values()} == {3}
    assert {len(catalogue.months) for catalogue in CATALOGUES.values()} == {12}


def test_no_key_is_hidden_by_a_method_of_mappings():
    assert [key for key in CATALOGUES["en"].phrases if hasattr(dict, key)] == []


def test_templates_ask_only_for_phrases_that_there_are():
    asked = {
        key
        for path in TEMPLATES.glob("*.j2")
        for key in re.findall(r'\bw\.([a-z_]+)|\bw\["([a-z_]+)"\]', path.read_text(encoding="utf-8"))
        for key in key
        if key
    }
    assert asked - set(CATALOGUES["en"].phrases) == set()


def test_no_phrase_is_left_that_nobody_asks_for():
    sources = [*TEMPLATES.glob("*.j2"), *TEMPLATES.parent.glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    groups = {
        *re.findall(r'"([a-z_]+_)" ~', text),
        *(f"{one}_" for one in re.findall(r'or_code\("(\w+)"', text)),
    }
    groups |= {"decided_", "done_"}
    unused = [
        key
        for key in CATALOGUES["en"].phrases
        if not re.search(rf"\b{key}\b", text) and not key.startswith(tuple(groups))
    ]
    assert unused == []


def test_one_level_that_cannot_be_ruled_out_leaves_no_doubt_to_tell():
    from metier.types import Expertise, Level

    def found(*levels: Level) -> Expertise:
        return Expertise(
            Level.SENIOR, (0.0,) * 5, levels, 0.9, 3.0, None, None, (), (), (), "model", "0" * 64
        )

    assert EN.level_doubt(found(Level.SENIOR)) == ""
    assert "middle" in EN.level_doubt(found(Level.MIDDLE, Level.SENIOR))
