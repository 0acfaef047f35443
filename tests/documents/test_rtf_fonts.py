import pytest

from metier.documents.rtf_fonts import Fonts, letter


def fonts(charset=None, code_page=None, font_code_page=None):
    found = Fonts()
    if charset is not None:
        found.set_charset(1, charset)
    if code_page is not None:
        found.set_code_page(code_page)
    if font_code_page is not None:
        found.set_font_code_page(1, font_code_page)
    return found


@pytest.mark.parametrize(
    ("charset", "raw", "expected"),
    [
        (204, "Иванов".encode("cp1251"), "Иванов"),
        (0, "café".encode("cp1252"), "café"),
        (129, "경력".encode("cp949"), "경력"),
        (134, "经验".encode("gbk"), "经验"),
        (128, "経験".encode("cp932"), "経験"),
        (136, "經驗".encode("cp950"), "經驗"),
        (177, "שלום".encode("cp1255"), "שלום"),
        (161, "πείρα".encode("cp1253"), "πείρα"),
        (238, "Łódź".encode("cp1250"), "Łódź"),
        (2, b"\xb7 a", "• a"),
        (129, b"\xb0", "\ufffd"),
        (9999, "café".encode("cp1252"), "café"),
    ],
)
def test_the_charset_of_a_font_tells_the_letters(charset, raw, expected):
    assert fonts(charset).decode(raw, 1) == expected


@pytest.mark.parametrize(
    ("number", "codec"), [(1251, "cp1251"), (866, "cp866"), (10007, "mac_cyrillic"), (65001, "utf-8")]
)
def test_other_fonts_have_the_code_page_of_the_file(number, codec):
    assert fonts(code_page=number).decode("Опыт".encode(codec), 5) == "Опыт"
    assert fonts(charset=1, code_page=number).decode("Опыт".encode(codec), 1) == "Опыт"
    assert fonts(font_code_page=number).decode("Опыт".encode(codec), 1) == "Опыт"


def test_unknown_code_pages_change_nothing():
    assert fonts(code_page=12345, font_code_page=-1).decode(b"\xe9", 1) == "é"


def test_russian_in_a_font_that_is_stated_as_latin_is_russian():
    latin = fonts(charset=0, code_page=1251)
    assert latin.decode("Опыт".encode("cp1251"), 1) == "Опыт"
    assert latin.decode(b"caf\xe9", 1) == "café"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1055, "П"),
        (-3913, "•"),
        (0xF0B7, "•"),
        (-10179, "\ud83d"),
        (0, "\ufffd"),
        (0x110000, "\ufffd"),
        (-99999, "\ufffd"),
    ],
)
def test_codes_are_letters(code, expected):
    assert letter(code) == expected
