import pytest

from metier.errors import NotFound, TaxonomyError
from metier.skills.esco import import_esco
from metier.skills.mentions import MentionFinder

HEADER = (
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,description\n"
)
ROWS = (
    'KnowledgeSkillCompetence,http://e/1,knowledge,x,weaving looms,"work looms\nhandle looms",,,Weaves.\n'
    "KnowledgeSkillCompetence,http://e/2,knowledge,x,Swift (computer programming),,,released,A language.\n"
    "KnowledgeSkillCompetence,http://e/2,knowledge,x,Swift (computer programming),,,released,Twice.\n"
    "KnowledgeSkillCompetence,http://e/3,knowledge,x,R,,,released,A language.\n"
    "KnowledgeSkillCompetence,,,x,no uri,,,,\n"
)


@pytest.fixture
def esco(tmp_path):
    path = tmp_path / "skills_en.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_an_official_file_is_imported(esco):
    taxonomy = import_esco(esco, language="en")
    assert taxonomy.name == "esco-en"
    assert [entry.skill.id for entry in taxonomy.entries] == ["http://e/1", "http://e/2", "http://e/3"]
    assert taxonomy.entry("http://e/1").names == ("weaving looms", "work looms", "handle looms")
    assert taxonomy.entry("http://e/1").skill.description == "Weaves."


def test_a_qualified_label_is_known_without_its_qualifier_but_only_in_company(esco):
    finder = MentionFinder(import_esco(esco, language="en"))
    assert finder.find("a Swift reply") == []
    assert [m.skill for m in finder.find("Swift and weaving looms")] == ["http://e/2", "http://e/1"]


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TaxonomyError, match="lacks conceptUri or preferredLabel"):
        import_esco(path, language="en")
    path.write_bytes(b"conceptUri,preferredLabel\nhttp://e/1,\xff\xff\n")
    with pytest.raises(TaxonomyError, match="not a UTF-8 csv file"):
        import_esco(path, language="en")
    with pytest.raises(NotFound, match="no ESCO file"):
        import_esco(tmp_path / "none.csv", language="en")


def test_an_unknown_language_is_refused(esco):
    with pytest.raises(TaxonomyError, match="language must be .* Got 'xx'"):
        import_esco(esco, language="xx")


def test_in_a_copy_with_full_texts_names_of_another_row_are_left_out(tmp_path):
    path = tmp_path / "skills_en.csv"
    path.write_text(
        "conceptUri,preferredLabel,altLabels,fullText\n"
        'u:1,clean surfaces,"pack goods\nclean walls",clean surfaces clean walls Wipe what is dirty.\n'
    )
    (entry,) = import_esco(path, language="en").entries
    assert entry.skill.aliases == ("clean walls",)
    assert entry.skill.description == "clean walls Wipe what is dirty."
