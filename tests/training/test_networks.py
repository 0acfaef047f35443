import json
import pickle
import shutil

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from metier.encoders.folder import ModelCard, ModelFolder  # noqa: E402
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound  # noqa: E402
from metier.training.networks import Head, load_network, new_network, write_network  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_config, tiny_network, tiny_tokenizer  # noqa: E402

CARD = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})
OF_ALL = [Head.NONE, Head.MASKED_WORDS, Head.CLASSES, Head.TAGS, Head.SPANS, Head.RANK]
LABELS = {Head.CLASSES: ("a", "b", "c"), Head.TAGS: ("O", "B-X", "I-X")}
TEXT = "w1 w2 w3 abc"


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def outputs(model, tokenizer):
    ids = torch.tensor([tokenizer(TEXT)["input_ids"]])
    with torch.no_grad():
        out = model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids))
    return [value for value in out.to_tuple() if value is not None]


@pytest.mark.parametrize("head", OF_ALL)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_folder_gives_back_what_was_written(architecture, head, tmp_path):
    network = tiny_network(architecture, head, labels=LABELS.get(head))
    write_network(network, tmp_path / "m", CARD)
    read = load_network(str(tmp_path / "m"))
    assert (read.head, read.labels, read.max_tokens) == (head, LABELS.get(head, ()), network.max_tokens)
    weights, before = read.model.state_dict(), network.model.state_dict()
    assert weights.keys() == before.keys()
    assert all(torch.equal(weights[name], before[name]) for name in before)
    for one, other in zip(
        outputs(network.model, network.tokenizer), outputs(read.model, read.tokenizer), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("architecture", "head"),
    [("bert", Head.NEXT_SENTENCE), ("albert", Head.NEXT_SENTENCE), ("electra", Head.REPLACED_TOKENS)],
)
def test_heads_of_pretraining_are_told_by_the_folder(architecture, head, tmp_path):
    write_network(tiny_network(architecture, head), tmp_path / "m", CARD)
    assert load_network(str(tmp_path / "m")).head == head


def test_transformers_opens_the_folder_and_the_card_lists_its_files(tmp_path):
    network = tiny_network("bert", Head.CLASSES, labels=("a", "b"))
    card = write_network(network, tmp_path / "m", CARD)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "m")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "m")
    assert model.config.id2label == {0: "a", 1: "b"}
    torch.testing.assert_close(
        outputs(model, tokenizer)[0], outputs(network.model, network.tokenizer)[0], rtol=0, atol=1e-6
    )
    assert (card.dim, card.max_tokens) == (16, 66)
    assert sum(card.parameters.values()) == sum(p.numel() for p in network.model.parameters())
    assert ModelFolder.open(tmp_path / "m").card == card


def test_a_new_head_follows_from_its_seed_and_keeps_the_encoder(tmp_path):
    write_network(tiny_network("bert", Head.MASKED_WORDS), tmp_path / "m", CARD)
    one, same, other = (
        load_network(str(tmp_path / "m"), Head.TAGS, labels=("O", "B-X"), seed=seed) for seed in (0, 0, 1)
    )
    assert torch.equal(one.model.classifier.weight, same.model.classifier.weight)
    assert not torch.equal(one.model.classifier.weight, other.model.classifier.weight)
    for mine, theirs in zip(one.backbone.parameters(), other.backbone.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_head_of_other_labels_is_replaced(tmp_path):
    write_network(tiny_network("bert", Head.CLASSES, labels=("a", "b", "c")), tmp_path / "m", CARD)
    assert load_network(str(tmp_path / "m"), Head.CLASSES, labels=("x", "y")).labels == ("x", "y")


def test_what_a_training_wrote_is_found_in_its_folder(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "run" / "model", CARD)
    assert load_network(str(tmp_path / "run")).name == "run"


def test_the_random_numbers_of_the_caller_stay_as_they_were(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    tiny_network("bert", Head.NONE)
    assert torch.equal(torch.rand(1), expected)


def test_attention_can_be_looked_at(tmp_path):
    network = tiny_network("bert", Head.CLASSES, labels=("a", "b"))
    ids = torch.tensor([[2, 5, 6, 3]])
    assert len(network.model(input_ids=ids, output_attentions=True).attentions) == 2


def test_names_that_are_nothing_are_refused(tmp_path):
    with pytest.raises(NotFound, match="no model folder"):
        load_network(str(tmp_path / "none"))
    with pytest.raises(NotFound, match="no hub was reached"):
        load_network("nobody/nothing")


def test_pickled_weights_are_refused(tmp_path):
    network = tiny_network("bert", Head.NONE)
    write_network(network, tmp_path / "m", CARD)
    (tmp_path / "m" / "model.json").unlink()
    (tmp_path / "m" / "model.safetensors").rename(tmp_path / "m" / "pytorch_model.bin")
    with pytest.raises(ModelFormatError, match=r"no \.safetensors weights"):
        load_network(str(tmp_path / "m"))


def test_an_unsafe_file_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    (tmp_path / "m" / "model.json").unlink()
    (tmp_path / "m" / "vocab.txt").write_bytes(pickle.dumps(print, protocol=0))
    monkeypatch.delattr("transformers.AutoConfig.from_pretrained")
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: vocab\.txt\. The file is a pickle"):
        load_network(str(tmp_path / "m"))


def test_a_changed_file_is_refused(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    path = tmp_path / "m" / "config.json"
    path.write_text(path.read_text().replace('"hidden_act": "gelu"', '"hidden_act": "relu"'))
    with pytest.raises(ModelFormatError, match=r"config\.json has changed since it was made"):
        load_network(str(tmp_path / "m"))


def test_a_folder_of_another_network_than_it_says_is_refused(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    (tmp_path / "m" / "model.json").unlink()
    path = tmp_path / "m" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_hidden_layers": 3}))
    with pytest.raises(ModelFormatError, match="holds no weights for .*layer.2"):
        load_network(str(tmp_path / "m"), Head.CLASSES, labels=("a", "b"))
    path.write_text("{")
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        load_network(str(tmp_path / "m"))


def test_a_saved_head_may_not_lack_weights(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    (tmp_path / "m" / "model.json").unlink()
    path = tmp_path / "m" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"architectures": ["BertForMaskedLM"]}))
    with pytest.raises(ModelFormatError, match="holds no weights for cls"):
        load_network(str(tmp_path / "m"))


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    for name in ("model.json", "tokenizer.json"):
        (tmp_path / "m" / name).unlink()
    with pytest.raises(ModelFormatError, match=r"holds no tokenizer\.json"):
        load_network(str(tmp_path / "m"))


def test_a_folder_for_running_cannot_be_trained(tmp_path):
    write_network(tiny_network("bert", Head.NONE), tmp_path / "m", CARD)
    card = tmp_path / "m" / "model.json"
    content = json.loads(card.read_text())
    del content["files"]["model.safetensors"]
    shutil.copy(tmp_path / "m" / "model.safetensors", tmp_path / "kept.safetensors")
    (tmp_path / "m" / "model.safetensors").unlink()
    card.write_text(json.dumps(content))
    with pytest.raises(ModelFormatError, match=r"no \.safetensors weights"):
        load_network(str(tmp_path / "m"))


@pytest.mark.parametrize(
    ("architecture", "head"), [("roberta", Head.NEXT_SENTENCE), ("bert", Head.REPLACED_TOKENS)]
)
def test_an_architecture_without_such_a_head_is_refused(architecture, head):
    with pytest.raises(ModelMismatch, match=f"architecture {architecture}, which has no head for {head}"):
        tiny_network(architecture, head)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ModelMismatch, match="hidden_size must be a multiple"):
        tiny_network("bert", Head.NONE, hidden_size=15)
    with pytest.raises(ModelMismatch, match="vocab_size of the configuration is 20, but the tokenizer has"):
        new_network(tiny_config("bert", vocab_size=20), tiny_tokenizer(), Head.NONE, name="x")


@pytest.mark.parametrize("labels", [("a",), ("a", "a"), ()])
def test_labels_must_be_two_and_different(labels):
    with pytest.raises(InvalidInput, match="at least two different labels"):
        tiny_network("bert", Head.CLASSES, labels=labels)


def test_a_slow_tokenizer_is_refused():
    class Slow:
        def __len__(self):
            return 5

    with pytest.raises(ModelMismatch, match="needs a fast tokenizer"):
        new_network(tiny_config("bert"), Slow(), Head.NONE, name="x")
