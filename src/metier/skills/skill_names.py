"""Names in data: which skill of a taxonomy a name stands for, and whether a text names a skill."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal

from metier.errors import InvalidInput
from metier.skills.data import quoted
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy import Taxonomy
from metier.skills.tokens import name_tokens, tokenise

OnUnknown = Literal["error", "skip"]
"""What to do with a name that no skill has: stop, or leave it out and count it."""

_Key = str | tuple[str, ...]

# Scripts whose grammar grows onto a name, so that its tokens need not stand in the text by themselves.
_AFFIXING: Final = re.compile(r"[\uac00-\ud7a3\u05d0-\u05ea]")


class SkillNames:
    """The skills of a taxonomy by id, label and alias.

    Args:
        taxonomy: the skills.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        skills = [entry.skill for entry in taxonomy.entries]
        labels = [(skill.id, skill.label) for skill in skills]
        aliases = [(skill.id, alias) for skill in skills for alias in skill.aliases]
        self._tiers: list[dict[_Key, dict[str, None]]] = [
            _index((skill.id, skill.id) for skill in skills),
            _index(labels),
            _index((skill, label.casefold()) for skill, label in labels),
            _index(aliases),
            _index((skill, alias.casefold()) for skill, alias in aliases),
            _index((skill, name_tokens(label)) for skill, label in labels),
            _index((skill, name_tokens(alias)) for skill, alias in aliases),
        ]

    def matches(self, name: str) -> tuple[str, ...]:
        """Return the ids of the skills that a name fits best: none, one, or several that fit as well.

        An id goes before a label, a label before an alias, the same case before another one, and all of
        these before names that differ in hyphens, blanks or endings only.
        """
        stripped = name.strip()
        folded, tokens = stripped.casefold(), name_tokens(stripped)
        keys: tuple[_Key, ...] = (stripped, stripped, folded, stripped, folded, tokens, tokens)
        for tier, key in zip(self._tiers, keys, strict=True):
            if key and key in tier:
                return tuple(tier[key])
        return ()


class NameReader:
    """Takes names out of rows, and counts those that are left out.

    Args:
        taxonomy: the skills.
        unknown: what to do with a name that no skill has.
        ambiguous: what to do with a name that fits several skills.

    Raises:
        InvalidInput: `unknown` or `ambiguous` is neither "error" nor "skip".
    """

    def __init__(
        self, taxonomy: Taxonomy, *, unknown: OnUnknown = "error", ambiguous: OnUnknown = "error"
    ) -> None:
        for option, value in (("unknown", unknown), ("ambiguous", ambiguous)):
            if value not in ("error", "skip"):
                raise InvalidInput(f"{option} must be 'error' or 'skip'. Got {value!r}.")
        self._names = SkillNames(taxonomy)
        self._policy = {"unknown": unknown, "ambiguous": ambiguous}
        self.unknown: Counter[str] = Counter()
        self.ambiguous: Counter[str] = Counter()

    def skill(self, name: str, place: str) -> str | None:
        """Return the id of the skill that a name stands for, or None where the name is left out.

        Raises:
            InvalidInput: no skill has the name, or several do, and that is to be an error.
        """
        found = self._names.matches(name)
        if len(found) == 1:
            return found[0]
        if found:
            if self._policy["ambiguous"] == "error":
                both = " and ".join(repr(skill) for skill in found)
                raise InvalidInput(
                    f"{place}: a name must fit one skill. {quoted(name)} fits {both}. Give the id instead."
                )
            self.ambiguous[name.strip()] += 1
        elif self._policy["unknown"] == "error":
            raise InvalidInput(
                f"{place}: a name must be an id, label or alias in taxonomy {self._names.taxonomy.name}. "
                f"{quoted(name)} is none. Correct it, add the skill, or leave unknown names out."
            )
        else:
            self.unknown[name.strip()] += 1
        return None


class NameSpotter:
    """Tells whether texts name skills that are already in question.

    Other than `MentionFinder` it looks at each skill by itself: a name counts within a longer name of
    another skill, a name that two skills share counts for both, and a name that is also an ordinary word
    needs no company.

    Args:
        taxonomy: the skills.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._finders: dict[str, MentionFinder] = {}
        self._keys: dict[str, tuple[tuple[str, ...], ...]] = {}

    def names_in(self, text: str) -> TextNames:
        """Return what can be asked for the names in one text."""
        return TextNames(self, text)

    def finder(self, skill: str) -> MentionFinder:
        """Return what finds the names of one skill alone.

        Raises:
            NotFound: no skill has that id.
        """
        if skill not in self._finders:
            alone = replace(self._taxonomy.entry(skill), ambiguous=(), implies=())
            self._finders[skill] = MentionFinder(Taxonomy(self._taxonomy.name, [alone]))
        return self._finders[skill]

    def keys(self, skill: str) -> tuple[tuple[str, ...], ...]:
        """Return the names of a skill as normalised tokens.

        Raises:
            NotFound: no skill has that id.
        """
        if skill not in self._keys:
            found = (name_tokens(name) for name in self._taxonomy.entry(skill).names)
            self._keys[skill] = tuple(key for key in found if key)
        return self._keys[skill]


class TextNames:
    """The names in one text, asked for skill by skill.

    Args:
        spotter: what knows the names.
        text: any text.
    """

    def __init__(self, spotter: NameSpotter, text: str) -> None:
        self._spotter = spotter
        self._text = text
        self._norms = frozenset(token.norm for token in tokenise(text))
        self._affixes = _AFFIXING.search(text) is not None

    def has(self, skill: str) -> bool:
        """Tell whether the text has any name of a skill.

        Raises:
            NotFound: no skill has that id.
        """
        return self._may_have(skill) and bool(self._spotter.finder(skill).find(self._text))

    def _may_have(self, skill: str) -> bool:
        """Rule out most skills at the price of a look-up; building a finder for each would be slow."""
        return self._affixes or any(
            (key[-1] in self._norms or f"{key[-1]}s" in self._norms)
            and all(token in self._norms for token in key[:-1])
            for key in self._spotter.keys(skill)
        )


def _index(pairs: Iterable[tuple[str, _Key]] | Iterator[tuple[str, _Key]]) -> dict[_Key, dict[str, None]]:
    index: dict[_Key, dict[str, None]] = {}
    for skill, key in pairs:
        index.setdefault(key, {})[skill] = None
    return index
