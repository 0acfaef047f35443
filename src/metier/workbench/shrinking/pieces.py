"""Cuts the vocabulary of a Unigram, WordPiece or BPE tokenizer down to the most frequent pieces.

A text whose pieces are all kept is segmented as before. WordPiece takes the longest piece that it finds, and
Unigram the pieces with the best sum of scores: with fewer to choose from, the same ones win. BPE joins pairs
of pieces in a fixed order: a piece is kept together with all that it is joined from. The one exception is a
word of WordPiece that was unknown as a whole, which may be found in parts when a longer piece is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tokenizers import Tokenizer

from metier.errors import InvalidInput, ModelMismatch

KINDS: Final = ("Unigram", "WordPiece", "BPE")
_SPACE: Final = "\u2581"
_IDS: Final = frozenset({"id", "pad_id"})
_AROUND: Final = frozenset({"sep", "cls"})


class Pieces:
    """The pieces of a tokenizer, and which of them must stay.

    Args:
        tokenizer: of a kind that is known.
        least_ids: ids below this one stay whatever they are.

    Raises:
        ModelMismatch: the tokenizer is of another kind.
    """

    def __init__(self, tokenizer: Tokenizer, *, least_ids: int = 0) -> None:
        self.content: dict[str, Any] = json.loads(tokenizer.to_str())
        self._model: dict[str, Any] = self.content["model"]
        if self._model["type"] not in KINDS:
            raise ModelMismatch(
                f"A tokenizer must be {', '.join(KINDS)} to be pruned. Got {self._model['type']}."
            )
        self.ids: dict[str, int] = tokenizer.get_vocab()
        self._least_ids = least_ids
        self._parents = self._parents_by_id() if self._model["type"] == "BPE" else {}

    @property
    def n(self) -> int:
        """How many pieces there are, added ones included."""
        return len(set(self.ids.values()))

    def needed(self) -> set[int]:
        """Return what must stay: added and special pieces, single characters, and what these are made of.

        Of Unigram also the piece of the lowest score, since what an unknown character costs is reckoned from
        it.
        """
        found = {token["id"] for token in self.content["added_tokens"]} | set(range(self._least_ids))
        found |= {self.ids[word] for word in self._named() if word in self.ids}
        found |= {i for piece, i in self.ids.items() if self._is_single(piece)}
        if self._model["type"] == "Unigram":
            scores = [score for _, score in self._model["vocab"]]
            found |= {scores.index(min(scores)), self._model["unk_id"] or 0}
        return self._closed(found & set(self.ids.values()))

    def choose(self, counts: Mapping[int, int], *, n_rows: int) -> list[int]:
        """Return the ids to keep, rising: what must stay, then by frequency, then the lowest ids.

        Args:
            counts: how often each id occurs.
            n_rows: how many to keep. A piece of BPE that needs more than there is room for is passed over.

        Raises:
            InvalidInput: `n_rows` is less than what must stay, or more than there are.
        """
        kept = self.needed()
        if not len(kept) <= n_rows <= self.n:
            raise InvalidInput(
                f"rows must be from {len(kept):,}, for special pieces and single characters always stay, to "
                f"{self.n:,}, which is all there are. Got {n_rows:,}."
            )
        by_frequency = [i for i, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        for i in (*by_frequency, *self._by_rank()):
            if len(kept) == n_rows:
                break
            more = self._closed({i}) - kept
            if len(kept) + len(more) <= n_rows:
                kept |= more
        return sorted(kept)

    def pruned(self, kept: Sequence[int]) -> str:
        """Return the content of `tokenizer.json` with some pieces only, numbered anew in the same order.

        Args:
            kept: ids, rising, as `choose` gives them.
        """
        new = {old: i for i, old in enumerate(kept)}
        content = {key: value for key, value in self.content.items() if key != "model"}
        renumbered = _renumbered(content, new)
        renumbered["model"] = self._pruned_model(new)
        return json.dumps(renumbered, ensure_ascii=False, separators=(",", ":"))

    def _pruned_model(self, new: Mapping[int, int]) -> dict[str, Any]:
        model = dict(self._model)
        if model["type"] == "Unigram":
            model["vocab"] = [entry for i, entry in enumerate(model["vocab"]) if i in new]
            if model["unk_id"] is not None:
                model["unk_id"] = new[model["unk_id"]]
            return model
        vocabulary = sorted(model["vocab"].items(), key=lambda item: int(item[1]))
        model["vocab"] = {piece: new[i] for piece, i in vocabulary if i in new}
        if model["type"] == "BPE":
            merges = [merge for merge in model["merges"] if self._merged(merge) is not None]
            model["merges"] = [merge for merge in merges if set(self._merged_ids(merge)) <= new.keys()]
        return model

    def _named(self) -> list[str]:
        """Return the pieces that the tokenizer names as special, in the model and around texts."""
        found = [self._model.get("unk_token")]
        return [piece for piece in [*found, *_words(self.content.get("post_processor"))] if piece]

    def _is_single(self, piece: str) -> bool:
        bare = piece.removeprefix(self._model.get("continuing_subword_prefix") or "")
        bare = bare.removesuffix(self._model.get("end_of_word_suffix") or "")
        return len(bare.strip(_SPACE)) <= 1 or (len(bare) == 6 and bare.startswith("<0x") and bare[-1] == ">")

    def _by_rank(self) -> list[int]:
        """Return all ids, the ones first that are the better guess where nothing was counted."""
        if self._model["type"] == "Unigram":
            scores = [score for _, score in self._model["vocab"]]
            return sorted(range(len(scores)), key=lambda i: (-scores[i], i))
        return sorted(set(self.ids.values()))

    def _closed(self, ids: set[int]) -> set[int]:
        """Return ids with all that their pieces are joined from."""
        found, stack = set(ids), list(ids)
        while stack:
            for parent in self._parents.get(stack.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    stack.append(parent)
        return found

    def _parents_by_id(self) -> dict[int, set[int]]:
        parents: dict[int, set[int]] = {}
        for merge in self._model["merges"]:
            if self._merged(merge) is not None:
                left, right, joined = self._merged_ids(merge)
                parents.setdefault(joined, set()).update((left, right))
        return parents

    def _merged_ids(self, merge: Any) -> tuple[int, int, int]:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        return self.ids[left], self.ids[right], self.ids[self._merged(merge) or ""]

    def _merged(self, merge: Any) -> str | None:
        """Return the piece that two are joined to; None if one of the three is no piece."""
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        joined = left + right.removeprefix(self._model.get("continuing_subword_prefix") or "")
        return joined if {left, right, joined} <= self.ids.keys() else None


def _renumbered(value: Any, new: Mapping[int, int]) -> Any:
    """Return the parts around a model with new ids: of added pieces, and of pieces put around a text."""
    if isinstance(value, list):
        return [_renumbered(item, new) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key in _IDS and isinstance(item, int):
            found[key] = new[item]
        elif key == "ids":
            found[key] = [new[i] for i in item]
        elif key in _AROUND and isinstance(item, list):  # [piece, id], as RoBERTa and BERT write it
            found[key] = [item[0], new[item[1]]]
        else:
            found[key] = _renumbered(item, new)
    return found


def _words(value: Any) -> list[str]:
    """Return all strings in a part of a tokenizer's content."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [word for item in items for word in _words(item)]
