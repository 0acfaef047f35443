import pytest

from metier.search.pasted import find_pasted

VACANCY = (
    "We look for an engineer who builds and runs services that take payments for small shops. You will "
    "design tables and queues, watch over their speed, answer for them when they fail at night, and teach "
    "two younger colleagues how to test what they write before it reaches the customers of the company. "
    "You know Python well, have used PostgreSQL in anger, and can explain why an index is not always used."
)
OWN = "Kept the books of two shops and wrote small programs that checked the numbers every night. " * 3


def test_the_pasted_vacancy_is_found_where_it_stands():
    resume = f"{OWN}\n{VACANCY}\n{OWN}"
    (span,) = find_pasted(resume, VACANCY)
    assert resume[span.start : span.end] == VACANCY.rstrip(".")


def test_case_and_punctuation_do_not_matter():
    resume = OWN + VACANCY.upper().replace(",", ";").replace(" ", "\n")
    assert len(find_pasted(resume, VACANCY)) == 1


def test_a_changed_word_parts_the_stretch():
    resume = VACANCY.replace("teach", "help")
    first, second = find_pasted(resume, VACANCY)
    assert resume[first.end : second.start].strip() == "help"


@pytest.mark.parametrize("resume", [OWN, "", " ".join(VACANCY.split()[:30]), VACANCY.split()[0]])
def test_a_quoted_line_or_less_is_not_pasted(resume):
    assert find_pasted(resume, VACANCY) == ()


def test_the_same_words_in_another_order_are_not_pasted():
    assert find_pasted(" ".join(reversed(VACANCY.split())), VACANCY) == ()


def test_russian_is_compared_like_english():
    vacancy = (
        "Ищем инженера, который строит сервисы приёма платежей и отвечает за них ночью. Нужно проектировать "
        "таблицы и очереди, следить за скоростью, учить двух младших коллег писать тесты, разбирать сбои, "
        "объяснять решения заказчикам, вести документы и улучшать то, что уже работает, не останавливая "
        "продаж ни на один день."
    )
    assert len(find_pasted(f"Опыт\n{vacancy}", vacancy)) == 1
