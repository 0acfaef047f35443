"""A folder of tiny made-up data sets, one of each kind, which the fake encoder can do well on."""

from __future__ import annotations

import csv
import json

from metier.training.sets import DataSet, SetKind, SetPart, read_sets, set_file, write_sets

LEVEL_WORDS = {
    "junior": "beginner taught simple",
    "middle": "own steady module",
    "senior": "architect mentors",
}
TOOLS = ["python", "kafka", "docker", "redis", "linux", "spark"]
TAXONOMY = {
    "name": "tools",
    "skills": [{"id": tool, "label": tool, "description": f"Work with {tool} every day."} for tool in TOOLS],
}


def json_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def csv_text(header, rows, path):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


class Folder:
    """Writes files of sets, and the list of them."""

    def __init__(self, root):
        self.root = root
        self.sets = []

    def add(self, name, kind, *, languages=("en",), **parts):
        """Add a set; each part is text or rows of JSON lines, or (header, rows) of a CSV file."""
        files = {}
        for part, content in parts.items():
            ending = "csv" if isinstance(content, tuple) else "yaml" if part == "taxonomy" else "jsonl"
            path = self.root / kind / name / f"{part}.{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, tuple):
                csv_text(*content, path)
                n_rows = len(content[1])
            else:
                path.write_text(content if isinstance(content, str) else json_lines(content), "utf-8")
                n_rows = len(path.read_text("utf-8").splitlines())
            files[SetPart(part)] = set_file(self.root, path, rows=n_rows)
        made = DataSet(name, SetKind(kind), languages, "made up", "MIT", True, files, self.root)
        self.sets.append(made)
        write_sets(self.root, self.sets)
        return made


def pair_rows():
    return [{"query": f"work with {tool}", "positive": f"the {tool} team needs you"} for tool in TOOLS]


def family_rows():
    texts = [(tool, f"{tool} resume number {i}") for tool in TOOLS[:2] for i in range(12)]
    return [{"query": tool, "positive": text} for tool, text in texts]


def level_rows(n, *, start=0):
    return [
        {"text": f"{words} task {start + i}", "level": level}
        for i in range(n)
        for level, words in LEVEL_WORDS.items()
    ]


def span_rows(n):
    rows = []
    for i in range(n):
        tool = TOOLS[i % len(TOOLS)]
        tokens = f"you know {tool} well , case {i}".split()
        knowledge = ["B" if token == tool else "O" for token in tokens]
        rows.append({"tokens": tokens, "tags_skill": ["O"] * len(tokens), "tags_knowledge": knowledge})
    return rows


def esco(labels=TOOLS):
    header = ["conceptUri", "preferredLabel", "altLabels", "description"]
    return header, [[f"uri:{label}", label, f"{label} basics", f"Use {label}."] for label in labels]


def link_rows():
    return ["sentence", "label"], [[f"you know {tool} very well", tool] for tool in TOOLS]


def skill_rows(n):
    rows = []
    for i in range(n):
        shown, other = TOOLS[i % len(TOOLS)], TOOLS[(i + 1) % len(TOOLS)]
        rows.append({"text": f"Case {i}: we use {shown} here.", "skills": {shown: 1.0, other: 0.0}})
    return rows


def choice_rows(n, *, start=0):
    header = ["input_part", "output_answer", "similarity"]
    rows = []
    for i in range(start, start + n):
        right = TOOLS[i % 3]
        rest = " ".join(f"w{i}x{k}" for k in range(3))
        rows += [[f"{right} {right} {rest}", tool, int(tool == right)] for tool in TOOLS[:3]]
    return header, rows


def score_rows(n, *, start=0):
    rows = []
    for i in range(start, start + n):
        tool = TOOLS[i % 2]
        full = i % 3
        answer = [f"dunno {i}", f"{tool} maybe {i}", f"{tool} stores data {i}"][full]
        question = f"What does {tool} do?"
        rows.append(
            {"question": question, "reference": f"{tool} stores data", "answer": answer, "score": 2.5 * full}
        )
    return rows


def made_folder(root):
    """Write a folder of one set of each kind, and one more of links, and return its sets."""
    folder = Folder(root)
    folder.add("search", "pairs", train=pair_rows(), report=pair_rows())
    folder.add("families", "pairs", train=family_rows(), report=family_rows())
    folder.add("marked", "spans", train=span_rows(24), tune=span_rows(6))
    folder.add("links", "linking", report=link_rows(), taxonomy=esco())
    folder.add("links-too", "linking", report=link_rows(), taxonomy=esco())
    folder.add(
        "evidence", "skills", train=skill_rows(18), report=skill_rows(6), taxonomy=json.dumps(TAXONOMY)
    )
    folder.add("levels", "levels", train=level_rows(10), report=level_rows(6, start=50))
    folder.add("answers", "choices", train=choice_rows(30), report=choice_rows(9, start=60))
    folder.add("grades", "scores", train=score_rows(30), report=score_rows(9, start=60))
    folder.add("words", "texts", train=[{"text": "some words", "language": "en"}])
    return read_sets(root)
