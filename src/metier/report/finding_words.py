"""What the report says of findings, failures, exclusions and masks, in each of its languages."""

from __future__ import annotations

from typing import NamedTuple

from metier.report.phrase import Phrase
from metier.types import ExclusionReason, MaskKind


class Known(NamedTuple):
    """What to call a finding, and what to do about it."""

    title: Phrase
    advice: Phrase


FINDINGS = {
    "needs_ocr": Known(
        Phrase("Pictures without text", "Изображения без текста"),
        Phrase(
            "Ask for a file whose text can be selected, or let metier read pictures: install tesseract.",
            "Часть документа — изображения без текста. Попросите файл, в котором текст можно выделить, или "
            "установите tesseract, чтобы metier читал изображения.",
        ),
    ),
    "read_by_ocr": Known(
        Phrase("Read from a picture", "Прочитано с изображения"),
        Phrase(
            "Words may be misread; compare with the picture before you decide.",
            "Текст распознан программой и может содержать ошибки; сверьте с изображением.",
        ),
    ),
    "ocr_language_missing": Known(
        Phrase("A language of OCR is missing", "Нет языка для распознавания"),
        Phrase(
            "Text in that language was read with the letters of another one.",
            "Текст на этом языке распознан буквами другого. Установите данные этого языка для tesseract.",
        ),
    ),
    "ocr_incomplete": Known(
        Phrase("Some pictures were not read", "Часть изображений не прочитана"),
        Phrase(
            "The time for recognition was over; what they say is not scored.",
            "Время на распознавание вышло; их содержание не оценено.",
        ),
    ),
    "unverified_text_layer": Known(
        Phrase("Scan with a text layer", "Скан с текстовым слоем"),
        Phrase(
            "The scored text lies unseen under a picture; compare the two.",
            "Оценён невидимый текст под изображением страницы; сверьте его с изображением.",
        ),
    ),
    "text_layer_differs": Known(
        Phrase("The text under the scan says something else", "Текст под сканом говорит другое"),
        Phrase(
            "The picture is scored, the unseen text is not. Ask the sender why they differ.",
            "Оценено изображение, а невидимый текст — нет. Спросите отправителя, почему они различаются.",
        ),
    ),
    "hidden_text": Known(
        Phrase("Words that a person does not see", "Слова, которых человек не видит"),
        Phrase(
            "They are left out of every score. A template can leave such words behind; read them and judge.",
            "Ни одна оценка их не учитывает. Их может оставить и шаблон; прочтите их и решите сами.",
        ),
    ),
    "machine_instruction": Known(
        Phrase("Orders to a program", "Указания программе"),
        Phrase(
            "Somebody tries to steer the assessment. metier follows no orders; the words are left out.",
            "Кто-то пытается управлять оценкой. Указаний metier не выполняет, слова не учтены.",
        ),
    ),
    "pasted_vacancy": Known(
        Phrase("The vacancy's own words", "Слова самой вакансии"),
        Phrase(
            "Copied from the vacancy, so they show nothing of the person; they are left out of every score.",
            "Скопированы из вакансии и ничего не говорят о человеке; они не учтены ни в одной оценке.",
        ),
    ),
    "keyword_stuffing": Known(
        Phrase("More keywords than text", "Ключевых слов больше, чем текста"),
        Phrase(
            "The scores count them. Look for work that shows these skills, and ask about them.",
            "Оценки их учитывают. Ищите работу, которая подтверждает эти навыки, и спросите о них.",
        ),
    ),
    "hidden_characters": Known(
        Phrase("Characters that nobody sees", "Невидимые символы"),
        Phrase(
            "A few come from copying web pages; many can split words for programs. Scores leave them out.",
            "Единицы остаются от копирования с сайтов, множество разрывает слова. Оценки их не учитывают.",
        ),
    ),
    "lookalike_letters": Known(
        Phrase("Words in two alphabets", "Слова из двух алфавитов"),
        Phrase(
            "They look like one word and are stored as another. Scores leave them out.",
            "Выглядят как одно слово, а записаны как другое. Оценки их не учитывают.",
        ),
    ),
    "reordered_text": Known(
        Phrase("Letters shown in another order", "Буквы показаны в другом порядке"),
        Phrase(
            "A person reads other words than a program. Scores leave them out.",
            "Человек читает другие слова, чем программа. Оценки их не учитывают.",
        ),
    ),
    "photo": Known(
        Phrase("A photo", "Фотография"),
        Phrase("No score sees it.", "Ни одна оценка её не видит."),
    ),
    "skipped_fields": Known(
        Phrase("Unusable fields", "Непригодные поля"),
        Phrase(
            "The rest of the resume was read; compare with the original.",
            "Остальное прочитано; сверьте с исходным файлом.",
        ),
    ),
    "garbled_text": Known(
        Phrase("Broken characters", "Повреждённые символы"),
        Phrase(
            "What is broken cannot be judged; compare with the original.",
            "Часть символов не читается, и оценить её нельзя. Попросите документ в другом формате.",
        ),
    ),
    "almost_no_text": Known(
        Phrase("Almost no text", "Почти нет текста"),
        Phrase(
            "Check that the right file was sent, and that it is complete.",
            "Для оценки слишком мало букв. Проверьте, тот ли это файл и весь ли он.",
        ),
    ),
    "wrong_extension": Known(
        Phrase("File name and content differ", "Имя файла не соответствует содержимому"),
        Phrase(
            "This is often harmless; check where the file comes from.",
            "Документ прочитан по содержимому. Обычно это безобидно; проверьте, откуда файл.",
        ),
    ),
    "guessed_encoding": Known(
        Phrase("Encoding was guessed", "Кодировка угадана"),
        Phrase(
            "If letters look wrong, ask for the file in UTF-8.",
            "Файл не сообщает свою кодировку. Если буквы выглядят неверно, попросите файл в UTF-8.",
        ),
    ),
}

# By the `code` of an error of metier.errors.
FAILURES = {
    "empty_document": Phrase("Empty file", "Пустой файл"),
    "unsupported_format": Phrase("Unknown format", "Неизвестный формат"),
    "corrupt_document": Phrase("Damaged file", "Файл повреждён"),
    "encrypted_document": Phrase("Protected by a password", "Файл защищён паролем"),
    "limit_exceeded": Phrase("Over the limits", "Превышены ограничения"),
    "not_found": Phrase("No such file", "Файл не найден"),
}

EXCLUSIONS = {
    ExclusionReason.BACKGROUND_COLOR: Phrase("in the colour of the background", "цветом фона"),
    ExclusionReason.TINY: Phrase("too small to be seen", "слишком мелко, чтобы видеть"),
    ExclusionReason.OFF_PAGE: Phrase("outside the page", "за краем страницы"),
    ExclusionReason.CLIPPED: Phrase("cut off", "обрезано"),
    ExclusionReason.COVERED: Phrase("covered by something", "чем-то закрыто"),
    ExclusionReason.INVISIBLE: Phrase("drawn invisibly", "невидимым начертанием"),
    ExclusionReason.NOT_DISPLAYED: Phrase("marked as not to be shown", "помечено как скрытое"),
    ExclusionReason.HIDDEN_CHARACTERS: Phrase("characters without a shape", "символы без начертания"),
    ExclusionReason.LOOKALIKE_LETTERS: Phrase("letters of two alphabets", "буквы двух алфавитов"),
    ExclusionReason.REORDERED: Phrase("shown in another order", "показано в другом порядке"),
    ExclusionReason.INSTRUCTION: Phrase("orders to a program", "указания программе"),
    ExclusionReason.PASTED_VACANCY: Phrase("words of the vacancy", "слова вакансии"),
}

MASKS = {
    MaskKind.NAME: Phrase("name", "имя"),
    MaskKind.EMAIL: Phrase("e-mail", "эл. почта"),
    MaskKind.PHONE: Phrase("phone", "телефон"),
    MaskKind.LINK: Phrase("link to a person", "ссылка на человека"),
    MaskKind.BIRTH_DATE: Phrase("date of birth", "дата рождения"),
    MaskKind.AGE: Phrase("age", "возраст"),
    MaskKind.GENDER: Phrase("gender", "пол"),
    MaskKind.MARITAL_STATUS: Phrase("marital status", "семейное положение"),
    MaskKind.CITIZENSHIP: Phrase("citizenship", "гражданство"),
    MaskKind.PHOTO: Phrase("photo", "фото"),
}
