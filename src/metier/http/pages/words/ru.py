"""Russian."""

from __future__ import annotations

from typing import Final

from metier.http.pages.words.catalogue import Catalogue
from metier.http.pages.words.ru_hiring import HIRING
from metier.http.pages.words.ru_upkeep import UPKEEP

_EVERYWHERE: Final = {
    # Around every page
    "skip": "Сразу к содержанию",
    "nav": "Главное меню",
    "crumbs": "Где вы находитесь",
    "nav_vacancies": "Вакансии",
    "nav_search": "Поиск",
    "nav_interviews": "Интервью",
    "nav_people": "Люди",
    "nav_jobs": "Задания",
    "nav_audit": "Аудит",
    "nav_models": "Модели",
    "nav_settings": "Настройки",
    "creed": "Решает человек. metier никому не отказывает.",
    "language": "Язык",
    "theme": "Тема",
    "theme_auto": "Авто",
    "theme_light": "Светлая",
    "theme_dark": "Тёмная",
    "optional": "(необязательно)",
    "any": "любой",
    "choose": "выберите",
    "more": "Показать ещё",
    "save": "Сохранить",
    "back": "Назад",
    "copy_it": "Копировать",
    "copied": "Скопировано",
    "copy_yourself": "Выделено. Скопируйте: Ctrl+C",
    "export": "Выгрузить",
    "name": "Имя",
    "number": "Номер",
    "state": "Состояние",
    "added": "Добавлено",
    "ended": "Закончено",
    "size": "Размер",
    "when": "Когда",
    "who": "Кто",
    "never": "никогда",
    "of": "%(met)s из %(asked)s",
    "or_": " или ",
    "gone": "уже нет",
    "bytes": "Б",
    "kb": "КБ",
    "mb": "МБ",
    "what_to_do": "Что делать",
    # Signing in
    "sign_in": "Вход",
    "sign_out": "Выйти",
    "sign_in_lead": "Вставьте ключ, который вам выдали. Он действует в этом браузере, пока вы не выйдете.",
    "key_field": "Ключ",
    "sign_in_failed": (
        "Этот ключ не действует: в нём опечатка, он истёк или отозван. Попросите у администратора другой."
    ),
    "sign_in_empty": "Вставьте сюда ключ. Он начинается с mtr_.",
    "key_where": "Откуда берётся ключ?",
    "key_where_first": (
        "Первый показывается один раз, когда metier запускают впервые. Это ключ администратора."
    ),
    "key_where_more": "Остальным ключи выдаёт администратор: в настройках или командой на сервере:",
    "sign_in_privacy": "При входе сохраняется один файл cookie. Со стороны эти страницы ничего не загружают.",
    "done_signed_out": "Вы вышли.",
    # Errors
    "problem_other": "Что-то пошло не так",
    "problem_not_found": "Здесь ничего нет",
    "problem_forbidden": "Ваш ключ этого не позволяет",
    "problem_conflict": "За это время что-то изменилось",
    "problem_invalid_input": "В форме что-то не так",
    "problem_limit_exceeded": "Это слишком большой объём",
    "problem_unsupported_format": "Такие файлы metier не читает",
    "problem_too_many_requests": "Слишком много запросов сразу",
    "problem_overloaded": "Сервер перегружен",
    "problem_store_busy": "База данных занята",
    "problem_store_unavailable": "База данных недоступна",
    "problem_store_full": "На диске сервера нет места",
    "problem_method_not_allowed": "Этот адрес так не открыть",
    "problem_request_timeout": "Загрузка шла слишком долго",
    "problem_retry": (
        "Ничего не потеряно. Повторите через минуту; если не поможет, сообщите администратору номер ниже."
    ),
    "problem_wait": "Повторите через %(seconds)s с.",
    "problem_home": "К вакансиям",
    "problem_number": "Номер запроса:",
    "fix_not_found": "Возможно, это стёрли, или в адресе опечатка.",
    "fix_forbidden": (
        "Откройте страницу заново и отправьте форму оттуда или попросите у администратора другую роль."
    ),
    "fix_conflict": "Откройте страницу заново, посмотрите, что на ней теперь, и решите ещё раз.",
    # Files that cannot be read
    "fix_empty_document": "Отправьте файл ещё раз: он пришёл пустым.",
    "fix_unsupported_format": "Сохраните его как PDF, Word (.docx) или текст и загрузите.",
    "fix_corrupt_document": (
        "Откройте файл у себя. Если открылся — сохраните заново как PDF, если нет — запросите ещё раз."
    ),
    "fix_encrypted_document": "Попросите у кандидата копию без пароля.",
    "fix_limit_exceeded": "Загрузите файл поменьше или меньше файлов сразу.",
    "fix_unreadable_file": "Скопируйте файл в другую папку и загрузите копию.",
    "fix_worker_lost": (
        "Проверьте файл: что-то в нём останавливает программу. Попросите его в другом формате."
    ),
    "fix_other": "Проверьте файл или попросите его в другом формате.",
    # Jobs
    "jobs_empty": "Заданий пока нет. Первое появится, когда вы загрузите резюме.",
    "job_what": "Что",
    "job_steps": "Шаги",
    "job_index": "Добавить все документы в поиск",
    "job_kind_assess": "Чтение и оценка резюме",
    "job_kind_index": "Добавление в поиск",
    "job_kind_erase_index": "Удаление из поиска",
    "job_kind_purge": "Удаление того, срок чего истёк",
    "job_kind_train": "Обучение модели",
    "job_kind_audit_models": "Проверка файлов моделей",
    "job_state_queued": "в очереди",
    "job_state_running": "выполняется",
    "job_state_done": "готово",
    "job_state_failed": "не удалось",
    "job_state_cancelled": "отменено",
    "job_done": "%(done)s из %(total)s",
    "job_progress": "Ход выполнения",
    "job_waits": "Начнётся, как только освободится исполнитель. Страницу можно закрыть, работа продолжится.",
    "job_leave": "Страницу можно закрыть, работа продолжится. Сделанное останется, даже если отменить.",
    "job_cancel": "Отменить",
    "job_stopping": "остановится после этого шага",
    "job_failures": "Не оценено",
    "job_to_shortlist": "К списку кандидатов",
    "done_job_cancelled": "Отменено. Сделанное осталось.",
}

RU: Final = Catalogue(
    code="ru",
    name="Русский",
    phrases={**_EVERYWHERE, **HIRING, **UPKEEP},
    counted={
        "day": ("день", "дня", "дней"),
        "entry": ("запись", "записи", "записей"),
        "file": ("файл", "файла", "файлов"),
        "hit": ("документ", "документа", "документов"),
        "minute": ("минута", "минуты", "минут"),
        "question": ("вопрос", "вопроса", "вопросов"),
        "resume": ("резюме", "резюме", "резюме"),
        "shown": ("человек на странице", "человека на странице", "человек на странице"),
        "skill": ("навык", "навыка", "навыков"),
    },
    months=(
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
    date="%(day)s %(month)s %(year)s",
    moment="%(date)s, %(time)s UTC",
    thousands="\N{NO-BREAK SPACE}",
)
