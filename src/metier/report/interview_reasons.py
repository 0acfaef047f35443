"""Why a question was asked, in words: a sentence in English, Russian and Korean for each written rule."""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, tuple[str, str, str]]] = {
    "opening": ("It opens the conversation.", "Начало разговора.", "대화를 시작하는 질문입니다."),
    "closing": ("The conversation is closed.", "Разговор завершён.", "대화를 마무리했습니다."),
    "ended-by-hand": (
        "It was ended by a command.",
        "Завершено командой.",
        "명령으로 종료했습니다.",
    ),
    "candidate-ends": (
        "The candidate asked to end in turn {turn}.",
        "В реплике {turn} кандидат попросил закончить.",
        "지원자가 {turn}번째 질문에서 종료를 요청했습니다.",
    ),
    "time-is-up": (
        "The {minutes} minutes set for the interview are over.",
        "Отведённое время ({minutes} мин) вышло.",
        "정해진 시간 {minutes}분이 지났습니다.",
    ),
    "enough-questions": (
        "As many questions were asked as were set: {asked}.",
        "Задано столько вопросов, сколько было намечено: {asked}.",
        "정해진 수의 질문을 모두 했습니다: {asked}개.",
    ),
    "all-asked": (
        "All that the bank holds was asked: {asked} questions.",
        "Заданы все вопросы банка: {asked}.",
        "질문 은행의 질문을 모두 했습니다: {asked}개.",
    ),
    "no-pause": (
        "A pause was asked for in turn {turn}; the bank has no words for one, so the question stands.",
        "В реплике {turn} попросили паузу; в банке нет слов для неё, поэтому вопрос остаётся.",
        "{turn}번째 질문에서 휴식을 요청했지만 은행에 해당 문구가 없어 질문을 이어 갑니다.",
    ),
    "candidate-pauses": (
        "The candidate asked for a pause in turn {turn}.",
        "В реплике {turn} кандидат попросил паузу.",
        "지원자가 {turn}번째 질문에서 휴식을 요청했습니다.",
    ),
    "after-pause": (
        "Back to the question that the pause broke off.",
        "Возврат к вопросу, прерванному паузой.",
        "휴식으로 중단된 질문으로 돌아갑니다.",
    ),
    "asked-back": (
        "The candidate asked in turn {turn} what is meant, so it is asked in other words.",
        "В реплике {turn} кандидат переспросил, поэтому вопрос задан другими словами.",
        "지원자가 {turn}번째 질문의 뜻을 되물어 다른 말로 다시 묻습니다.",
    ),
    "off-topic": (
        "The answer in turn {turn} was about something else, so it is asked again.",
        "Ответ в реплике {turn} был о другом, поэтому вопрос задан снова.",
        "{turn}번째 답변이 다른 내용이어서 다시 묻습니다.",
    ),
    "contradicted-point": (
        "The answer in turn {turn} contradicts a key point; this one is open: {point}.",
        "Ответ в реплике {turn} противоречит ключевой мысли; не раскрыто: {point}.",
        "{turn}번째 답변이 핵심 내용과 모순됩니다. 남은 내용: {point}.",
    ),
    "missing-point": (
        "The answer in turn {turn} left this open: {point}.",
        "В ответе на реплику {turn} не раскрыто: {point}.",
        "{turn}번째 답변에서 빠진 내용: {point}.",
    ),
    "same-topic": (
        "More of the same topic: {topic}.",
        "Продолжение темы: {topic}.",
        "같은 주제를 이어 갑니다: {topic}.",
    ),
    "next-topic": (
        "The next topic in the order of the bank: {topic}.",
        "Следующая тема по порядку банка: {topic}.",
        "질문 은행 순서의 다음 주제: {topic}.",
    ),
    "answer-leads-there": (
        "The last answer leads to this topic: {topic} (nearness {nearness}, ahead by {lead}).",
        "Последний ответ ведёт к этой теме: {topic} (близость {nearness}, отрыв {lead}).",
        "마지막 답변이 이 주제로 이어집니다: {topic} (근접도 {nearness}, 차이 {lead}).",
    ),
    "put-off-till-now": (
        "Put off till now, being harder than the level reached (difficulty {difficulty}, level {level}).",
        "Отложен до этого места: труднее достигнутого уровня (сложность {difficulty}, уровень {level}).",
        "도달한 수준보다 어려워 지금까지 미룬 질문입니다 (난이도 {difficulty}, 수준 {level}).",
    ),
    "harder-after-earned": (
        "The level rose after an earned answer (difficulty {difficulty}, level {level}).",
        "Уровень вырос после засчитанного ответа (сложность {difficulty}, уровень {level}).",
        "충족한 답변 뒤에 수준을 높였습니다 (난이도 {difficulty}, 수준 {level}).",
    ),
    "easier-after-missed": (
        "The level fell after a missed answer (difficulty {difficulty}, level {level}).",
        "Уровень снижен после незасчитанного ответа (сложность {difficulty}, уровень {level}).",
        "충족하지 못한 답변 뒤에 수준을 낮췄습니다 (난이도 {difficulty}, 수준 {level}).",
    ),
    "same-level": (
        "Nearest to the level reached (difficulty {difficulty}, level {level}).",
        "Ближе всего к достигнутому уровню (сложность {difficulty}, уровень {level}).",
        "현재 수준에 가장 가까운 질문입니다 (난이도 {difficulty}, 수준 {level}).",
    ),
}
