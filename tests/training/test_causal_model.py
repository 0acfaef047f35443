import json
import pickle
import warnings

import pytest

pytest.importorskip("torch")
pytest.importorskip("gguf")

import torch

from metier.errors import InvalidInput, MissingExtra, ModelFormatError, ModelMismatch, NotFound
from metier.training.causal_model import (
    load_adapter,
    load_causal,
    save_causal,
    weights_sha256,
    without_advice,
)
from metier.training.chat import Prompt
from tests.training.tiny_causal import CHAT, save_gguf, save_tiny

PROMPT = Prompt("Be brief.", "Ask.")


def logits(causal):
    with torch.inference_mode():
        return causal.model(torch.tensor([causal.prompt_ids(PROMPT)])).logits


def test_a_folder_is_read_with_its_chat(tmp_path):
    causal = load_causal(str(save_tiny(tmp_path / "tiny")))
    assert (causal.name, causal.max_tokens) == ("tiny", 4096)
    text = causal.tokenizer.decode(causal.prompt_ids(PROMPT))
    assert text == "<|start|>system\nBe brief.<|end|>\n<|start|>user\nAsk.<|end|>\n<|start|>assistant\n"
    assert not causal.model.training


def test_a_gguf_file_becomes_a_folder_with_the_same_logits(tmp_path):
    causal = load_causal(str(save_gguf(tmp_path / "small.gguf")))
    assert causal.name == "small"
    assert causal.tokenizer.chat_template == CHAT
    (tmp_path / "saved").mkdir()
    save_causal(causal, tmp_path / "saved")
    again = load_causal(str(tmp_path / "saved"))
    assert torch.equal(logits(causal), logits(again))
    assert weights_sha256(causal.model) == weights_sha256(again.model)
    assert again.prompt_ids(PROMPT) == causal.prompt_ids(PROMPT)


def test_other_weights_have_another_hash(tmp_path):
    first = load_causal(str(save_tiny(tmp_path / "a"))).model
    second = load_causal(str(save_tiny(tmp_path / "b", seed=1))).model
    assert weights_sha256(first) != weights_sha256(second)


def test_a_model_without_a_chat_gets_a_plain_one(tmp_path):
    causal = load_causal(str(save_tiny(tmp_path / "tiny", chat=None)))
    assert causal.tokenizer.decode(causal.prompt_ids(PROMPT)) == "Be brief.\nAsk.\n> "


def test_a_chat_without_system_messages_gets_them_in_the_task(tmp_path):
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + CHAT
    causal = load_causal(str(save_tiny(tmp_path / "tiny", chat=refusing)))
    text = causal.tokenizer.decode(causal.prompt_ids(PROMPT))
    assert text == "<|start|>user\nBe brief.\n\nAsk.<|end|>\n<|start|>assistant\n"


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(NotFound, match="There is no file .*none.gguf"):
        load_causal(str(tmp_path / "none.gguf"))


def test_pickled_weights_are_not_opened(tmp_path):
    save_tiny(tmp_path / "tiny")
    (tmp_path / "tiny" / "model.safetensors").rename(tmp_path / "tiny" / "pytorch_model.bin")
    with pytest.raises(ModelFormatError, match="holds no .safetensors weights"):
        load_causal(str(tmp_path / "tiny"))


def test_an_unsafe_file_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    save_tiny(tmp_path / "tiny")
    (tmp_path / "tiny" / "vocab.txt").write_bytes(pickle.dumps(print, protocol=0))
    monkeypatch.delattr("transformers.AutoTokenizer.from_pretrained")
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: vocab\.txt\. The file is a pickle"):
        load_causal(str(tmp_path / "tiny"))
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: vocab\.txt\. The file is a pickle"):
        load_adapter(tmp_path / "tiny", None, name="own")


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(
        ModelFormatError, match="bad.gguf cannot be loaded as a language model: it is damaged"
    ):
        load_causal(str(tmp_path / "bad.gguf"))
    save_tiny(tmp_path / "tiny")
    (tmp_path / "tiny" / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelFormatError, match="it is damaged"):
        load_causal(str(tmp_path / "tiny"))


def test_code_of_a_model_is_not_run(tmp_path):
    save_tiny(tmp_path / "tiny")
    path = tmp_path / "tiny" / "config.json"
    config = json.loads(path.read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    path.write_text(json.dumps(config))
    with pytest.raises(ModelFormatError, match="brings code of its own"):
        load_causal(str(tmp_path / "tiny"))


def test_a_tokenizer_that_ends_no_answer_is_refused(tmp_path):
    save_tiny(tmp_path / "tiny")
    path = tmp_path / "tiny" / "tokenizer_config.json"
    kept = {key: value for key, value in json.loads(path.read_text()).items() if key != "eos_token"}
    path.write_text(json.dumps(kept))
    with pytest.raises(ModelMismatch, match="no token that ends an answer"):
        load_causal(str(tmp_path / "tiny"))


def test_gguf_needs_its_package(tmp_path, monkeypatch):
    path = save_gguf(tmp_path / "small.gguf")

    def absent(module):
        raise MissingExtra(module, "train")

    monkeypatch.setattr("metier.training.causal_model.require", absent)
    with pytest.raises(MissingExtra, match="gguf is not installed"):
        load_causal(str(path))


def test_an_adapter_for_another_shape_is_refused(tmp_path):
    peft = pytest.importorskip("peft")
    base = load_causal(str(save_tiny(tmp_path / "tiny")))
    config = peft.LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    with without_advice():
        peft.get_peft_model(base.model, config).save_pretrained(tmp_path / "adapter")
    base.tokenizer.save_pretrained(tmp_path / "adapter")
    other = load_causal(str(save_gguf(tmp_path / "small.gguf")))
    other.model.model.layers[0].self_attn.q_proj = torch.nn.Linear(8, 8)
    with pytest.raises(ModelMismatch, match="belongs to another model than small"):
        load_adapter(tmp_path / "adapter", other, name="two")


@pytest.mark.parametrize(
    ("gpu", "package", "lacking"),
    [(False, None, "a GPU and bitsandbytes"), (True, None, "bitsandbytes"), (False, "spec", "a GPU")],
)
def test_4_bits_need_a_gpu_and_a_package(tmp_path, monkeypatch, gpu, package, lacking):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr("metier.training.causal_model.find_spec", lambda _: package)
    with pytest.raises(InvalidInput, match=f"bitsandbytes; here is no {lacking}\\. Go without"):
        load_causal(str(tmp_path), four_bit=True)


def test_a_gguf_file_is_not_held_in_4_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("metier.training.causal_model.find_spec", lambda _: "spec")
    with pytest.raises(InvalidInput, match="small.gguf has its own numbers"):
        load_causal(str(tmp_path / "small.gguf"), four_bit=True)


def test_advice_about_names_is_kept_back_and_nothing_else():
    with without_advice():
        warnings.warn("`x` is deprecated and will be removed in v6.", FutureWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="look"), without_advice():
        warnings.warn("look", UserWarning, stacklevel=1)
