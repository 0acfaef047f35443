"""The HTML report: what it says, and that no document can break it."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from metier.assessment import Assessment, Provenance
from metier.report.html import ReportItem, ReportLanguage, render_card, render_html
from metier.types import (
    AssessmentStatus,
    Coverage,
    Document,
    Effect,
    EvidenceLabel,
    Exclusion,
    ExclusionReason,
    Failure,
    Finding,
    Importance,
    Mask,
    MaskKind,
    Period,
    Quote,
    Requirement,
    RequirementStatus,
    Role,
    Severity,
    SkillEvidence,
    Span,
    YearMonth,
)

TEXT = """Built services in Python with Django.

No experience with Java.
Work: 2020-01 - present
Study: 2016
"""
VACANCY_TEXT = "We need Python, Git and Java. Kafka is a plus."
PROVENANCE = Provenance("0.1.0", "lexical", "a" * 64, "default", "b" * 64, YearMonth(2026, 7))
HOSTILE = (
    "</style></title></div><script>alert(1)</script><img src=x onerror=alert(1)>"
    "\" onmouseover=\"x' onclick='x {{ 7*7 }} {% raw %} <!-- ]]> &lt; \x00\x01\x0b\x0c\x1b\x7f\x85 "
    "\ud800 \u202etxt.exe\u202c \u2066x\u2069 \ufffe javascript:alert(1)"
)


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, ids, links, and the text of parts."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "rect", "base"})
    INLINE = frozenset({"a", "bdi", "code", "mark", "q", "span", "strong"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.classes: list[str] = []
        self.text = ""
        self.documents: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.text += "" if tag in self.INLINE else " "
        if tag in self.VOID:
            return
        self.open.append(tag)
        self.classes.append(dict(attrs).get("class") or "")
        if self.classes[-1] == "text":
            self.documents.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.classes.pop()

    def handle_data(self, data):
        self.text += "" if self.open[-1:] == ["style"] else data
        if "text" in self.classes:
            self.documents[-1] += data

    def values(self, name: str) -> list[str]:
        return [attrs[name] for _, attrs in self.elements if attrs.get(name) is not None]

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def words(self) -> str:
        return re.sub(r"\s+", " ", self.text)


def quotes(text: str, *words: str) -> tuple[Quote, ...]:
    return tuple(Quote(Span(text.index(w), text.index(w) + len(w)), w) for w in words)


def a_document(text: str = TEXT, source: str = "ada.txt", role: Role = Role.RESUME) -> Document:
    return Document("0" * 16, source, role, "en", text, (), (), None, (), (Span(0, len(text)),))


def a_vacancy() -> Document:
    return a_document(VACANCY_TEXT, "vacancy.txt", Role.VACANCY)


SKILLS = (
    SkillEvidence("python", "Python", EvidenceLabel.EXPLICIT, 0.97, quotes(TEXT, "Python"), "It is named."),
    SkillEvidence("django", "Django", EvidenceLabel.EXPLICIT, 0.97, quotes(TEXT, "Django"), "It is named."),
    SkillEvidence("git", "Git", EvidenceLabel.IMPLICIT, 0.95, quotes(TEXT, "services"), "Services imply it."),
    SkillEvidence("sql", "SQL", EvidenceLabel.IMPLICIT, 0.95, quotes(TEXT, "Django"), "Django implies it."),
    SkillEvidence("java", "Java", EvidenceLabel.NONE, 0.03, quotes(TEXT, "Java"), "It is denied."),
    SkillEvidence("go", "Go", EvidenceLabel.NONE, 0.03, (), "It is denied too."),
)
REQUIREMENTS = (
    Requirement(
        "python", "Python", Importance.REQUIRED, RequirementStatus.MATCHED,
        quotes(VACANCY_TEXT, "Python"), quotes(TEXT, "Python"), "It is named.",
    ),
    Requirement(
        "git", "Git", Importance.REQUIRED, RequirementStatus.IMPLIED,
        quotes(VACANCY_TEXT, "Git"), quotes(TEXT, "services"), "Services imply it.",
    ),
    Requirement(
        "java|go", "Java or Go", Importance.REQUIRED, RequirementStatus.MISSING,
        quotes(VACANCY_TEXT, "Java"), quotes(TEXT, "Java"), "It is denied.",
    ),
    Requirement(
        "kafka", "Kafka", Importance.PREFERRED, RequirementStatus.MISSING,
        quotes(VACANCY_TEXT, "Kafka"), (), "The text does not show it.",
    ),
)  # fmt: skip
COVERAGE = Coverage(5.1 / 10, REQUIREMENTS)
PERIODS = (
    Period(quotes(TEXT, "2020-01 - present")[0].span, YearMonth(2020, 1), YearMonth(2026, 7), True, 79, True),
    Period(quotes(TEXT, "2016")[0].span, None, None, False, 12, False),
)


def an_assessment(document: Document, **changes: object) -> Assessment:
    made = Assessment(
        document_id=document.id,
        source=document.source,
        role=document.role,
        language="en",
        status=AssessmentStatus.SCORED,
        months=79,
        periods=PERIODS,
        skills=SKILLS,
        coverage=COVERAGE,
        findings=(),
        provenance=PROVENANCE,
    )
    return replace(made, **changes)


def an_item(rank: int | None = 1, *, document: Document | None = None, **changes: object) -> ReportItem:
    document = document or a_document()
    return ReportItem(document, an_assessment(document, **changes), rank)


def an_unreadable_item() -> ReportItem:
    finding = Finding("needs_ocr", Severity.ERROR, "Pages that are only an image: 1.")
    nothing = {"skills": (), "periods": (), "months": None, "coverage": None, "findings": (finding,)}
    document = a_document("", "scan.pdf")
    return an_item(None, document=document, status=AssessmentStatus.UNREADABLE, **nothing)


def rendered(*items: ReportItem, plain: bool = False, **options: object) -> Page:
    options.setdefault("language", ReportLanguage.EN)
    if plain:
        items = tuple(ReportItem(i.document, replace(i.assessment, coverage=None), None) for i in items)
    return Page(render_html(items, vacancy=None if plain else a_vacancy(), **options))


def marks_of(page: Page) -> dict[str, str]:
    return {a["id"]: a["class"] for tag, a in page.elements if tag == "mark" and "id" in a}


def test_the_summary_and_the_card_say_how_the_resume_meets_the_vacancy():
    words = rendered(an_item()).words()
    assert "Vacancy vacancy.txt" in words
    assert "As of July 2026" in words
    assert "1 ada.txt 51.0% 1 1 1 6 years 7 months English none" in words
    assert "Required skills 1 of 3 + 1 implied" in words
    assert "(3 × 1.7 + 1 × 0) / (3 × 3 + 1 × 1) = 5.1 / 10 = 51.0%" in words
    assert "Java or Go required ✗ missing" in words


def test_each_link_leads_to_an_id_of_the_page_and_ids_are_unique():
    page = rendered(an_item(1), an_item(2), an_unreadable_item())
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href.removeprefix("#") for href in page.values("href")} <= set(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_evidence_is_marked_in_the_text_by_kind():
    page = rendered(an_item())
    marks = marks_of(page)
    assert marks[f"c1-t-{TEXT.index('Python')}"] == "mark explicit opens"
    assert marks[f"c1-t-{TEXT.index('Django')}"] == "mark explicit implies opens"
    assert marks[f"c1-t-{TEXT.index('services')}"] == "mark implied opens"
    assert marks[f"c1-t-{TEXT.index('Java')}"] == "mark negated opens"
    assert marks[f"v-t-{VACANCY_TEXT.index('Kafka')}"] == "mark preferred opens"
    assert (
        "Django: names a skill (probability 97.0%); SQL: implies a skill (probability 95.0%)"
        in page.values("title")
    )


def test_the_words_of_a_finding_are_marked():
    finding = Finding("odd_thing", Severity.INFO, "A message.", Span(0, 5))
    page = rendered(an_item(findings=(finding,)))
    assert marks_of(page)["c1-t-0"] == "mark finding opens"
    assert "i note Odd thing. A message." in page.words()


def test_other_skills_leave_out_what_the_vacancy_asks_for():
    words = rendered(an_item()).words()
    other = words[words.index("Other skills") : words.index("In the text From")]
    assert "Django" in other
    assert "SQL Django implies it." in other
    assert "Python ×" not in other
    assert "Named, but not claimed" not in other


def test_a_skill_named_but_not_claimed_says_so_without_a_vacancy():
    words = rendered(an_item(), plain=True).words()
    assert "Named, but not claimed Java It is denied. No experience with Java." in words


def test_without_a_vacancy_there_is_no_coverage_and_skills_lead():
    page = rendered(an_item(), an_unreadable_item(), plain=True)
    assert "Coverage" not in page.text
    assert "svg" not in page.tags()
    assert "ada.txt 2 Python, Django 2 6 years 7 months" in page.words()
    assert page.text.index("Skills") < page.text.index("In the text")


def test_many_skills_and_places_are_shortened():
    text = "Go " * 10
    places = tuple(Quote(Span(i, i + 2), "Go") for i in range(0, 30, 3))
    skills = [SkillEvidence(f"s{i}", f"S{i}", EvidenceLabel.IMPLICIT, 0.9, places, "Why.") for i in range(8)]
    skills += [SkillEvidence(f"e{i}", f"E{i}", EvidenceLabel.EXPLICIT, 0.9, places, "Why.") for i in range(8)]
    page = rendered(an_item(document=a_document(text), skills=tuple(skills)), plain=True)
    assert "E4, E5, …" in page.words()
    assert "and 7 more in the text" in page.words()
    assert any(title.endswith("; …") for title in page.values("title"))
    assert "named 10 times" in page.values("title")


def test_an_unreadable_document_says_why_it_is_not_scored():
    page = rendered(an_unreadable_item())
    words = page.words()
    assert "– scan.pdf Not scored: Pictures without text not recognised" in words.replace(
        "English", "not recognised"
    )
    assert "Not scored, because: ✗ error Pictures without text." in words
    assert "Pages that are only an image: 1." in words
    assert "No text could be read." in words
    assert "Requirements of the vacancy" not in words


def test_a_scored_document_without_coverage_says_that_it_was_not_compared():
    words = rendered(an_item(None, coverage=None)).words()
    assert "– ada.txt – – – –" in words
    assert "Not held against the vacancy." in words


@pytest.mark.parametrize(
    ("months", "periods", "sentence"),
    [
        (79, PERIODS[:1], "Total: 6 years 7 months. The counted periods add up to this. "),
        (79, PERIODS, "add up to this. Periods that are not work, such as education, are not counted."),
        (
            79,
            (*PERIODS[:1], replace(PERIODS[0], months=2)),
            "periods add up to 6 years 9 months; 2 months of that overlap and count once.",
        ),
        (80, PERIODS[:1], "Total: 6 years 8 months. "),
        (None, (), "The text states no period that counts as experience"),
    ],
    ids=["sum", "uncounted", "overlap", "more than the sum", "unknown"],
)
def test_the_total_experience_is_explained(months, periods, sentence):
    words = rendered(an_item(months=months, periods=periods)).words()
    assert sentence in words


def test_an_ongoing_period_ends_in_the_month_of_the_assessment():
    assert "January 2020 now (July 2026) 6 years 7 months yes" in rendered(an_item()).words()


def test_files_that_failed_are_listed_with_the_reason():
    failure = Failure("old.doc", "unsupported_format", "old.doc is in no format that metier reads.")
    words = rendered(an_item(), failures=[failure]).words()
    assert "old.doc Unknown format. old.doc is in no format that metier reads." in words


def test_items_are_shown_by_rank_and_those_without_one_last():
    items = [an_item(rank, document=a_document(source=f"r{rank}")) for rank in (None, 3, 1, 2)]
    words = rendered(*items).words()
    assert re.findall(r" r(\w+) 51\.0%", words) == ["1", "2", "3", "None"]


@pytest.mark.parametrize(("n_detailed", "n_cards"), [(0, 0), (-1, 0), (1, 1), (3, 3), (200, 3)])
def test_only_the_first_items_have_details_and_the_others_say_so(n_detailed, n_cards):
    page = rendered(an_item(1), an_item(2), an_item(3), n_detailed=n_detailed)
    assert page.tags().count("article") == n_cards
    assert page.text.count("no details in this report") == 3 - n_cards
    assert ("Details are given for the first 1 of 3" in page.text) is (n_detailed == 1)


@pytest.mark.parametrize("language", ReportLanguage)
@pytest.mark.parametrize("plain", [True, False])
def test_a_report_on_nothing_says_so(language, plain):
    page = rendered(plain=plain, language=language)
    assert {"There is no document to report on.", "Нет документов, о которых можно сообщить."} & {
        line.strip() for line in page.text.splitlines()
    }


def test_the_russian_report_has_no_english_words_of_its_own():
    failure = Failure("x.doc", "unsupported_format", "Сообщение.")
    russian = {"skills": tuple(replace(s, reason="Причина.") for s in SKILLS)}
    russian["coverage"] = Coverage(0.51, tuple(replace(r, reason="Причина.") for r in REQUIREMENTS))
    item = an_item(document=a_document(source="имя"), **russian)
    page = rendered(item, an_unreadable_item(), failures=[failure], language=ReportLanguage.RU, n_detailed=1)
    assert dict(page.elements)["html"] == {"lang": "ru"}
    text = page.text
    for document in page.documents:
        text = text.replace(document, "")
    names = {
        "Python",
        "Git",
        "Java",
        "Go",
        "Django",
        "SQL",
        "Kafka",
        "metier",
        "lexical",
        "sha256",
        "default",
    }
    names |= {"nR", "nP", "R", "P", "vacancy.txt", "scan.pdf", "x.doc", "a" * 64, "b" * 64}
    quoted = set(re.findall(r"[\w.]+", TEXT))
    assert set(re.findall(r"[A-Za-z][\w.]*", text)) - names - quoted == set()


def test_english_sentences_in_a_russian_report_are_marked_as_english():
    html = render_html([an_item()], vacancy=a_vacancy(), language=ReportLanguage.RU)
    assert '<span lang="en" dir="auto">Services imply it.</span>' in html


def test_the_same_input_gives_the_same_characters():
    first, second = (
        render_html([an_item(), an_unreadable_item()], vacancy=a_vacancy(), language=ReportLanguage.EN)
        for _ in range(2)
    )
    assert first == second


def test_the_page_asks_for_nothing_else():
    html = render_html([an_item()], vacancy=a_vacancy(), language=ReportLanguage.EN)
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags())
    assert all(href.startswith("#") for href in page.values("href"))
    assert "style" not in {name for _, attrs in page.elements for name in attrs}
    assert not re.search(r"url\(|@import|https?:", html)


def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else():
    html = render_html([], vacancy=None, language=ReportLanguage.EN)
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(value for value in Page(html).values("content") if "default-src" in value)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def structure(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(attrs))) for tag, attrs in page.elements]


def a_report_of(words: str) -> Page:
    document = replace(a_document(TEXT + words, source=words), id=words, language=words)
    finding = Finding(words, Severity.WARNING, words)
    skills = tuple(replace(s, skill=words + s.skill, name=words, reason=words) for s in SKILLS)
    requirements = tuple(replace(r, name=words, reason=words) for r in REQUIREMENTS)
    provenance = Provenance(words, words, words, words, words, YearMonth(2026, 7))
    item = an_item(
        document=document,
        language=words,
        skills=skills,
        coverage=Coverage(0.51, requirements),
        findings=(finding,),
        provenance=provenance,
    )
    html = render_html(
        [item, item],
        vacancy=replace(a_vacancy(), source=words, language=words),
        language=ReportLanguage.EN,
        failures=[Failure(words, words, words)],
    )
    html.encode("utf-8")
    return Page(html)


def test_hostile_words_change_nothing_of_the_page_but_its_text():
    assert structure(a_report_of(HOSTILE)) == structure(a_report_of("Harmless words."))


@hypothesis_settings(max_examples=30)
@given(st.text(st.one_of(st.characters(), st.sampled_from("<>&\"'/{}%#-\x00\ud800\u202e")), min_size=1))
def test_no_words_change_the_structure_of_the_page(words):
    # A language that is one is told to the browser: the one attribute that depends on a word.
    words = f"{words}!"
    assert structure(a_report_of(words)) == structure(a_report_of("Harmless words."))


@hypothesis_settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn"]), min_size=1).filter(str.strip))
def test_the_text_of_a_document_is_shown_as_it_is(text):
    page = rendered(an_item(document=a_document(text), skills=SKILLS), plain=True)
    assert page.documents == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\n\n a\tb  c\n", "\n\n a\tb  c\n"),
        ("a\x00b\x1b", "a␀b␛"),
        ("a\x7f\x85", "a␡�"),
        ("a\x0cb\x0bc", "a\nb\nc"),
        ("a\ud800b\ufffe", "a�b�"),
        ("a\u202eb\u202c", "a�b"),
        ("\u2067שלום\u2069 x", "שלום x"),
        ("\u200fשלום\u200e", "\u200fשלום\u200e"),
    ],
)
def test_characters_that_no_page_can_show_are_made_visible(text, shown):
    assert rendered(an_item(document=a_document(text)), plain=True).documents == [shown]


def test_texts_of_any_direction_choose_their_own():
    page = rendered(an_item())
    assert all(attrs["dir"] == "auto" for tag, attrs in page.elements if attrs.get("class") == "text")
    assert all(attrs["dir"] == "auto" for tag, attrs in page.elements if tag == "q")


def test_quotes_that_lie_outside_the_text_have_no_link():
    lost = (Quote(Span(900, 905), "lost"), Quote(Span(3, 3), ""))
    skills = (SkillEvidence("x", "X", EvidenceLabel.EXPLICIT, 0.9, lost, "Why."),)
    page = rendered(an_item(skills=skills), plain=True)
    assert not [href for href in page.values("href") if "-t-" in href]
    assert page.documents == [TEXT]


def test_headings_and_tables_can_be_read_aloud():
    page = rendered(an_item(), an_unreadable_item())
    assert page.tags().count("h1") == 1
    assert all("scope" in attrs for tag, attrs in page.elements if tag == "th")
    assert [attrs["aria-label"] for tag, attrs in page.elements if tag == "svg"] == ["Coverage 51.0%"] * 2
    levels = [int(tag[1]) for tag in page.tags() if re.fullmatch(r"h\d", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_a_thousand_resumes_render_in_seconds():
    text = TEXT + "More words of a resume. " * 150
    items = [an_item(rank, document=a_document(text)) for rank in range(1, 1001)]
    began = time.process_time()
    page = render_html(items, vacancy=a_vacancy(), language=ReportLanguage.EN)
    assert time.process_time() - began < 3
    assert page.count("<article") == 200


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "papers"),
    [
        ("ink", "page paper mark-explicit mark-implied mark-negated mark-finding"),
        ("soft", "page paper mark-finding"),
        ("link", "page paper"),
        ("good", "page paper mark-explicit"),
        ("fair", "page paper mark-implied"),
        ("poor", "page paper mark-negated"),
    ],
)
def test_words_stand_out_from_what_lies_behind_them(scheme, ink, papers):
    css = resources.files("metier.report").joinpath("templates/report.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*--ink[^}]*)\}", css)
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme]))
    ratios = {paper: contrast(colors[ink], colors[paper]) for paper in papers.split()}
    assert {paper: ratio for paper, ratio in ratios.items() if ratio < 4.5} == {}
    assert contrast(colors["fill"], colors["track"]) >= 3


def a_suspect_item() -> ReportItem:
    hidden, order, name = Span(0, 5), Span(6, 14), Span(18, 24)
    return an_item(
        findings=(
            Finding("hidden_text", Severity.WARNING, "Page 1 holds a word.", hidden, 1, "Built"),
            Finding("read_by_ocr", Severity.INFO, "Page 1 is a picture.", Span(0, len(TEXT)), 1),
        ),
        excluded=(
            Exclusion(hidden, ExclusionReason.TINY, 1),
            Exclusion(order, ExclusionReason.INSTRUCTION),
        ),
        masks=(Mask(name, MaskKind.NAME),),
        effects=(
            Effect("hidden_text", False, ("Rust", "Kafka"), 0.9, 0.5, 0.31, 0.3),
            Effect("keyword_stuffing", True, ("Scala",), 0.5, 0.25),
            Effect("machine_instruction", False, (), 0.5, 0.5, 0.3, 0.3),
        ),
    )


def test_hidden_words_are_quoted_with_their_page_and_place():
    page = rendered(a_suspect_item())
    assert "page 1, too small to be seen: Built" in page.words()
    assert marks_of(page)["c1-t-0"] == "mark excluded opens"
    assert any(
        title.startswith("not counted in any score: too small to be") for title in page.values("title")
    )
    assert [href for href in page.values("href") if href == "#c1-t-0"]


def test_the_effect_of_suspect_words_is_told_in_figures():
    words = rendered(a_suspect_item()).words()
    assert (
        "Words that a person does not see: If these words counted, coverage would be 90.0% instead of 50.0%; "
        "nearness in meaning 0.31 instead of 0.3; these skills would be shown too: Rust, Kafka." in words
    )
    assert "Without these words, coverage would be 25.0% instead of 50.0%" in words
    assert "these skills would not be shown: Scala." in words
    assert "Orders to a program: If these words counted, nothing would change." in words


def test_masked_facts_are_listed_by_kind_and_marked():
    page = rendered(a_suspect_item())
    assert "Hidden from every score: name." in page.words()
    assert any("hidden from every score: name" in title for title in page.values("title"))


def test_a_finding_about_a_whole_page_does_not_mark_all_of_it():
    titles = rendered(a_suspect_item()).values("title")
    assert not any("Read from a picture" in title for title in titles)


def test_the_russian_report_tells_it_in_russian():
    words = rendered(a_suspect_item(), language=ReportLanguage.RU).words()
    assert "Слова, которых человек не видит" in words
    assert "страница 1, слишком мелко, чтобы видеть: Built" in words
    assert "Если бы эти слова учитывались, покрытие было бы 90,0" in words
    assert "Скрыто от всех оценок: имя." in words


def test_a_card_by_itself_is_what_the_whole_page_says_of_the_document():
    item, vacancy = an_item(None), a_vacancy()
    part = render_card(item, vacancy=vacancy, language=ReportLanguage.EN)
    whole = render_html([item], vacancy=vacancy, language=ReportLanguage.EN)
    assert "<style" not in part
    assert "<body" not in part
    card = part[part.index("<article") : part.index("</article>")]
    assert card in whole
