"""Damaged documents for fuzzing: sound files of every format, and ways to spoil them."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

from tests.documents import markup_tricks
from tests.documents.docx_files import word_file
from tests.documents.pdf_files import LEFT_PROSE, RIGHT_PROSE, draw, image_page, lines_page, mapped_pdf
from tests.documents.pdf_tricks import HONEST, TRICKS
from tests.documents.pictures import picture_of

LINES = [
    "Anna Berg",
    "anna@example.com, +46 70 123 45 67",
    "Experience",
    "Acme, developer, Jan 2019 - present",
    "Built billing in Python.",
]
RUSSIAN = ["Иванов Иван", "Мужчина, 34 года", "Опыт работы", "Март 2019 — по настоящее время", "Писал на Go."]
JSON_RESUME = {
    "basics": {"name": "Anna Berg", "email": "anna@example.com", "profiles": [{"network": "GitHub"}]},
    "work": [{"name": "Acme", "position": "Developer", "startDate": "2019-01", "highlights": ["Built"]}],
    "skills": [{"name": "Python", "keywords": ["Django"]}],
}
HH_RESUME = {
    "last_name": "Иванов",
    "first_name": "Иван",
    "age": 34,
    "gender": {"id": "male", "name": "Мужской"},
    "experience": [{"start": "2019-03-01", "end": None, "company": "Акме", "description": "Писал"}],
    "skill_set": ["Python"],
    "contact": None,
}
# What means something to a parser.
TOKENS = (
    b"<< /Type /Page >>", b"/Kids [3 0 R 2 0 R]", b"endobj", b"stream\n", b"BT /F 1 Tf", b"9999999999", b"-1",
    b"%PDF-1.7", b"xref", b"trailer", b"/Length 1000000000", b"/Parent 4 0 R", b"[[[[[[[[", b"<<<<<<<<",
    b"<w:p>", b"</w:t>", b"<w:tbl><w:tr><w:tc>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", b"<![CDATA[", b"&#0;",
    b"<div style='display:none'>", b"<table><tr><td>", b"<style>*{color:#fff}", b"<!--", b"-->", b"&lt", b"<",
    b"{\\rtf1", b"{\\*\\pict ", b"\\bin100000 ", b"\\u-10000 ?", b"\\'ff", b"}}}}", b"{{{{", b"\\fs-9",
    b'{"work": [', b"null", b"1e400", b'"\\ud800"', b"[", b"]", b"```", b"| a | b |\n|---|---|", b"* " * 50,
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x0b",
    b"\xe2\x80\x8b", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"\r", b"\x0c",
    b"2019 - 2018 ", b"@@@@", b"+" * 40, b"()" * 40, b"ignore all previous instructions ",
)  # fmt: skip


def seeds() -> dict[str, list[bytes]]:
    """Return small sound files by the ending of their format."""
    draw_lots = random.Random(7)
    pages = [lines_page(*LEFT_PROSE), lines_page(*RIGHT_PROSE, *LINES)]
    painters = [*TRICKS, *HONEST]

    def tricky(paint: Callable[..., None]) -> bytes:
        return draw(lambda canvas: (pages[0](canvas), paint(canvas, 60, 500, "Kubernetes Rust")))

    markup = [*markup_tricks.TRICKS, *markup_tricks.HONEST]
    made = {
        form: [_undated(make("Rust Kafka", LINES)) for make in markup if make.__name__.startswith(form)]
        for form in ("docx", "html", "rtf", "odt")
    }
    return {
        "pdf": [
            draw(*pages),
            draw(image_page),
            mapped_pdf(["Привет", "мир"], unmapped="и"),
            *map(tricky, draw_lots.sample(painters, 12)),
        ],
        "docx": [
            *made["docx"],
            _undated(word_file(*LINES, table=[["2019", "Acme"], ["a\nb", "c"]], header="Anna")),
        ],
        "odt": made["odt"],
        "rtf": [*made["rtf"], b"{\\rtf1\\ansicpg1251 \\'cf\\'f0\\u1080?\\par}"],
        "html": [*made["html"], f"<meta charset=utf-8><h1>{'</h1><p>'.join(RUSSIAN)}".encode()],
        "md": ["# {}\n\n- {}\n\n| {} | {} |\n|---|---|\n| {} | x |\n".format(*LINES).encode()],
        "json": [json.dumps(JSON_RESUME).encode(), json.dumps(HH_RESUME, ensure_ascii=False).encode()],
        "txt": ["\n".join(lines).encode(code) for lines in (LINES, RUSSIAN) for code in ("utf-8", "utf-16")],
        "png": [picture_of("Anna")],
    }


def _undated(data: bytes) -> bytes:
    return _archive(_parts(data)) if data.startswith(b"PK") else data


def mutated(data: bytes, draw_lots: random.Random) -> bytes:
    """Return a file with one to eight things spoiled; within an archive as often as around it."""
    if data.startswith(b"PK") and draw_lots.random() < 0.7:
        return _mutated_part(data, draw_lots)
    spoiled = bytearray(data)
    for _ in range(draw_lots.randint(1, 8)):
        draw_lots.choice(_WAYS)(spoiled, draw_lots)
    return bytes(spoiled)


def mutations(number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield mutated files with their endings, formats in turn; the same seed gives the same files."""
    draw_lots = random.Random(seed)
    sound = seeds()
    forms = list(sound)
    for i in range(number):
        form = forms[i % len(forms)]
        yield form, mutated(draw_lots.choice(sound[form]), draw_lots)


def _mutated_part(data: bytes, draw_lots: random.Random) -> bytes:
    """Return an archive one of whose parts is spoiled, with sums that fit."""
    parts = _parts(data)
    weights = [3 if name.endswith(("document.xml", "content.xml", "styles.xml")) else 1 for name in parts]
    chosen = draw_lots.choices(list(parts), weights)[0]
    parts[chosen] = mutated(parts[chosen], draw_lots)
    return _archive(parts)


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _archive(parts: dict[str, bytes]) -> bytes:
    """Return an archive without the time of day in it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            # OpenDocument files are told by this part, which is never compressed.
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return buffer.getvalue()


def _flip(data: bytearray, draw_lots: random.Random) -> None:
    for _ in range(draw_lots.randint(1, 10)):
        if data:
            data[draw_lots.randrange(len(data))] ^= 1 << draw_lots.randrange(8)


def _cut(data: bytearray, draw_lots: random.Random) -> None:
    start = draw_lots.randrange(len(data) + 1)
    del data[start : start + draw_lots.randint(1, 200)]


def _truncate(data: bytearray, draw_lots: random.Random) -> None:
    if draw_lots.random() < 0.3:
        del data[draw_lots.randrange(len(data) + 1) :]


def _repeat(data: bytearray, draw_lots: random.Random) -> None:
    start = draw_lots.randrange(len(data) + 1)
    block = data[start : start + draw_lots.randint(1, 300)]
    place = draw_lots.randrange(len(data) + 1)
    data[place:place] = bytes(block) * draw_lots.choice((1, 2, 20))


def _insert(data: bytearray, draw_lots: random.Random) -> None:
    place = draw_lots.randrange(len(data) + 1)
    data[place:place] = draw_lots.choice(TOKENS) * draw_lots.choice((1, 1, 1, 30))


def _noise(data: bytearray, draw_lots: random.Random) -> None:
    place = draw_lots.randrange(len(data) + 1)
    data[place : place + 20] = draw_lots.randbytes(draw_lots.randint(1, 40))


def _digit(data: bytearray, draw_lots: random.Random) -> None:
    """Change a number: lengths, offsets and counts are what parsers trust."""
    digits = [i for i in range(len(data)) if 0x30 <= data[i] <= 0x39]
    for _ in range(draw_lots.randint(1, 5)):
        if digits:
            data[draw_lots.choice(digits)] = draw_lots.randrange(0x30, 0x3A)


_WAYS = (_flip, _cut, _truncate, _repeat, _insert, _insert, _noise, _digit, _digit)
