import json
import shutil

import pytest

from metier.errors import InvalidInput, MissingExtra, ModelFormatError, ModelMismatch, NotFound
from metier.workbench.looking import tokens as module
from metier.workbench.looking.tokens import (
    Splitter,
    TokenisedText,
    checked_text,
    inner_folder,
    read_splitter,
    read_splitters,
)
from tests.workbench.looking.conftest import BASE


@pytest.fixture(scope="module")
def shipped():
    return read_splitter(str(BASE))


def wordpiece(*pieces):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {piece: i for i, piece in enumerate(("[UNK]", "[MASK]", *pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(["[MASK]"])
    return Splitter("tiny", tokenizer)


def test_tokens_slice_back_to_the_text(shipped):
    text = "Unbelievably long words, Москва 👍 שלום\n\tc++."
    found = shipped.split(text)
    inside = [token for token in found.tokens if not token.special]
    assert all(token.shown in {text[token.start : token.end], "␣"} for token in inside)
    assert "".join(token.shown for token in inside).replace("␣", "") == "".join(text.split())
    assert [token.piece for token in found.tokens if token.special] == ["<s>", "</s>"]
    assert all(token.start == token.end for token in found.tokens if token.special)


def test_pieces_of_a_word_share_its_number_and_marks_have_none(shipped):
    found = shipped.split("Unbelievably, yes!")
    words = {}
    for token in found.tokens:
        words.setdefault(token.word, []).append(token.shown)
    assert "".join(words[0]) == "Unbelievably"
    assert words[1] == ["yes"]
    assert {",", "!"} <= set(words[None])


def test_tokens_per_word_leaves_special_tokens_out(shipped):
    found = shipped.split("yes no")
    assert (found.n_words, found.tokens_per_word) == (2, 1.0)
    assert shipped.split("!!!").tokens_per_word is None
    assert TokenisedText("none", (), 0).tokens_per_word is None


def test_a_continuation_is_told_from_a_word_and_both_are_readable():
    splitter = wordpiece("work", "##ing", "##", ",")
    assert splitter.readable(splitter.tokenizer.token_to_id("##ing")) == ("ing", True)
    assert splitter.readable(splitter.tokenizer.token_to_id("work")) == ("work", False)
    assert splitter.readable(splitter.tokenizer.token_to_id(",")) == (",", False)
    assert splitter.readable(splitter.tokenizer.token_to_id("##")) == ("##", False)


@pytest.mark.parametrize(
    ("piece", "expected"),
    [("▁cat", ("cat", False)), ("ing", ("ing", True)), (".", (".", False)), ("▁", ("␣", False))],
)
def test_pieces_with_a_mark_of_a_space_are_readable(shipped, piece, expected):
    assert shipped.readable(shipped.tokenizer.token_to_id(piece)) == expected


def test_bytes_as_pieces_are_readable():
    pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models

    vocabulary = {"Ġcat": 0, "s": 1}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.decoder = decoders.ByteLevel()
    splitter = Splitter("bytes", tokenizer)
    assert splitter.readable(0) == ("cat", False)
    assert splitter.readable(1) == ("s", True)


def test_half_a_surrogate_pair_takes_one_character(shipped):
    assert checked_text("a\ud800b") == "a?b"
    assert shipped.split("a \ud800 b").tokens[-2].shown == "b"


@pytest.mark.parametrize("text", ["", "  \n\t", "\u00a0"])
def test_a_blank_text_is_refused(shipped, text):
    with pytest.raises(InvalidInput, match="more than white space"):
        shipped.split(text)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(InvalidInput, match=r"at most 100,000 characters to be looked at. Got 100,001"):
        checked_text("a" * 100_001)


def test_models_side_by_side_are_named_once():
    assert len(read_splitters([str(BASE)])) == 1
    with pytest.raises(InvalidInput, match="named once, at least one. Got none"):
        read_splitters([])
    with pytest.raises(InvalidInput, match="named once, at least one. Got a, a"):
        read_splitters(["a", "a"])


def test_a_folder_with_a_tokenizer_needs_nothing_else(tmp_path, without):
    without("transformers", module)
    shutil.copyfile(BASE / "tokenizer.json", tmp_path / "tokenizer.json")
    found = read_splitter(str(tmp_path))
    assert (found.name, len(found.split("yes").tokens)) == (tmp_path.name, 3)


def test_what_a_training_wrote_is_opened_by_its_own_folder(tmp_path):
    (tmp_path / "model").mkdir()
    shutil.copyfile(BASE / "tokenizer.json", tmp_path / "model" / "tokenizer.json")
    assert inner_folder(str(tmp_path)) == tmp_path / "model"
    assert read_splitter(str(tmp_path)).split("yes").tokens[1].piece == "▁yes"


def test_a_changed_tokenizer_is_refused(tmp_path):
    for path in BASE.iterdir():
        if path.name != "model.onnx":
            shutil.copyfile(path, tmp_path / path.name)
    card = json.loads((tmp_path / "model.json").read_bytes())
    del card["files"]["model.onnx"]
    (tmp_path / "model.json").write_text(json.dumps(card))
    assert read_splitter(str(tmp_path)).name == card["name"]
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelFormatError, match="tokenizer.json must be a file of"):
        read_splitter(str(tmp_path))


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelFormatError, match="tokenizer.json is no tokenizer"):
        read_splitter(str(tmp_path))


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "~/none"])
def test_a_missing_folder_is_no_hub_name(name):
    with pytest.raises(NotFound, match="There is no model folder"):
        read_splitter(name)


def test_other_folders_need_transformers(tmp_path, without):
    without("transformers", module)
    with pytest.raises(MissingExtra, match="transformers is not installed"):
        read_splitter(str(tmp_path))


def test_transformers_reads_the_rest(tmp_path, monkeypatch):
    transformers = pytest.importorskip("transformers")
    from tests.workbench.tiny import tiny_tokenizer

    def given(tokenizer):
        def from_pretrained(source):
            assert source == str(tmp_path)
            if isinstance(tokenizer, Exception):
                raise tokenizer
            return tokenizer

        monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", from_pretrained)
        return read_splitter(str(tmp_path))

    (tmp_path / "tokenizer_config.json").write_text("{}")
    assert [token.piece for token in given(tiny_tokenizer()).split("w1").tokens] == ["[CLS]", "w1", "[SEP]"]
    with pytest.raises(ModelMismatch, match="has no fast tokenizer"):
        given(object())
    with pytest.raises(ModelFormatError, match="cannot be loaded: ValueError"):
        given(ValueError("bad"))
    with pytest.raises(ImportError, match="broken"):
        given(ImportError("broken"))
