"""Clues of an order to a machine, for orders in words that no rule has: many of them in one sentence tell."""

from __future__ import annotations

from typing import Final

from metier.documents import orders_en, orders_ru
from metier.documents.orders import IMPERATIVE, Clue, words

CLUES_EN: Final = (
    Clue(
        IMPERATIVE,
        words(
            r"add|advance|affirm|answer|approve|assess|assign|assume|award|choose|classify|compose"
            r"|conclude|confirm|consider"
            r"|count|declare|decide|deem|describe|do not|don't|endorse|evaluate|favou?r|forward"
            r"|generate|give|grade|grant"
            r"|highlight|hire|ignore|disregard|forget|increase|invite|judge|label|list|make|mark|move"
            r"|never|output|overlook"
            r"|place|praise|prefer|present|pretend|print|produce|promote|push|put|raise|rank|rate"
            r"|recommend|regard|report"
            r"|reply|respond|return|rewrite|say|score|select|set|shortlist|show|state|summari[sz]e"
            r"|treat|upgrade|verify|vote"
            r"|write"
        ),
        0,
        called=True,
    ),
    Clue(IMPERATIVE, words(rf"{orders_en.MUST}|are (?:required|obliged|ordered|instructed) to|let"), 0),
    Clue(
        "who",
        words(
            r"this (?:candidate|applicant|resume|cv|profile|job ?seeker|file)(?:'s)?"
            r"|candidate named here"
        ),
        2,
    ),
    Clue(
        "who",
        words(
            rf"(?:the|that) {orders_en.PERSON}(?:'s)?|this (?:application|person|document)|me|mine"
            r"|my (?:resume|cv|profile)"
        ),
        1,
    ),
    Clue(
        "what",
        words(
            r"scores?|ratings?|grades?|grade|marks|stars|points|ranking|verdict|hire|hiring|shortlist"
            r"|approve|recommend(?:ation)?"
            r"|match|extra credit|win|winner|number one|a\+|\d{2,3} ?%|suitable|exceeds|qualified|flag"
        ),
        2,
    ),
    Clue(
        "what",
        words(r"interview|accept|select|best|top|perfect|ideal|excellent|outstanding|first|pass|better"),
        1,
    ),
    Clue(
        "machine",
        words(
            orders_en.MACHINE, r"dear model|the model|automated reviewers?|system prompt|screening software"
        ),
        2,
    ),
    Clue(
        "machine",
        words(
            r"your (?:\w+ )?(?:output|ranking|scoring|evaluation|assessment|verdict|report|summary"
            r"|prompt|purpose|programming)",
            r"instruction|automatically|parsed|the (?:prompt|evaluator|job description)",
        ),
        2,
    ),
    Clue(
        "press",
        words(
            r"regardless|no matter|whatever|whenever|ignore|disregard|forget|overlook|simply|just"
            r"|irrelevant|void|already|bonus"
            r"|extra|only|said so|the rest|others|from now on|do as i say"
        ),
        1,
    ),
)

CLUES_RU: Final = (
    Clue(
        IMPERATIVE,
        words(
            orders_ru.VERDICTS,
            orders_ru.SAYS,
            r"(?:прибавь|увеличь|подчеркни|резюмируй|заключи|не \w{3,12}ай|не \w{3,12}и|игнорируй"
            r"|забудь|предпочти|поддержи"
            r"|голосуй|сгенерируй|составь|подтверждай|выбирай|хвали|отмечай|признавай|засчитай|зачти"
            r"|закрой|отнеси|нанимай"
            r"|найми|начни|будь|делай)(?:те)?",
            r"долж(?:ен|на|но)|обязан\w?|следует|необходимо|ставить|считать|признать|рекомендовать"
            r"|одобрить|поставить|присвоить",
        ),
        0,
    ),
    Clue("who", orders_ru.PAPER, 2),
    Clue("who", words(r"мое(?:му|го)? резюме"), 2),
    Clue(
        "who",
        words(
            rf"{orders_ru.APPLICANT}|меня|мне|мое|мою|(?:этого|этому|этот) (?:файл|документ|человек)\w{{0,2}}"
            rf"|автора|соискателе"
        ),
        1,
    ),
    Clue(
        "what",
        words(
            r"оценк\w{1,3}|балл\w{0,3}|рейтинг\w{0,2}|звезд\w?|\d{2,3} ?%|\d{2,3} процент\w*|вердикт\w?"
            r"|пятерк\w|победи\w+"
            r"|одобр\w+|нанять|нанимай|рекоменд\w+|порекомендуй|соответстви\w|совпада\w+|идеальн\w+"
            r"|первым|первое"
        ),
        2,
    ),
    Clue(
        "what",
        words(
            r"собеседовани\w|интервью|принять|прими|выбери|пригласи\w*|лучш\w{2,3}|отличн\w+|подходит"
            r"|превосходит|выше|да"
        ),
        1,
    ),
    Clue(
        "machine",
        words(
            orders_ru.MACHINE,
            r"модель|бот|промпт\w?|программ\w отбора|автоматическ\w+|автоматически|инструкци\w",
        ),
        2,
    ),
    Clue(
        "machine",
        words(
            r"(?:в )?(?:твое[мй]|твой) (?:выводе|вывод|ответе|ответ|списке|отчете|заключении|рейтинге)"
            r"|описание вакансии"
        ),
        2,
    ),
    Clue(
        "press",
        words(
            r"только|просто|независимо|невзирая|что бы|уже|остальных|других|любые|игнорируй|забудь"
            r"|неважно|не отступай|как можно"
            r"|дополнительн\w+|где бы|кто бы|закрой глаза"
        ),
        1,
    ),
)
