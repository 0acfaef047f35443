"""What headings of resumes and vacancies say, in English, Russian, Korean and Hebrew."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from metier.types import SectionKind

# Phrases are parted by semicolons and compared without case; a kind has a paragraph for each language.
_PHRASES: dict[SectionKind, str] = {
    SectionKind.HEADER: """
        contact; contacts; contact information; contact details; contact info; personal information;
        personal details; personal data; personal info; personal; curriculum vitae; resume; cv;
        контакты; контактная информация; контактные данные; личные данные; личная информация;
        резюме;
        인적사항; 연락처; 이력서; 기본정보; 개인정보;
        פרטים אישיים; פרטי התקשרות; קורות חיים; יצירת קשר;
        """,
    SectionKind.SUMMARY: """
        summary; professional summary; executive summary; career summary; summary of qualifications;
        profile; professional profile; executive profile; career profile; personal profile; about
        me; about myself; objective; career objective; professional objective; overview; career
        overview; professional overview; personal statement; career focus; about the job; about the
        role; the role; job description; job summary; position summary; role overview; job overview;
        introduction; who i am;
        о себе; обо мне; цель; цели; профиль; краткая информация; кратко обо мне; дополнительная
        информация о себе; описание вакансии; о вакансии; о роли; желаемая должность; желаемая
        должность и зарплата; ключевая информация;
        자기소개; 자기소개서; 소개; 요약; 포지션 소개; 간단 소개;
        תקציר; תמצית; אודות; על עצמי; פרופיל; מטרה; תיאור המשרה; תיאור התפקיד;
        """,
    SectionKind.EXPERIENCE: """
        experience; work experience; professional experience; employment; employment history; work
        history; career history; relevant experience; professional background; relevant work
        experience; job history; professional history; industry experience; career experience;
        employment experience; related experience; additional experience; military experience;
        internships; internship; internship experience; teaching experience; other experience;
        volunteer experience; professional work experience; work and volunteer experience; career;
        previous experience; key experience; freelance experience; positions held;
        опыт; опыт работы; профессиональный опыт; трудовой опыт; трудовая деятельность; места
        работы; трудовой стаж; карьера; стаж; профессиональная деятельность; стажировки; стажировка;
        опыт профессиональной деятельности; предыдущий опыт; история работы;
        경력; 경력사항; 경력 사항; 업무 경력; 직장 경력; 업무 경험; 경험; 인턴 경험; 근무 경력;
        ניסיון; ניסיון תעסוקתי; ניסיון מקצועי; תעסוקה; ניסיון עבודה; רקע תעסוקתי; רקע מקצועי;
        """,
    SectionKind.EDUCATION: """
        education; education and training; academic background; educational background; academic
        history; academic qualifications; education and qualifications; degrees; studies; training;
        courses; coursework; relevant coursework; professional development; professional training;
        trainings; academic credentials; university; educational qualifications;
        образование; высшее образование; курсы; обучение; повышение квалификации; основное
        образование; дополнительное образование; тренинги; повышение квалификации, курсы; учёба;
        курсы и тренинги;
        학력; 학력사항; 학력 사항; 교육; 교육사항; 교육 이수; 교육이수;
        השכלה; לימודים; קורסים; הכשרה; הכשרות; השתלמויות;
        """,
    SectionKind.SKILLS: """
        skills; key skills; technical skills; core skills; skill set; skillset; professional skills;
        hard skills; soft skills; computer skills; it skills; skill highlights; highlights;
        qualifications highlights; technologies; technology; tech stack; technology stack; stack;
        tools; tools and technologies; core competencies; competencies; key competencies; areas of
        expertise; expertise; technical expertise; core qualifications; technical proficiencies;
        technical summary; software; programming languages; languages and frameworks; frameworks;
        additional skills; core strengths; strengths; abilities; skills summary; summary of skills;
        technical competencies; technical knowledge; proficiencies; environment; technologies used;
        tools used; platforms; databases; what i work with; skills profile;
        навыки; ключевые навыки; профессиональные навыки; технические навыки; навыки и умения;
        компетенции; ключевые компетенции; технологии; стек; стек технологий; технологический стек;
        инструменты; умения; профессиональные компетенции; знания; hard skills; soft skills; знания
        и навыки; умения и навыки; языки программирования; используемые технологии; дополнительные
        навыки; программы;
        기술; 기술 스택; 기술스택; 보유 기술; 보유기술; 스킬; 핵심 역량; 핵심역량; 보유 역량;
        כישורים; מיומנויות; טכנולוגיות; כלים; ידע מקצועי; ידע טכני; כישורים טכניים; מיומנויות
        טכניות; תוכנות;
        """,
    SectionKind.PROJECTS: """
        projects; personal projects; key projects; selected projects; project experience; side
        projects; academic projects; open source; open-source projects; portfolio; project
        highlights; pet projects; recent projects; major projects; projects details;
        проекты; личные проекты; ключевые проекты; портфолио; пет-проекты; учебные проекты; мои
        проекты;
        프로젝트; 개인 프로젝트; 주요 프로젝트; 포트폴리오; 프로젝트 경험;
        פרויקטים; פרויקטים אישיים; תיק עבודות;
        """,
    SectionKind.CERTIFICATES: """
        certifications; certificates; certification; licenses; licenses and certifications;
        credentials; professional certifications; professional licenses; licenses & certificates;
        licences; certifications and training; certified;
        сертификаты; сертификации; лицензии; тесты, экзамены; электронные сертификаты; аттестации;
        자격증; 자격사항; 수료증; 자격;
        הסמכות; תעודות; רישיונות; תעודות והסמכות;
        """,
    SectionKind.LANGUAGES: """
        languages; language skills; foreign languages; language proficiency; languages spoken;
        языки; иностранные языки; знание языков; владение языками;
        언어; 외국어; 어학; 어학능력; 외국어 능력;
        שפות; ידיעת שפות;
        """,
    SectionKind.INTERESTS: """
        interests; hobbies; hobbies and interests; personal interests; activities; extracurricular
        activities; volunteering; volunteer work; leisure; volunteer; community service; community
        involvement;
        интересы; хобби; увлечения; хобби и интересы; волонтёрство; волонтерство; личные качества;
        취미; 관심사; 관심 분야; 대외활동; 봉사활동;
        תחביבים; תחומי עניין; התנדבות;
        """,
    SectionKind.DUTIES: """
        responsibilities; duties; key responsibilities; your responsibilities; job responsibilities;
        what you will do; what you'll do; what you’ll do; main responsibilities; your tasks; tasks;
        duties and responsibilities; your role; roles and responsibilities; role and
        responsibilities; job duties; your mission; essential functions; essential duties; daily
        tasks; what will you do; primary responsibilities; the day to day; you will; in this role,
        you will; your challenge;
        обязанности; должностные обязанности; задачи; ваши задачи; чем предстоит заниматься; что
        нужно делать; основные задачи; что делать; функционал; основные обязанности; чем заниматься;
        что предстоит делать; что вы будете делать; чем вы будете заниматься; вам предстоит; что
        нужно будет делать; твои задачи; ключевые задачи; зона ответственности; чем предстоит
        заниматься у нас;
        담당업무; 담당 업무; 주요업무; 주요 업무; 업무 내용; 업무내용;
        תחומי אחריות; תיאור התפקיד; מה תעשו; אחריות; במסגרת התפקיד;
        """,
    SectionKind.REQUIRED: """
        requirements; qualifications; required skills; job requirements; what we expect; what you
        need; minimum qualifications; required qualifications; must have; must haves; must-have; who
        you are; you have; basic qualifications; what we are looking for; what we're looking for;
        what we’re looking for; your profile; your qualifications; skills and qualifications; we
        expect; you bring; what you bring; required experience; technical requirements;
        expectations; essential skills; skills required; about you; mandatory skills; key
        requirements; desired candidate profile; who we are looking for; skills and experience;
        experience and skills; required; what you'll need; what you’ll need; requirements for the
        candidate; we require; eligibility; qualification; education and experience; knowledge and
        skills; knowledge, skills and abilities; your skills and experience; ideal candidate;
        требования; что мы ждём; что мы ждем; мы ждём от вас; мы ждем от вас; мы ожидаем; наши
        ожидания; требования к кандидату; ожидания от кандидата; что мы ожидаем; что нужно знать;
        необходимые навыки; кого мы ищем; что нужно знать и уметь; мы ждём; мы ждем; от вас;
        обязательные требования; что мы от вас ждем; что мы от вас ждём; ожидаем от вас; ожидаем от
        тебя; наш идеальный кандидат; квалификация; мы ищем; что для нас важно; для нас важно; что
        важно; ждём от тебя; ждем от тебя; наши пожелания к кандидатам; что ожидаем от вас; мы
        ожидаем от вас; мы ожидаем, что вы; пожелания к кандидату; что мы ждем от вас; что мы ждём
        от вас; вы нам подходите, если; вы нам подойдёте, если; вы нам подойдете, если; ждем вас,
        если; необходимый опыт; знания и опыт; ожидания; основные требования;
        자격요건; 자격 요건; 지원자격; 지원 자격; 필수 요건; 필수요건; 필수조건;
        דרישות; דרישות התפקיד; דרישות המשרה; דרישות חובה; דרישות סף; כישורים נדרשים;
        """,
    SectionKind.PREFERRED: """
        nice to have; nice-to-have; nice to haves; preferred qualifications; preferred skills;
        bonus; bonus points; good to have; desirable; would be a plus; preferred; pluses; a plus;
        desired skills; preferred experience; preferred requirements; desirable skills; additional
        qualifications; bonus skills; extra points; will be a plus; it's a plus; advantages; it
        would be great if; optional; great to have; nice if you have;
        будет плюсом; желательно; приветствуется; плюсом будет; дополнительным преимуществом будет;
        будет преимуществом; преимуществом будет; как плюс; плюсы; будет дополнительным плюсом;
        дополнительно; большим плюсом будет; будет здорово, если; плюсом станет; дополнительным
        плюсом будет; также будет плюсом; желательные навыки; будет круто, если; будет большим
        плюсом; преимуществом будет являться; дополнительные требования; желательные требования;
        круто, если;
        우대사항; 우대 사항; 우대조건; 우대 조건; 우대요건;
        יתרון; יתרונות; יתרון משמעותי; דרישות יתרון;
        """,
    SectionKind.OFFER: """
        what we offer; we offer; benefits; our offer; perks; perks and benefits; why join us;
        compensation; what you get; what you'll get; what you’ll get; why us; salary; what's in it
        for you; what’s in it for you; compensation and benefits; working conditions; conditions; we
        provide; pay and benefits; our benefits; how to apply; job benefits; salary and benefits;
        benefits and perks; what do we offer;
        мы предлагаем; что мы предлагаем; условия; условия работы; наши преимущества; мы
        обеспечиваем; бонусы; почему мы; преимущества работы у нас; мы гарантируем; что вы получите;
        мы готовы предложить; у нас; предлагаем; компания предлагает; что мы предлагаем взамен; от
        нас; с нас; мы предоставляем; почему у нас хорошо; почему стоит работать у нас; наши
        условия; взамен мы предлагаем; льготы; что получишь ты; что мы готовы предложить; мы
        предлагаем вам; работа у нас это;
        복지; 혜택; 복리후생; 혜택 및 복지; 복지 및 혜택; 근무조건; 근무 조건;
        אנחנו מציעים; מה אנחנו מציעים; תנאים; הטבות; תנאי העסקה;
        """,
    SectionKind.EMPLOYER: """
        about us; about the company; who we are; about our company; company description; company
        overview; our company; about our team; about the team; the company; our team; company
        profile; our mission; our client; about our client; client; company background; our story;
        about the project;
        о компании; о нас; кто мы; наша компания; о команде; о проекте; наш клиент; описание
        компании; немного о нас; про нас; наша команда; о группе компаний; компания; коротко о нас;
        чем мы занимаемся;
        회사 소개; 회사소개; 팀 소개; 기업 소개; 기업소개; 팀소개;
        אודות החברה; על החברה; אודותינו; מי אנחנו; החברה;
        """,
    SectionKind.OTHER: """
        accomplishments; achievements; key achievements; awards; honors; honors and awards;
        publications; references; additional information; affiliations; professional affiliations;
        presentations; memberships; professional memberships; patents; awards and honors;
        recommendations; other information; conferences; research; military service; other;
        miscellaneous; equal opportunity; selected accomplishments; career highlights; notable
        accomplishments; professional accomplishments;
        достижения; награды; публикации; рекомендации; дополнительная информация; дополнительные
        сведения; прочее; гражданство, время в пути до работы; опыт вождения; ключевые достижения;
        доп. информация;
        수상; 수상경력; 수상 경력; 기타; 논문; 기타사항; 병역;
        שירות צבאי; פרסים; המלצות; פרסומים; שונות;
        """,
}

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_BLANKS = re.compile(r"\s+")
_NUMBERING = re.compile(r"^(?:\d{1,2}|[ivx]{1,4})[.)]\s+", re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*\([^()]{0,60}\)$")
# "E X P E R I E N C E", with wider gaps between its words, if any.
_LETTER_SPACED = re.compile(r"(?:\w[ ]{1,4}){3,}\w")
_BLANK = re.compile(r"[ ]")
_WORD_GAP = re.compile(r"[ ]{2,}")
_JOINT = re.compile(r"\s*(?:&|/|,|\+|\||\band\b|\bи\b|및|\bו)\s*", re.IGNORECASE)
_LENGTH_TAIL = re.compile(
    r"\s*[—–:-]?\s*\d{1,2}\s*(?:лет|год\w?|мес\w*|years?|yrs?|months?|년|개월|שנ\w+).*$", re.IGNORECASE
)
_MAX_CHARS = 70


@lru_cache(maxsize=1)
def _kinds() -> dict[str, SectionKind]:
    return {
        fold(phrase): kind
        for kind, phrases in _PHRASES.items()
        for phrase in phrases.split(";")
        if phrase.strip()
    }


def fold(text: str) -> str:
    """Return a heading without case, decoration, numbering and letter spacing."""
    folded = _NUMBERING.sub("", unicodedata.normalize("NFKC", text).strip().casefold())
    folded = _EDGES.sub("", folded).replace("ё", "е").replace("’", "'")
    if _LETTER_SPACED.fullmatch(folded):
        folded = _BLANK.sub("", _WORD_GAP.sub("\n", folded)).replace("\n", " ")
    return _BLANKS.sub(" ", folded)


def heading_kind(text: str) -> SectionKind | None:
    """Return what a line is the heading of, or None if it is no heading that is known.

    A heading may join two ("Skills & Tools", the first decides) and may be followed by a length of time, as
    job boards print it ("Опыт работы — 9 лет 2 месяца").
    """
    if len(text) > _MAX_CHARS:
        return None
    for form in (text, _PARENTHESES.sub("", text), _LENGTH_TAIL.sub("", text)):
        kind = _kinds().get(fold(form))
        if kind is not None:
            return kind
    parts = [part for part in _JOINT.split(fold(text)) if part]
    if len(parts) < 2:
        return None
    found = [_kinds().get(part) for part in parts]
    return found[0] if all(found) else None
