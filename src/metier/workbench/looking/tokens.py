"""How a model cuts a text: pieces, ids, the characters of each, and the special tokens around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.encoders.folder import CARD, TOKENIZER, ModelFolder
from metier.encoders.structure.quick import refuse_unsafe
from metier.encoders.torch_network import translated
from metier.encoders.windowed import visible_spans
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.output import MODEL

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MOST_CHARACTERS: Final = 100_000
_WORD: Final = re.compile(r"\w+")
# What SentencePiece, byte-level BPE and WordPiece put before a piece to say where it stands in a word.
_STARTS: Final = ("▁", "Ġ")
_CONTINUES: Final = "##"
_WHOLE_WORD_MODELS: Final = frozenset({"WordPiece", "WordLevel"})
_CONFIG: Final = "tokenizer_config.json"


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text.

    Attributes:
        piece: as the vocabulary spells it.
        shown: the characters of the text that it stands for; the piece itself for special tokens.
        id: its row in the embeddings.
        start: first of its characters in the text; white space before it is outside.
        end: one after the last; equal to `start` for special tokens.
        special: whether the tokenizer put it around the text.
        word: number of the word that it belongs to, or None; a word is a run of letters and digits.
    """

    piece: str
    shown: str
    id: int
    start: int
    end: int
    special: bool
    word: int | None


@dataclass(frozen=True, slots=True)
class TokenisedText:
    """A text as a tokenizer cuts it.

    Attributes:
        model: whose tokenizer.
        tokens: special ones included.
        n_words: runs of letters and digits in the text.
    """

    model: str
    tokens: tuple[Token, ...]
    n_words: int

    @property
    def tokens_per_word(self) -> float | None:
        """Return tokens without the special ones, for each word; None for a text without words.

        Source: "fertility", Rust et al. 2021 (arXiv:2012.15613), section 3.2.
        """
        n_tokens = sum(not token.special for token in self.tokens)
        return n_tokens / self.n_words if self.n_words else None


@dataclass(frozen=True, slots=True, eq=False)
class Splitter:
    """A tokenizer as looking uses it; make one with `read_splitter`.

    Attributes:
        name: of the model.
        tokenizer: without padding and truncation.
    """

    name: str
    tokenizer: Tokenizer

    def split(self, text: str) -> TokenisedText:
        """Return the tokens of a text.

        Raises:
            InvalidInput: it is blank, or has more than 100,000 characters.
        """
        clean = checked_text(text)
        tokens = tokens_of(clean, self.tokenizer.encode(clean))
        return TokenisedText(self.name, tokens, len(_WORD.findall(clean)))

    def readable(self, token_id: int) -> tuple[str, bool]:
        """Return a piece of the vocabulary as a person reads it, and whether it goes on with a word.

        Args:
            token_id: of the vocabulary.
        """
        piece = self.tokenizer.id_to_token(token_id) or ""
        if piece.startswith(_CONTINUES) and len(piece) > len(_CONTINUES):
            return piece.removeprefix(_CONTINUES), True
        starts = piece.startswith(_STARTS)
        words = self.tokenizer.decode([token_id], skip_special_tokens=False).strip().strip("".join(_STARTS))
        alone = starts or type(self.tokenizer.model).__name__ in _WHOLE_WORD_MODELS
        return words or "␣", not alone and bool(_WORD.match(words))


def checked_text(text: str) -> str:
    """Return a text that a tokenizer takes: each half of a surrogate pair as a question mark.

    Raises:
        InvalidInput: it is blank, or has more than 100,000 characters.
    """
    if not text.strip():
        raise InvalidInput("A text must hold more than white space. Give at least one word.")
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            f"A text must have at most {MOST_CHARACTERS:,} characters to be looked at. Got {len(text):,}; "
            "take a passage of it."
        )
    return text.encode("utf-8", "replace").decode()


def tokens_of(text: str, encoding: Encoding) -> tuple[Token, ...]:
    """Return the tokens that a tokenizer found in a text.

    Args:
        text: what was encoded.
        encoding: of it, special tokens included.
    """
    spans = visible_spans(text, encoding.offsets).tolist()
    words = [match.span() for match in _WORD.finditer(text)]
    found = []
    rows = zip(encoding.tokens, encoding.ids, spans, encoding.special_tokens_mask, strict=True)
    place = 0
    for piece, token_id, (start, end), special in rows:
        while not special and place < len(words) and words[place][1] <= start:
            place += 1
        inside = not special and place < len(words) and words[place][0] < end and start < end
        shown = piece if special else text[start:end] or "␣"
        found.append(Token(piece, shown, token_id, start, end, bool(special), place if inside else None))
    return tuple(found)


def read_splitter(source: str) -> Splitter:
    """Return the tokenizer of a model.

    A folder with a `model.json` is checked against it first. A folder with a `tokenizer.json` needs no
    further package; others, and hub names, are read by transformers.

    Args:
        source: a folder, what a training of the workbench wrote (with `model` in it), or a hub name.

    Raises:
        NotFound: no such folder, or the hub has or reaches no such name.
        ModelFormatError: a file is damaged or changed, or the model wants to run its own code.
        ModelMismatch: there is no fast tokenizer.
        MissingExtra: it takes transformers to read, which is not installed.
    """
    folder = inner_folder(source)
    if (folder / CARD).is_file():
        opened = ModelFolder.open(folder)
        return Splitter(opened.card.name, _from_file(opened.file(TOKENIZER), opened.card.name))
    name = Path(source).name
    if (folder / TOKENIZER).is_file():
        return Splitter(name, _from_file(folder / TOKENIZER, name))
    return Splitter(name, _from_transformers(source, folder))


def inner_folder(source: str) -> Path:
    """Return the folder of a model: the one named, or `model` in what a training wrote."""
    path = Path(source)
    inner = path / MODEL
    has_model = any((path / name).is_file() for name in (CARD, TOKENIZER, _CONFIG, "config.json"))
    return inner if not has_model and inner.is_dir() else path


def read_splitters(sources: Sequence[str]) -> list[Splitter]:
    """Return the tokenizers of some models, each named once.

    Raises:
        InvalidInput: none is named, or one is named twice.
        NotFound: there is no such model; `read_splitter` has the other errors.
    """
    if not sources or len(set(sources)) < len(sources):
        raise InvalidInput(
            f"Each model must be named once, at least one. Got {', '.join(sources) or 'none'}."
        )
    return [read_splitter(source) for source in sources]


def _from_file(path: Path, name: str) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises Exception itself
        raise ModelFormatError(f"Model {name}: {TOKENIZER} is no tokenizer.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _from_transformers(source: str, folder: Path) -> Any:
    if not folder.is_dir() and (folder.is_absolute() or source.startswith((".", "~"))):
        raise NotFound(f"There is no model folder {source}.")
    if folder.is_dir():
        refuse_unsafe(folder, subject=source)
    transformers = require("transformers")
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder) if folder.is_dir() else source)
    except ImportError:
        raise
    except Exception as error:  # transformers and tokenizers raise errors of many kinds
        raise translated(source, error) from error
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise ModelMismatch(f"{source} has no fast tokenizer. Save it with a tokenizer.json.")
    fast.no_padding()
    fast.no_truncation()
    return fast
