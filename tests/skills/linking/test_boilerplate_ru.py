import re

import pytest

from metier.skills.linking import boilerplate_ru
from metier.skills.linking.boilerplate import BoilerplateKind, find_boilerplate

GROUPS = ("ASKING", *(kind.name for kind in BoilerplateKind))


@pytest.mark.parametrize("group", GROUPS)
def test_every_expression_is_one_and_stands_once(group):
    expressions = getattr(boilerplate_ru, group)
    assert expressions
    assert len(set(expressions)) == len(expressions)
    for expression in expressions:
        assert not re.compile(expression, re.IGNORECASE).search("")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("equal_chances", "Рассматриваем всех независимо от возраста."),
        ("offer", "ДМС со стоматологией"),
        ("offer", "График 5/2 с 9 до 18"),
        ("offer", "Отпуск 28 дней"),
        ("offer", "Карьерный рост"),
        ("offer", "Комфортный офис с кухней"),
        ("offer", "Официальное трудоустройство"),
        ("application", "Присылайте ваше резюме на почту."),
        ("application", "Собеседование с руководителем"),
        ("employer", "Наша пекарня - одна из старейших в городе."),
        ("employer", "Дружный коллектив"),
        ("employer", "Стать частью дружного коллектива"),
        ("offer", "Возможность карьерного роста"),
        ("offer", "Получать белую зарплату"),
        ("application", "Пройти собеседование"),
        ("employer", "Приглашаем вас в пекарню."),
    ],
)
def test_russian_boilerplate_is_found(kind, sentence):
    assert find_boilerplate(sentence) == kind


@pytest.mark.parametrize(
    "sentence",
    [
        "Расчёт отпусков и больничных",
        "Знание трудового кодекса",
        "Подбор персонала, проведение собеседований",
        "Выпекать хлеб и печь пироги",
        "Настройка удалённой работы офиса",
        "Администрирование Linux",
        "Начислять заработную плату",
        "• Оформлять больничные листы",
        "Продавать полисы ДМС",
        "Мы создаём сайты на React",
        "Мы развиваем сервисы на Go",
        "Вести собеседования",
    ],
)
def test_russian_work_is_kept(sentence):
    assert find_boilerplate(sentence) is None
