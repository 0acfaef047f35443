"""Templates of questions about any skill: the same parts in each language, with a place for the skill."""

from __future__ import annotations

from dataclasses import astuple, fields

import pytest

from metier.engine.interview_words import SKILL_WORDS, SkillWords

ABOUT_THE_SKILL = [
    field.name
    for field in fields(SkillWords)
    if field.name.startswith(("what", "purpose", "heard", "did", "basic", "detailed"))
]


def texts(words, name):
    value = getattr(words, name)
    return (value,) if isinstance(value, str) else value


@pytest.mark.parametrize("language", SKILL_WORDS)
def test_every_part_has_words(language):
    words = SKILL_WORDS[language]
    assert all(
        text.strip() for name in (field.name for field in fields(words)) for text in texts(words, name)
    )


@pytest.mark.parametrize("language", SKILL_WORDS)
@pytest.mark.parametrize("name", ["what", "purpose", "heard", "did", "basic", "basic_partial"])
def test_questions_name_the_skill(language, name):
    assert all("{skill}" in text for text in texts(SKILL_WORDS[language], name))


@pytest.mark.parametrize("language", SKILL_WORDS)
def test_no_template_has_another_place_to_fill(language):
    for name in ABOUT_THE_SKILL:
        for text in texts(SKILL_WORDS[language], name):
            filled = text.format(skill="C++")
            assert "{" not in filled
            assert "}" not in filled


@pytest.mark.parametrize("language", SKILL_WORDS)
@pytest.mark.parametrize("name", ["purpose_again", "basic_again", "detailed_again"])
def test_follow_ups_ask(language, name):
    assert getattr(SKILL_WORDS[language], name).endswith("?")


def test_the_languages_have_words_of_their_own():
    english, russian, korean = (set(map(str, astuple(SKILL_WORDS[code]))) for code in ("en", "ru", "ko"))
    assert not english & russian
    assert not russian & korean
