"""Tokenizers trained on a corpus: WordPiece, byte-level BPE or Unigram, as tokenizers of transformers.

The trainers of the `tokenizers` package number some pieces by the order of a hash table, which differs from
process to process. What is trained here is put into an order of its own, so that the same texts give the same
file.

Source: WordPiece, Schuster and Nakajima 2012, as trained by merges of pairs; byte-level BPE, Sennrich et al.
    2016 (arXiv:1508.07909) and Radford et al. 2019; Unigram, Kudo 2018 (arXiv:1804.10959).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from metier._extras import require
from metier.encoders.structure.quick import refuse_unsafe
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.durable import whole_folder

DEFAULT_SIZE: Final = 8000
_BERT_LIKE: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_ROBERTA_LIKE: Final = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_CONTINUED: Final = "##"
_DIGITS_KEPT: Final = 3
_SPACES: Final = Regex(r"\s+")
_LONG_WORD: Final = re.compile(r"\S{1000}")


class TokenizerKind(StrEnum):
    """A way to cut words into pieces."""

    WORDPIECE = "wordpiece"
    BPE = "bpe"
    UNIGRAM = "unigram"


_KIND_OF: Final[Mapping[str, TokenizerKind]] = {
    "roberta": TokenizerKind.BPE,
    "albert": TokenizerKind.UNIGRAM,
    "deberta-v2": TokenizerKind.UNIGRAM,
}


@dataclass(frozen=True, slots=True)
class TokenizerOptions:
    """What a tokenizer is to be.

    Attributes:
        kind: how words are cut.
        size: tokens, special ones included, at least 16; None for 8,000, or what a small corpus gives.
            Unigram may come out a little smaller.
        lowercase: read capitals as small letters; accents and the marks of й and ё stay.
        max_tokens: longest row of the models that it is for, at least 8.

    Raises:
        InvalidInput: a value out of its range.
    """

    kind: TokenizerKind = TokenizerKind.WORDPIECE
    size: int | None = None
    lowercase: bool = False
    max_tokens: int = 512

    def __post_init__(self) -> None:
        for name, least in (("size", 16), ("max_tokens", 8)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidInput(f"{name} of a tokenizer must be at least {least}. Got {value}.")


def kind_of(model_type: str) -> TokenizerKind:
    """Return the kind of tokenizer that an architecture was published with; WordPiece for those not known.

    >>> str(kind_of("roberta")), str(kind_of("bert"))
    ('bpe', 'wordpiece')
    """
    return _KIND_OF.get(model_type, TokenizerKind.WORDPIECE)


def train_tokenizer(texts: Sequence[str], options: TokenizerOptions) -> Any:
    """Return a fast tokenizer of transformers, trained on texts; equal texts and options give equal bytes.

    BPE has the special tokens and the template of RoBERTa, the others those of BERT. Of words of more than
    1,000 characters, pieces of that length are learned from.

    Args:
        texts: in any order, at least one with a character that is no space.
        options: what it is to be.

    Raises:
        InvalidInput: no text, a size that has no room for the characters of the texts, or one more than twice
            of what they give.
        MissingExtra: the `train` extra is not installed.
    """
    if not any(text.strip() for text in texts):
        raise InvalidInput("A tokenizer needs a text to be trained on. Got none that is not blank.")
    size = options.size or DEFAULT_SIZE
    train = {
        TokenizerKind.WORDPIECE: _train_wordpiece,
        TokenizerKind.BPE: _train_bpe,
        TokenizerKind.UNIGRAM: _train_unigram,
    }[options.kind]
    # Trainers take the memory of a word's length more than once, and one of them overflows its stack.
    cut = [_LONG_WORD.sub(r"\g<0> ", text) for text in texts]
    tokenizer = train(cut, size, lowercase=options.lowercase)
    got = tokenizer.get_vocab_size()
    if options.size is not None and 2 * got < size:
        raise InvalidInput(
            f"size is {size:,}, but the texts give {got:,} different tokens, less than half of it. Lower "
            "size, or add texts."
        )
    return _wrapped(tokenizer, max_tokens=options.max_tokens)


def _wrapped(tokenizer: Tokenizer, *, max_tokens: int) -> Any:
    """Return a tokenizer as transformers wants it."""
    if isinstance(tokenizer.model, models.BPE):
        start, pad, end, unknown, mask = _ROBERTA_LIKE
        more, types = {"bos_token": start, "eos_token": end}, []
    else:
        pad, unknown, start, end, mask = _BERT_LIKE
        more, types = {}, ["token_type_ids"]
    return require("transformers").PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=pad,
        unk_token=unknown,
        cls_token=start,
        sep_token=end,
        mask_token=_mask_token(tokenizer, mask),
        model_max_length=max_tokens,
        model_input_names=["input_ids", *types, "attention_mask"],
        **more,
    )


@dataclass(frozen=True, slots=True)
class TokenizerFigures:
    """What a tokenizer is and how it cuts texts.

    Attributes:
        kind: how words are cut.
        size: tokens, special ones included.
        tokens_per_word: mean of the texts' words, as spaces part them.
        unknown_share: of the texts' tokens, those that stand for what the tokenizer does not know.
    """

    kind: str
    size: int
    tokens_per_word: float
    unknown_share: float


def figures_of(tokenizer: Any, kind: TokenizerKind, texts: Sequence[str]) -> TokenizerFigures:
    """Return how a tokenizer cuts texts.

    Args:
        tokenizer: of transformers, fast.
        kind: of it.
        texts: that it was not trained on, at least one word.
    """
    rows = tokenizer.backend_tokenizer.encode_batch(list(texts), add_special_tokens=False)
    n_words, n_tokens = sum(len(text.split()) for text in texts), sum(len(row.ids) for row in rows)
    unknown = sum(row.ids.count(tokenizer.unk_token_id) for row in rows)
    return TokenizerFigures(str(kind), len(tokenizer), n_tokens / max(1, n_words), unknown / max(1, n_tokens))


def read_tokenizer(folder: Path) -> Any:
    """Return the fast tokenizer in a folder.

    Raises:
        NotFound: no folder with a tokenizer.json.
        ModelFormatError: it is damaged or unsafe.
        ModelMismatch: it has no mask token, or no token to fill rows up with.
        MissingExtra: the `train` extra is not installed.
    """
    if not (folder / "tokenizer.json").is_file():
        raise NotFound(f"There is no tokenizer.json in {folder}. metier workbench tokenizer makes one.")
    refuse_unsafe(folder, subject=f"The tokenizer in {folder}")
    try:
        tokenizer = require("transformers").AutoTokenizer.from_pretrained(str(folder))
    except ImportError:
        raise
    except Exception as error:  # tokenizers raises Exception itself
        raise ModelFormatError(
            f"The tokenizer in {folder} cannot be loaded: {type(error).__name__}. A file is missing or "
            "damaged."
        ) from error
    if tokenizer.mask_token_id is None or tokenizer.pad_token_id is None:
        raise ModelMismatch(
            f"The tokenizer in {folder} must have a mask token and a padding token. metier workbench "
            "tokenizer makes one that has."
        )
    return tokenizer


def write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write a tokenizer into a folder that transformers opens; whole or not at all."""
    with whole_folder(folder) as place:
        tokenizer.save_pretrained(place)


def _mask_token(tokenizer: Tokenizer, mask: str) -> AddedToken:
    # Where a space is part of the next piece, the mask takes the place of that, too.
    return AddedToken(mask, lstrip=not isinstance(tokenizer.model, models.WordPiece), special=True)


def _train_wordpiece(texts: Sequence[str], size: int, *, lowercase: bool) -> Tokenizer:
    normalizer = normalizers.BertNormalizer(strip_accents=False, lowercase=lowercase)
    cutter = pre_tokenizers.BertPreTokenizer()
    first, later = _letters(texts, normalizer, cutter)
    alphabet = [*sorted(first), *(f"{_CONTINUED}{letter}" for letter in sorted(later))]
    _check_room(size, len(alphabet) + len(_BERT_LIKE))
    # Letters within words are numbered as they come by, unless they are there already.
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        special_tokens=[*_BERT_LIKE, *alphabet],
        show_progress=False,
        continuing_subword_prefix=_CONTINUED,
    )
    learner = Tokenizer(models.WordPiece(unk_token=_BERT_LIKE[1]))
    learner.normalizer, learner.pre_tokenizer = normalizer, cutter
    learner.train_from_iterator(texts, trainer)
    tokenizer = Tokenizer(models.WordPiece(learner.get_vocab(), unk_token=_BERT_LIKE[1]))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cutter
    tokenizer.decoder = decoders.WordPiece(prefix=_CONTINUED)
    return _with_bert_template(tokenizer)


def _train_bpe(texts: Sequence[str], size: int, *, lowercase: bool) -> Tokenizer:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _check_room(size, len(alphabet) + len(_ROBERTA_LIKE), "bytes")
    tokenizer = Tokenizer(models.BPE())
    if lowercase:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(_ROBERTA_LIKE),
        initial_alphabet=sorted(alphabet),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    start, _, end, _, mask = _ROBERTA_LIKE
    tokenizer.add_special_tokens([_mask_token(tokenizer, mask)])
    template = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (start, end)],
    )
    trim = processors.ByteLevel(trim_offsets=True)
    tokenizer.post_processor = processors.Sequence([trim, template])
    return tokenizer


def _train_unigram(texts: Sequence[str], size: int, *, lowercase: bool) -> Tokenizer:
    steps = [normalizers.NFKC(), *([normalizers.Lowercase()] if lowercase else [])]
    normalizer = normalizers.Sequence([*steps, normalizers.Replace(_SPACES, " ")])
    cutter = pre_tokenizers.Metaspace()
    first, later = _letters(texts, normalizer, cutter)
    _check_room(size, len(first | later) + len(_BERT_LIKE))
    learner = Tokenizer(models.Unigram())
    learner.normalizer, learner.pre_tokenizer = normalizer, cutter
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=list(_BERT_LIKE), unk_token=_BERT_LIKE[1], show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    pieces = _in_order(json.loads(learner.to_str())["model"]["vocab"])
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=_BERT_LIKE.index("[UNK]"), byte_fallback=False))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cutter
    tokenizer.decoder = decoders.Metaspace()
    return _with_bert_template(tokenizer)


def _in_order(learned: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return special tokens and then pieces by their scores, as no hash table can move them.

    The trainer gives letters that it had dropped scores near the least one, in the order of a hash table;
    they all get the least one here. Sums of the other scores differ in their last digits.
    """
    pieces = [(piece, score) for piece, score in learned if piece not in _BERT_LIKE]
    least = min(score for _, score in pieces)
    reach = least + 1e-4 * (1 + sum(len(piece) == 1 for piece, _ in pieces))
    even = [
        (piece, round(least if len(piece) == 1 and score <= reach else score, _DIGITS_KEPT))
        for piece, score in pieces
    ]
    special = [(token, 0.0) for token in _BERT_LIKE]
    return [*special, *sorted(even, key=lambda entry: (-entry[1], entry[0]))]


def _with_bert_template(tokenizer: Tokenizer) -> Tokenizer:
    *others, mask = _BERT_LIKE
    start, end = others[2:]
    tokenizer.add_special_tokens([*others, _mask_token(tokenizer, mask)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} $B:1 {end}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (start, end)],
    )
    return tokenizer


def _letters(texts: Sequence[str], normalizer: Any, cutter: Any) -> tuple[set[str], set[str]]:
    """Return the characters that begin words, and those that stand further on in one."""
    words = set(_words(texts, normalizer, cutter))
    return {word[0] for word in words}, {letter for word in words for letter in word[1:]}


def _words(texts: Sequence[str], normalizer: Any, cutter: Any) -> Iterator[str]:
    for text in texts:
        for word, _ in cutter.pre_tokenize_str(normalizer.normalize_str(text)):
            if word:
                yield word


def _check_room(size: int, needed: int, letters: str = "characters of these texts") -> None:
    if size < needed:
        raise InvalidInput(
            f"size must be at least {needed:,}: so many are the special tokens and the {letters}. "
            f"Got {size:,}."
        )
