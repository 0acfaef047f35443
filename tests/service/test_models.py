import json

import pytest

from metier.encoders.load import shipped_models
from metier.errors import ModelFormatError, NotFound
from metier.service import models


def added(service, name, content):
    folder = service.options.data_dir / "models" / name
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(content)


def shipped_card(name):
    return (shipped_models()[name] / "model.json").read_text()


def test_shipped_models_are_listed_with_their_cards(service, team):
    found = {one.name: one for one in models.models(service, team.viewer)}
    assert set(found) == set(shipped_models())
    assert found["base"].task == "encoder"
    assert "en" in found["base"].languages
    assert found["base"].card["license"]
    assert found["base"] == models.model(service, team.viewer, "base")
    json.dumps(found["base"].card)


def test_added_models_are_listed_and_one_with_a_bad_card_only_when_asked_for(service, team):
    added(service, "mine", shipped_card("skills"))
    added(service, "bad", "{}")
    names = [one.name for one in models.models(service, team.viewer)]
    assert "mine" in names
    assert "bad" not in names
    assert names == sorted(names)
    with pytest.raises(ModelFormatError):
        models.model(service, team.viewer, "bad")


def test_a_model_has_a_card_in_words(service, team):
    assert models.card_text(service, team.viewer, "base").startswith("# ")
    text = models.card_text(service, team.viewer, "skills")
    assert models.model(service, team.viewer, "skills").sha256 in text
    assert "## Measured" in text


@pytest.mark.parametrize("name", ["", "none", "../models/base", str(shipped_models()["base"])])
def test_no_path_leads_to_a_model(service, team, name):
    for ask in (models.model, models.card_text):
        with pytest.raises(NotFound, match="no model"):
            ask(service, team.viewer, name)
    with pytest.raises(NotFound, match="no model"):
        models.model_path(service, name)


def test_a_model_is_in_its_folder(service):
    assert models.model_path(service, "base") == shipped_models()["base"]
