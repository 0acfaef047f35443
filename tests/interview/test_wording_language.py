import pytest

from metier.interview.bank_files import load_bank, shipped_banks
from metier.interview.wording_language import speaks


@pytest.mark.parametrize("name", sorted(shipped_banks()))
def test_banks_speak_their_language_and_no_other(name):
    bank = load_bank(shipped_banks()[name])
    asked = [words for _, question in bank.each() for words in question.ask]
    assert [words for words in asked if not speaks(words, bank.language)] == []
    others = {"en", "ru", "ko", "he"} - {bank.language}
    assert [words for words in asked for other in others if speaks(words, other)] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Чем INNER JOIN отличается от LEFT OUTER JOIN?", "ru"),
        ("Что делает git rebase -i HEAD~3?", "ru"),
        ("GIL이 Python에서 하는 일은 무엇인가요?", "ko"),
        ("מה עושה git rebase?", "he"),
        ("What is PEFT?", "en"),
        ("Why does β matter in Adam?", "en"),
    ],
)
def test_terms_in_latin_letters_are_at_home_everywhere(text, language):
    assert speaks(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("?", "ru"),
        ("SELECT id FROM users JOIN orders USING (id) WHERE x", "ru"),
        ("Що таке індекс?", "ru"),
        ("Explique la différence entre un processus et un thread, et donne un exemple?", "en"),
        ("¿Qué es un índice en SQL y para qué sirve?", "en"),
        ("What is an index, 그리고 무엇?", "en"),
        ("LoRA QLoRA PEFT BERT GPT T5 차이?", "ko"),
    ],
)
def test_other_languages_are_told_apart(text, language):
    assert not speaks(text, language)
