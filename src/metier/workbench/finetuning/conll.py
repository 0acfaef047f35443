"""Tagged sentences in columns, as those of CoNLL: a word in a line, a blank line after each sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from metier.documents.source import printable_name
from metier.errors import InvalidInput
from metier.workbench.finetuning.entities import TAG, to_iob2
from metier.workbench.finetuning.row_files import read_content
from metier.workbench.finetuning.rows import TagRow

_GAP: Final = re.compile(r"[ \t]+")
_DOCUMENT: Final = "-DOCSTART-"


class TaggedSentence(NamedTuple):
    """Words, their tags as the file has them, and the place of each word for messages."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    places: tuple[str, ...]


def read_conll(path: Path) -> list[TaggedSentence]:
    """Return the sentences of a file in columns.

    The first column is the word, the last one the tag; others are passed over. Columns are parted by tabs
    where a line has one, else by spaces. Lines of -DOCSTART- are left out, and so are comments: lines that
    begin with # and have no tab, unless they are `#` and a tag.

    Raises:
        InvalidInput: of `read_content`; a line of one column, or a tag that is none.
    """
    name = printable_name(path.name)
    found: list[TaggedSentence] = []
    lines: list[tuple[str, str, str]] = []
    for number, line in enumerate([*read_content(path).split("\n"), ""], start=1):
        bare = line.strip(" \t")
        if bare and not _is_aside(bare):
            lines.append(_word(line, f"{name}, line {number}"))
        elif lines and not bare:
            words, tags, places = zip(*lines, strict=True)
            found.append(TaggedSentence(words, tags, places))
            lines = []
    return found


def tag_rows(sentences: Sequence[TaggedSentence]) -> list[TagRow]:
    """Return sentences with their tags in IOB2; `entities.to_iob2` says which other schemes are known.

    Raises:
        InvalidInput: an I- begins an entity although the file has the B- of IOB2.
    """
    tags, wrong = to_iob2([sentence.tags for sentence in sentences])
    if wrong is not None:
        sentence, word = wrong
        kind = sentences[sentence].tags[word]
        raise InvalidInput(
            f"{sentences[sentence].places[word]}: {kind} must follow a tag of the same type, for the other "
            f"tags are IOB2, where an entity begins with B-. Make it B{kind[1:]}, or mend the tag before it."
        )
    return [TagRow(each.words, own) for each, own in zip(sentences, tags, strict=True)]


def check_tag(tag: str, place: str) -> None:
    """Refuse what is no tag.

    Raises:
        InvalidInput: it is neither O nor a mark of IOB2 or BIOES and a type.
    """
    if not TAG.fullmatch(tag):
        raise InvalidInput(
            f"{place}: a tag must be O, or B- or I- with a type, such as B-PER; BIOES is known too. "
            "This one is not: tags of other kinds, such as parts of speech, are not learned here."
        )


def _word(line: str, place: str) -> tuple[str, str, str]:
    parts = line.split("\t") if "\t" in line else _GAP.split(line.strip(" "))
    word, tag = parts[0].strip(), parts[-1].strip()
    if len(parts) < 2 or not word:
        raise InvalidInput(
            f"{place}: a line must have a word and, in its last column, a tag. This one has not."
        )
    check_tag(tag, place)
    return word, tag, place


def _is_aside(line: str) -> bool:
    if line.startswith(_DOCUMENT):
        return True
    parts = _GAP.split(line)
    return (
        line.startswith("#")
        and "\t" not in line
        and not (len(parts) == 2 and TAG.fullmatch(parts[1]) is not None)
    )
