import pytest

from metier.encoders.structure.config_files import config_findings, leads_out, templates_in


def codes(name, content):
    return [finding.code for finding in config_findings(name, content)]


@pytest.mark.parametrize(
    "content",
    [
        {"model_type": "bert", "id2label": {"0": "a"}},
        {"auto_map": {}},
        {"trust_remote_code": False},
        {"auto_mapping": {"parent_library": "transformers.models.bert.modeling_bert"}},
        [],
        "words",
        {"chat_template": None},
    ],
)
def test_settings_alone_pass(content):
    assert codes("config.json", content) == []


@pytest.mark.parametrize(
    "content",
    [
        {"auto_map": {"AutoModel": "own.Own"}},
        {"auto_map": {"AutoTokenizer": ["own.Slow", None]}},
        {"text_config": {"auto_map": {"AutoModel": "owner/model--own.Own"}}},
        {"custom_pipelines": {"x": {"impl": "own.Own"}}},
        {"trust_remote_code": True},
        [{"deep": [{"auto_map": {"AutoModel": "own.Own"}}]}],
        {"auto_mapping": {"parent_library": "os"}},
        {"auto_mapping": {"parent_library": "transformers_own"}},
    ],
)
def test_code_of_its_own_is_unsafe(content):
    assert codes("config.json", content) == ["own-code"]


def test_the_classes_that_are_asked_for_are_named():
    (finding,) = config_findings(
        "config.json", {"auto_map": {"A": "own.A", "B": ["own.B", "own.C", "own.D"]}}
    )
    assert "('own.A', 'own.B', 'own.C' and 1 more)" in finding.message
    assert finding.facts["classes"] == ["own.A", "own.B", "own.C", "own.D"]


def test_modules_of_sentence_transformers_pass_and_others_do_not():
    own = {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}
    assert codes("modules.json", [own, {"type": "torch.nn.modules.activation.Tanh", "path": ""}]) == []
    assert codes("modules.json", [own | {"type": "os.system"}]) == ["own-code"]
    assert codes("modules.json", [own | {"type": 5}]) == ["own-code"]
    assert codes("modules.json", [own | {"path": "../x"}]) == ["path-outside"]
    assert codes("modules.json", [5]) == []


def test_weights_of_an_index_lie_beside_it():
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors"}}
    assert codes("model.safetensors.index.json", index) == []
    for path in ("../x.safetensors", "/x", "a/b.safetensors", "a\\b"):
        assert codes("model.safetensors.index.json", {"weight_map": {"a": path}}) == ["path-outside"]
    assert codes("model.safetensors.index.json", {"weight_map": 5}) == []


def test_templates_are_found_in_each_form():
    assert list(templates_in({"chat_template": "a"})) == [("", "a")]
    assert list(templates_in({"chat_template": [{"name": "rag", "template": "b"}, 5]})) == [("rag", "b")]
    assert list(templates_in({"chat_template": {"default": "c", "x": 5}})) == [("default", "c")]
    assert list(templates_in([])) == []


def test_an_unsafe_template_is_named():
    content = {"chat_template": [{"name": "rag", "template": "{{ ''.__class__ }}"}]}
    (finding,) = config_findings("tokenizer_config.json", content)
    assert (finding.code, finding.where) == ("template-code", "tokenizer_config.json: rag")


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", "C:/x", "C:x", "\\x", "a\\..\\x", "a\0b"])
def test_paths_that_lead_out_are_told(path):
    assert leads_out(path)


@pytest.mark.parametrize("path", ["", "x", "a/b", "1_Pooling", "..x", "a..b"])
def test_paths_within_are_told(path):
    assert not leads_out(path)
