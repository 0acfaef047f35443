import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.recipes import level_rows
from metier.engine.recipes.level_rows import read_level_rows
from metier.errors import InvalidInput
from metier.skills.head import SkillHead
from metier.types import Level, Role
from tests.engine.recipes.tiny_levels import level_set
from tests.engine.recipes.tiny_sets import lines
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Read two sets, one of them with texts that are too short and without a tune part."""
    folder, said = tmp_path_factory.mktemp("sets"), []
    one, two = level_set(folder, "one", n=6), level_set(folder, "two", n=6, short=2)
    del two.files["tune"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(level_rows, "default_taxonomy", practice_taxonomy)
        return read_level_rows([one, two], FakeEncoder(16), said.append), said


def test_the_parts_of_all_sets_are_read_as_vacancies(read):
    rows, said = read[0].rows, read[1]
    assert len(rows) == 6 + 4
    assert {row.item.role for row in rows} == {Role.VACANCY}
    assert [row.label.exact for row in rows[4:6]] == [Level.INTERN, Level.JUNIOR]
    assert rows[4].item.reading.states.shape == (2, 16)
    assert said[0] == "Reading 12 texts with fake."


def test_an_encoder_without_a_head_for_skills_gives_wording_alone(read):
    assert read[0].blocks == ("reading", "words")
    assert "levels go by wording, without features" in read[1][1]


def test_texts_that_cannot_be_read_are_counted_and_not_quoted(read):
    assert "2 of 12 texts are left out. The first: two, train row 5" in read[1][-1]
    assert "cook" not in read[1][-1]


def test_with_the_head_for_skills_features_count_too(tmp_path, monkeypatch):
    monkeypatch.setattr(level_rows, "default_taxonomy", practice_taxonomy)
    monkeypatch.setattr(SkillHead, "load", lambda path, encoder_sha256: fake_head())
    said = []
    found = read_level_rows([level_set(tmp_path, n=3)], ENCODER, said.append)
    assert found.blocks == ("reading", "words", "features")
    assert len(said) == 1


def test_a_file_that_is_not_the_one_of_the_list_is_named(tmp_path):
    data = level_set(tmp_path, n=6)
    lines(tmp_path / "levels/levels/train.jsonl", [{"text": "a", "level": "king"}])
    with pytest.raises(InvalidInput, match="Set levels: its train file"):
        read_level_rows([data], FakeEncoder(16))
