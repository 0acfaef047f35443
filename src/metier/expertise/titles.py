"""Titles of jobs: which words are one, and how high it stands."""

from __future__ import annotations

import re
from typing import Final

from metier.documents.level_words import find_level

_ENGLISH: Final = """
accountant accounts? actor adjuster administrator admin advisor adviser advocate agent aide ambassador
analyst apprentice architect artist assembler assistant associate attendant attorney auditor baker banker
barista bartender biologist bookkeeper broker builder butcher buyer captain caregiver carpenter cashier ceo
cfo chairman chairperson chef chemist chief cio clerk coach collector consultant controller cook coordinator
co-ordinator counsel counselor cto curator custodian dean dentist designer detective developer devops
dietitian director dispatcher doctor draftsman drafter driver economist editor educator electrician engineer
estimator examiner executive expert facilitator farmer fellow firefighter foreman founder co-founder
freelancer generalist geologist guard handler head hostess housekeeper inspector installer instructor intern
internship interpreter inventor investigator janitor journalist judge laborer labourer lawyer lead leader
lecturer liaison librarian lifeguard linguist machinist maid manager marketer mason mechanic mentor
merchandiser midwife musician nanny negotiator nurse officer operative operator owner painter paralegal
paramedic partner pharmacist photographer physician physicist physiotherapist pilot planner plumber police
porter president preparer principal processor producer professor programmer psychologist realtor
receptionist recruiter registrar rep representative reporter researcher salesman salesperson scheduler
scientist secretary server sergeant sommelier sourcer specialist statistician stocker strategist
student-teacher stylist superintendent supervisor surgeon surveyor teacher technician technologist teller
tester therapist trader trainee trainer translator treasurer tutor tradesman underwriter usher valuer
veterinarian videographer vp waiter waitress welder worker writer
"""
_RUSSIAN: Final = (
    r"агент\w*|администратор\w*|адвокат\w*|аналитик\w*|архитектор\w*|ассистент\w*|аудитор\w*|бармен\w*|"
    r"библиотекарь|бригадир|бухгалтер\w*|ведущ\w+|верстальщик\w*|воспитатель|врач\w*|геодезист|геолог|"
    r"главн\w+|грузчик|дизайнер\w*|директор\w*|диспетчер\w*|заведующ\w+|заместитель|зам|инженер\w*|"
    r"инспектор\w*|инструктор|исполнитель|кассир\w*|кладовщик|консультант\w*|контент-\w+|контрол[её]р\w*|"
    r"координатор\w*|корректор|кредитн\w+ эксперт|курьер\w*|лаборант|логист\w*|маркетолог\w*|мастер\w*|"
    r"машинист|медсестра|менеджер\w*|мерчендайзер\w*|механик|младш\w+|монтажник|наладчик|научный сотрудник|"
    r"начальник\w*|няня|оператор\w*|основатель|официант\w*|охранник|парикмахер|переводчик\w*|повар\w*|"
    r"помощник\w*|почтальон|практикант\w*|предприниматель|представитель|президент|преподаватель\w*|"
    r"провизор|программист\w*|продавец\w*|продюсер|проектировщик|прораб|психолог\w*|рабоч\w+|"
    r"разработчик\w*|редактор\w*|режисс[её]р|рекрутер|репетитор\w*|риелтор|руководител\w+|секретар\w+|"
    r"слесарь|сметчик|сотрудник\w*|социолог|специалист\w*|старш\w+|стаж[её]р\w*|сторож|супервайзер\w*|"
    r"тестировщик\w*|техник\w*|технолог\w*|тимлид|товаровед|токарь|торговый представитель|тренер|"
    r"управляющ\w+|учитель\w*|фармацевт|флорист|фотограф|художник|шеф\S*|эколог|экономист\w*|"
    r"экскурсовод|электрик|электромонт[её]р|юрисконсульт|юрист\w*"
)
_NOUN: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(_ENGLISH.split())})s?(?![\w-])|(?<!\w)(?:\S{{1,20}}-)?(?:{_RUSSIAN})(?!\w)",
    re.IGNORECASE,
)

# What a title says of rank, the first that fits. A deputy stands one step below whom he stands in for.
_DEPUTY: Final = re.compile(
    r"\b(?:assistant|asst\.?|deputy|associate|vice|sub|junior|acting)\s+(?:\w+\s+){0,2}"
    r"(?:manager|director|head|supervisor|principal|store\s+manager|controller|dean|vice\s+president|superintendent)\b"
    r"|(?<!\w)(?:зам\.?|заместител\w+)(?!\w)",
    re.IGNORECASE,
)
_NO_RANK: Final = re.compile(
    r"\b(?:executive|administrative)\s+(?:\w+\s+)?(?:assistant|secretary)\b|\baccount(?:s)?\s+executive\b"
    r"|\b(?:sales|advertising|marketing)\s+executive\b|\bassistant\s+professor\b|\bphysician\s+assistant\b"
    r"|\blead\s+generat|\blegal\s+assistant\b|\bchief\s+complaint",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(
    r"\b(?:general\s+manager|president|founder|(?<!product )(?<!process )owner|"
    r"(?<!business )partner(?! manager)|ceo|cfo|coo|proprietor|executive\s+chef|"
    r"(?:vice|senior\s+vice|executive\s+vice)\s+president|[se]?vp|dean|superintendent\s+of\s+schools|"
    r"chairman|chairperson)\b"
    r"|(?<!\w)(?:президент|основател\w+|владел\w+|управляющ\w+\s+директор\w*|председател\w+)(?!\w)",
    re.IGNORECASE,
)
_MANAGER_ALONE: Final = re.compile(
    r"\b(?:account|accounts|project|product|case|program|programme|sales|office|community|social\s+media|content|"
    r"relationship|customer\s+success|client|grant|event|contract|contracts|records|data|property|risk|category|brand|"
    r"territory|portfolio|quality|test|release|change)\s+manager\b",
    re.IGNORECASE,
)
_MANAGER: Final = re.compile(
    r"\b(?:manager|supervisor|foreman|superintendent|controller|principal|leader|captain|mgr)\b"
    r"|(?<!\w)(?:заведующ\w+|бригадир\w*|прораб\w*|супервайзер\w*|управляющ\w+|шеф-повар\w*)(?!\w)",
    re.IGNORECASE,
)
# A Russian "leading" or "chief" specialist leads nobody, a chief accountant or engineer does.
_RU_EXPERT: Final = re.compile(
    r"(?<!\w)(?:ведущ\w+|главн\w+(?!\s+(?:бухгалтер|инженер|врач|редактор|технолог|механик|энергетик|архитектор))"
    r"|(?:руководител\w+|менеджер\w*)\s+(?:\S+[\s-])?проект\w*)(?!\w)",
    re.IGNORECASE,
)
_SUPERVISED: Final = re.compile(
    r"\b(?:assistant|aide|helper|apprentice|trainee|asst|clerk|crew\s+member|team\s+member|volunteer)\b"
    r"|(?<!\w)(?:помощник\w*|ассистент\w*|подсобн\w+)(?!\w)",
    re.IGNORECASE,
)
_STUDENT: Final = re.compile(
    r"\b(?:student\s+(?:teacher|worker|nurse|intern|assistant)|extern|externship|practicum|apprentice)\b",
    re.IGNORECASE,
)
INTERN: Final = 0
JUNIOR: Final = 1
MIDDLE: Final = 2
SENIOR: Final = 3
LEAD: Final = 4
HEAD: Final = 5
_OF_WORDS: Final = {
    "intern": INTERN,
    "junior": JUNIOR,
    "middle": MIDDLE,
    "senior": SENIOR,
    "lead": LEAD,
    "head": HEAD,
}


def names_a_job(words: str) -> bool:
    """Tell whether some words hold the name of an occupation or a post, in English or Russian."""
    return bool(_NOUN.search(words))


def title_rank(title: str) -> int | None:
    """Return how high a title stands, or None where it does not say.

    0 intern, 1 assistant or junior, 2 middle, 3 senior or in charge of accounts or projects, 4 lead,
    supervisor or manager, 5 head, director or owner; a deputy stands one lower than the post.

    >>> [title_rank(title) for title in ("Store manager", "Assistant manager", "Nurse", "Младший юрист")]
    [4, 3, None, 1]
    """
    if _NO_RANK.search(title):
        return None
    if _STUDENT.search(title):
        return INTERN
    rank = _rank(title)
    if _DEPUTY.search(title):
        return max(JUNIOR, (LEAD if rank is None else rank) - 1)
    return rank


def _rank(title: str) -> int | None:
    level = find_level(title)
    if _HEAD.search(title):
        return HEAD
    if level in {"head", "lead"} and _RU_EXPERT.search(title):
        return SENIOR
    if level in {"head", "intern"}:
        return _OF_WORDS[level]
    if _MANAGER.search(title):
        return SENIOR if _MANAGER_ALONE.search(title) else LEAD
    if level is not None:
        return _OF_WORDS[level]
    return JUNIOR if _SUPERVISED.search(title) else None
