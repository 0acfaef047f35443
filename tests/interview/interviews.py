"""A small bank in three languages, a grader that goes by words, and a clock, for tests of interviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.interview.bank import QuestionKind
from metier.interview.bank_files import parse_bank
from metier.types import Span

BANK = """
name: small
title: {title}
language: {language}
topics:
  - id: opening
    title: Hello
    stage: opening
    questions: [{{id: hello, kind: talk, ask: ["{hello}"]}}]
  - id: learning
    title: {learning}
    questions:
      - id: what-is-ml
        difficulty: 2
        ask: ["{ask_ml}", "{ask_ml} ..."]
        points:
          - {{id: data, label: {data}, references: ["{data}"], follow_up: "{follow_up}"}}
          - {{id: rules, label: {rules}, references: ["{rules}"], follow_up: "{follow_up}", weight: 3}}
  - id: tuning
    title: {tuning}
    requires: [learning]
    questions:
      - id: what-is-lora
        difficulty: 3
        ask: ["{ask_lora}"]
        points: [{{id: adapters, label: {adapters}, references: ["{adapters}"], follow_up: "{follow_up}"}}]
  - id: pause
    title: Pause
    stage: pause
    questions: [{{id: pause, kind: talk, ask: ["{pause}"]}}]
  - id: goodbye
    title: Goodbye
    stage: closing
    questions: [{{id: goodbye, kind: talk, ask: ["{goodbye}"]}}]
"""
WORDS = {
    "en": {
        "title": "Small bank",
        "hello": "Hello! Are you ready?",
        "learning": "Learning",
        "ask_ml": "What is machine learning?",
        "data": "learns from data",
        "rules": "nobody writes rules",
        "follow_up": "Where do the rules come from?",
        "tuning": "Tuning",
        "ask_lora": "What is LoRA?",
        "adapters": "trains small adapters",
        "pause": "Tell me when you are back.",
        "goodbye": "Thank you. Anything to add?",
    },
    "ru": {
        "title": "Малый банк",
        "hello": "Здравствуйте! Готовы?",
        "learning": "Обучение",
        "ask_ml": "Что такое машинное обучение?",
        "data": "учится на данных",
        "rules": "правила никто не пишет",
        "follow_up": "Откуда берутся правила?",
        "tuning": "Дообучение",
        "ask_lora": "Что такое LoRA?",
        "adapters": "обучает малые адаптеры",
        "pause": "Скажите, когда вернётесь.",
        "goodbye": "Спасибо. Хотите что-то добавить?",
    },
    "ko": {
        "title": "작은 은행",
        "hello": "안녕하세요! 준비되셨나요?",
        "learning": "학습",
        "ask_ml": "머신러닝이란 무엇인가요?",
        "data": "데이터에서 배운다",
        "rules": "아무도 규칙을 쓰지 않는다",
        "follow_up": "규칙은 어디에서 오나요?",
        "tuning": "미세 조정",
        "ask_lora": "LoRA란 무엇인가요?",
        "adapters": "작은 어댑터를 학습한다",
        "pause": "돌아오면 말씀해 주세요.",
        "goodbye": "감사합니다. 더 하실 말씀이 있나요?",
    },
}
UNSURE = "maybe"


def bank_text(language="en"):
    return BANK.format(language=language, **WORDS[language])


def small_bank(language="en"):
    return parse_bank(bank_text(language), source="small.yaml")


def answers(language="en"):
    """Return answers that begin well, leave a point out, make it when asked again, and miss the last one."""
    words = WORDS[language]
    return ["ok", f"... {words['data']}!", words["rules"], "hm", "hm", "bye"]


class WordGrader:
    """Implements `AnswerGrader`: an answer makes a point where it holds its label; `maybe` is a doubt."""

    name = "words"
    sha256 = "f" * 64

    def __init__(self):
        self.asked = []

    def grade(self, question, answer, *, language, asked=""):
        self.asked.append((question.id, answer, language, asked))
        if question.kind is QuestionKind.TALK:
            return Grade(question.id, Verdict.NOT_GRADED)
        matched, missing = [], []
        for point in question.points:
            start = answer.find(point.label)
            if start < 0:
                missing.append(PointGrade(point.id, point.label, 0.1))
            else:
                span = Span(start, start + len(point.label))
                matched.append(PointGrade(point.id, point.label, 0.9, (span,)))
        weights = {point.id: point.weight for point in question.points}
        remarks = {
            "break": Manner.PAUSES,
            "stop": Manner.ENDS,
            "skip": Manner.SKIPS,
            "no idea": Manner.DOES_NOT_KNOW,
        }
        return Grade(
            question.id,
            Verdict.EARNED if not missing else Verdict.PARTLY if matched else Verdict.NOT_EARNED,
            sum(weights[point.point] for point in matched) / sum(weights.values()),
            tuple(matched),
            tuple(missing),
            tuple(Remark(manner, 1.0) for word, manner in remarks.items() if word == answer),
            (Doubt.NEAR_THRESHOLD,) if UNSURE in answer else (),
            self.name,
            self.sha256,
        )


class Clock:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self, step_s=60):
        self.time = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
        self.step = timedelta(seconds=step_s)

    def __call__(self):
        self.time += self.step
        return self.time


class MemoryInterviews:
    """A store in memory that remembers every save; for what is saved when."""

    def __init__(self):
        self.saved = []

    def save(self, interview):
        self.saved.append(interview)

    def get(self, interview_id):
        from metier.errors import NotFound

        for interview in reversed(self.saved):
            if interview.id == interview_id:
                return interview
        raise NotFound(f"There is no interview {interview_id}.")

    def list(self):
        return ()

    def delete(self, interview_id):
        self.saved = [interview for interview in self.saved if interview.id != interview_id]

    def hold(self, interview_id):
        from contextlib import nullcontext

        return nullcontext()


def said(session, texts):
    """Answer question after question until the texts or the questions end."""
    for text in texts:
        if session.question() is None:
            break
        session.answer(text)
    return session
