"""What a vacancy's title says of its job: the family that `livecareer.jsonl` knows, and the occupation.

Tables of patterns over lower-case titles. A title may be of several occupations; of families only a title of
exactly one counts. Families that no pattern names (chefs, pilots, lawyers, ...) have no vacancies here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def _compiled(table: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return MappingProxyType({name: re.compile(pattern) for name, pattern in table.items()})


FAMILIES = _compiled({
    "INFORMATION-TECHNOLOGY": (
        r"software|\bdeveloper|programmer|programista|\bjava\b|javascript|\.net|python|\bphp\b|golang|devops"
        r"|\bqa\b|test(er| automation| engineer| analyst)|automation engineer|data ?scien|machine learning"
        r"|data(base)? (engineer|architect|admin)|\b(ml|ai|network) engineer|systems? (admin|architect)"
        r"|windows (system )?admin|server administrator|information security|security engineer|cloud|"
        r"it (ops )?support|technical support|tech support|support engineer|full ?stack|front-?\s?end|backend"
        r"|site reliability|\betl\b|infrastructure|solutions? architect|\bsde\b"
    ),
    "ENGINEERING": (
        r"mechanical|manufacturing|electrical|aerospace|(process|assembly|biomedical) engineer"
        r"|quality engineer\b|piping|hvac"
    ),
    "FINANCE": (
        r"financial analyst|finance (analyst|manager)|analyst - finance|analyst i - finance|equity|fp&a"
        r"|credit research|trading analyst|investment|valuation"
    ),
    "BUSINESS-DEVELOPMENT": r"business development",
    "SALES": r"\bsales(?!force)\b|account manager",
    "HR": r"human resource|\bhr\b|talent acquisition|recruit",
    "DIGITAL-MEDIA": r"social media|digital marketing|content writer|youtube|performance marketing",
    "DESIGNER": r"\b(ux|ui)([/ ]?(ux|ui))? designer|product designer|graphic designer",
    "ACCOUNTANT": r"accountant|\baccounts (payable|receivable)",
    "CONSTRUCTION": r"construction|civil engineer",
    "HEALTHCARE": r"pharmacy|nurse|medical assistant",
    "TEACHER": r"teacher|\btutor",
})  # fmt: skip

OCCUPATIONS = _compiled({
    "java developer": r"\bjava\b|\bj2ee\b",
    "javascript or front-end developer": (
        r"front\s?-?\s?end|фронт\s?-?енд|javascript|\breact|angular|\bvue|верстальщик|ui engineer"
    ),
    "php developer": r"\bphp\b|bitrix|битрикс|magento",
    "python developer": r"\bpython\b",
    "c++ developer": r"c\+\+",
    ".net developer": r"\.net\b|\bc#",
    "ios developer": r"\bios\b",
    "android developer": r"\bandroid",
    "full-stack developer": r"full\s?-?\s?stack|фулл?ст[еэ]к",
    "web developer": r"\bweb developer|\b(web|веб)-(программист|разработчик)",
    "devops engineer": r"dev\s?ops|site reliability",
    "data engineer": r"data engineer|\betl\b|инженер данных",
    "data scientist": r"data ?scien|machine learning|\bml\b",
    "data analyst": r"data analyst|аналитик данных|product analyst",
    "business or system analyst": (
        r"business( systems?|/data)? analyst|systems? analyst|бизнес-аналитик"
        r"|системный аналитик"
    ),
    "tester": r"\bqa\b|\btest(er| automation| engineer| analyst|ing)|тестиров|тестировщ|developer in test",
    "system administrator": (
        r"system(s)? admin|windows (system )?admin|server administrator|(системн|сетев)\w+ администратор"
        r"|администратор инфраструктуры"
    ),
    "technical support": (
        r"\b(tech(nical)?|it|application|exchange|saas|mac) (ops )?support|support engineer"
        r"|help\s?desk|техническ\w+ поддержк|техподдержк|хелпдеск"
    ),
    "information security": (
        r"information (systems )?security|security engineer|информационн\w+ безопасност|защите информации"
    ),
    "project manager": (
        r"project (manager|coordinat)|менеджер\w* (it-|интернет-)?проект|руководитель проект"
        r"|проектный менеджер"
    ),
    "product manager": r"product (manager|owner)|менеджер по продукту",
    "business development": r"business development|развитию бизнеса",
    "sales": (
        r"\bsales(?!force)\b|(менеджер|специалист|начальник отдела|консультант) (по )?(\w+ )?продаж"
        r"|торговый представитель"
    ),
    "recruiter": r"recruit|talent acquisition|рекрут|подбор\w* персонала",
    "copywriter": r"copy\s?writer|content writer|копирайтер",
    "designer of interfaces": (
        r"\b(ux|ui)([/ ]?(ux|ui))? designer|product designer|(веб|web|продуктов\w+|ux)[- /]дизайн"
    ),
    "network engineer": r"network engineer|сетевой инженер|эксплуатации сети",
    "financial analyst": r"financ\w+ analyst|финансовый аналитик",
    "accountant": r"accountant|бухгалтер",
})  # fmt: skip


def family_of(title: str) -> str | None:
    """Return the job family of an English title, or None where none or several fit.

    A title that names sales or business development and software too is of several.
    """
    found = [name for name, pattern in FAMILIES.items() if pattern.search(title.lower())]
    return found[0] if len(found) == 1 else None


def occupations_of(title: str) -> frozenset[str]:
    """Return the occupations that an English or Russian title names."""
    return frozenset(name for name, pattern in OCCUPATIONS.items() if pattern.search(title.lower()))
