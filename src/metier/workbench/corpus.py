"""Raw text as pretraining takes it: documents, each a list of sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metier.documents.sentences import find_sentences
from metier.encoders.folder import file_hashes
from metier.errors import InvalidInput, NotFound
from metier.training.corpus import in_held_out_part

KINDS: Final = (".txt", ".md", ".jsonl")
LEAST_DOCUMENTS: Final = 2
_DEV_SHARE: Final = 0.1
_BLANK: Final = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents to learn from and to measure on.

    Attributes:
        train: documents, each a list of sentences, at least one sentence each.
        dev: as train; never empty.
        hashes: SHA-256 of each file, by folder and name.
    """

    train: tuple[tuple[str, ...], ...]
    dev: tuple[tuple[str, ...], ...]
    hashes: dict[str, str]


def read_corpus(files: Sequence[Path], dev: Sequence[Path] = ()) -> Corpus:
    """Return the documents of some files, equal ones once, with some kept to measure on.

    Args:
        files: `.txt` and `.md` with a blank line between documents, or `.jsonl` with a `text` in each line.
        dev: files to measure on; none keeps a tenth of the documents, told by their hash, at least one. A
            document of `dev` that stands in `files` too is not learned from.

    Raises:
        NotFound: no such file.
        InvalidInput: a file of another kind, one that is not UTF-8 or no JSON lines, no files, or fewer than
            two documents (one with `dev`).
    """
    documents = _documents(files)
    if dev:
        kept = _documents(dev)
        train = [text for text in documents if text not in set(kept)]
    else:
        kept = [text for text in documents if in_held_out_part(text, share=_DEV_SHARE)]
        if documents and len(kept) in {0, len(documents)}:
            kept = documents[-1:]  # so few that the hashes may choose none or all
        train = [text for text in documents if text not in set(kept)]
    if not train or not kept:
        names = ", ".join(path.name for path in files) or "no files"
        raise InvalidInput(
            f"A corpus must hold at least {LEAST_DOCUMENTS} different documents, one to learn from and one "
            f"to measure on. {names} held {len(documents)}. Put a blank line between documents, or add files."
        )
    return Corpus(
        tuple(map(split_sentences, train)), tuple(map(split_sentences, kept)), file_hashes([*files, *dev])
    )


def split_sentences(text: str) -> tuple[str, ...]:
    r"""Return the sentences of a document, line ends within them as spaces; the text itself if it has none.

    >>> split_sentences("She welds. He drives\na truck.")
    ('She welds.', 'He drives a truck.')
    """
    found = tuple(" ".join(text[span.start : span.end].split()) for span in find_sentences(text))
    return found or (" ".join(text.split()),)


def _documents(files: Sequence[Path]) -> list[str]:
    return list(dict.fromkeys(text for path in files for text in _texts(path)))


def _texts(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise NotFound(f"There is no text file {path}.")
    if path.suffix not in KINDS:
        raise InvalidInput(
            f"{path.name} must end in {', '.join(KINDS)}. Got {path.suffix or 'no ending'}; save it as text."
        )
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} must be UTF-8. It is not. Write it again as UTF-8.") from error
    parts = _lines(path.name, content) if path.suffix == ".jsonl" else _BLANK.split(content)
    # JSON can spell half a surrogate pair, which no tokenizer takes.
    yield from (part.strip().encode(errors="replace").decode() for part in parts if part.strip())


def _lines(name: str, content: str) -> Iterator[str]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput(
                f"{name}, line {number}: a line must be a JSON object with a text. This one is not."
            ) from error
        if not isinstance(text, str):
            raise InvalidInput(f"{name}, line {number}: text must be a string. Mend it or leave it out.")
        yield text
