import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.interview.bank import QuestionKind
from metier.interview.bank_files import load_bank, shipped_banks
from metier.interview.wording_rules import MOST_CHARS, Rule, broken_form, clean, sentences

GOOD = {
    "en": [
        "What is overfitting?",
        "You said that you know SQL. How does an index speed up a query?",
        "Explain how pods and services work together.",
        "Please describe, in your own words, what a decorator is.",
        "What do *args and **kwargs do?",
        "Why is `kill -9` the last resort?",
        "What is the 80/10/10 rule in BERT's pre-training?",
        "How did asyncio change in Python 3.11?",
        "What are [CLS] and [SEP] for?",
        "How do List[int] and Sequence[int] differ, e.g. as parameters?",
        "What does the C# compiler do with async methods?",
        "Question answering and retrieval go together, so how would you combine them?",
        "Think of two cases: one table is small, the other large; which join is quicker?",
    ],
    "ru": [
        "Что такое PEFT?",
        "Чем LoRA отличается от QLoRA?",
        "Расскажите, как работает garbage collector в CPython.",
        "Как CI/CD pipeline связан с Docker и Kubernetes?",
    ],
    "ko": [
        "LoRA와 QLoRA의 차이는 무엇인가요?",
        "BERT의 masked language modelling을 설명해 주세요.",
        "손실 함수란 무엇입니까?",
    ],
    "he": ["מה ההבדל בין INNER JOIN ל-LEFT JOIN?", "הסבירו איך עובד LoRA."],
}


@pytest.mark.parametrize(("language", "text"), [(key, text) for key, texts in GOOD.items() for text in texts])
def test_a_good_question_breaks_no_rule(language, text):
    assert broken_form(text, language) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", Rule.EMPTY),
        (" \n ", Rule.EMPTY),
        ("What is an index?\nHow does it work", Rule.SEVERAL_LINES),
        ("1. What is an index?", Rule.LEADING_NUMBER),
        ("2) What is an index?", Rule.LEADING_NUMBER),
        ("(3) What is an index?", Rule.LEADING_NUMBER),
        ("- What is an index?", Rule.LIST_MARK),
        ("• What is an index?", Rule.LIST_MARK),
        ("a) What is an index?", Rule.LIST_MARK),
        ('"What is an index?"', Rule.QUOTED),
        ("«Что такое индекс?»", Rule.QUOTED),
        ('"What is an index?', Rule.QUOTED),
        ('What is an index?"', Rule.QUOTED),
        ("What has changed since 2024-05-01 in SQL?", Rule.DATE),
        ("March 3: what is an index?", Rule.DATE),
        ("What happened on 12.05.2024 with the index?", Rule.DATE),
        ("Interviewer: What is an index?", Rule.ROLE_NAME),
        ("Question 3: What is an index?", Rule.ROLE_NAME),
        ("Q: What is an index?", Rule.ROLE_NAME),
        ("Вопрос: что такое индекс?", Rule.ROLE_NAME),
        ("질문: 인덱스란 무엇인가요?", Rule.ROLE_NAME),
        ("Sure! What is an index?", Rule.PREAMBLE),
        ("Here is a question: what is an index?", Rule.PREAMBLE),
        ("The next question is: What is an index?", Rule.PREAMBLE),
        ("This is the next topic: What is an index?", Rule.PREAMBLE),
        ("What I am asking you to answer is: What is an index?", Rule.PREAMBLE),
        ("What is an **index** for?", Rule.MARKUP),
        ("# What is an index?", Rule.MARKUP),
        ("What is [an index](x) for?", Rule.MARKUP),
        ("<b>What</b> is an index?", Rule.MARKUP),
        ("What is an index?<|im_end|>", Rule.MARKUP),
        ("What is an index\x07 for?", Rule.MARKUP),
        ("What is an index? 🎉🎉🎉", Rule.EMOJI),
        ("What does https://example.org say about the index?", Rule.ADDRESS),
        ("What should bob@example.org know about the index?", Rule.ADDRESS),
        ("Index?", Rule.TOO_SHORT),
        (f"What is {'a very long index ' * 30}?", Rule.TOO_LONG),
        ("What is an index? How does it work?", Rule.SEVERAL_QUESTIONS),
        ("What is an index??", Rule.SEVERAL_QUESTIONS),
        ("An index is a sorted copy of a column.", Rule.NO_QUESTION),
        ("What is an index? It is a copy.", Rule.NO_QUESTION),
        ("The index. The column. The table. What is the last one?", Rule.SEVERAL_SENTENCES),
        ("Was ist ein Index in einer Datenbank und wozu dient er?", Rule.LANGUAGE),
        ("Что такое индекс?", Rule.LANGUAGE),
    ],
)
def test_each_rule_refuses_what_it_is_for(text, rule):
    language = "ru" if rule in {Rule.ROLE_NAME, Rule.QUOTED} and "о" in text else "en"
    language = "ko" if "질문" in text else language
    assert rule in broken_form(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is an index?", "ru"),
        ("What is an index?", "ko"),
        ("מה זה אינדקס?", "en"),
        ("什么是索引?", "en"),
    ],
)
def test_another_language_is_refused(text, language):
    assert Rule.LANGUAGE in broken_form(text, language)


@pytest.mark.parametrize("name", sorted(shipped_banks()))
def test_the_shipped_banks_ask_in_form(name):
    bank = load_bank(shipped_banks()[name])
    asked = [
        words
        for _, question in bank.each()
        if question.kind is not QuestionKind.TALK
        for words in (*question.ask, *(point.follow_up for point in question.points if point.follow_up))
    ]
    broken = {words: broken_form(words, bank.language) for words in asked}
    # A bank may ask in two sentences; a model may not.
    two = {Rule.SEVERAL_QUESTIONS, Rule.NO_QUESTION}
    assert {words: rules for words, rules in broken.items() if set(rules) - two} == {}
    assert sum(bool(rules) for rules in broken.values()) <= 0.05 * len(asked)


def test_thinking_aloud_is_left_out():
    assert clean("<think>\nLet me see.\n</think>\n\nWhat is an index? ") == "What is an index?"
    assert clean("What does a <think> tag do?") == "What does a <think> tag do?"


def test_an_abbreviation_ends_no_sentence():
    assert len(sentences("Compare two indexes, e.g. B-tree and hash. Which one sorts?")) == 2


@given(st.text(max_size=2 * MOST_CHARS), st.sampled_from(["en", "ru", "ko", "he"]))
def test_any_text_is_judged_alike_with_blanks_around_it(text, language):
    broken = broken_form(text, language)
    assert broken == broken_form(f"  {text} ", language)
    assert len(set(broken)) == len(broken)
