import random

import pytest

from metier.skills.synthetic_prompts import LANGUAGES, JobLevel, Wish, choose_skills, write_prompt
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Skill


def skill(name, category=None):
    return Skill(name, name.title(), (), f"All about {name}.", category)


TAXONOMY = Taxonomy(
    "jobs",
    [
        TaxonomyEntry(skill(f"{category}-{i}", category), practice=i % 2 == 0)
        for category in ("data", "web", "ops")
        for i in range(10)
    ],
)


@pytest.mark.parametrize("seed", range(20))
def test_chosen_skills_are_different_and_in_number(seed):
    choice = choose_skills(TAXONOMY, random.Random(seed), least=3, most=8)
    ids = [each.id for each in (*choice.explicit, *choice.implicit)]
    assert 3 <= len(ids) == len(set(ids)) <= 8
    assert len(choice.implicit) <= len(ids) // 3
    assert choice.explicit


@pytest.mark.parametrize("seed", range(20))
def test_only_practices_are_to_be_shown_without_their_name(seed):
    choice = choose_skills(TAXONOMY, random.Random(seed), least=6, most=6)
    assert all(TAXONOMY.entry(each.id).practice for each in choice.implicit)


def test_a_small_taxonomy_gives_what_it_has():
    tiny = Taxonomy("tiny", TAXONOMY.entries[:2])
    assert len(choose_skills(tiny, random.Random(0), least=5, most=9).explicit) == 2


@pytest.mark.parametrize("level", JobLevel)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_tells_level_language_length_and_skills(level, language):
    wish = Wish(level, language, (skill("sql"), Skill("git", "Git")), (skill("teaching"),), (300, 900))
    task = write_prompt(wish).task
    assert f"in {LANGUAGES[language]} for a" in task
    assert "300 to 900 characters" in task
    assert "- Sql: All about sql.\n- Git\n" in task
    assert (
        task.index("must be named")
        < task.index("- Sql")
        < task.index("never write")
        < task.index("- Teaching")
    )


def test_levels_have_prompts_of_their_own():
    tasks = {write_prompt(Wish(level, "en", (skill("sql"),), (), (1, 9))).task for level in JobLevel}
    assert len(tasks) == 3
    assert all("duties alone" not in task for task in tasks)
