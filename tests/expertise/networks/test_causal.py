import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch")
for package in ("accelerate", "matplotlib", "peft"):
    pytest.importorskip(package)

from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound  # noqa: E402
from metier.expertise.application import LevelRange  # noqa: E402
from metier.expertise.folder import read_parts  # noqa: E402
from metier.expertise.networks.causal import (  # noqa: E402
    CausalOptions,
    decoder_of,
    lora_layers,
    read_causal,
)
from metier.expertise.trainable import LevelParts  # noqa: E402
from metier.training.causal_model import Causal, load_causal  # noqa: E402
from metier.training.output import Watch  # noqa: E402
from metier.types import Level  # noqa: E402
from tests.expertise.networks import tiny  # noqa: E402
from tests.training.tiny_causal import save_gguf  # noqa: E402

RANKS = [level.rank for level in tiny.LEVELS]


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return tiny.save_language_model(tmp_path_factory.mktemp("bases") / "llama")


@pytest.fixture(scope="module")
def model(llama, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    training = tiny.training("llm", llama, run, fit=tiny.fit_options(steps=30))
    return training.fit(tiny.rows(), tiny.rows(), Watch())


def read_at(folder, *, base):
    opened = ModelFolder.open(folder)
    return read_causal(opened, *read_parts(opened)[1:], base=base)


@pytest.fixture
def folder(model, tmp_path):
    return tiny.keep(model, tmp_path / "model")


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """Models of three architectures that learnt the rows, with the folders that they were saved in."""
    folder = tmp_path_factory.mktemp("learnt")
    found = {}
    for name in ("llama", "gpt_neox", "gpt2"):
        base = tiny.save_language_model(folder / name, name)
        training = tiny.training("llm", base, folder / f"{name}-run", fit=tiny.fit_options(rate=1e-2))
        model = training.fit(tiny.rows(), tiny.rows(), Watch())
        found[name] = model, tiny.keep(model, folder / f"{name}-model")
    return found


@pytest.mark.parametrize("architecture", ["llama", "gpt_neox", "gpt2"])
def test_it_learns_by_heart(architecture, learnt):
    model, _ = learnt[architecture]
    assert model.logits(tiny.items())[:8].argmax(axis=1).tolist() == RANKS


def test_a_new_process_gives_the_same_logits(learnt):
    found = tiny.reloaded([folder for _, folder in learnt.values()])
    for (model, _), logits in zip(learnt.values(), found, strict=True):
        assert logits.tobytes() == model.logits(tiny.items()).tobytes()


def test_a_run_killed_in_the_middle_of_a_step_ends_with_the_same_weights(llama, tmp_path):
    whole = tiny.training("llm", llama, tmp_path / "whole", fit=tiny.fit_options(**tiny.SHORT))
    expected = whole.fit(tiny.rows(), tiny.rows(), Watch())
    done = tiny.in_new_process("fit", "llm", llama, tmp_path / "run", 7)
    assert done.returncode == -9, done.stderr
    again = tiny.training("llm", llama, tmp_path / "run", fit=tiny.fit_options(**tiny.SHORT))
    found = again.fit(tiny.rows(), tiny.rows(), Watch())
    for name in ("best/model.safetensors", "checkpoints/step-00000012/model.safetensors"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert found.logits(tiny.items()).tobytes() == expected.logits(tiny.items()).tobytes()


def test_a_gguf_file_can_be_the_base(tmp_path):
    pytest.importorskip("gguf")
    base = save_gguf(tmp_path / "small.gguf")
    model = tiny.training("llm", base, tmp_path / "run", fit=tiny.fit_options(steps=3)).fit(
        tiny.rows(), [], Watch()
    )
    again = tiny.kept(tiny.keep(model, tmp_path / "model"))
    assert again.logits(tiny.items()).tobytes() == model.logits(tiny.items()).tobytes()


def test_labels_of_several_levels_are_learnt_as_far_as_they_tell(llama, tmp_path):
    up, down = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.JUNIOR)
    rows = tiny.rows([up, down, up, down, up, down, up, down])
    training = tiny.training("llm", llama, tmp_path / "run", fit=tiny.fit_options(rate=1e-2))
    logits = training.fit(rows, rows, Watch()).logits([row.item for row in rows])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for row, chances in zip(rows, p, strict=True):
        assert chances[row.label.low.rank : row.label.high.rank + 1].sum() > 0.8


def test_logits_are_the_same_bytes_alone_and_in_any_company(model):
    items = tiny.items()
    together = model.logits(items)
    assert np.isfinite(together).all()
    assert model.logits(items[::-1])[::-1].tobytes() == together.tobytes()
    assert b"".join(model.logits([item]).tobytes() for item in items) == together.tobytes()
    assert model.logits([]).shape == (0, 5)


def test_padding_changes_nothing_that_counts(model):
    rows = model.network.rows(["w1", "w2 w3 w4 w5"], max_tokens=50)
    with torch.no_grad():
        together = model.network.forward(rows)
        alone = torch.cat([model.network.forward([row]) for row in rows])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_of_a_longer_text_the_end_is_read(model):
    (row,) = model.network.rows(["w1 w2 w3"], max_tokens=2)
    (whole,) = model.network.rows(["w3"], max_tokens=9)
    assert row == whole
    assert row[-1] == 1


def test_no_checkpoint_holds_the_base(model, llama, tmp_path):
    training = tiny.training("llm", llama, tmp_path / "run", fit=tiny.fit_options(steps=1))
    training.fit(tiny.rows(), [], Watch())
    kept = (tmp_path / "run" / "best" / "model.safetensors").stat().st_size
    assert kept < (llama / "model.safetensors").stat().st_size / 2
    assert all(name.startswith(("head.", "adapter.")) for name in model.network.module.state_dict())


def test_the_folder_holds_adapter_head_and_tokenizer_and_no_base(folder):
    names = {path.name for path in folder.iterdir()}
    assert {
        "adapter_model.safetensors",
        "adapter_config.json",
        "levels.safetensors",
        "tokenizer.json",
    } <= names
    assert "model.safetensors" not in names
    _, parts, _ = read_parts(ModelFolder.open(folder))
    facts = parts.facts
    assert len(facts["base_sha256"]) == 64
    assert facts["base"].endswith("llama")


def test_another_base_is_refused(folder, tmp_path):
    other = tiny.save_language_model(tmp_path / "other", seed=1)
    with pytest.raises(ModelMismatch, match="is an adapter for other weights than those of other"):
        read_at(folder, base=str(other))


def test_a_base_that_has_moved_is_named(folder, model, llama, tmp_path):
    moved = shutil.copytree(llama, tmp_path / "elsewhere")
    again = read_at(folder, base=str(moved))
    assert again.logits(tiny.items()).tobytes() == model.logits(tiny.items()).tobytes()


def test_a_base_that_is_gone_is_told(folder):
    opened = ModelFolder.open(folder)
    known = dict(read_parts(opened)[1].facts)
    with pytest.raises(NotFound, match="no file"):
        read_causal(opened, LevelParts("", 32, {}, {}, {**known, "base": "gone.gguf"}))
    del known["base_sha256"]
    with pytest.raises(ModelFormatError, match="must name the base"):
        read_causal(opened, LevelParts("", 32, {}, {}, known))


@pytest.mark.parametrize(
    ("architecture", "expected"),
    [
        ("llama", ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj")),
        ("gpt_neox", ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h")),
        ("gpt2", ("c_attn", "c_proj", "c_fc")),
        ("opt", ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")),
    ],
)
def test_additions_go_where_the_architecture_has_them(architecture, expected, tmp_path):
    base = load_causal(str(tiny.save_language_model(tmp_path / architecture, architecture)))
    assert lora_layers(decoder_of(base)) == expected


def test_layers_that_are_not_there_are_told_with_those_that_are(llama):
    decoder = decoder_of(load_causal(str(llama)))
    with pytest.raises(
        InvalidInput, match="lacks layers for LoRA: query. Its linear layers are down_proj, gate"
    ):
        lora_layers(decoder, ("query",))
    assert lora_layers(decoder, ("gate_proj",)) == ("gate_proj",)
    bare = Causal("bare", torch.nn.Sequential(torch.nn.GELU()), None)
    with pytest.raises(InvalidInput, match="linear layers are none"):
        lora_layers(bare)
    with pytest.raises(ModelMismatch, match="bare has no decoder of its own"):
        decoder_of(bare)


def test_sentences_that_decide_are_told_with_their_place(model):
    item = tiny.document("w1 w2", "w20 w21. " * 3 + " ".join(f"w{i}." for i in range(30, 60)))
    pushes = model.explain(item)
    assert pushes == model.explain(item)
    assert 0 < len(pushes) <= 12
    assert all(item.text[span.start : span.end].startswith("w") for push in pushes for span in push.spans)


def test_4_bits_without_a_gpu_are_refused(llama, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    training = tiny.training("llm", llama, tmp_path / "run", four_bit=True)
    with pytest.raises(InvalidInput, match="4-bit weights need a GPU and the package bitsandbytes"):
        training.fit(tiny.rows(), [], Watch())


@pytest.mark.parametrize("change", [{"rank": 0}, {"alpha": 0.0}])
def test_options_out_of_range_are_refused(change):
    with pytest.raises(InvalidInput, match="rank must be at least 1, alpha above 0"):
        CausalOptions("b", **change)
    assert CausalOptions("b").fit.max_tokens == 1024


def test_it_says_what_kind_it_is(tmp_path, model):
    training = tiny.training("llm", "b", tmp_path)
    assert (training.kind, training.reads, model.kind, model.reads) == ("llm", False, "llm", False)
