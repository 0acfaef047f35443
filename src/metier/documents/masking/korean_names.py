"""Korean names: a surname of one or two syllables and a given name, with or without blanks between them."""

from __future__ import annotations

import re

from metier.documents.masking.name_lists import is_no_name, surnames
from metier.types import Span

_SHAPES = (
    re.compile(r"[가-힣](?:[ ]{1,3}[가-힣]){1,3}(?![가-힣])"),
    re.compile(r"[가-힣]{1,2}[ ][가-힣]{1,3}(?![가-힣])"),
    re.compile(r"[가-힣]{2,9}"),
)
_TAIL = re.compile(r"(?:입니다|이라고|라고|이고|이에요|예요|씨|님|드림|올림)$")
_FOREIGN = re.compile(
    r"[드첸웨웬쟝짱쑨르프흐크트브즈쉬츠옌쩐팜튀쑤땀뤼빅퍼페파카케쿠토투티타테셰렉릭닉맥멜켈콜폴랜앤벤젠켄쉘셜캐클플블슬틴턴톤튼슨센셉칸얀룬샤]"
)
# Endings of words in a sentence.
_IN_SENTENCE = re.compile(r"(?:는|을|를|은|의|로|다|고|한|과|와|에|서|며|해|요|기)(?:[ ]|$)")
_OWN = re.compile(
    r"[가-힣]{2,4}?(?=[ ]?님?의?[ ](?:이력서|포트폴리오|경력|자기소개서|지원서|프로필|홈페이지))"
)
_SAID = re.compile(r"(?<![가-힣])(?P<name>[가-힣]{2,4}?)(?:입니다|이라고[ ]합니다|라고[ ]합니다|이에요|예요)")
_COMMON = frozenset("김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류")


def korean_name_at(text: str, start: int, end: int, *, foreign: bool = False) -> Span | None:
    """Return the Korean name that some words start with, without verb or honorific.

    Args:
        text: the whole text.
        start: where the words start.
        end: where they end.
        foreign: three to six syllables of any kind count: the name may be a foreign one.
    """
    own = _OWN.match(text, start, end)
    if own is not None and is_korean_name(own.group()):
        return Span(*own.span())
    for shape in _SHAPES:
        match = shape.match(text, start, end)
        if match is None:
            continue
        words = match.group()
        tail = _TAIL.search(words)
        if tail is not None and len(words) - len(tail.group()) >= 2:
            words = words[: tail.start()]
        if is_korean_name(words) or (foreign and _may_be_foreign(words)):
            return Span(start, start + len(words))
    return None


def is_korean_name(words: str) -> bool:
    """Tell whether syllables are a surname and a given name of one to three syllables."""
    syllables = words.replace(" ", "")
    if (
        not 2 <= len(syllables) <= 5
        or _is_no_name(syllables)
        or any(_is_no_name(part) for part in words.split())
    ):
        return False
    if len(syllables) > 3 and is_no_name(syllables[-2:]):
        return False
    if syllables[:2] in surnames("ko") and 3 <= len(syllables) <= 4:
        return True
    return syllables[0] in surnames("ko") and len(syllables) <= 4


def is_job_or_place(word: str) -> bool:
    """Tell whether a Korean word names a job, a place or the like, whole or by its ending."""
    return _is_no_name(word) or (len(word) > 3 and is_no_name(word[-2:]))


def _is_no_name(word: str) -> bool:
    if len(word) < 2:
        return False
    return is_no_name(word) or any(is_no_name(word[:n]) for n in range(3, len(word)))


def _may_be_foreign(words: str) -> bool:
    return 3 <= len(words) <= 9 and not any(
        _is_no_name(part) or _is_no_name(part[-2:]) for part in words.split()
    )


def sounds_foreign(words: str) -> bool:
    """Tell whether words hold syllables that foreign names are written with, and Korean words hardly."""
    return _FOREIGN.search(words) is not None and _IN_SENTENCE.search(words) is None


def is_sentence(words: str) -> bool:
    """Tell whether the last word ends as sentences do."""
    return re.search(r"(?:다|요|죠|까)[.!?]*$", words) is not None


def said_korean_name(text: str, start: int, end: int) -> Span | None:
    """Return the name in "... 개발자 홍길동입니다", or None."""
    for match in _SAID.finditer(text, start, end):
        before = text[max(start, match.start() - 12) : match.start()].split()
        behind_job = bool(before) and is_job_or_place(before[-1])
        if (len(match["name"]) > 2 or behind_job) and is_korean_name(match["name"]):
            return Span(*match.span("name"))
    return None


def starts_with_common_surname(words: str) -> bool:
    """Tell whether the first syllable is one of the forty surnames that most Koreans have."""
    return words[:1] in _COMMON
