"""The words behind each kind of scope, in English and Russian: one pattern a line, by its first word.

Words in capitals stand for longer expressions: PEOPLE for those who are led, NEAR for up to six words in
between, FEW for up to three, UNITS for parts of a firm, OTHERS for what leads nobody. A pattern begins with
letters, by the first three of which it is looked up, and ends where a word ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PEOPLE: Final = (
    r"(?:teams?|staff|employees?|people|associates?|developers?|engineers?|analysts?|personnel|workers?|crews?|"
    r"members?|direct\s+reports|reports|teachers?|nurses?|technicians?|representatives|reps|agents|cooks|"
    r"drivers|subordinates|specialists|managers|supervisors|professionals|volunteers|interns|consultants|"
    r"contractors|coordinators|designers|accountants|clerks|servers|cashiers|instructors|trainees|soldiers|"
    r"sailors|airmen|marines|recruiters|officers|assistants|paralegals|attorneys|subcontractors|"
    r"команд\w+|отдел\w*|персонал\w*|сотрудник\w+|подразделени\w+|групп\w+|коллектив\w*|бригад\w+|"
    r"подчин[её]нн\w+|департамент\w*|специалист\w+|менеджер\w+|разработчик\w+|штат\w*|цех\w*|филиал\w*|"
    r"управлени\w+|магазин\w*|предприяти\w+)"
)
NEAR: Final = r"(?:[\w,'’&/()-]+\s+){0,6}?"
FEW: Final = r"(?:[\w,-]+\s+){0,3}?"
UNITS: Final = (
    r"(?:departments?|stores?|branch(?:es)?|locations?|sites?|regions?|offices?|units?|facilit(?:y|ies)|"
    r"restaurants?|schools?|clinics?|divisions?)"
)
# "A leading company" leads nobody.
OTHERS: Final = (
    r"(?:compan|provider|bank|manufactur|brand|retail|firm|edge|supplier|global|organi[sz]a|cause|indicator|"
    r"producer|distributor)"
)
STANDS_FOR: Final[Mapping[str, str]] = MappingProxyType(
    {"PEOPLE": PEOPLE, "NEAR": NEAR, "FEW": FEW, "UNITS": UNITS, "OTHERS": OTHERS}
)
"""What the words in capitals mean in the patterns."""

LEADS: Final = r"""
led(?!\s+(?:me|to|by)\b)
leads?\s+(?:a|an|the|and|teams?|cross|projects?|development|design|efforts|all|\d+)
leading(?!\s+(?:\w+\s+){0,2}OTHERS|\s+to\b)
leadership\s+of
spearhead\w*
head(?:ed|ing)(?:\s+up)?
direct(?:ed|ing|s)\s+NEAR(?:operations?|activit\w+|projects?|programs?|departments?|work|development|all|efforts?|daily|PEOPLE)
chaired
championed
pioneered
team\s+lead(?:er)?
руководил[аи]?
руковожу
руковод\w+\s+FEWPEOPLE
возглав\w+
управл\w+\s+(?:командой|отделом|персоналом|коллективом|группой|проектами|проектом)
курировал\w*
"""
SUPERVISES: Final = r"""
manag(?:e|ed|es|ing)\s+NEARPEOPLE
management\s+of\s+FEWPEOPLE
supervis(?:e|ed|es|ing)\s+NEARPEOPLE
supervis(?:ed|ing|ion\s+of)
overs(?:aw|ee|ees|een|eeing)
delegat(?:e|ed|ing|es|ion)
responsible\s+for\s+NEARPEOPLE
direct\s+reports
schedul\w+\s+FEW(?:staff|employees|associates|shifts)
контрол\w+\s+(?:работ\w+\s+)?FEWPEOPLE
координ\w+\s+(?:работ\w+\s+)?FEWPEOPLE
организация\s+работ\w+\s+FEWPEOPLE
подчинении
постановка\s+задач
распределение\s+(?:задач|обязанностей|работ)
"""
OWNS: Final = r"""
owned
owning
own\s+(?:the|all|and|a|end)
ownership\s+of
accountable\s+for
charge\s+of
full\s+responsibility
overall\s+responsib\w+
solely\s+responsible
sole\s+responsib\w+
end[- ]to[- ]end
responsible\s+for\s+(?:all|the\s+(?:overall|entire|whole|day))
founded(?!\s+in\b)
co-founded
established
launched
built\s+(?:and\s+\w+\s+)?(?:the|a)\s+FEW(?:team|department|business|company|program)
отвечал[аи]?\s+за
полная\s+ответственность
ответственн\w+\s+за
нуля
ключ
основал\w*
запустил\w*
организовал\w*
"""
MENTORS: Final = r"""
mentor(?:ed|ing|s)?
coach(?:ed|ing|es)
onboard(?:ed|ing)
train(?:ed|ing|s)?\s+FEW(?:new|users|others|colleagues|hires|junior|recruits|peers|co-?workers|PEOPLE)
orientation\s+of\s+FEW(?:hires|users|PEOPLE)
subject\s+matter\s+expert
наставни\w+
обуч(?:ал[аи]?|ение)\s+FEW(?:пользовател\w+|стаж[её]р\w*|новичк\w+|коллег\w*|PEOPLE)
стажировка\s+(?:новых|сотрудник\w+)
адаптаци\w+\s+(?:новых\s+)?PEOPLE
code\s+reviews?
код-?ревью
"""
HIRES: Final = r"""
hir(?:ed|ing|e|es)(?!\s+managers?)(?:\s+and|,|\s*/|\s+FEW(?:new|PEOPLE))
recruit(?:ed|ing|s)?(?:\s+and|,|\s*/|\s+FEW(?:new|PEOPLE))
interview(?:ed|ing|s)?\s+(?:and\s+\w+\s+)?FEW(?:candidates|applicants|new|potential|PEOPLE)
staffing
terminat(?:ed|ing|ion)\s+(?:of\s+)?employees
disciplin(?:ed|ing|ary)
performance\s+(?:review|evaluation|appraisal|management)s?
evaluat(?:ed|ing|e|es|ion\s+of)\s+FEW(?:performance|PEOPLE)
apprais(?:ed|als?)\s+FEWPEOPLE
подбор\w*\s+FEW(?:кадров|PEOPLE)
найм\w*
нанимал\w*
формирование\s+FEWPEOPLE
оценка\s+(?:персонала|сотрудников)
мотиваци\w+\s+FEWPEOPLE
"""
ARCHITECTS: Final = r"""
architect(?:ed|ing)
architecture
design(?:ed|ing)?\s+(?:and\s+\w+\s+)?(?:the\s+)?FEW(?:architectures?|systems?|infrastructure|platforms?)
архитектур\w+
проектировал\w*\s+систем\w+
спроектировал\w*
"""
STRATEGY: Final = r"""
strateg(?:y|ies)
strategic\s+(?:plan|initiative|direction|vision|goal|objective|growth|decision|development|partner)\w*
road\s?maps?
long[- ]term\s+plan\w*
vision
business\s+plans?
polic(?:y|ies)\s+(?:and\s+procedures?\s+)?(?:develop\w+|for)
develop\w*\s+(?:and\s+\w+\s+)?(?:\w+\s+)?polic(?:y|ies)
governance
стратег\w+
бизнес-?план\w*
разработка\s+(?:политик\w*|регламент\w+|бизнес-?процесс\w+)
"""
BUDGET: Final = r"""
budget(?:s|ed|ing|ary)?
capital\s+expenditures?
forecasting
cost\s+control
бюджет\w*
"""
PROFIT: Final = r"""
p\s?&\s?l
profit\s+and\s+loss
profitability
gross\s+margins?
bottom[- ]line
ebitda
revenue\s+(?:growth|targets?|goals?)
sales\s+(?:goals|targets|growth)
прибыл\w+
рентабельност\w+
выручк\w+
план\w*\s+продаж
"""
DEPARTMENT: Final = r"""
entire\s+UNITS
whole\s+UNITS
multiple\s+UNITS
multi-?(?:site|unit|store|location|state|branch)
company[- ]?wide
organi[sz]ation[- ]?wide
enterprise[- ]?wide
nation[- ]?wide
district[- ]?wide
region[- ]?wide
state[- ]?wide
firm[- ]?wide
corporate[- ]?wide
world[- ]?wide
department\s+operations
division\s+operations
branch\s+operations
store\s+operations
plant\s+operations
facility\s+operations
restaurant\s+operations
day[- ]to[- ]day\s+operations
daily\s+operations
всех\s+(?:отделов|подразделений|филиалов)
работ[аыуе]\s+(?:отдела|департамента|филиала|магазина|предприятия|компании)
"""
STAKEHOLDERS: Final = r"""
stakeholders?
c-level
senior\s+(?:management|leadership|executives)
executive\s+(?:team|leadership|management|committee)
board\s+of\s+directors
board\s+members
steering\s+committee
vendors?\s+(?:relations\w*|management|negotiat\w+)
negotiat(?:ed|ing|e|es|ion|ions)
key\s+(?:clients|accounts|customers)
cross[- ]functional
стейкхолдер\w*
заинтересованн\w+\s+сторон\w*
топ-?менеджмент\w*
переговор(?:ы|ов|ах|ами)
ключев\w+\s+клиент\w+
совет\w*\s+директоров
"""
IMPROVES: Final = r"""
increas(?:ed|ing)
reduc(?:ed|ing)
improv(?:ed|ing)
grew
saved
boosted
exceed(?:ed|ing)
streamlin(?:ed|ing)
achieved
award(?:ed)?
promoted\s+(?:to|from|twice|within)
увелич\w+
сниз(?:ил|жен)\w*
сократил\w*
повы(?:сил|шен)\w*
оптимиз\w+
внедр(?:ил|ен)\w*
"""
ASSISTS: Final = r"""
assist(?:ed|ing|s)?
help(?:ed|ing|s)?(?!\s*-?desk)
aid(?:ed|ing)
shadow(?:ed|ing)
under\s+(?:the\s+)?(?:close\s+|direct\s+)?(?:supervision|direction|guidance)
as\s+(?:directed|assigned|needed|instructed)
other\s+duties
support(?:ed|ing|s)\s+(?:the|senior|management|staff|a|an)
participat(?:ed|ing|es?)
learn(?:ed|ing|t)?
помощь
помогал\w*
ассистировал\w*
участие
участвовал\w*
под\s+руководством
поручени\w+
содействие
"""
ROUTINE: Final = r"""
answer(?:ed|ing)?\s+(?:\w+\s+){0,2}?(?:phones?|calls|telephones?)
fil(?:ed|ing)
greet(?:ed|ing)?
clean(?:ed|ing)?
stock(?:ed|ing)
data\s+entry
cash\s+registers?
restock\w*
errands
faxing
copying
typing
typed
scann(?:ed|ing)
sort(?:ed|ing)
mailing
bagg(?:ed|ing)
pack(?:ed|ing)
wash(?:ed|ing)
при[её]м\w*\s+(?:\S+\s+)?звонков
телефонн\w+\s+звонк\w+
уборка
сканирование
копирование
набор\s+текст\w*
ввод\s+данных
раскладк\w+
выкладк\w+
"""

PATTERNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "leads": LEADS,
        "supervises": SUPERVISES,
        "owns": OWNS,
        "mentors": MENTORS,
        "hires": HIRES,
        "architects": ARCHITECTS,
        "strategy": STRATEGY,
        "budget": BUDGET,
        "profit": PROFIT,
        "breadth": DEPARTMENT,
        "stakeholders": STAKEHOLDERS,
        "improves": IMPROVES,
        "assists": ASSISTS,
        "routine": ROUTINE,
    }
)
"""The patterns by kind, in order; `scope.find_scope` compiles them."""
