"""Words that show what an answer does beside answering: in English, Russian, Korean and Hebrew.

They are clues, not verdicts: "I don't know" may stand beside a right answer. The model weighs them.
"""

from __future__ import annotations

import re
from typing import Final

from metier.dialogue import Manner

_FLAGS: Final = re.IGNORECASE

CLUES: Final[dict[Manner, re.Pattern[str]]] = {
    Manner.DOES_NOT_KNOW: re.compile(
        r"\b(?:(?:do|did|does|would|could)(?:n[’']?t| not) (?:really |actually |even )?(?:know|remember"
        r"|recall|tell)"
        r"|no idea|no clue|not a clue|never (?:heard|used|learned|learnt|worked|touched|got|had|done)"
        r"|can[’']?t (?:say|remember|recall|tell|explain|answer)|forgot(?:ten)?|blank|beats me|dunno|idk"
        r"|drawing a blank|escapes me|unfamiliar|couldn[’']?t (?:tell|say|name))\b"
        r"|не (?:знаю|помню|вспомню|скажу|слышал\w*|сталкивал\w*|изучал\w*|работал\w*|разбирал\w*"
        r"|могу (?:сказать|вспомнить))"
        r"|без понятия|понятия не имею|забыл\w*|вылетело|не в курсе|хз\b|затрудняюсь|впервые слышу"
        r"|не имею представления"
        r"|모르겠|몰라|모릅니다|기억이? ?(?:안|나지)|까먹|처음 ?(?:듣|들)|잊어|생각이? ?안"
        r"|לא יודע|לא זוכר|אין לי מושג|שכחתי",
        _FLAGS,
    ),
    Manner.HEDGES: re.compile(
        r"\b(?:not (?:entirely |totally |completely |quite |a hundred percent |100 ?% |really "
        r"|too )?(?:sure|certain)"
        r"|unsure|i (?:think|guess|believe|suppose|assume|reckon)|less sure|maybe|perhaps|probably"
        r"|might be (?:off|wrong)"
        r"|could be wrong|if i remember|as far as i|don[’']?t quote me|correct me|wouldn[’']?t swear"
        r"|no guarantee"
        r"|sort of|not confident|would(?:n[’']?t)? bet)\b"
        r"|не (?:уверен\w*|ручаюсь|поручусь|до конца)|вроде|кажется|наверн|может быть|возможно"
        r"|если не ошибаюсь|по-моему"
        r"|могу ошиб|боюсь соврать|скорее всего|насколько (?:я )?(?:помню|знаю)|как-то так|не точно"
        r"|아마|것 ?같|확실(?:하지|하진|치)|자신(?:은|이)? ?없|맞는지|맞나|아닐까|틀릴|글쎄"
        r"|אולי|נראה לי|לא בטוח|כנראה",
        _FLAGS,
    ),
    Manner.ASKS_BACK: re.compile(
        r"\b(?:what do you mean|what(?: exactly)? is meant|could you (?:say|repeat|rephrase|clarify"
        r"|explain|specify)"
        r"|can you (?:say|repeat|rephrase|clarify|explain|specify)|do you mean|which (?:one|kind|of)"
        r"|in what sense"
        r"|sorry, what|come again|may i ask|you mean)\b"
        r"|что (?:вы |ты )?(?:имеете|имеешь|подразумева\w+|значит|такое)|в каком смысле|в смысле\?"
        r"|повторите|поясните|уточните"
        r"|можете (?:повторить|пояснить|уточнить|перефразировать)|можно (?:уточн|вопрос)|вы про"
        r"|речь (?:про|о)\b"
        r"|무슨 (?:뜻|말|의미)|뭐(?:예요|야|죠|지)\?|뭔가요"
        r"|다시 (?:한 ?번 )?(?:말|설명)|말씀하시는|어떤 의미|질문이 (?:뭐|무엇)"
        r"|למה הכוונה|מה הכוונה|אפשר לחזור",
        _FLAGS,
    ),
    Manner.SKIPS: re.compile(
        r"\b(?:next(?: question| one| topic)?,? please|next question|skip|pass|move on|another question"
        r"|something else"
        r"|different question|let[’']?s go on|come back to (?:it|this) later|nda|rather not)\b"
        r"|(?:следующ|друг)\w+ вопрос|пропуст|пропуска|дальше|пасс?\b|сменим тему|о ч[её]м-нибудь другом"
        r"|давайте друг"
        r"|다음 (?:질문|문제|거|걸)|다른 (?:질문|거|걸|주제)|넘어가|패스|건너"
        r"|הלאה|שאלה אחרת|דלג",
        _FLAGS,
    ),
    Manner.PAUSES: re.compile(
        r"\b(?:break|breather|pause|hang on|hold on|one (?:moment|minute|second|sec)|(?:a|two|five|ten"
        r"|few|couple of) "
        r"(?:minutes?|mins?|seconds?|moments?)|be right back|brb|wait|glass of water|door ?bell"
        r"|at the door)\b"
        r"|перерыв|пауз|минут\w*|секунд\w*|подожд\w+|отойти|отойду|прерв\w+|передохн\w+|водички|воды"
        r"|잠깐|잠시|쉬었|쉬고|쉴|분만|화장실|초인종|물 (?:한|좀)"
        r"|הפסקה|רגע|דקה",
        _FLAGS,
    ),
    Manner.ENDS: re.compile(
        r"\b(?:let[’']?s (?:stop|end|finish|call it|wrap)|stop here|end (?:the|this|here)|(?:good)?bye"
        r"|call it a day"
        r"|that[’']?s (?:all|it) from me|withdraw|finish here|have to (?:go|leave|run)|i[’']?m done"
        r"|we[’']?re done|quit)\b"
        r"|законч\w+|закругл\w+|до свидания|прощ\w+|на этом (?:вс[её]|останов)|останов\w+|хватит"
        r"|снимаю свою|мне пора|заверш\w+"
        r"|그만|여기까지|마치|끝(?:내|낼|났|이)|종료|안녕히|수고하"
        r"|נסיים|להתראות|מספיק|לסיים",
        _FLAGS,
    ),
    Manner.ORDERS: re.compile(
        r"\b(?:full (?:marks|score|points|credit)|(?:maximum|highest|perfect|top|max) (?:score|marks?"
        r"|grade|points|rating)"
        r"|(?:ignore|disregard|forget|override|bypass) (?:all|any|the|your|previous|prior|these|those"
        r"|that|what)"
        r"|mark (?:this|it|me|my|the|every|all)|grade (?:this|it|me|my)|(?:give|award|assign) me"
        r"|as (?:the|a) grader|score (?:this|it|me|my)"
        r"|system (?:prompt|message|note|override)|you are now|instructions?|grader|evaluator|rubric"
        r"|prompt|pass me)\b"
        r"|(?:поставь|ставь|выставь|засчита|оцени|зачти|присво|поставить)\w*|высш\w+ балл"
        r"|максим\w+ (?:балл|оценк)"
        r"|игнорир\w+|забудь|забыть (?:все|прав)|инструкц\w+|систем\w+ (?:сообщ|промпт|запрос)"
        r"|проверяющ\w+|оценщик\w*|промпт"
        r"|만점|점수|채점|무시하|지시|시스템|정답으?로 ?(?:처리|표시|간주)|합격|통과|프롬프트"
        r"|התעלם|ציון|הוראות",
        _FLAGS,
    ),
}
"""A pattern for each manner; where it matches, the manner is likelier."""
