"""The words of a personal fact, turned into those for another person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from metier.documents.masking.name_lists import fold, is_given
from metier.expertise import swap_words
from metier.expertise.swap_gender import GENDERS, like
from metier.expertise.swap_words import Persona

_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PATRONYMIC: Final = re.compile(r"(?:[оеё]вич|ьич|[оеё]вн[аыуе]|ичн[аыуе]|инична|[оеё]вич[ауе]м?)$")
_TITLES: Final = frozenset("mr mrs ms miss mx г-н г-жа".split())
_KEPT: Final = frozenset("jr sr ii iii iv dr prof д-р проф van von der den de del di da la al el bin".split())
# Other calendars have other years: those stay.
_BIRTH_YEAR: Final = re.compile(r"(?<!\d)(?:19[3-9]|20[01])\d(?!\d)")
_LAST_TWO_DIGITS: Final = re.compile(r"(?<!\d)\d\d(?!\d)(?!.*\d)")
_CHILD: Final = re.compile(r"child|kid|\bson\b|sons|daughter|дет|реб[её]н|доч|сын", re.IGNORECASE)
_STATUS: Final = re.compile(
    r"single|married|divorced|widow|engaged|separated|relationship|partner|женат|замуж|холост|развед[её]н"
    r"|в разводе|вдов|брак|свобод",
    re.IGNORECASE,
)
_OF_A_WOMAN: Final = re.compile(r"замуж|разведена|вдова|свободна|холоста", re.IGNORECASE)
_CITIZEN_BEHIND: Final = re.compile(
    r"[ ](?:citizens?|nationals?|citizenship|nationality|passport(?: holder)?)$", re.IGNORECASE
)
_CITIZEN_BEFORE: Final = re.compile(
    r"(?P<russian>(?:гражданин|гражданка|гражданство|гражд\.|гр\.|паспорт)[ ])"
    r"|(?:citizenship|citizen|national)[ ]of[ ]",
    re.IGNORECASE,
)
N_FAMILY: Final = len(swap_words.FAMILY_STATUS["en"])
"""How many family statuses there are to turn one into."""


def name_roles(names: Sequence[str]) -> dict[str, str]:
    """Return which part of a name each word is: given, middle, surname, or empty for another.

    Args:
        names: the spellings of one person's name.

    Returns:
        The part by the word in lower case, without titles, initials and words such as "van".
    """
    tokens = dict.fromkeys(fold(word) for name in names for word in _NAME_WORD.findall(name))
    parts = [word for word in tokens if len(word) > 1 and word not in _TITLES | _KEPT]
    middle = [word for word in parts if _PATRONYMIC.search(word)]
    given = [word for word in parts if is_given(word) and word not in middle]
    if not given and len(parts) > 1 and len(parts) == len(tokens):
        given = parts[:1]
    surnames = [word for word in parts if word not in given and word not in middle]
    ranked = {"given": given[:1], "middle": [*middle, *given[1:]][:1], "surname": surnames[:1]}
    return dict.fromkeys(parts, "") | {word: role for role, words in ranked.items() for word in words}


def renamed(name: str, roles: Mapping[str, str], persona: Persona) -> str:
    """Return a name as another person would have it: the same parts in the same order and writing.

    Args:
        name: one spelling of a name, or a part of it.
        roles: of its words, from `name_roles`.
        persona: the other person.
    """
    initials = iter((persona.given[0], persona.middle[0], persona.surname[0]))
    new = {"given": persona.given, "middle": persona.middle, "surname": persona.surname, "": ""}

    def turn(match: re.Match[str]) -> str:
        word = fold(match.group())
        if len(word) == 1:
            return next(initials, persona.given[0])
        if word in _TITLES:
            return persona.title
        if word not in roles:
            return match.group()
        nickname = not roles[word] and name[: match.start()].endswith(("(", '"', "“", "«", "'", "‘"))
        return like(persona.given if nickname else new[roles[word]], match.group())

    return re.sub(r"[ ]{2,}", " ", _NAME_WORD.sub(turn, name)).strip()


def gender_as(words: str, gender: str) -> str:
    """Return the words of a stated gender for `female` or `male`; unknown words stay."""
    bare = words.lower().rstrip(".")
    for pair in swap_words.GENDERS:
        if bare in pair:
            return like(pair[GENDERS.index(gender)], words) + words[len(bare) :]
    return words


def age_as(words: str, age: int) -> str:
    """Return the words of an age with another number; Russian years agree with it."""
    changed = re.sub(r"(?<!\d)\d\d(?!\d)", str(age), words, count=1)
    return re.sub(r"лет|год(?:а|у)?(?!\w)", years_in_russian(age), changed)


def years_in_russian(n: int) -> str:
    """Return the word for n years."""
    if n % 10 == 1 and n % 100 != 11:
        return "год"
    return "года" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "лет"


def birth_as(words: str, year: int) -> str:
    """Return the words of a birth date with another year."""
    changed, n_changed = _BIRTH_YEAR.subn(str(year), words, count=1)
    return changed if n_changed else _LAST_TWO_DIGITS.sub(f"{year % 100:02d}", words)


def family_as(words: str, i: int, *, language: str) -> str:
    """Return the words of marital status or children for another family.

    Args:
        words: a status, children, both, or a number of children.
        i: which of the statuses of `swap_words.FAMILY_STATUS`.
        language: en or ru.
    """
    children = swap_words.CHILDREN[language][i % len(swap_words.CHILDREN[language])]
    if words.isdigit():
        return str(i + 1 if int(words) == i else i)
    if not _STATUS.search(words) and _CHILD.search(words):
        return like(children, words)
    gender = "female" if _OF_A_WOMAN.search(words) else "male"
    status = swap_words.FAMILY_STATUS["en" if language == "en" else f"ru-{gender}"][i]
    return like(f"{status}, {children}" if _CHILD.search(words) else status, words)


def citizenship_as(words: str, country: str, form: str) -> str:
    """Return the words of a citizenship for another country.

    Args:
        words: a country, or a phrase such as "Swedish citizen".
        country: its name.
        form: what stands beside "citizen": an adjective in English, a genitive in Russian.
    """
    behind = _CITIZEN_BEHIND.search(words)
    if behind is not None:
        return form + behind.group()
    before = _CITIZEN_BEFORE.match(words)
    if before is None:
        return country
    return before.group() + (form if before["russian"] else country)
