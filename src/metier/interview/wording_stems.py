"""The words of a sentence that carry its subject, in a form in which two sentences can be compared."""

from __future__ import annotations

import re
from typing import Final

from metier.store.terms import find_terms

_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]+")
_HEBREW: Final = re.compile(r"[\u05d0-\u05ea]+")
_HEBREW_PREFIX: Final = re.compile(r"^(?:וה|שה|מה|כש|ול|וב|ומ|[והבלכמש])(?=[\u05d0-\u05ea]{3})")
_PREFIX_OF_ID: Final = re.compile(r"[a-z0-9]+(?:[.+#-][a-z0-9]+)*[+#]*")
# A Korean word is its noun and what is hung onto it; two syllables keep most nouns apart.
_SYLLABLES: Final = 2

_WORDS: Final = (
    "a an the this that these those it its they them their there here i you your yours we our us he she"
    " his her who whom whose what which when where why how and or but nor so if then than as of in on at"
    " by to from for with without into onto about between against over under after before during up down"
    " out off per via is are was were be been being am do does did done doing have has had having can"
    " could may might must shall should will would not no yes any some each every all both few many much"
    " more most less least other another such same own only just also too very even still yet again ever"
    " never one two first second next kind sort way ways thing things example examples use used uses using"
    " make makes made let us name names tell explain describe give say says said know mean means meant"
    " work works working happen happens get gets got take takes need needs want wants help helps look"
    " looks like put word words question answer difference differ differs compare compared when instead"
    " because while until once whether however и в во не что он она оно они на я с со как а то все всё так"
    " его её ее их но да ты к ко у же вы за бы по только от меня ещё еще нет о об из ему для мы тебя чем"
    " была сам чтоб чтобы без будто чего раз тоже себе под будет ж кто этот эта это эти того тот та те"
    " потому этого какой какая какое какие каким каких ним здесь при один одна одно почти мой тем нее неё"
    " сейчас были был было быть куда зачем сказать скажите назовите можно нужно надо через после между"
    " который которая которое которые которых если или либо ли почему когда где сколько расскажите"
    " объясните опишите приведите пример примеры отличается отличаются отличие разница вам вас ваш ваша"
    " ваши вашем своими своих свой есть бывает нужен нужна нужны такое такой такая делать делает значит"
    " работает работать вы могли бы каждый каждая другой другие более менее можете могут может пара слов"
)
_KOREAN: Final = frozenset(
    "무엇 어떻 어떤 왜 언제 어디 누가 그리 그러 그것 이것 이런 그런 있나 있습 있는 있을 없는"
    " 하나 하는 하면 합니 했나 설명 말씀 예를 차이 다른 다릅 대해 위해 때문 경우 무슨 됩니"
    " 되는 되나 인가 입니 이유 사용 쓰나 쓰는 씁니 어느 각각 서로 주세 보세".split()
)
_HEBREW_WORDS: Final = frozenset(
    "מה איך למה מדוע מתי איפה היכן מי כמה האם של את עם על אל בין או גם כי אם לא כן הוא היא הם הן זה זו"
    " זאת אלה יש אין אני אתה את אתם אנחנו כל כדי כמו אבל רק עוד יותר פחות לפי תוך הבדל דוגמה הסבר תאר ספר"
    " תן איזה איזו אילו".split()
)
_MARKS: Final = re.compile(r"[`*_]")


def _stopped() -> frozenset[str]:
    return frozenset(find_terms(_WORDS))


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that carry the subject, in order, repeats included.

    English and Russian words are stemmed by Snowball, Korean ones are cut to two syllables, Hebrew ones lose
    one prefix; words that questions and sentences share whatever they are about are left out.

    Args:
        text: in any of `LANGUAGES`.

    >>> content_stems("What is the difference between processes and threads?")
    ['process', 'thread']
    """
    return [stem for stem in all_stems(text) if is_content(stem)]


def all_stems(text: str) -> list[str]:
    """Return the stems of all words, in order.

    >>> all_stems("What are threads?")
    ['what', 'are', 'thread']
    """
    stems: list[str] = []
    for term in find_terms(_MARKS.sub(" ", text)):
        stems += _without_endings(term)
    return stems


def is_content(stem: str) -> bool:
    """Tell whether a stem carries a subject."""
    return len(stem) > 1 and stem not in _STOPPED and stem not in _KOREAN and stem not in _HEBREW_WORDS


def _without_endings(term: str) -> list[str]:
    """Return a term as it is compared; of `lora와` the name and the particle part."""
    hangul = _HANGUL.search(term)
    if hangul:
        name = _PREFIX_OF_ID.match(term)
        if name and name.end() > 1:
            return [name[0]]
        return [hangul[0][:_SYLLABLES]]
    if _HEBREW.search(term):
        return [_HEBREW_PREFIX.sub("", term, count=1)]
    return [term]


_STOPPED: Final = _stopped()
