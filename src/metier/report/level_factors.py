"""What the reasons for a level are called, and what the report says instead of notes in English."""

from __future__ import annotations

from typing import Final

from metier.report.phrase import Phrase

FACTORS: Final = {
    "total_months": Phrase("Months of experience", "Стаж, месяцев"),
    "relevant_months": Phrase("Months of experience in this role", "Стаж в этой роли, месяцев"),
    "months_since_job": Phrase("Months since the last job", "Месяцев с последней работы"),
    "mean_job_months": Phrase("Mean length of a job, months", "Средняя длительность работы, месяцев"),
    "longest_job_months": Phrase("Longest job, months", "Самая долгая работа, месяцев"),
    "newest_job_months": Phrase("Newest job, months", "Последняя работа, месяцев"),
    "gap_months": Phrase("Months between jobs", "Месяцев между работами"),
    "jobs": Phrase("Number of jobs", "Число мест работы"),
    "jobs_last_five_years": Phrase("Jobs in the last five years", "Мест работы за последние пять лет"),
    "stated_rank": Phrase("Level named in the heading, 0 to 4", "Уровень, названный в заголовке, 0–4"),
    "newest_title_rank": Phrase("Level of the newest title, 0 to 4", "Уровень последней должности, 0–4"),
    "highest_title_rank": Phrase("Highest level of a title, 0 to 4", "Высший уровень должности, 0–4"),
    "title_rank_change": Phrase("Rise of the titles, levels", "Рост должностей, уровней"),
    "months_as_lead": Phrase("Months in leading jobs", "Месяцев на руководящих должностях"),
    "explicit_skills": Phrase("Skills named", "Названо навыков"),
    "implicit_skills": Phrase("Skills implied", "Навыков подразумевается"),
    "skills_in_jobs": Phrase("Skills used in jobs", "Навыков, применённых в работе"),
    "longest_skill_months": Phrase("Longest use of a skill, months", "Дольше всего применял навык, месяцев"),
    "core_skill_months": Phrase(
        "Usual use of the main skills, months", "Применение главных навыков, месяцев"
    ),
    "scope_leads": Phrase("Leads or manages", "Руководит"),
    "scope_supervises": Phrase("Supervises", "Контролирует работу других"),
    "scope_owns": Phrase("Answers for a thing", "Отвечает за участок"),
    "scope_mentors": Phrase("Teaches others", "Обучает других"),
    "scope_hires": Phrase("Hires", "Нанимает"),
    "scope_architects": Phrase("Designs systems", "Проектирует системы"),
    "scope_strategy": Phrase("Sets strategy", "Определяет стратегию"),
    "scope_budget": Phrase("Answers for money", "Отвечает за бюджет"),
    "scope_profit": Phrase("Answers for profit", "Отвечает за прибыль"),
    "scope_breadth": Phrase("Works across departments", "Работает с несколькими подразделениями"),
    "scope_stakeholders": Phrase(
        "Works with management and clients", "Работает с руководством и заказчиками"
    ),
    "scope_improves": Phrase("Improves how things are done", "Улучшает процессы"),
    "scope_assists": Phrase("Assists others", "Помогает другим"),
    "scope_routine": Phrase("Routine duties", "Повседневные поручения"),
    "scope_kinds": Phrase("Kinds of responsibility", "Видов ответственности"),
    "team_size": Phrase("People led", "Людей в подчинении"),
    "budget_amount": Phrase("Budget answered for", "Бюджет в ответственности"),
    "degree": Phrase("Degree, 0 to 4", "Степень, 0–4"),
    "studying": Phrase("Studies now", "Учится сейчас"),
    "languages": Phrase("Languages", "Языков"),
    "certificates": Phrase("Certificates", "Сертификатов"),
    "employer_score": Phrase("Rating of the employer", "Рейтинг работодателя"),
    "wording": Phrase("How the work is described", "Как описана работа"),
}

NOTES: Final = (
    (
        "There is not enough to tell a level: the document names no job",
        Phrase(
            "There is not enough to tell a level.",
            "Сведений для уровня недостаточно: в документе нет ни работы, ни стажа, и слов кроме этого мало.",
        ),
    ),
    (
        "There is not enough to tell a level",
        Phrase("There is not enough to tell a level.", "Сведений для уровня недостаточно."),
    ),
    (
        "The model was calibrated on documents in",
        Phrase(
            "The model was not calibrated on this language.",
            "Модель не калибрована на документах на этом языке: как часто верный уровень входит в набор, "
            "неизвестно, а формулировки не учитываются.",
        ),
    ),
    (
        "The model was trained with",
        Phrase(
            "The model was trained with personal fields.",
            "Модель обучена с личными полями: решать по ним во многих странах незаконно.",
        ),
    ),
)
"""Beginnings of notes, the longest first, and what the page says in another language."""
