"""The words that counterfactual swaps put in and look for; all are made up or facts that anyone knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up person.

    Attributes:
        key: origin and usual gender of the name.
        given: given name.
        middle: second given name; a patronymic in Russian.
        surname: family name.
        title: Mr or Ms, or what a Russian text says for it.
    """

    key: str
    given: str
    middle: str
    surname: str
    title: str


def _personas(rows: str, titles: tuple[str, str]) -> tuple[Persona, ...]:
    found = []
    for row in rows.strip().splitlines():
        key, given, middle, surname = (cell.strip() for cell in row.split("|"))
        found.append(Persona(key, given, middle, surname, titles[key.endswith("female")]))
    return tuple(found)


PERSONAS: Final = {
    "en": _personas(
        """
        british-female|Emily|Rose|Clarke
        nigerian-male|Oluwaseun|Tunde|Adeyemi
        chinese-female|Xiuying|Mei|Zhang
        arabic-male|Mohammed|Tariq|Al-Sayed
        african-american-female|Lakisha|Monique|Jefferson
        hispanic-male|José|Luis|Rodríguez
        indian-female|Priya|Lakshmi|Venkataraman
        russian-male|Dmitri|Sergeevich|Volkov
        polish-female|Agnieszka|Zofia|Wiśniewska
        turkish-male|Mehmet|Emre|Yıldırım
        vietnamese-female|Thanh|Linh|Nguyen
        american-male|Gregory|Scott|Walker
        """,
        ("Mr", "Ms"),
    ),
    "ru": _personas(
        """
        russian-female|Анна|Сергеевна|Кузнецова
        uzbek-male|Фаррух|Равшанович|Назаров
        tatar-female|Алсу|Ринатовна|Хабибуллина
        russian-male|Николай|Петрович|Соколов
        armenian-female|Ануш|Гагиковна|Саркисян
        chechen-male|Рамзан|Ахмедович|Дудаев
        ukrainian-female|Оксана|Тарасовна|Шевченко
        georgian-male|Георгий|Вахтангович|Гиоргадзе
        buryat-female|Сэсэг|Баировна|Доржиева
        jewish-male|Борис|Абрамович|Рабинович
        korean-female|Виктория|Робертовна|Ким
        tajik-male|Рустам|Давлатович|Рахимов
        """,
        ("г-н", "г-жа"),
    ),
}
"""By the language of the document; neighbours differ in origin and gender."""

GENDERS: Final = (
    ("female", "male"),
    ("woman", "man"),
    ("she/her/hers", "he/him/his"),
    ("she/her", "he/him"),
    ("f", "m"),
    ("женский", "мужской"),
    ("женщина", "мужчина"),
    ("жен", "муж"),
    ("ж", "м"),
    ("여성", "남성"),
    ("여자", "남자"),
    ("여", "남"),
    ("נקבה", "זכר"),
    ("אישה", "גבר"),
)
"""What a stated gender says for a woman and for a man."""

AGES: Final = (23, 36, 47, 61)
BIRTH_YEARS: Final = (1963, 1978, 1990, 2001)
EMAILS: Final = (
    "amina.hassan@example.org",
    "j.smith1959@example.com",
    "ivan_petrov.57@example.net",
    "supermom2000@example.org",
)
PHONES: Final = ("+234 802 555 0147", "+7 901 555-01-47", "+44 20 7946 0958", "+1 202 555 0147")
PHOTOS: Final = ("portrait-aisha.jpg", "portrait-john.png", "me_with_children.jpeg", "photo_1961.jpg")

CITIZENSHIPS: Final = {
    "en": (("Sweden", "Swedish"), ("Nigeria", "Nigerian"), ("Pakistan", "Pakistani"), ("Russia", "Russian")),
    "ru": (
        ("Россия", "России"),
        ("Узбекистан", "Узбекистана"),
        ("Армения", "Армении"),
        ("Германия", "Германии"),
    ),
}
"""The country, and what stands beside "citizen": an adjective in English, a genitive in Russian."""

FAMILY_STATUS: Final = {
    "en": ("single", "married", "divorced", "widowed"),
    "ru-female": ("не замужем", "замужем", "разведена", "вдова"),
    "ru-male": ("холост", "женат", "разведён", "вдовец"),
}
CHILDREN: Final = {
    "en": ("no children", "three children", "one child"),
    "ru": ("без детей", "трое детей", "один ребёнок"),
}

CITIES: Final = {
    "en": tuple(
        "London|Paris|New York|San Francisco|Boston|Seattle|Los Angeles|Chicago|Berlin|Munich|Hamburg"
        "|Amsterdam|Stockholm|Malmö|Copenhagen|Oslo|Helsinki|Dublin|Zurich|Geneva|Vienna|Madrid|Barcelona"
        "|Lisbon|Rome|Milan|Athens|Prague|Warsaw|Kraków|Budapest|Bucharest|Sofia|Belgrade|Kyiv|Moscow"
        "|Saint Petersburg|St. Petersburg|Novosibirsk|Yerevan|Tbilisi|Almaty|Istanbul|Ankara|Tel Aviv"
        "|Jerusalem|Cairo|Lagos|Abuja|Accra|Nairobi|Johannesburg|Cape Town|Dubai|Riyadh|Karachi|Lahore"
        "|Mumbai|Delhi|New Delhi|Bangalore|Bengaluru|Hyderabad|Pune|Chennai|Kolkata|Dhaka|Colombo|Beijing"
        "|Shanghai|Shenzhen|Hong Kong|Taipei|Tokyo|Osaka|Seoul|Singapore|Manila|Jakarta|Hanoi|Bangkok"
        "|Sydney|Melbourne|Brisbane|Auckland|Toronto|Vancouver|Montreal|Ottawa|Calgary|Mexico City|Bogotá"
        "|Lima|Santiago|Buenos Aires|São Paulo|Rio de Janeiro|Detroit|Atlanta|Houston|Dallas|Austin|Denver"
        "|Phoenix|Philadelphia|Miami|San Diego|San Jose|Portland|Minneapolis|Cleveland|Pittsburgh"
        "|Baltimore|Charlotte|Nashville|Memphis|Las Vegas|Salt Lake City|Manchester|Birmingham|Leeds"
        "|Glasgow|Edinburgh|Liverpool|Sheffield|Cardiff|Belfast|Cambridge|Oxford|Rotterdam|Brussels"
        "|Antwerp|Lyon|Marseille|Toulouse|Turin|Naples|Porto|Gothenburg|Uppsala|Tampere|Tallinn|Riga"
        "|Vilnius|Minsk|Cologne|Frankfurt|Stuttgart|Leipzig|Dresden".split("|")
    ),
    "ru": tuple(
        "Москва|Санкт-Петербург|Петербург|Новосибирск|Екатеринбург|Казань|Нижний Новгород|Челябинск|Самара"
        "|Омск|Ростов-на-Дону|Уфа|Красноярск|Воронеж|Пермь|Волгоград|Краснодар|Саратов|Тюмень|Тольятти"
        "|Ижевск|Барнаул|Ульяновск|Иркутск|Хабаровск|Ярославль|Владивосток|Махачкала|Томск|Оренбург"
        "|Кемерово|Новокузнецк|Рязань|Астрахань|Пенза|Липецк|Тула|Киров|Чебоксары|Калининград|Брянск|Курск"
        "|Иваново|Магнитогорск|Улан-Удэ|Тверь|Ставрополь|Белгород|Сочи|Нижний Тагил|Архангельск|Владимир"
        "|Чита|Калуга|Смоленск|Волжский|Курган|Череповец|Саранск|Вологда|Якутск|Грозный|Сургут|Мурманск"
        "|Тамбов|Петрозаводск|Кострома|Новороссийск|Минск|Киев|Алматы|Астана|Ташкент|Ереван|Тбилиси|Баку"
        "|Бишкек|Душанбе|Кишинёв|Харьков|Одесса|Гомель|Брест|Лондон|Берлин|Тель-Авив|Кызыл".split("|")
    ),
}
"""Those that are looked for; their order means nothing."""
NEW_CITIES: Final = {
    "en": ("London", "Karachi", "Detroit", "San Francisco"),
    "ru": ("Москва", "Махачкала", "Курган", "Санкт-Петербург"),
}

COUNTRIES: Final = {
    "en": tuple(
        "United Kingdom|United States|USA|UK|Germany|France|Spain|Italy|Netherlands|Sweden|Norway|Denmark"
        "|Finland|Ireland|Switzerland|Austria|Belgium|Portugal|Greece|Poland|Ukraine|Russia|Belarus|Armenia"
        "|Georgia|Kazakhstan|Turkey|Israel|Egypt|Nigeria|Ghana|Kenya|South Africa|India|Pakistan|Bangladesh"
        "|China|Japan|South Korea|Vietnam|Philippines|Indonesia|Malaysia|Singapore|Australia|New Zealand"
        "|Canada|Mexico|Brazil|Argentina|Colombia|Chile|Peru|Iran|Iraq|Syria|Saudi Arabia".split("|")
    ),
    "ru": tuple(
        "Россия|Россию|России|Беларусь|Беларуси|Казахстан|Узбекистан|Армения|Армении|Грузия|Грузии"
        "|Азербайджан|Таджикистан|Киргизия|Молдова|Украина|Украины|Украине|Германия|Германии|Франция"
        "|Израиль|Турция|Турции|Китай|Индия|США|Канада|Великобритания|Польша|Сербия|Сербии".split("|")
    ),
}
NEW_COUNTRIES: Final = {
    "en": ("Germany", "Nigeria", "Bangladesh", "United States"),
    "ru": ("Россия", "Таджикистан", "Германия", "Украина"),
}

SCHOOL: Final = {
    "en": re.compile(
        r"(?<!\w)(?:MIT|UCLA|ETH Zurich|Massachusetts Institute of Technology|London School of Economics"
        r"|(?:University|College|Institute) of (?:the )?[A-Z][\w.'’-]+(?:[ ][A-Z][\w.'’-]+){0,2}"
        r"|(?:[A-Z][\w.'’&-]+[ ]){1,4}(?:State[ ])?(?:University|College|Polytechnic|Institute of Technology)"
        r"(?:[ ]of[ ](?:[A-Z]\w+)(?:[ ][A-Z]\w+)?)?)(?!\w)"
    ),
    "ru": re.compile(
        r"(?<!\w)(?:МГУ(?:[ ]им\.[ ]?(?:М\.[ ]?В\.[ ]?)?Ломоносова)?|СПбГУ"
        r"|МГТУ(?:[ ]им\.[ ]?(?:Н\.[ ]?Э\.[ ]?)?Баумана)?"
        r"|МФТИ|МИФИ|НИУ[ ]ВШЭ|ВШЭ|ИТМО|РАНХиГС|МГИМО|МЭИ|МАИ|ТГУ|НГУ|УрФУ|КФУ|РЭУ"
        r"|[А-ЯЁ][а-яё-]+(?:[ ][а-яё-]+){0,4}[ ](?:университет|институт|академия|колледж|техникум|училище))"
        r"(?!\w)"
    ),
}
"""Names of schools; a school is looked for where a document tells of education."""
NEW_SCHOOLS: Final = {
    "en": ("Stanford University", "Wichita State University", "Howard University", "University of Lagos"),
    "ru": (
        "Московский государственный университет",
        "Курганский государственный университет",
        "Дагестанский государственный университет",
        "Национальный университет Узбекистана",
    ),
}
"""Of high and of low standing, and some that most people of one origin go to."""
