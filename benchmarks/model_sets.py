"""Sets of resumes by job family, of marked and of linked sentences, and of interviews."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from interview_scores import SEED as SCORES_SEED
from model_esco import ESCO, cut
from model_parts import Document, Draft, Row, SkillTable, deal, hashed
from search_collections import read_resumes

from interview import FILES
from metier.interview.short_answers.folds import answer_folds
from metier.interview.short_answers.rows import Columns, ScoreRow, read_score_rows
from metier.interview.training.rows import COLUMNS, INPUT, SIMILARITY, Target, answers_of, read_choices
from metier.skills.linking.evaluate import read_linking_rows
from metier.training.sets import SetKind, SetPart
from metier.training.splits import Part, near_duplicates, stratified_parts

RESUME_CHARS = 1500
RESUME_SHARES = {Part.TRAIN: 0.81, Part.TUNE: 0.05, Part.REPORT: 0.14}
CHOICE_SHARES = {Part.TRAIN: 0.7, Part.TUNE: 0.1, Part.REPORT: 0.2}
TUNED_SPANS = 300
REPORTED_SPANS = 1000
SCORE_FOLDS = 10
SCORE_REPORTED = 3
BEETLE_SCORES = {"correct": 5.0, "partially_correct_incomplete": 2.5}
PARTS = {Part.TRAIN: SetPart.TRAIN, Part.TUNE: SetPart.TUNE, Part.REPORT: SetPart.REPORT}
FAMILIES = {
    "hr": "human resources",
    "bpo": "business process outsourcing",
    "pmo": "project management office",
    "dotnet developer": ".net developer",
}
LINKING_SETS = {"linking-tech": "tech", "linking-house": "house"}
CHOICE_SETS = {"answer-types": Target.ANSWER_TYPE, "next-topics": Target.NEXT_TOPIC}


def families(data: Path) -> Draft:
    """Return job family in words -> resume; a resume and its copies stand once."""
    read = [(family, text) for _, family, text in read_resumes(data / "resumes-en/livecareer.jsonl")]
    with (data / "resumes-en/updated_resume_dataset.csv").open(encoding="utf-8", newline="") as file:
        read += [(row["Category"], row["Resume"]) for row in csv.DictReader(file) if row["Resume"].strip()]
    groups = near_duplicates([text for _, text in read])
    firsts = {group: i for i, group in reversed(list(enumerate(groups)))}
    kept = [(in_words(read[i][0]), read[i][1]) for i in sorted(firsts.values())]
    parts = stratified_parts([text for _, text in kept], [family for family, _ in kept], RESUME_SHARES)
    rows: dict[SetPart, list[Row]] = {part: [] for part in PARTS.values()}
    for (family, whole), part in zip(kept, parts, strict=True):
        text = cut(whole, RESUME_CHARS)
        rows[PARTS[part]].append(Row((text,), {"query": family, "positive": text}))
    source = "Resume Dataset and Updated Resume Dataset (Kaggle): resumes by job family"
    return Draft("families", SetKind.PAIRS, ("en",), source, "CC0", ships=True, rows=rows)


def in_words(family: str) -> str:
    """Return the name of a job family as a person writes it.

    >>> in_words("INFORMATION-TECHNOLOGY"), in_words("HR")
    ('information technology', 'human resources')
    """
    words = " ".join(family.replace("-", " ").lower().split())
    return FAMILIES.get(words, words)


def spans(data: Path) -> Draft:
    """Return the marked sentences of SkillSpan; of its development part some tune and others report."""
    train, dev = (
        [_span_row(line) for line in (data / f"skillspan/{name}.json").read_text("utf-8").split("\n") if line]
        for name in ("train", "dev")
    )
    order = sorted(dev, key=lambda row: hashed(*row.texts))
    source = "SkillSpan (Zhang et al. 2022): sentences of job ads with marked skills and knowledge"
    tuned = min(TUNED_SPANS, len(dev) // 4)
    reported = order[tuned : tuned + REPORTED_SPANS]
    rows = {SetPart.TRAIN: train, SetPart.TUNE: order[:tuned], SetPart.REPORT: reported}
    return Draft("skillspan", SetKind.SPANS, ("en",), source, "MIT", ships=True, rows=rows)


def _span_row(line: str) -> Row:
    row = json.loads(line)
    fields = {name: row[name] for name in ("tokens", "tags_skill", "tags_knowledge")}
    return Row((" ".join(row["tokens"]),), fields)


def linking(data: Path) -> list[Draft]:
    """Return the linked sentences of SkillSpan, to report on only, each with the table of ESCO."""
    path = data / "esco/skills_en.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = SkillTable("taxonomy.csv", path.read_bytes(), sum(1 for _ in csv.DictReader(file)))
    source = "SkillSpan linked to ESCO (Decorte et al. 2022), validation part"
    found = []
    for name, file in LINKING_SETS.items():
        read = read_linking_rows(data / f"esco-linking/{file}_validation_annotations.csv")
        rows = [Row((row.sentence,), {"sentence": row.sentence, "label": row.label}) for row in read]
        found.append(
            Draft(
                name,
                SetKind.LINKING,
                ("en",),
                source,
                f"MIT; {ESCO}",
                ships=True,
                rows={SetPart.REPORT: rows},
                skills=table,
            )
        )
    return found


def choices(data: Path) -> list[Draft]:
    """Return inputs with their candidates; near-duplicate answers are on one side in both sets together.

    The answers of the second set end in a bracket of what is still to be said, which plays no part here.
    """
    read = {name: read_choices(data / "interview-ko" / FILES[t], t) for name, t in CHOICE_SETS.items()}
    documents = {
        words: Document(words, answer.partition(" (")[0] or answer, each.candidates[int(right.argmax())])
        for each in read.values()
        for words, answer, right in zip(each.inputs, answers_of(each.inputs), each.right, strict=True)
    }
    groups = near_duplicates([document.text for document in documents.values()])
    parts = deal(groups, list(documents.values()), lambda _: CHOICE_SHARES)
    part_of = {words: PARTS[parts[group]] for words, group in zip(documents, groups, strict=True)}
    found = []
    for name, each in read.items():
        rows: dict[SetPart, list[Row]] = {part: [] for part in PARTS.values()}
        for words, right in zip(each.inputs, each.right, strict=True):
            rows[part_of[words]] += [
                Row(
                    (documents[words].text,),
                    {INPUT: words, COLUMNS[each.target]: candidate, SIMILARITY: int(own)},
                )
                for candidate, own in zip(each.candidates, right, strict=True)
            ]
        found.append(_choice_draft(name, rows, len(each.candidates)))
    return found


def _choice_draft(name: str, rows: dict[SetPart, list[Row]], unit: int) -> Draft:
    source = "a Korean interview on machine learning (WannaBeSuperteur/AI_Projects)"
    return Draft(
        name,
        SetKind.CHOICES,
        ("ko",),
        source,
        "none given",
        ships=False,
        rows=rows,
        passages=False,
        unit=unit,
    )


def scores(data: Path) -> list[Draft]:
    """Return graded answers; three tenths are reported on, and copies of an answer share a part."""
    path = data / "asag-beetle/train.jsonl"
    beetle = read_score_rows(path, Columns(reference="reference_answers"), graded=False).rows
    labels = [json.loads(line)["label5"] for line in path.read_text("utf-8").splitlines() if line.strip()]
    mohler = read_score_rows(data / "asag-mohler/train.csv").rows
    graded = [{"score": BEETLE_SCORES.get(label, 0.0), "label5": label} for label in labels]
    return [
        _scores("answers-mohler", "Mohler et al. 2011: computer science", "research only", mohler,
                [{"score": row.score} for row in mohler]),
        _scores("answers-beetle", "SemEval-2013 task 7, Beetle: electricity", "CC BY-SA 3.0", beetle, graded),
    ]  # fmt: skip


def _scores(
    name: str, source: str, terms: str, read: Sequence[ScoreRow], graded: Sequence[dict[str, object]]
) -> Draft:
    rows: dict[SetPart, list[Row]] = {SetPart.TRAIN: [], SetPart.REPORT: []}
    folds = answer_folds(read, SCORE_FOLDS, seed=SCORES_SEED)
    for row, fields, fold in zip(read, graded, folds.tolist(), strict=True):
        whole = {"question": row.question, "reference": list(row.references), "answer": row.answer, **fields}
        rows[SetPart.REPORT if fold < SCORE_REPORTED else SetPart.TRAIN].append(Row((row.answer,), whole))
    return Draft(name, SetKind.SCORES, ("en",), source, terms, ships=False, rows=rows, passages=False)
