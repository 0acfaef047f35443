import hashlib

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import log, taxonomies, workspaces
from tests.store.workspaces.world import ACTOR, make_world

CONTENT = '{"skills": [{"name": "Go"}]}'


@pytest.fixture
def here(transaction):
    return transaction, workspaces.add(transaction, ACTOR, name="Team").id


def add(here, content=CONTENT, name="Ours"):
    return taxonomies.add(*here, ACTOR, name=name, content=content, n_skills=1)


def test_a_taxonomy_is_kept_as_it_came(here):
    made, new = add(here)
    assert new
    assert taxonomies.get(*here, made.id) == made
    assert taxonomies.content(*here, made.id) == CONTENT
    assert (made.name, made.n_skills, made.created_at) == ("Ours", 1, here[0].at)
    assert made.sha256 == hashlib.sha256(CONTENT.encode()).hexdigest()


def test_the_same_content_again_is_the_same_taxonomy(here):
    first, _ = add(here)
    assert add(here, name="Again") == (first, False)
    assert taxonomies.page(*here).items == (first,)


def test_the_same_content_in_two_workspaces_is_two_taxonomies(here):
    first, _ = add(here)
    other = workspaces.add(here[0], ACTOR, name="Others").id
    second, new = add((here[0], other))
    assert new
    assert (second.sha256, second.workspace) == (first.sha256, other)
    assert taxonomies.page(*here).items == (first,)


def test_taxonomies_are_listed_page_by_page(here):
    made = {add(here, f"[{number}]")[0].id for number in range(3)}
    first = taxonomies.page(*here, limit=2)
    rest = taxonomies.page(*here, after=first.after, limit=2)
    assert {one.id for one in (*first.items, *rest.items)} == made
    assert rest.after is None
    with pytest.raises(InvalidInput, match="limit"):
        taxonomies.page(*here, limit=0)


def test_none_is_in_use_until_one_is_chosen_and_again_when_it_is_given_up(here):
    first, second = add(here)[0], add(here, "[]")[0]
    assert taxonomies.in_use(*here) is None
    for chosen in (first, second):
        assert taxonomies.use(*here, ACTOR, chosen.id) == taxonomies.in_use(*here) == chosen
        assert workspaces.get(*here).taxonomy == chosen.id
    assert taxonomies.use(*here, ACTOR, None) is taxonomies.in_use(*here) is None


def test_a_change_is_logged_once_by_ids(here):
    made, _ = add(here, name="Zanzibar")
    for _ in range(2):
        taxonomies.use(*here, ACTOR, made.id)
    found = [(entry.action, entry.subject, entry.details) for entry in log.entries(*here)]
    assert found[1:] == [
        ("taxonomy.add", made.id, {}),
        ("workspace.use-taxonomy", here[1], {"taxonomy": made.id}),
    ]
    assert "Zanzibar" not in str(log.entries(*here))


def test_a_renamed_workspace_uses_what_it_used(here):
    made, _ = add(here)
    taxonomies.use(*here, ACTOR, made.id)
    assert workspaces.rename(*here, ACTOR, name="Crew").taxonomy == made.id
    assert workspaces.page(here[0]).items[0].taxonomy == made.id


def test_the_taxonomy_of_another_workspace_cannot_be_used(here):
    other = make_world(here[0])
    with pytest.raises(NotFound, match="no taxonomy"):
        taxonomies.use(*here, ACTOR, other.taxonomy)
    assert taxonomies.in_use(*here) is None


def test_what_cannot_be_kept_is_refused(here, monkeypatch):
    for n_skills in (-1, taxonomies.MAX_SKILLS + 1):
        with pytest.raises(InvalidInput, match="n_skills must be from 0"):
            taxonomies.add(*here, ACTOR, name="Ours", content=CONTENT, n_skills=n_skills)
    monkeypatch.setattr(taxonomies, "MAX_JSON_CHARS", 10)
    with pytest.raises(InvalidInput, match="content must have at most 10 characters"):
        add(here)
    assert taxonomies.page(*here).items == ()
