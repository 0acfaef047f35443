import pytest

from metier.errors import NotFound, TaxonomyError
from metier.service import taxonomies
from metier.skills.taxonomy_files import default_taxonomy, dump_taxonomy

CSV = b"id,label,aliases\npython,Python,\ndocker,Docker,containers\n"
YAML = b"name: ours\nskills:\n  - {id: python, label: Python}\n"


def add(service, team, content=CSV, name="Our skills.csv"):
    return taxonomies.add(service, team.admin, content, name=name)


def test_a_taxonomy_is_kept_and_not_used_yet(service, team):
    added = add(service, team)
    assert (added.name, added.n_skills) == ("Our skills", 2)
    assert taxonomies.page(service, team.viewer).items == (added,)
    assert taxonomies.in_use(service, team.viewer.workspace) is None
    assert taxonomies.used(service, team.viewer) is None


def test_a_taxonomy_is_used_until_another_is(service, team):
    added = add(service, team)
    assert taxonomies.use(service, team.admin, added.id) == added
    found = taxonomies.in_use(service, team.viewer.workspace)
    assert [entry.skill.label for entry in found.entries] == ["Python", "Docker"]
    assert taxonomies.used(service, team.viewer) == added
    assert taxonomies.use(service, team.admin, None) is None
    assert taxonomies.in_use(service, team.viewer.workspace) is None


def test_the_same_taxonomy_again_is_the_one_that_is_there(service, team):
    assert add(service, team) == add(service, team)
    assert add(service, team, YAML, "a.yaml") != add(service, team)


def test_a_taxonomy_comes_back_as_it_was(service, team):
    content = dump_taxonomy(default_taxonomy()).encode()
    added = add(service, team, content, "default.json")
    assert taxonomies.parsed(service, added.workspace, added.id).sha256 == default_taxonomy().sha256


@pytest.mark.parametrize(
    ("content", "name", "match"),
    [
        (CSV, "skills.xlsx", "ends in"),
        (CSV, "", "ends in"),
        (b"name: [", "a.yaml", "not valid YAML"),
        (b"{}", "a.json", "name"),
        (b"\xff\xfe", "a.json", "UTF-8"),
        (b"id,label\n", "a.csv", "no skill|empty|at least|entr"),
    ],
)
def test_a_file_that_breaks_a_rule_leaves_nothing_behind(service, team, content, name, match):
    with pytest.raises(TaxonomyError, match=match):
        add(service, team, content, name)
    assert taxonomies.page(service, team.viewer).items == ()


def test_a_name_with_a_path_or_of_any_length_is_only_a_name(service, team):
    assert add(service, team, name="../../etc/" + "я" * 500 + ".csv").name == "я" * 60


def test_a_taxonomy_that_is_not_there_cannot_be_used(service, team, others):
    added = add(service, team)
    for caller, taxonomy in ((team.admin, "0" * 26), (others.admin, added.id)):
        with pytest.raises(NotFound):
            taxonomies.use(service, caller, taxonomy)
    with pytest.raises(NotFound):
        taxonomies.parsed(service, others.admin.workspace, added.id)
