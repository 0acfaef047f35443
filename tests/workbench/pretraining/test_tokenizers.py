import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.backbone import Backbone
from metier.workbench.pretraining.tokenizers import (
    TokenizerKind,
    TokenizerOptions,
    figures_of,
    kind_of,
    read_tokenizer,
    train_tokenizer,
    write_tokenizer,
)
from tests.workbench.tiny import tiny_tokenizer

TEXTS = [
    "The river rises in the hills and flows past three mills.",
    "A baker gets up at three, heats the oven and weighs the flour.",
    "Анна чинит часы в маленькой мастерской, а вечером закрывает дверь.",
    "Зимой река замерзает, и дети катаются на коньках; ёлка стоит у реки.",
    "Our train was late again, so we waited for an hour by the river.",
] * 3
SIZES = {TokenizerKind.WORDPIECE: 200, TokenizerKind.BPE: 400, TokenizerKind.UNIGRAM: 120}


def trained(kind, **changes):
    return train_tokenizer(TEXTS, TokenizerOptions(**({"kind": kind, "size": SIZES[kind]} | changes)))


@pytest.mark.parametrize("kind", TokenizerKind)
def test_texts_come_back_and_special_tokens_stand_first(kind):
    tokenizer = trained(kind)
    assert SIZES[kind] * 0.8 <= len(tokenizer) <= SIZES[kind]
    special = [tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.mask_token_id]
    special += [tokenizer.cls_token_id, tokenizer.sep_token_id]
    assert sorted(special) == [0, 1, 2, 3, 4]
    for text in TEXTS[:5]:
        ids = tokenizer(text).input_ids
        assert tokenizer.unk_token_id not in ids
        assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        assert "".join(decoded.split()) == "".join(text.split())


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_folder_gives_the_same_tokenizer_again(kind, tmp_path):
    tokenizer = trained(kind, max_tokens=64)
    write_tokenizer(tokenizer, tmp_path / "mine")
    again = read_tokenizer(tmp_path / "mine")
    pair = (TEXTS[0], TEXTS[2])
    assert again(*pair) == tokenizer(*pair)
    assert again.model_max_length == 64
    assert again.mask_token == tokenizer.mask_token
    assert again(f"a {again.mask_token} b").input_ids == tokenizer(f"a {again.mask_token} b").input_ids


@pytest.mark.parametrize("kind", TokenizerKind)
def test_one_text_and_two_have_a_template(kind):
    tokenizer = trained(kind)
    backbone = Backbone("mine", None, tokenizer.backend_tokenizer, 64)
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    assert backbone.frame(1).around([[9]]).ids == (start, 9, end)
    pair = backbone.frame(2).around([[9], [8]])
    if kind is TokenizerKind.BPE:
        assert (pair.ids, set(pair.types)) == ((start, 9, end, end, 8, end), {0})
    else:
        assert (pair.ids, pair.types) == ((start, 9, end, 8, end), (0, 0, 0, 1, 1))


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_mask_in_a_sentence_leaves_no_stray_space(kind):
    tokenizer = trained(kind)
    middle = tokenizer(f"the {tokenizer.mask_token} river", add_special_tokens=False).input_ids
    place = middle.index(tokenizer.mask_token_id)
    assert middle[:place] == tokenizer("the", add_special_tokens=False).input_ids
    assert middle[place + 1 :] == tokenizer("river", add_special_tokens=False).input_ids


@pytest.mark.parametrize("kind", TokenizerKind)
def test_capitals_are_kept_unless_lowercase_is_asked_for_and_accents_always(kind):
    plain, lower = trained(kind), trained(kind, lowercase=True)
    assert plain("THE").input_ids != plain("the").input_ids
    assert lower("THE").input_ids == lower("the").input_ids
    assert lower("ёлка").input_ids != lower("елка").input_ids


@pytest.mark.parametrize("kind", TokenizerKind)
def test_words_of_their_own_are_told_apart(kind):
    words = trained(kind)("the river rises", add_special_tokens=False).word_ids()
    assert sorted(set(words)) == [0, 1, 2]


def test_equal_texts_give_equal_bytes_in_every_process(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.workbench.pretraining.test_tokenizers import *\n"
        "for kind in TokenizerKind: write_tokenizer(trained(kind), Path(sys.argv[1]) / kind)\n"
    )
    hashes = []
    for run in ("first", "second"):
        root = Path(__file__).parents[3]
        subprocess.run([sys.executable, "-c", code, tmp_path / run], check=True, cwd=root)
        files = sorted((tmp_path / run).rglob("*.json"))
        assert len(files) == 6
        hashes.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert hashes[0] == hashes[1]


def test_byte_level_pieces_know_every_character():
    tokenizer = trained(TokenizerKind.BPE)
    assert tokenizer.unk_token_id not in tokenizer("snow ☃ 雪").input_ids
    other = trained(TokenizerKind.WORDPIECE)
    assert other.unk_token_id in other("☃").input_ids


def test_without_a_size_a_small_corpus_gives_what_it_has():
    tokenizer = trained(TokenizerKind.WORDPIECE, size=None)
    assert 100 < len(tokenizer) < 8000


def test_figures_tell_how_texts_are_cut():
    tokenizer = trained(TokenizerKind.WORDPIECE)
    figures = figures_of(tokenizer, TokenizerKind.WORDPIECE, ["the river ☃", "the"])
    assert (figures.kind, figures.size, figures.unknown_share) == ("wordpiece", len(tokenizer), 0.25)
    assert figures.tokens_per_word == 1


def test_each_architecture_has_its_kind():
    kinds = [kind_of(name) for name in ("bert", "roberta", "albert", "deberta-v2", "unheard-of")]
    assert [str(kind) for kind in kinds] == ["wordpiece", "bpe", "unigram", "unigram", "wordpiece"]


@pytest.mark.parametrize("kind", TokenizerKind)
@pytest.mark.parametrize("texts", [[], ["", " \n"]])
def test_no_text_is_refused(kind, texts):
    with pytest.raises(InvalidInput, match="needs a text to be trained on"):
        train_tokenizer(texts, TokenizerOptions(kind))


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_single_word_is_enough(kind):
    assert len(train_tokenizer(["word"], TokenizerOptions(kind))) > 5


@pytest.mark.parametrize("kind", TokenizerKind)
def test_words_without_end_are_cut(kind):
    endless = ["ab" * 200_000, *TEXTS]
    assert len(train_tokenizer(endless, TokenizerOptions(kind, SIZES[kind]))) > 50


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_size_without_room_for_the_characters_is_refused(kind):
    with pytest.raises(InvalidInput, match=r"size must be at least \d+: so many are the special tokens"):
        trained(kind, size=20)


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_size_that_the_texts_do_not_give_is_refused(kind):
    with pytest.raises(InvalidInput, match=r"size is 9,000, but the texts give \d+ different tokens"):
        trained(kind, size=9000)


@pytest.mark.parametrize(("field", "value"), [("size", 15), ("max_tokens", 7)])
def test_options_out_of_range_are_refused(field, value):
    with pytest.raises(InvalidInput, match=f"{field} of a tokenizer must be at least"):
        TokenizerOptions(**{field: value})


def test_folders_that_hold_no_usable_tokenizer_are_refused(tmp_path):
    with pytest.raises(NotFound, match=r"There is no tokenizer.json in"):
        read_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        read_tokenizer(tmp_path)
    bare = tiny_tokenizer()
    bare.mask_token = None
    bare.save_pretrained(tmp_path / "bare")
    with pytest.raises(ModelMismatch, match="must have a mask token and a padding token"):
        read_tokenizer(tmp_path / "bare")
