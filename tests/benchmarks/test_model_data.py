import csv
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import model_data
import pytest
import skills_data
from model_data import main
from model_esco import cut, description_of, load_esco, read_names
from model_parts import Document, Draft, Row, deal, joined, part_ways, passage_groups
from model_sets import in_words

from metier.expertise.level_texts import read_level_texts
from metier.interview.short_answers.rows import read_score_rows
from metier.interview.training.rows import read_choices
from metier.search.training.pairs import read_pairs
from metier.skills.esco import import_esco
from metier.skills.labelled_json import read_label_rows
from metier.skills.linking.evaluate import read_linking_rows
from metier.skills.span_sets import read_span_sets
from metier.skills.taxonomy_files import load_taxonomy
from metier.training.sets import LIST, DataSet, SetKind, SetPart, read_sets
from metier.training.splits import Part, near_duplicates

NAMES = (
    "river stone cloud engine paper market silver garden window bridge copper harbour letter cellar".split()
)
СЛОВА = "река камень облако мотор бумага рынок сад окно мост гавань письмо подвал город человек".split()
SKILLS = [f"{verb} {noun}s" for verb in ("polish", "measure", "repair") for noun in NAMES]
EXPERIENCE = ("noExperience", "between1And3", "between3And6", "moreThan6")
GRADES = ("intern", "junior", "middle", "senior", "lead")
STAYS = {"answer-types", "next-topics", "answers-mohler", "answers-beetle"}
LEARNED = (SetPart.TRAIN, SetPart.TUNE)


def english(seed: object, n: int = 8) -> str:
    """Return sentences that share no run of words with those of another seed, and tell their language."""
    draw = random.Random(f"en {seed}")
    return " ".join(
        f"The {draw.choice(NAMES)} and the {word('abcdefghij', draw)} of a {draw.choice(NAMES)} "
        f"are {word('abcdefghij', draw)}."
        for _ in range(n)
    )


def russian(seed: object, n: int = 8) -> str:
    draw = random.Random(f"ru {seed}")
    return " ".join(
        f"Мы были рады: {word('бвгдежзик', draw)} и {draw.choice(СЛОВА)} это {word('бвгдежзик', draw)}."
        for _ in range(n)
    )


def word(letters: str, draw: random.Random) -> str:
    return "".join(draw.choices(letters, k=8))


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def vacancies(data: Path) -> None:
    """Write vacancies; some stand in several files, changed a little or damaged."""
    levels = ("Entry level", "Associate", "Mid-Senior level", "Executive", "Full-time")
    write_lines(data / "vacancies-en/linkedin_2024.jsonl", [
        {"title": f"Clerk of {NAMES[i % 14]}", "description": english(i), "experienceLevel": levels[i % 5]}
        for i in range(40)
    ])  # fmt: skip
    write_lines(data / "vacancies-en/nofluffjobs_2022.jsonl", [
        {"position": f"Keeper of {NAMES[i % 14]}", "seniority": ("Junior", "Mid", "Senior")[i % 3],
         "main_skill": "java", "main_category": "Testing", "description": english(i if i < 15 else f"n{i}")}
        for i in range(40)
    ])  # fmt: skip
    write_table(data / "vacancies-en/dice.csv", ["", "jobdescription", "jobtitle"], [
        [i, english(i + 20, 6) if i < 10 else english(f"d{i}") + "\u2028end", f"Smith of {NAMES[i % 14]}"]
        for i in range(40)
    ])  # fmt: skip
    jobs = data / "vacancies-ru"
    write_lines(jobs / "superjob_2018.jsonl", [
        {"name": f"Повар {СЛОВА[i % 14]}", "duties": russian(f"s{i}"), "requirements": "Есть ключи."}
        for i in range(30)
    ])  # fmt: skip
    for name, first, n in (("hh_2022", 0, 30), ("hh_2025", 20, 30), ("hh_2022_noisy", 40, 60)):
        noisy = {"title_truncated": False, "skills_list_truncated": False}
        write_lines(jobs / f"{name}.jsonl", [
            {"title": f"Врач {СЛОВА[i % 14]}", "description": russian(i, 10), "key_skills": ["SQL", "Python"],
             "experience_id": EXPERIENCE[i % 4], **noisy}
            for i in range(first, first + n)
        ])  # fmt: skip
    write_lines(jobs / "habr_2024.jsonl", [
        {"title": f"Мастер {russian(i, 1)}", "grade": GRADES[i % 5], "specialisation": None,
         "skills": ["Go"], "conditions": [СЛОВА[i % 14]]}
        for i in range(40)
    ])  # fmt: skip


def esco(data: Path) -> None:
    """Write skills whose other names stand a row too low from the third row on."""
    names = [[f"{skill} well", f"how to {skill}"] for skill in SKILLS]
    write_table(
        data / "esco/skills_en.csv",
        ["conceptUri", "preferredLabel", "reuseLevel", "altLabels", "fullText"],
        [
            [f"skill/{i}", skill, "", "\n".join(names[i if i < 2 else i - 1]),
             f"{skill} {' '.join(names[i])} Take {skill} and {english(skill, 1)}"]
            for i, skill in enumerate(SKILLS)
        ],
    )  # fmt: skip
    write_table(data / "esco/tabiya_occupations.csv", ["ORIGINURI", "PREFERREDLABEL"],
                [[f"job/{i}", f"{name} keeper"] for i, name in enumerate(NAMES)])  # fmt: skip
    write_table(data / "jobbert-titles/titles.csv", ["", "vacancyTitle", "conceptUri"], [
        [i, ("{} clerk", "{} CLERK ", "head {}")[i % 3].format(russian(i // 3, 1)[-20:]), f"job/{i % 15}"]
        for i in range(90)
    ])  # fmt: skip


def sentences(data: Path) -> None:
    """Write sentences with skills; some of SkillSkape's dev part stand in its train part too."""
    for name, first, n in (("train", 0, 60), ("dev", 50, 40)):
        write_table(data / f"skillskape/{name}.csv", ["", "sentence", "skills"], [
            [i, f"We {SKILLS[i % 42]}. {english(f'k{i}', 2)}", repr([SKILLS[i % 42], SKILLS[(i + 5) % 42]])]
            for i in range(first, first + n)
        ])  # fmt: skip
    for name, first, n in (("train", 0, 60), ("dev", 55, 60)):
        write_lines(data / f"skillspan/{name}.json", [
            {"tokens": (tokens := english(f"p{i}", 2).split()), "source": "tech",
             "tags_skill": ["O", "B", *["O"] * (len(tokens) - 2)], "tags_knowledge": ["O"] * len(tokens)}
            for i in range(first, first + n)
        ])  # fmt: skip
    for name, first in (("tech", 56), ("house", 70)):
        write_table(data / f"esco-linking/{name}_validation_annotations.csv", ["sentence", "span", "label"], [
            [english(f"p{i}", 2), "x", SKILLS[i % 42] if i % 4 else "UNDERSPECIFIED"]
            for i in range(first, first + 8)
        ])  # fmt: skip


def people(data: Path) -> None:
    """Write resumes, some of them in both sets, an interview, and answers, some of them to two questions."""
    write_lines(data / "resumes-en/livecareer.jsonl", [
        {"id": str(i), "category": ("HR", "INFORMATION-TECHNOLOGY")[i % 2], "text": english(f"r{i}", 30)}
        for i in range(40)
    ])  # fmt: skip
    write_table(data / "resumes-en/updated_resume_dataset.csv", ["Category", "Resume"], [
        [("HR", "Data Science")[i % 2], english(f"r{i}", 30)] for i in [*range(35, 50), *range(45, 50)]
    ])  # fmt: skip
    folder = data / "interview-ko"
    for file, column, n in (
        ("dataset_df_answer_type_train.csv", "output_answer", 3),
        ("dataset_df_next_question_train.csv", "next_question", 4),
    ):
        end = " (still: all)" if n == 4 else ""
        write_table(folder / file, ["input_part", column, "similarity"], [
            [f"{NAMES[i % 5]}? -> {russian(f'i{i // 2}', 1)}{end}{'!' * (i % 2)}", f"type {j}",
             int(i % n == j)]
            for i in range(60) for j in range(n)
        ])  # fmt: skip
    asked = [(f"What is a {NAMES[i % 4]}?", f"A {NAMES[i % 4]} is of stone.", english(f"a{i // 2}", 1))
             for i in range(60)]  # fmt: skip
    write_table(data / "asag-mohler/train.csv", ["question", "desired_answer", "student_answer", "score_avg"],
                [[*row, i % 11 / 2] for i, row in enumerate(asked)])  # fmt: skip
    classes = ("correct", "partially_correct_incomplete", "contradictory")
    write_lines(data / "asag-beetle/train.jsonl", [
        {"question": question, "reference_answers": [reference], "answer": f"{answer} b",
         "label5": classes[i % 3]}
        for i, (question, reference, answer) in enumerate(asked)
    ])  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for write in (vacancies, esco, sentences, people):
        write(folder)
    return folder


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(data, tmp_path_factory.mktemp("made"))


def run(data: Path, output: Path, *options: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skills_data, "N_FILLED", 40)
        main(["--data", str(data), "--output", str(output), *options])
    return output


@pytest.fixture(scope="module")
def sets(made: Path) -> dict[str, DataSet]:
    return read_sets(made)


def lines(found: DataSet, part: SetPart) -> list[dict[str, Any]]:
    path = found.file(part)
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def texts(found: DataSet, part: SetPart) -> list[str]:
    """Return the texts of a part that must stand in no other, by what its rows are."""
    if part not in found.files:
        return []
    rows = lines(found, part)
    if found.kind is SetKind.SPANS:
        return [" ".join(row["tokens"]) for row in rows]
    if found.kind is SetKind.CHOICES:
        return [row["input_part"].partition(" -> ")[2].partition(" (")[0] for row in rows]
    if found.kind is SetKind.PAIRS:
        long = found.name.startswith("vacancies") or found.name == "families"
        return [row["positive" if long else "query"] for row in rows]
    field = {SetKind.SCORES: "answer", SetKind.LINKING: "sentence"}.get(found.kind, "text")
    return [row[field] for row in rows]


def test_the_same_data_give_the_same_bytes(data, made, tmp_path):
    again = run(data, tmp_path / "again")
    files = {path.relative_to(made): path.read_bytes() for path in made.rglob("*.*")}
    assert files == {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")}
    assert Path(LIST) in files


def test_all_sets_are_written_and_each_part_has_rows(sets):
    assert set(sets) == {
        "vacancies-en", "vacancies-ru", "skills", "levels-hh", "levels-habr", "levels-linkedin",
        "levels-nofluffjobs", "vacancies", "esco-names", "esco-descriptions", "titles", "families",
        "esco-sentences", "skillspan", "linking-tech", "linking-house", "answer-types", "next-topics",
        "answers-mohler", "answers-beetle",
    }  # fmt: skip
    for found in sets.values():
        assert all(entry.rows > 0 for entry in found.files.values()), found.name
        path = f"{found.kind}/{found.name}/"
        assert all(entry.path.startswith(path) for entry in found.files.values())


def test_no_set_learns_from_a_text_that_one_reports_on(sets):
    reported = [text for found in sets.values() for text in texts(found, SetPart.REPORT)]
    learned = [text for found in sets.values() for part in LEARNED for text in texts(found, part)]
    groups = near_duplicates([*reported, *learned])
    assert not set(groups[: len(reported)]) & set(groups[len(reported) :])


def test_no_set_learns_from_a_passage_that_one_reports_on(sets):
    own = [found for found in sets.values() if found.name not in STAYS]
    reported = [text for found in own for text in texts(found, SetPart.REPORT)]
    learned = [text for found in own for part in LEARNED for text in texts(found, part)]
    assert not any(skills_data.shares_passages(learned, reported))
    linked = [text for name in ("tech", "house") for text in texts(sets[f"linking-{name}"], SetPart.REPORT)]
    assert not any(skills_data.shares_passages(linked, learned))


def test_texts_are_reported_on_in_no_other_set(sets):
    own = set(near_duplicates(read := texts(sets["vacancies"], SetPart.REPORT)))
    others = [t for found in sets.values() if found.name != "vacancies" for t in texts(found, SetPart.REPORT)]
    assert not own & set(near_duplicates([*read, *others])[len(read) :])
    assert {row["language"] for row in lines(sets["vacancies"], SetPart.TRAIN)} == {"en", "ru", "ko", "he"}


def test_tuned_on_is_what_is_not_trained_on(sets):
    for found in sets.values():
        train, tune = texts(found, SetPart.TRAIN), texts(found, SetPart.TUNE)
        groups = near_duplicates([*train, *tune])
        assert not set(groups[: len(train)]) & set(groups[len(train) :]), found.name


def readable(found: DataSet, part: SetPart) -> int:
    """Return how many rows the product's reader finds in a part."""
    path = found.file(part)
    if found.kind is SetKind.SKILLS:
        taxonomy = load_taxonomy(found.file(SetPart.TAXONOMY))
        return len(read_label_rows(path, taxonomy).rows)
    if found.kind is SetKind.CHOICES:
        choices = read_choices(path)
        return len(choices.inputs) * len(choices.candidates)
    if found.kind is SetKind.PAIRS:
        return len(read_pairs([path]).rows)
    if found.kind is SetKind.TEXTS:
        return sum(bool(row["text"].strip()) for row in lines(found, part))
    readers = {
        SetKind.SPANS: read_span_sets,
        SetKind.LINKING: read_linking_rows,
        SetKind.LEVELS: read_level_texts,
        SetKind.SCORES: lambda path: read_score_rows(path).rows,
    }
    return len(readers[found.kind](path))


def test_every_file_is_read_by_the_product(sets):
    for found in sets.values():
        for part, entry in found.files.items():
            if part is not SetPart.TAXONOMY:
                assert readable(found, part) == entry.rows, (found.name, part)
    table = sets["linking-tech"]
    assert len(import_esco(table.file(SetPart.TAXONOMY), language="en")) == len(SKILLS)
    assert table.files[SetPart.TAXONOMY].rows == len(SKILLS)


def test_what_has_no_licence_for_it_does_not_ship(sets):
    assert {name for name, found in sets.items() if not found.ships} == STAYS


def test_a_few_rows_of_each_part_make_a_quick_look(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(model_data, "FAST_UNITS", 3)
    found = read_sets(run(data, tmp_path / "fast", "--fast"))
    for own in found.values():
        for part, entry in own.files.items():
            assert part is SetPart.TAXONOMY or readable(own, part) == entry.rows <= 12
    assert found["answer-types"].files[SetPart.TRAIN].rows == 9
    printed = capsys.readouterr().out
    assert all(any(name in line for line in printed.splitlines()) for name in found)


def test_damaged_vacancies_are_trained_on_only(sets):
    damaged = [russian(i, 10) for i in range(50, 100)]
    known = {damaged[i][:300] for i in range(len(damaged))}
    for part in (SetPart.TUNE, SetPart.REPORT):
        for name in ("vacancies-ru", "levels-hh"):
            assert not any(start in text for text in texts(sets[name], part) for start in known)
    learned = texts(sets["levels-hh"], SetPart.TRAIN)
    assert any(start in text for text in learned for start in known)


def test_levels_of_doubtful_names_are_left_out(sets):
    rows = [row for part in sets["levels-linkedin"].files for row in lines(sets["levels-linkedin"], part)]
    assert {row["level"] for row in rows} <= {"junior", "middle", "senior"}
    assert len(rows) <= 24


def test_a_resume_stands_once(sets):
    rows = [row["positive"] for part in (*LEARNED, SetPart.REPORT) for row in lines(sets["families"], part)]
    assert len(rows) == len(set(near_duplicates(rows))) == 50
    queries = {row["query"] for row in lines(sets["families"], SetPart.TRAIN)}
    assert queries == {"human resources", "information technology", "data science"}


def test_skills_that_are_reported_on_are_in_no_train_row_of_names_and_descriptions(sets):
    own = [sets["esco-names"], sets["esco-descriptions"]]
    labels = {part: {row["positive"] for found in own for row in lines(found, part)} for part in own[0].files}
    assert not labels[SetPart.REPORT] & labels[SetPart.TRAIN]
    assert not labels[SetPart.REPORT] & labels[SetPart.TUNE]
    assert all("Take" not in row["query"] for row in lines(own[0], SetPart.TRAIN))
    assert all(row["query"].startswith("Take") for row in lines(own[1], SetPart.TRAIN))


def test_answers_keep_their_class(sets):
    rows = lines(sets["answers-beetle"], SetPart.TRAIN)
    assert {(row["label5"], row["score"]) for row in rows} == {
        ("correct", 5.0),
        ("partially_correct_incomplete", 2.5),
        ("contradictory", 0.0),
    }


def test_sampled_nones_stand_in_the_skills_that_are_reported_on(sets):
    rows = lines(sets["skills"], SetPart.REPORT)
    assert {label for row in rows for label in row["skills"].values()} >= {0.0, 1.0}
    assert not any(row["complete"] for row in rows)


def test_names_in_another_row_are_given_back(data):
    found = {skill.label: skill for skill in read_names(data, load_esco(data))}
    assert found["polish rivers"].names == ("polish rivers well", "how to polish rivers")
    assert found["repair stones"].names == ("repair stones well", "how to repair stones")
    assert found["repair stones"].description.startswith("Take repair stones and The")


@pytest.mark.parametrize(
    ("label", "names", "text", "description"),
    [
        ("boil water", ["heat water"], "boil water heat water Heat water, at once.", "Heat water, at once."),
        ("boil water", [], "boil water heat water Heat, and stir, water.", "Heat, and stir, water."),
        ("Haskell", [], "Haskell Haskell methods The methods of Haskell.", "The methods of Haskell."),
        (
            "boil water",
            ["heat water"],
            "boil water heat water heating The heat. Of all.",
            "The heat. Of all.",
        ),
        ("boil water", [], "boil water heat water", ""),
    ],
)
def test_a_description_begins_behind_the_names(label, names, text, description):
    assert description_of(label, names, text) == description


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [
        ("one two", 7, "one two"),
        ("one two", 6, "one"),
        ("one two", 3, "one"),
        (" one ", 9, "one"),
        ("onetwo", 3, "one"),
        ("", 3, ""),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_word(text, most, left):
    assert cut(text, most) == left


def test_families_are_named_in_words():
    assert [in_words(name) for name in ("BPO", "Web Designing", "PUBLIC-RELATIONS")] == [
        "business process outsourcing",
        "web designing",
        "public relations",
    ]


def test_groups_that_share_a_member_are_one():
    assert joined([["a", "b", "c", "d"], [1, 1, 2, 3], ["x", "y", "y", "z"]]) == [0, 0, 0, 3]


def test_a_passage_of_a_longer_text_joins_it():
    whole = " ".join(map(str, range(100)))
    passage = " ".join(map(str, range(40, 60)))
    other = " ".join(f"x{i}" for i in range(50))
    assert passage_groups([whole, other, passage, "too short"]) == [0, 1, 0, 3]


def test_parts_get_their_shares_within_each_stratum():
    documents = [Document(str(i), english(i), "ab"[i % 2]) for i in range(40)]
    parts = deal(list(range(40)), documents, lambda _: {Part.TRAIN: 0.7, Part.REPORT: 0.3})
    for stratum in (0, 1):
        own = [part for group, part in parts.items() if group % 2 == stratum]
        assert (own.count(Part.TRAIN), own.count(Part.REPORT)) == (14, 6)


def draft(name: str, kind: SetKind, **rows: Sequence[str]) -> Draft:
    made = {SetPart(part): [Row((text,), {"text": text}) for text in own] for part, own in rows.items()}
    return Draft(name, kind, ("en",), "made up", "none", ships=False, rows=made)


def test_what_shares_passages_with_several_is_not_reported_on_but_linked_sentences_are():
    pieces = [english(i, 2) for i in range(3)]
    mixed = " ".join(pieces)
    learned = draft("a", SetKind.LEVELS, train=[f"{piece} {english(piece, 12)}" for piece in pieces])
    measured = draft("b", SetKind.LEVELS, report=[mixed, english("other")])
    taken = part_ways([learned, measured])
    assert measured.rows[SetPart.REPORT] == [Row((english("other"),), {"text": english("other")})]
    assert taken == {("b", "report: shares passages"): 1}

    measured = draft("b", SetKind.LINKING, report=[mixed])
    part_ways([learned, measured])
    assert len(measured.rows[SetPart.REPORT]) == 1
    assert not learned.rows[SetPart.TRAIN]


def test_copies_leave_the_part_to_train_on_and_then_the_one_to_tune_on():
    text = english(1)
    learned = draft("a", SetKind.LEVELS, train=[text.upper(), english(2)], tune=[english(2), english(3)])
    taken = part_ways([learned, draft("b", SetKind.TEXTS, report=[text])])
    assert [row.texts for row in learned.rows[SetPart.TRAIN]] == [(english(2),)]
    assert [row.texts for row in learned.rows[SetPart.TUNE]] == [(english(3),)]
    assert taken == {("a", "train: copy of one reported on"): 1, ("a", "tune: copy of one trained on"): 1}


def test_what_another_benchmark_reports_on_is_reported_on_here():
    import model_parts

    from metier.training.splits import Part

    letters = "abcdefghijklmnopqrst"
    words = [
        " ".join(random.Random(i).choices([a + b for a in letters for b in letters], k=60)) for i in range(40)
    ]
    documents = [model_parts.Document(str(i), text, "a") for i, text in enumerate(words)]
    known = {"0": Part.REPORT, "1": Part.TUNE, **{str(i): Part.TRAIN for i in range(2, 30)}}
    shares = dict.fromkeys((Part.TRAIN, Part.REPORT), 0.5)
    found = model_parts.divide(documents, lambda _: shares, known)
    assert (found["0"], found["1"]) == (Part.REPORT, Part.TUNE)
    assert {found[str(i)] for i in range(2, 30)} <= {Part.TRAIN, Part.CALIBRATE}
    assert {found[str(i)] for i in range(30, 40)} == {Part.TRAIN, Part.REPORT}
