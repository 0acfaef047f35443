"""Every word of the report of an interview, in each of its languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from metier.dialogue import Doubt, Manner, Reason, Verdict
from metier.report.interview_reasons import REASONS


class InterviewLanguage(StrEnum):
    """A language that the report of an interview can be written in."""

    EN = "en"
    RU = "ru"
    KO = "ko"


class Said(NamedTuple):
    """The same words in each language."""

    en: str
    ru: str
    ko: str


PHRASES: Final = {
    "title": Said("Interview report", "Отчёт о собеседовании", "면접 보고서"),
    "lead": Said(
        "What was asked, what the answers covered, and the words that show it.",
        "О чём спрашивали, что ответы раскрыли и какими словами.",
        "무엇을 물었고, 답변이 무엇을 다루었으며, 어떤 말이 그것을 보여 주는지 정리했습니다.",
    ),
    "caution": Said(
        "Grades are help for a person who decides; they decide nothing. “Not said” means that the answers do "
        "not say it, not that the person does not know it. Nothing here speaks of confidence, mood, voice or "
        "personality.",
        "Оценки помогают человеку, который принимает решение, и сами ничего не решают. «Не сказано» значит, "
        "что этого нет в ответах, а не что человек этого не знает. Здесь нет ничего об уверенности, "
        "настроении, голосе или характере.",
        "평가는 결정을 내리는 사람을 돕기 위한 것이며, 그 자체로 결정이 아닙니다. ‘언급 없음’은 답변에 "
        "그 내용이 없다는 뜻이지 그 사람이 모른다는 뜻이 아닙니다. 자신감, 기분, 목소리, 성격은 다루지 "
        "않습니다.",
    ),
    "bank": Said("Question bank", "Банк вопросов", "질문 은행"),
    "interview": Said("Interview", "Собеседование", "면접"),
    "language": Said("Language", "Язык", "언어"),
    "started": Said("Started", "Начато", "시작"),
    "finished": Said("Ended", "Завершено", "종료"),
    "unfinished": Said("not finished", "не завершено", "진행 중"),
    "minutes": Said("Time of answering", "Время ответов", "답변 시간"),
    "minutes_value": Said("%s min", "%s мин", "%s분"),
    "score": Said("Points earned", "Набрано", "획득 비율"),
    "points": Said("Key points", "Ключевые мысли", "핵심 내용"),
    "of": Said("%d of %d", "%d из %d", "%d / %d"),
    "asked": Said("Questions asked", "Задано вопросов", "질문 수"),
    "review": Said("A person should look", "Нужен взгляд человека", "사람의 확인이 필요함"),
    "review_lead": Said(
        "The grades of these answers do not stand by themselves.",
        "Оценки этих ответов ненадёжны сами по себе.",
        "다음 답변의 평가는 그 자체로 확실하지 않습니다.",
    ),
    "no_review": Said(
        "No answer needs a second look by the rules of the grader.",
        "По правилам оценивания ни один ответ не требует проверки.",
        "채점 규칙상 다시 확인해야 할 답변은 없습니다.",
    ),
    "turn": Said("Turn %d", "Реплика %d", "%d번째 질문"),
    "topics": Said("Topics", "Темы", "주제"),
    "topic": Said("Topic", "Тема", "주제"),
    "questions": Said("Questions", "Вопросы", "질문"),
    "not_asked": Said("not asked", "не спрашивали", "질문하지 않음"),
    "details": Said("Question by question", "По вопросам", "질문별 결과"),
    "difficulty": Said("difficulty %d of 5", "сложность %d из 5", "난이도 %d/5"),
    "point": Said("What a good answer says", "Что говорит хороший ответ", "좋은 답변의 내용"),
    "mark": Said("In the answers", "В ответах", "답변에서"),
    "words": Said("The candidate's own words", "Слова кандидата", "지원자의 말"),
    "said": Said("said", "сказано", "언급함"),
    "near": Said("near, not enough", "близко, но мало", "비슷하지만 부족함"),
    "unsaid": Said("not said", "не сказано", "언급 없음"),
    "unanswered": Said("no answer", "нет ответа", "답변 없음"),
    "ungraded": Said("not graded", "не оценивалось", "채점 안 됨"),
    "no_words": Said(
        "Nothing in the answers comes near.",
        "В ответах нет ничего близкого.",
        "답변에 가까운 내용이 없습니다.",
    ),
    "no_answer": Said("The question has no answer.", "На вопрос нет ответа.", "이 질문에는 답변이 없습니다."),
    "no_single_words": Said("The answer as a whole.", "Ответ в целом.", "답변 전체에 나타납니다."),
    "probability": Said("probability %s", "вероятность %s", "확률 %s"),
    "transcript": Said("Transcript", "Запись разговора", "전체 기록"),
    "why": Said("Why this question", "Почему этот вопрос", "이 질문을 고른 이유"),
    "asked_at": Said("asked", "задан", "질문"),
    "answered_at": Said("answered", "ответ", "답변"),
    "answer": Said("Answer", "Ответ", "답변"),
    "empty_answer": Said("(an empty answer)", "(пустой ответ)", "(빈 답변)"),
    "awaited": Said("(no answer yet)", "(ответа ещё нет)", "(아직 답변 없음)"),
    "grade": Said("Grade", "Оценка", "평가"),
    "remarks": Said("Besides", "Кроме того", "그 밖에"),
    "worded_by": Said("Worded by %s", "Сформулировал: %s", "질문 작성: %s"),
    "refused": Said("refused before: %s", "отклонено до этого: %s", "앞서 거부됨: %s"),
    "show": Said("Show in the transcript", "Показать в записи", "기록에서 보기"),
    "to_top": Said("Back to the topics", "К темам", "주제로 돌아가기"),
    "marks": Said("Marks", "Пометки", "표시"),
    "legend_explicit": Said("makes a key point", "ключевая мысль", "핵심 내용"),
    "legend_implied": Said("comes near one, not enough", "близко, но мало", "비슷하지만 부족함"),
    "legend_negated": Said("contradicts one", "противоречит ей", "핵심 내용과 모순"),
    "legend_finding": Said("something else to note", "другое замечание", "그 밖의 참고 사항"),
    "nothing": Said("Nothing was asked yet.", "Пока ни о чём не спрашивали.", "아직 질문이 없습니다."),
    "how": Said("How the figures come about", "Как получились цифры", "수치 계산 방법"),
    "formula": Said(
        "A key point is earned if any answer to its question makes it. A question's share is the weight of "
        "its earned points; a topic's and the interview's are means over their graded questions.",
        "Ключевая мысль засчитана, если её содержит хотя бы один ответ на вопрос. Доля вопроса — вес "
        "засчитанных мыслей; доли темы и собеседования — средние по оценённым вопросам.",
        "어느 한 답변이라도 핵심 내용을 말하면 획득한 것으로 봅니다. 질문의 비율은 획득한 내용의 "
        "가중치이고, 주제와 면접의 비율은 채점된 질문의 평균입니다.",
    ),
    "made_with": Said("Made with", "Чем получено", "생성 정보"),
    "grader": Said("Graded by", "Оценивала модель", "채점 모델"),
    "rules_alone": Said("written rules", "правила", "규칙"),
    "writer": Said("Questions worded by", "Формулировки", "질문 작성"),
    "version": Said("Version", "Версия", "버전"),
    "repeatable": Said(
        "The same interview, bank and version give the same report.",
        "То же собеседование, банк и версия дают тот же отчёт.",
        "면접, 질문 은행, 버전이 같으면 보고서도 같습니다.",
    ),
}

VERDICTS: Final = {
    Verdict.EARNED: Said("earned", "засчитано", "충족"),
    Verdict.PARTLY: Said("partly", "частично", "일부 충족"),
    Verdict.NOT_EARNED: Said("not earned", "не засчитано", "미충족"),
    Verdict.OFF_TOPIC: Said("off topic", "не о том", "주제에서 벗어남"),
    Verdict.NOT_GRADED: Said("not graded", "не оценивается", "채점 안 함"),
}

MANNERS: Final = {
    Manner.DOES_NOT_KNOW: Said("says that they do not know", "говорит, что не знает", "모른다고 말함"),
    Manner.HEDGES: Said("hedges", "говорит неуверенно", "확신 없이 말함"),
    Manner.CONTRADICTS: Said(
        "contradicts a key point", "противоречит ключевой мысли", "핵심 내용과 모순되는 말을 함"
    ),
    Manner.ASKS_BACK: Said("asks what is meant", "переспрашивает", "질문의 뜻을 되물음"),
    Manner.SKIPS: Said("skips the question", "пропускает вопрос", "질문을 건너뜀"),
    Manner.PAUSES: Said("asks for a pause", "просит паузу", "휴식을 요청함"),
    Manner.ENDS: Said("asks to end", "просит закончить", "면접 종료를 요청함"),
    Manner.STRAYS: Said("talks about something else", "говорит о другом", "다른 이야기를 함"),
    Manner.COPIES_QUESTION: Said("repeats the question", "повторяет вопрос", "질문을 그대로 반복함"),
    Manner.ORDERS: Said("gives orders to the grader", "даёт указания программе", "채점 프로그램에 지시함"),
    Manner.OTHER_LANGUAGE: Said("is in another language", "на другом языке", "다른 언어로 답함"),
    Manner.UNREADABLE: Said("is no readable text", "нечитаемый текст", "읽을 수 없는 글"),
}

DOUBTS: Final = {
    Doubt.NEAR_THRESHOLD: Said(
        "a key point is just over or under the line",
        "ключевая мысль у самой границы",
        "핵심 내용이 기준선에 아주 가까움",
    ),
    Doubt.CONTRADICTION: Said(
        "it says a key point and its contrary",
        "есть и ключевая мысль, и обратное ей",
        "핵심 내용과 반대되는 말이 함께 있음",
    ),
    Doubt.ORDERS: Said(
        "it holds orders to a program", "в нём есть указания программе", "프로그램에 대한 지시가 들어 있음"
    ),
    Doubt.OTHER_LANGUAGE: Said(
        "it is in another language than the question",
        "он на другом языке, чем вопрос",
        "질문과 다른 언어로 됨",
    ),
    Doubt.UNREADABLE: Said("it cannot be read as text", "его нельзя прочесть как текст", "글로 읽을 수 없음"),
    Doubt.TOO_LONG: Said(
        "it is longer than answers the grader was tried on",
        "он длиннее тех, на которых проверяли оценивание",
        "채점기가 검증된 길이보다 긺",
    ),
    Doubt.NO_MODEL: Said("no model graded it", "его не оценивала модель", "모델이 채점하지 않음"),
}

LANGUAGES: Final = {
    "en": Said("English", "английский", "영어"),
    "ru": Said("Russian", "русский", "러시아어"),
    "ko": Said("Korean", "корейский", "한국어"),
    "he": Said("Hebrew", "иврит", "히브리어"),
}


class InterviewWords:
    """The words of one language, by key.

    Args:
        language: ISO 639-1; English where the report has no words in it.
    """

    def __init__(self, language: str) -> None:
        known = language in set(InterviewLanguage)
        self.language = InterviewLanguage(language) if known else InterviewLanguage.EN
        self.phrases = {key: self.choose(said) for key, said in PHRASES.items()}

    def __getitem__(self, key: str) -> str:
        return self.phrases[key]

    def choose(self, said: Sequence[str]) -> str:
        """Return what is said in this language."""
        return said[list(InterviewLanguage).index(self.language)]

    def verdict(self, verdict: Verdict) -> str:
        """Return a verdict in words."""
        return self.choose(VERDICTS[verdict])

    def manner(self, manner: Manner) -> str:
        """Return in words what an answer does besides."""
        return self.choose(MANNERS[manner])

    def doubt(self, doubt: Doubt) -> str:
        """Return in words why a person should look."""
        return self.choose(DOUBTS[doubt])

    def reason(self, reason: Reason, names: Mapping[tuple[str, str], str]) -> str:
        """Return in words why a question was asked; a rule without words here, by name, with its facts.

        Args:
            reason: the rule with its facts.
            names: what to call the value of a fact, by the fact and the value: `("topic", id)` is its title.
        """
        facts = {name: names.get((name, value), value) for name, value in reason.facts}
        if reason.rule in REASONS:
            try:
                return self.choose(REASONS[reason.rule]).format_map(facts)
            except KeyError:
                pass  # a rule that tells less than it used to is still told
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        return f"{reason.rule} ({told})" if told else reason.rule

    def count(self, n: int, total: int) -> str:
        """Return "n of total"."""
        if self.language is InterviewLanguage.KO:
            return f"{total}개 중 {n}개"
        return self["of"] % (n, total)

    def percent(self, share: float | None) -> str:
        """Return a share, 0 to 1, in whole percent; a dash for none."""
        if share is None:
            return "–"
        return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%") if self._russian else f"{share:.0%}"

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with so many decimals."""
        return f"{value:.{digits}f}".replace(".", ",") if self._russian else f"{value:.{digits}f}"

    def language_name(self, code: str) -> str:
        """Return the name of a language; one without a name here keeps its code."""
        return self.choose(LANGUAGES[code]) if code in LANGUAGES else code

    @property
    def _russian(self) -> bool:
        return self.language is InterviewLanguage.RU
