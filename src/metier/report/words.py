"""Every word of the report, in each of its languages, and how numbers and months are written."""

from __future__ import annotations

import re
from enum import StrEnum

from metier.report.finding_words import FAILURES, FINDINGS
from metier.report.level_words import LevelWords
from metier.report.phrase import Phrase
from metier.report.trust_words import TrustWords
from metier.types import (
    Coverage,
    Failure,
    Finding,
    Importance,
    Requirement,
    RequirementStatus,
    SectionKind,
    YearMonth,
)


class ReportLanguage(StrEnum):
    """A language that the report can be written in."""

    EN = "en"
    RU = "ru"


# The report explains how coverage is computed, so it must name the figures that metier.search.coverage
# computes with. It cannot import them; tests/report/test_words.py holds the two together.
WEIGHTS = {Importance.REQUIRED: 3.0, Importance.PREFERRED: 1.0}
CREDITS = {
    RequirementStatus.MATCHED: 1.0,
    RequirementStatus.IMPLIED: 0.7,
    RequirementStatus.MISSING: 0.0,
}

SECTIONS = {
    SectionKind.HEADER: Phrase("header", "шапка"),
    SectionKind.SUMMARY: Phrase("summary", "о себе"),
    SectionKind.EXPERIENCE: Phrase("experience", "опыт"),
    SectionKind.EDUCATION: Phrase("education", "образование"),
    SectionKind.SKILLS: Phrase("skills", "навыки"),
    SectionKind.PROJECTS: Phrase("projects", "проекты"),
    SectionKind.CERTIFICATES: Phrase("certificates", "сертификаты"),
    SectionKind.LANGUAGES: Phrase("languages", "языки"),
    SectionKind.INTERESTS: Phrase("interests", "увлечения"),
    SectionKind.DUTIES: Phrase("duties", "обязанности"),
    SectionKind.REQUIRED: Phrase("required", "требования"),
    SectionKind.PREFERRED: Phrase("nice to have", "желательно"),
    SectionKind.OFFER: Phrase("offer", "условия"),
    SectionKind.EMPLOYER: Phrase("employer", "о компании"),
    SectionKind.OTHER: Phrase("other", "прочее"),
}

PHRASES = {
    # The page as a whole
    "title": Phrase("Assessment report", "Отчёт об оценке резюме"),
    "lead_vacancy": Phrase(
        "What each resume shows of what the vacancy asks for, with the words that show it.",
        "Что из требований вакансии подтверждает каждое резюме — со словами, которые это подтверждают.",
    ),
    "lead_plain": Phrase(
        "Which skills and what experience each document shows, with the words that show it.",
        "Какие навыки и какой опыт показывает каждый документ — со словами, которые это подтверждают.",
    ),
    "caution": Phrase(
        "The score orders resumes by what their text says. “Missing” means that the text does not show a "
        "skill, not that the person lacks it. A person makes the decision.",
        "Оценка упорядочивает резюме по тому, что сказано в тексте. «Не найдено» значит, что навыка не видно "
        "в тексте, а не что человек им не владеет. Решение принимает человек.",
    ),
    "vacancy": Phrase("Vacancy", "Вакансия"),
    "resumes": Phrase("Resumes", "Резюме"),
    "documents": Phrase("Documents", "Документы"),
    "as_of": Phrase("As of", "По состоянию на"),
    "unread": Phrase("Could not be read", "Не удалось прочитать"),
    "not_scored": Phrase("Not scored", "Не оценено"),
    "summary": Phrase("Summary", "Сводка"),
    "nothing": Phrase("There is no document to report on.", "Нет документов, о которых можно сообщить."),
    "details": Phrase("Details", "Подробно"),
    "to_summary": Phrase("Back to the summary", "К сводке"),
    "left_out": Phrase("no details in this report", "без подробностей в этом отчёте"),
    "left_out_note": Phrase(
        "Details are given for the first %d of %d documents.", "Подробности приведены для первых %d из %d."
    ),
    # The summary table
    "rank": Phrase("Rank", "Место"),
    "resume": Phrase("Resume", "Резюме"),
    "document": Phrase("Document", "Документ"),
    "coverage": Phrase("Coverage", "Покрытие"),
    "required_skills": Phrase("Required skills", "Обязательные навыки"),
    "preferred_skills": Phrase("Nice to have", "Желательные навыки"),
    "experience": Phrase("Experience", "Опыт"),
    "language": Phrase("Language", "Язык"),
    "findings": Phrase("Findings", "Замечания"),
    "skills": Phrase("Skills", "Навыки"),
    "main_skills": Phrase("Among them", "В том числе"),
    "file": Phrase("File", "Файл"),
    "reason": Phrase("Reason", "Причина"),
    "none": Phrase("none", "нет"),
    "of": Phrase("%d of %d", "%d из %d"),
    "not_stated": Phrase("not stated", "не указан"),
    # Requirements
    "requirements": Phrase("Requirements of the vacancy", "Требования вакансии"),
    "skill": Phrase("Skill", "Навык"),
    "importance": Phrase("Importance", "Важность"),
    "required": Phrase("required", "обязательно"),
    "preferred": Phrase("nice to have", "желательно"),
    "status": Phrase("Status", "Статус"),
    "matched": Phrase("matched", "найдено"),
    "implied": Phrase("implied", "косвенно"),
    "missing": Phrase("missing", "не найдено"),
    "evidence": Phrase("Evidence in the resume", "Подтверждение в резюме"),
    "no_requirements": Phrase("Not held against the vacancy.", "Не сопоставлено с вакансией."),
    "show_in_text": Phrase("Show in the text", "Показать в тексте"),
    "show_in_vacancy": Phrase("Show in the vacancy", "Показать в вакансии"),
    "more_places": Phrase("and %d more in the text", "и ещё %d в тексте"),
    "computed": Phrase("How this score comes about", "Как получилась эта оценка"),
    "similarity": Phrase("Nearness in meaning", "Близость по смыслу"),
    "similarity_note": Phrase("a score from −1 to 1, not a probability", "оценка от −1 до 1, не вероятность"),
    "similarity_sections": Phrase(
        "Nearness in meaning to the vacancy by section", "Близость к вакансии по смыслу по разделам"
    ),
    # Skills
    "other_skills": Phrase("Other skills", "Другие навыки"),
    "explicit_skills": Phrase("Named in the text", "Названы в тексте"),
    "implied_skills": Phrase("Implied by the text", "Следуют из текста"),
    "unclaimed_skills": Phrase("Named, but not claimed", "Названы, но не заявлены"),
    "no_skills": Phrase("The text shows no skill of the taxonomy.", "В тексте нет навыков из справочника."),
    "no_other_skills": Phrase("The text shows no other skill.", "Других навыков в тексте не видно."),
    "times": Phrase("named %d times", "названо раз: %d"),
    # Experience
    "stated": Phrase("In the text", "В тексте"),
    "from": Phrase("From", "С"),
    "to": Phrase("To", "По"),
    "now": Phrase("now (%s)", "настоящее время (%s)"),
    "length": Phrase("Length", "Срок"),
    "counted": Phrase("Counted", "Учтено"),
    "counted_yes": Phrase("yes", "да"),
    "counted_no": Phrase("no", "нет"),
    "total": Phrase("Total", "Всего"),
    "total_unknown": Phrase(
        "The text states no period that counts as experience, so there is no total.",
        "В тексте нет периодов, которые считаются опытом, поэтому общего срока нет.",
    ),
    "total_plain": Phrase("The counted periods add up to this.", "Это сумма учтённых периодов."),
    "total_overlap": Phrase(
        "The counted periods add up to %s; %s of that overlap and count once.",
        "Сумма учтённых периодов — %s; из них %s пересекаются и учтены один раз.",
    ),
    "total_uncounted": Phrase(
        "Periods that are not work, such as education, are not counted.",
        "Периоды, которые не относятся к работе, например учёба, не учитываются.",
    ),
    # Level
    "level": Phrase("Level", "Уровень"),
    "level_untold": Phrase("not enough to tell", "недостаточно сведений"),
    "level_set": Phrase(
        "Levels that cannot be ruled out, so that the true one is among them for %s of documents like those "
        "that the model was calibrated on:",
        "Уровни, которые нельзя исключить, — так, чтобы верный был среди них у %s документов, похожих "
        "на те, по которым модель калибрована:",
    ),
    "level_higher": Phrase("Speaks for a higher level", "Говорит за более высокий уровень"),
    "level_lower": Phrase("Speaks for a lower level", "Говорит за более низкий уровень"),
    "level_effect": Phrase("%s levels against the usual value", "%s уровня по сравнению с обычным значением"),
    "level_how": Phrase(
        "The figure beside a reason says by how much the expected level, from 0 for an intern to 4 for a "
        "lead, is higher or lower than it would be with the value that is usual. Age, gender, family, "
        "citizenship, photo and name are not seen.",
        "Число рядом с доводом показывает, насколько ожидаемый уровень — от 0 у стажёра до 4 у ведущего — "
        "выше или ниже, чем был бы при обычном значении. Возраст, пол, семья, гражданство, фотография и имя "
        "не учитываются.",
    ),
    # Unreadable documents and findings
    "because": Phrase("Not scored, because:", "Не оценено, потому что:"),
    "info": Phrase("note", "к сведению"),
    "warning": Phrase("warning", "внимание"),
    "error": Phrase("error", "ошибка"),
    "page": Phrase("page %d", "страница %d"),
    "effects": Phrase("What these words would do, measured", "Что дали бы эти слова — измерено"),
    "masked": Phrase("Hidden from every score", "Скрыто от всех оценок"),
    "masked_note": Phrase(
        "Scores see a fixed placeholder instead, so they cannot depend on these facts.",
        "Вместо них оценки видят постоянную замену и не могут зависеть от этих сведений.",
    ),
    # The text
    "text": Phrase("Text of the document", "Текст документа"),
    "vacancy_text": Phrase("Text of the vacancy", "Текст вакансии"),
    "no_text": Phrase("No text could be read.", "Текст прочитать не удалось."),
    "marks": Phrase("Marks", "Пометки"),
    "legend_explicit": Phrase("names a skill", "навык назван"),
    "legend_implied": Phrase("implies a skill", "навык подразумевается"),
    "legend_negated": Phrase("names a skill without claiming it", "навык назван, но не заявлен"),
    "legend_finding": Phrase("a finding speaks of it", "к этому относится замечание"),
    "legend_excluded": Phrase("not counted in any score", "не учитывается ни в одной оценке"),
    "legend_masked": Phrase("hidden from every score", "скрыто от всех оценок"),
    "legend_required": Phrase("required", "обязательно"),
    "legend_preferred": Phrase("nice to have", "желательно"),
    "title_probability": Phrase("%s (probability %s)", "%s (вероятность %s)"),
    # The footer
    "how": Phrase("How the score is computed", "Как вычисляется оценка"),
    "formula": Phrase(
        "Score = (%(required)s × R + %(preferred)s × P) / (%(required)s × nR + %(preferred)s × nP), "
        "where R and P are the summed credits of the required and of the nice-to-have skills "
        "(matched = %(matched)s, implied = %(implied)s, missing = %(missing)s), "
        "and nR and nP are their numbers.",
        "Оценка = (%(required)s × R + %(preferred)s × P) / (%(required)s × nR + %(preferred)s × nP), "
        "где R и P — суммы баллов обязательных и желательных навыков "
        "(найдено = %(matched)s, косвенно = %(implied)s, не найдено = %(missing)s), "
        "а nR и nP — их количество.",
    ),
    "made_with": Phrase("Made with", "Чем получено"),
    "version": Phrase("Version", "Версия"),
    "model": Phrase("Model", "Модель"),
    "taxonomy": Phrase("Taxonomy", "Справочник навыков"),
    "document_id": Phrase("Document id", "Идентификатор документа"),
    "repeatable": Phrase(
        "The same documents, version and month give the same report.",
        "Те же документы, версия и месяц дают тот же отчёт.",
    ),
}

# English has two forms, Russian three: 1, 2 to 4, and 5 and more.
COUNTED = {
    "year": (("year", "years"), ("год", "года", "лет")),
    "month": (("month", "months"), ("месяц", "месяца", "месяцев")),
}

MONTHS = (
    Phrase("January", "январь"),
    Phrase("February", "февраль"),
    Phrase("March", "март"),
    Phrase("April", "апрель"),
    Phrase("May", "май"),
    Phrase("June", "июнь"),
    Phrase("July", "июль"),
    Phrase("August", "август"),
    Phrase("September", "сентябрь"),
    Phrase("October", "октябрь"),
    Phrase("November", "ноябрь"),
    Phrase("December", "декабрь"),
)

LANGUAGES = {
    "de": Phrase("German", "немецкий"),
    "en": Phrase("English", "английский"),
    "es": Phrase("Spanish", "испанский"),
    "fr": Phrase("French", "французский"),
    "he": Phrase("Hebrew", "иврит"),
    "it": Phrase("Italian", "итальянский"),
    "ko": Phrase("Korean", "корейский"),
    "pl": Phrase("Polish", "польский"),
    "pt": Phrase("Portuguese", "португальский"),
    "ru": Phrase("Russian", "русский"),
    "uk": Phrase("Ukrainian", "украинский"),
    "und": Phrase("not recognised", "не определён"),
}

# What metier says of skills, in its own English; sentences of a taxonomy stay as they are.
REASONS = {
    "The text names it.": "Названо в тексте.",
    "The text does not show it.": "В тексте этого не видно.",
    "The text names it and says that it is not there.": "Текст называет это и говорит, что этого нет.",
    "The text names it as something to be learned.": "Текст называет это тем, чему хотят научиться.",
    "The text names it, but says it of an employer or another party.": (
        "Текст называет это, но говорит о работодателе или о ком-то другом."
    ),
}
_IMPLIES = re.compile(r"(\S.*?) implies it\.(?:\s|$)")


class Words:
    """The words of one language, by key, and numbers as that language writes them.

    Args:
        language: the language of the report.
    """

    def __init__(self, language: ReportLanguage) -> None:
        self.language = language
        self._russian = language is ReportLanguage.RU
        self.phrases = {key: self.choose(phrase) for key, phrase in PHRASES.items()}
        self.trust = TrustWords(self.choose, self.percent, self.number)
        self.levels = LevelWords(self.choose, self.number, self.phrases)

    def __getitem__(self, key: str) -> str:
        return self.phrases[key]

    def choose(self, phrase: Phrase) -> str:
        """Return a phrase in this language."""
        return phrase.ru if self._russian else phrase.en

    def count(self, n: int, noun: str) -> str:
        """Return a number with its noun in the right form: 1 year, 2 years; 1 год, 2 года, 5 лет."""
        english, russian = COUNTED[noun]
        if not self._russian:
            return f"{n}\N{NO-BREAK SPACE}{english[n != 1]}"
        return f"{n}\N{NO-BREAK SPACE}{russian[_russian_form(n)]}"

    def duration(self, months: int | None) -> str:
        """Return a length of time in years and months; None is not stated."""
        if months is None:
            return self["not_stated"]
        years, rest = divmod(months, 12)
        parts = [self.count(years, "year")] if years else []
        parts += [self.count(rest, "month")] if rest or not years else []
        return " ".join(parts)

    def month(self, month: YearMonth) -> str:
        """Return a month with its year: March 2026, март 2026."""
        return f"{self.choose(MONTHS[month.month - 1])}\N{NO-BREAK SPACE}{month.year}"

    def percent(self, share: float) -> str:
        """Return a share, 0 to 1, in percent with one decimal."""
        space = "\N{NO-BREAK SPACE}" if self._russian else ""
        return f"{self._point(f'{share:.1%}'[:-1])}{space}%"

    def number(self, value: float) -> str:
        """Return a number with at most two decimals and no idle zeros."""
        return self._point(f"{value:.2f}".rstrip("0").rstrip("."))

    def language_name(self, code: str) -> str:
        """Return the name of a language; one without a name here keeps its code."""
        return self.choose(LANGUAGES[code]) if code in LANGUAGES else code

    def section_name(self, kind: SectionKind) -> str:
        """Return what a section is called."""
        return self.choose(SECTIONS[kind])

    def formula(self) -> str:
        """Return the sentence that says how coverage is computed."""
        figures = {kind.value: self.number(figure) for kind, figure in (*WEIGHTS.items(), *CREDITS.items())}
        return self["formula"] % figures

    def worked_formula(self, coverage: Coverage) -> str:
        """Return the formula with the figures of one resume, or nothing if they do not give its score."""
        sums = {kind: sum(CREDITS[r.status] for r in _of(coverage, kind)) for kind in Importance}
        counts = {kind: len(_of(coverage, kind)) for kind in Importance}
        met = sum(WEIGHTS[kind] * sums[kind] for kind in Importance)
        whole = sum(WEIGHTS[kind] * counts[kind] for kind in Importance)
        # Old results may have been made with other figures; a wrong sum must not stand in a report.
        if not whole or abs(met / whole - coverage.score) > 1e-6:
            return ""
        top = " + ".join(f"{self.number(WEIGHTS[k])} × {self.number(sums[k])}" for k in Importance)
        bottom = " + ".join(f"{self.number(WEIGHTS[k])} × {counts[k]}" for k in Importance)
        result = f"{self.number(met)} / {self.number(whole)} = {self.percent(coverage.score)}"
        return f"({top}) / ({bottom}) = {result}"

    def requirement_name(self, requirement: Requirement) -> str:
        """Return the name to show; a choice of skills is joined in this language."""
        names = requirement.name.split(" or ")
        is_choice = len(names) > 1 and len(names) == len(requirement.skill.split("|"))
        return " или ".join(names) if self._russian and is_choice else requirement.name

    def reason(self, reason: str) -> str:
        """Return a reason in this language where it is one of metier's own, else as it is."""
        if not self._russian:
            return reason
        names = _IMPLIES.findall(reason)
        if names and reason == " ".join(f"{name} implies it." for name in names):
            return f"Следует из: {', '.join(names)}."
        return REASONS.get(reason, reason)

    def finding_title(self, finding: Finding) -> str:
        """Return what to call a finding; one without words here is called by its code."""
        return self.trust.title(finding.code)

    def finding_advice(self, finding: Finding) -> str:
        """Return what to do about a finding, or nothing where the report does not know."""
        known = FINDINGS.get(finding.code)
        return self.choose(known.advice) if known else ""

    def failure_title(self, failure: Failure) -> str:
        """Return what kind of failure it is; one without words here is called by its code."""
        known = FAILURES.get(failure.code)
        return self.choose(known) if known else _spelled(failure.code)

    def _point(self, number: str) -> str:
        return number.replace(".", ",") if self._russian else number


def _spelled(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _of(coverage: Coverage, importance: Importance) -> list[Requirement]:
    return [item for item in coverage.requirements if item.importance is importance]


def _russian_form(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
