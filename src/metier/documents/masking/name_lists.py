"""The lists that names are told by; all of them hold facts that anyone knows, in lower case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

# Shorter beginnings of Russian words begin names too ("год", "Годунов"): those count as whole words only.
_MIN_STEM = 5


def _words(name: str) -> frozenset[str]:
    text = resources.files("metier.documents.masking").joinpath(name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


def fold(word: str) -> str:
    """Return a word in lower case, with ё as е and one kind of apostrophe."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", word).casefold().replace("ё", "е").replace("’", "'")


@lru_cache(maxsize=8)
def given_names(language: str) -> frozenset[str]:
    """Return the given names written in the script of a language: en, ru or he."""
    return _words(f"given_names/{language}.txt")


@lru_cache(maxsize=8)
def surnames(language: str) -> frozenset[str]:
    """Return frequent surnames: en, ru, he or ko."""
    return _words("ko_surnames.txt") if language == "ko" else _words(f"surnames/{language}.txt")


@lru_cache(maxsize=8)
def not_names(language: str) -> frozenset[str]:
    """Return words of headers that are no names: en, ru (beginnings of words), he or ko."""
    return _words(f"not_names/{language}.txt")


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Return names that are words, products, firms or places as well."""
    return _words("not_names/ordinary.txt")


@lru_cache(maxsize=1)
def russian_forms() -> frozenset[str]:
    """Return the given names in Russian in the cases that a header or a sentence may have them in."""
    return frozenset(form for name in given_names("ru") for form in case_forms(name))


def case_forms(name: str) -> frozenset[str]:
    """Return a Russian given name or surname, in lower case, with the endings it takes."""
    stem, endings = _declension(name)
    return frozenset({name, *(stem + ending for ending in endings.split())})


def _declension(name: str) -> tuple[str, str]:
    """Return what stays of a Russian name and the endings it takes."""
    if name.endswith(("ий", "ый", "ой")) and len(name) > 4:
        return name[:-2], "ого его ому ему им ым ом ем ия ию ии"
    if name.endswith("ая"):
        return name[:-2], "ой ую"
    if name.endswith(("а", "я")):
        return name[:-1], "ы и е у ю ой ей"
    if name.endswith(("й", "ь")):
        return name[:-1], "я ю ем е и ью"
    if name.endswith(("о", "е", "и", "у", "ю", "э")):
        return name, ""
    return name, "а у ым е ой" if re.search(r"(?:ов|ев|ин|ын)$", name) else "а у ом е"


def is_given(word: str) -> bool:
    """Tell whether a word is a given name, in whatever script; Russian ones in any case."""
    folded = fold(word)
    script = script_of(folded)
    if script == "ru":
        return folded in russian_forms()
    if script in ("en", "he"):
        parts = [part for part in re.split(r"[-־]", folded) if part]
        names = given_names(script)
        return folded in names or (len(parts) > 1 and parts[0] in names)
    return False


def is_surname(word: str) -> bool:
    """Tell whether a word is a frequent surname or ends as surnames do."""
    folded = fold(word)
    script = script_of(folded)
    if script == "ru":
        return folded in surnames("ru") or RUSSIAN_SURNAME.search(folded) is not None
    if script == "en":
        return folded in surnames("en") or LATIN_SURNAME.search(folded) is not None
    return folded in surnames(script) if script in ("he", "ko") else False


RUSSIAN_SURNAME = re.compile(
    r".(?:[оеё]в(?:а|у|ым|ой|ых)?|[иы]н(?:а|у|ым|ой)?|[сц]к(?:ий|ая|ого|ой|ому|им|их)|ых|их|енк[оу]|ук|юк"
    r"|чак|щак|ян|янц|дзе|швили|ия|ури|ава"
    r"|иани|ович|евич|ко|оглу|заде|баев[а]?|беков[а]?|улы|кызы|ман|берг|штейн|сон|айте|ене|тис|ас|ис|ус"
    r"|ец|ик|як|ой)$"
)
LATIN_SURNAME = re.compile(
    r"..(?:ov|ova|ev|eva|yov|enko|chuk|[sc]k[iy]y?|skaya|ska|[yi]an|yants|dze|shvili|ovich|evich|ovic"
    r"|ović|evic|ević|ic|ić|sson|son|sen|ez|berg|stein|mann|man"
    r"|oglu|oğlu|zadeh|poulos|idis|akis|escu|eanu|wicz|czyk|nen|qvist|quist|lund|ström|strom|dottir|kar"
    r"|wala|ani|ali|elli|etti|ini|ucci|baeva?|bekova?|in|ina)$"
)


def is_no_name(word: str) -> bool:
    """Tell whether a word is one of those that headers hold and names do not."""
    folded = fold(word).strip(".")
    script = script_of(folded)
    if "-" in folded and any(is_no_name(part) for part in folded.split("-") if len(part) > 2):
        return True
    if script == "ru":
        stems = not_names("ru")
        return folded in stems or any(folded[:n] in stems for n in range(_MIN_STEM, len(folded)))
    if script == "he":
        words = not_names("he")
        return folded in words or (len(folded) > 3 and folded[0] in "הבלמושכ" and folded[1:] in words)
    if script == "ko":
        return folded in not_names("ko")
    return folded in not_names("en")


def script_of(word: str) -> str:
    """Return ru, he, ko, zh or en by the first letter of a word; empty without letters."""
    for char in word:
        if not char.isalpha():
            continue
        if "\u0400" <= char <= "\u04ff":
            return "ru"
        if "\u0590" <= char <= "\u05ff":
            return "he"
        if "\uac00" <= char <= "\ud7a3":
            return "ko"
        return "zh" if "\u4e00" <= char <= "\u9fff" else "en"
    return ""
