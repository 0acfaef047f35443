import time

import pytest

from metier.expertise.scope import find_budgets, find_scope, find_team_sizes


def kinds(text):
    return [str(word.kind) for word in find_scope(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Led the migration", "leads"),
        ("You will lead a team of 5", "leads"),
        ("Руководил отделом продаж", "leads"),
        ("Возглавляла отдел", "leads"),
        ("Managed a small team of nurses", "supervises"),
        ("Контроль сотрудников", "supervises"),
        ("Owned the checkout service", "owns"),
        ("Отвечал за склад", "owns"),
        ("Mentored two interns", "mentors"),
        ("Trained new employees", "mentors"),
        ("Обучение новых сотрудников", "mentors"),
        ("Hired and fired", "hires"),
        ("Подбор персонала", "hires"),
        ("Architected the platform", "architects"),
        ("Спроектировал базу", "architects"),
        ("Wrote the pricing strategy", "strategy"),
        ("Prepared the budget", "budget"),
        ("Full P&L", "profit"),
        ("Рост прибыли", "profit"),
        ("Visited multiple stores", "breadth"),
        ("Met stakeholders", "stakeholders"),
        ("Вёл переговоры", "stakeholders"),
        ("Increased sales", "improves"),
        ("Assisted the chef", "assists"),
        ("Участие в проектах", "assists"),
        ("Data entry", "routine"),
    ],
)
def test_words_tell_of_scope(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Never managed staff",
        "No team to lead a team",
        "Worked without supervising anybody",
        "Не руководил командой",
        "Reported to the head of strategy",
        "Was trained new things",
        "Mentored by an architect",
        "Works for a leading provider of soap",
        "Misled, ledger, owner",
        "Founded in 1912",
        "Worked with hiring managers",
        "Lead generation",
        "",
    ],
)
def test_what_is_denied_or_done_by_others_does_not_count(text):
    assert kinds(text) == []


def test_what_was_only_helped_with_counts_as_help():
    assert kinds("Helped manage the team") == ["assists"]
    assert kinds("Помощь в управлении отделом") == ["assists"]


def test_not_only_denies_nothing():
    assert kinds("Not only led the team") == ["leads"]


def test_spans_are_of_the_whole_text():
    text = "Led a team. Led a team."
    (word,) = find_scope(text, 12, len(text))
    assert text[word.span.start : word.span.end] == "Led"
    assert word.span.start == 12


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("Led a team of 5 engineers", [5]),
        ("a staff of about twelve", [12]),
        ("managed a four-person design team", [4]),
        ("supervised 8 to 24 zone leaders and 30 employees", [30]),
        ("had 7 direct reports", [7]),
        ("Руководил командой из 6 человек", [6]),
        ("В подчинении 10 человек", [10]),
        ("never led a team of 5 years", []),
        ("managed 2010 employees", []),
        ("sold 500 cars to 20 people", []),
        ("assisted a team of 5", []),
        ("supervised 12% of employees", []),
    ],
)
def test_numbers_of_people_who_are_led_are_found(text, sizes):
    assert [amount.value for amount in find_team_sizes(text, 0, len(text))] == sizes


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a budget of $1,500,000", [1.5e6]),
        ("$4.6M budget", [4.6e6]),
        ("annual revenue of €2 million", [2e6]),
        ("бюджет 12 млн руб.", [1.2e5]),
        ("оборот 1,5 млрд рублей", [1.5e7]),
        ("paid $20 for lunch", []),
        ("a budget", []),
    ],
)
def test_amounts_that_are_answered_for_are_found(text, values):
    assert [amount.value for amount in find_budgets(text, 0, len(text))] == pytest.approx(values)


@pytest.mark.parametrize(
    "piece", ["managed a team of people and ", "1 2 3 4 ", "- Led\n", "a.", "$1,1,1", "not "]
)
def test_cost_grows_with_the_text_and_not_faster(piece):
    def seconds(text):
        started = time.process_time()
        for find in (find_scope, find_team_sizes, find_budgets):
            list(find(text, 0, len(text)))
        return time.process_time() - started

    seconds(piece)
    short = seconds(piece * 500) + 0.002
    assert seconds(piece * 4000) < 30 * short
