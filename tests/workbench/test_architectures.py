import json

import pytest

from metier.errors import InvalidInput, NotFound
from metier.workbench.architectures import lora_targets, make_config, preset_names, read_config


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_configuration_of_transformers(name):
    pytest.importorskip("transformers")
    config = make_config(name)
    assert config.hidden_size % config.num_attention_heads == 0
    assert config.vocab_size > 1000


def test_vocabulary_and_padding_can_be_set():
    pytest.importorskip("transformers")
    config = make_config("roberta-tiny", vocab_size=99, pad_token_id=3)
    assert (config.vocab_size, config.pad_token_id) == (99, 3)


def test_a_file_and_its_folder_are_read_alike(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "bert", "hidden_size": 8}))
    assert read_config(str(path)) == read_config(str(tmp_path)) == {"model_type": "bert", "hidden_size": 8}


def test_a_name_that_is_nothing_is_told_the_presets():
    with pytest.raises(NotFound, match="no configuration bert-huge.*albert-base"):
        read_config("bert-huge")


@pytest.mark.parametrize(
    "content", ["", "not JSON", "[1]", '{"hidden_size": 8}', '{"model_type": 3}', "[" * 9999]
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path, content):
    path = tmp_path / "mine.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=r"mine\.json must be (JSON|a JSON object)"):
        read_config(str(path))


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(" " * 1_000_001)
    with pytest.raises(InvalidInput, match="at most 1,000,000 bytes"):
        read_config(str(path))


def test_a_model_type_that_transformers_does_not_know_is_refused(tmp_path):
    pytest.importorskip("transformers")
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"model_type": "no-such-thing"}))
    with pytest.raises(InvalidInput, match="accepts. Its model_type is no-such-thing"):
        make_config(str(path))


def test_query_and_value_are_found_in_every_architecture():
    pytest.importorskip("torch")
    from metier.training.networks import Head
    from tests.workbench.tiny import ARCHITECTURES, tiny_network

    for architecture in ARCHITECTURES:
        names = [name for name, _ in tiny_network(architecture, Head.NONE).model.named_modules()]
        for target in lora_targets(architecture):
            assert any(name.endswith(target) for name in names), architecture
