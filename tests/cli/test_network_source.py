import pytest

from metier.cli.network_source import network_source
from metier.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("own_settings")


def test_a_folder_and_a_hub_name_stay_as_they_are():
    assert network_source("some/folder") == "some/folder"
    assert network_source("bert-base-uncased") == "bert-base-uncased"


def test_a_model_that_ships_cannot_be_trained():
    with pytest.raises(InvalidInput, match=r"base holds no model\.safetensors.*metier models build-base"):
        network_source("base")
