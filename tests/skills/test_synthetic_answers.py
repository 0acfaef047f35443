import json

import pytest

from metier.skills.data import LabelledText
from metier.skills.synthetic_answers import AnswerChecker, Correction, Refusal, Verdict
from metier.skills.synthetic_prompts import JobLevel, Wish
from metier.skills.taxonomy import Taxonomy
from tests.skills.taxonomies import entry

TAXONOMY = Taxonomy(
    "jobs",
    [
        entry("sql", "SQL"),
        entry("git", "Git"),
        entry("teaching", "Teaching", "mentoring", practice=True),
        entry("testing", "Testing", practice=True),
    ],
)
SKILLS = {each.skill.id: each.skill for each in TAXONOMY.entries}
WISH = Wish(JobLevel.MID, "en", (SKILLS["sql"], SKILLS["git"]), (SKILLS["teaching"],), (10, 200))
TEXT = "You write SQL every day and show newcomers how it is done."


def check(text=TEXT, explicit=("SQL",), implicit=(), wish=WISH):
    content = json.dumps({"text": text, "explicit": list(explicit), "implicit": list(implicit)})
    return AnswerChecker(TAXONOMY).check(content, wish)


def test_a_good_answer_is_a_row_that_is_not_complete():
    assert check(implicit=["Teaching"]) == Verdict(
        LabelledText(TEXT, {"sql": 1.0, "teaching": 0.5}, complete=False)
    )


@pytest.mark.parametrize(
    "wrapped",
    ["```json\n{}\n```", "Here it is: {} Have fun.", "<think>Maybe {{x}}?</think>\n{}"],
)
def test_answers_are_found_within_other_words(wrapped):
    content = wrapped.replace("{}", json.dumps({"text": TEXT, "explicit": ["SQL"]})).replace("{{", "{")
    assert AnswerChecker(TAXONOMY).check(content, WISH).row is not None


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "Sorry, I cannot.",
        '{"text": "You write SQL',
        "[]",
        "}{",
        '{"explicit": ["SQL"]}',
        '{"text": 5, "explicit": ["SQL"]}',
        '{"text": "", "explicit": ["SQL"]}',
        '{"text": "SQL \\ud800 every day", "explicit": ["SQL"]}',
        '{"text": "SQL every day", "explicit": "SQL"}',
        '{"text": "SQL every day", "explicit": [1]}',
        '{"text": "SQL every day", "explicit": ["SQL"], "implicit": null}',
        '{"a":' * 100_000 + "}",
    ],
)
def test_what_is_not_in_the_asked_form_is_refused(content):
    assert AnswerChecker(TAXONOMY).check(content, WISH) == Verdict(refusal=Refusal.MALFORMED)


@pytest.mark.parametrize(
    ("length", "refusal"), [(9, Refusal.LENGTH), (10, None), (200, None), (201, Refusal.LENGTH)]
)
def test_a_text_keeps_to_the_bounds_of_length(length, refusal):
    assert check("SQL " + "x" * (length - 4)).refusal == refusal


@pytest.mark.parametrize(
    "fact", ["ann@firm.example", "Write to ann (at) firm.example", "+7 912 345-67-89", "Call (212) 555-0148"]
)
def test_personal_data_is_refused(fact):
    assert check(f"{TEXT} {fact}").refusal is Refusal.PERSONAL_DATA


def test_sums_and_years_are_no_phone_numbers():
    assert check(f"{TEXT} Pay: 100 000 - 150 000. Since 2019.").refusal is None


def test_a_near_copy_of_an_accepted_text_is_refused():
    checker = AnswerChecker(TAXONOMY)
    content = json.dumps({"text": f"{TEXT} Welcome!", "explicit": ["SQL"]})
    assert checker.check(content, WISH).row is not None
    checker.accept(TEXT)
    assert checker.check(content, WISH) == Verdict(refusal=Refusal.NEAR_COPY)


@pytest.mark.parametrize(
    ("explicit", "implicit", "labels", "corrections"),
    [
        (["SQL", "Cobol"], [], {"sql": 1.0}, [Correction.UNKNOWN_SKILL]),
        (["SQL", "Git"], [], {"sql": 1.0}, [Correction.NOT_NAMED]),
        (["SQL", "Teaching"], [], {"sql": 1.0, "teaching": 0.5}, [Correction.MADE_IMPLICIT]),
        ([], ["SQL"], {"sql": 1.0}, [Correction.MADE_EXPLICIT]),
        (["SQL"], ["Testing"], {"sql": 1.0}, [Correction.NOT_ASKED_FOR]),
        (["SQL"], ["Git"], {"sql": 1.0}, [Correction.NOT_NAMED]),
        (["SQL", "Testing"], [], {"sql": 1.0}, [Correction.NOT_NAMED]),
        (["sql", "SQL", "SQL"], ["Sql"], {"sql": 1.0}, [Correction.MADE_EXPLICIT]),
    ],
)
def test_labels_are_what_the_text_bears_out(explicit, implicit, labels, corrections):
    verdict = check(explicit=explicit, implicit=implicit)
    assert dict(verdict.row.labels) == labels
    assert list(verdict.corrections) == corrections


@pytest.mark.parametrize("explicit", [[], ["Cobol"], ["Git"]])
def test_a_text_without_a_skill_is_refused(explicit):
    assert check(explicit=explicit) == Verdict(refusal=Refusal.NO_SKILL)


def test_a_skill_that_was_not_asked_for_counts_where_it_is_named():
    assert check(f"{TEXT} Testing is part of it.", ["SQL", "Testing"]).row.labels == {
        "sql": 1.0,
        "testing": 1.0,
    }
