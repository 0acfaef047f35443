"""Build the corpora, the tagged words and the questions in this folder from `sources/`.

Nobody needs to run this to use the files: they are part of the repository. Run it after a change in
`sources/`, from anywhere, in the base install:

    python examples/encoders/build.py [--output FOLDER] [--documents 120]

The same sources give the same bytes. With more `--documents` the corpora begin with the same ones and grow.

`corpus.*.txt`: sentence patterns below, filled with the tasks, tools and troubles of the trades in
`sources/trades.*.yaml`. The words of a document are those of one trade, so that what stands around a hidden
word tells something of it, and the sentences of a document follow on each other.
`entities*.conll`: `sources/entities*.txt`, a sentence a line, with entities as `[words](TYPE)`.
`questions*.json`: `sources/questions*.txt`. `#` begins a paragraph with its title; the next line is the
paragraph; `? question | answer` has its answer there, letter by letter and once; `! question` has none there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
DOCUMENTS = 120
WORD = re.compile(r"\w+(?:[-'’./]\w+)*(?:\+\+|#)?|[^\w\s]")
ENTITY = re.compile(r"\[([^]]+)\]\(([A-Z]+)\)")

WOMEN = {"en": "Anna Clara Emma Irene Julia Laura Martha Nora Rosa Sophie Vera Zoe".split()}
MEN = {"en": "Adam Boris Daniel Erik Felix Hugo Jonas Leo Martin Oscar Paul Simon".split()}
WOMEN["ru"] = "Анна Вера Дарья Елена Ирина Мария Нина Ольга Полина Светлана Юлия".split()
MEN["ru"] = "Антон Борис Виктор Глеб Денис Иван Максим Николай Олег Павел Сергей".split()
DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday".split(),
    "ru": ["в понедельник", "во вторник", "в четверг"],
}
YEARS = {
    "en": "three four five six seven eight nine ten twelve".split(),
    "ru": "пять шесть семь восемь девять десять двенадцать".split(),
}
PAST = {
    "cut": "cut", "read": "read", "write": "wrote", "sweep": "swept", "drill": "drilled", "lay": "laid",
    "shut": "shut", "fit": "fitted", "give": "gave", "make": "made", "set": "set", "sell": "sold",
    "drive": "drove", "dig": "dug", "sow": "sowed", "draw": "drew", "pay": "paid", "fix": "fixed",
    "stir": "stirred", "wrap": "wrapped", "sew": "sewed", "put": "put", "grind": "ground", "plan": "planned",
    "scan": "scanned", "label": "labelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """Who a document is about, and the chance that its wording follows."""

    trade: dict[str, Any]
    chance: random.Random
    name: str
    woman: bool
    colleague: str
    colleague_woman: bool

    def some(self, field: str, count: int) -> list[str]:
        """Return `count` different entries of the trade."""
        return self.chance.sample(self.trade[field], count)


def corpus(language: str, count: int = DOCUMENTS) -> str:
    """Return `count` documents of a corpus: a sentence a line, an empty line between documents."""
    trades = yaml.safe_load((SOURCES / f"trades.{language}.yaml").read_text(encoding="utf-8"))
    tell = {"en": english, "ru": russian}[language]
    documents: list[str] = []
    while len(documents) < count:
        chance = random.Random(f"{language} {len(documents)}")  # text seeds give the same in every process
        scene = _scene(trades[len(documents) % len(trades)], language, chance)
        document = "\n".join(line[0].upper() + line[1:] for line in tell(scene))
        documents.append(document)
    return "\n\n".join(documents) + "\n"


def _scene(trade: dict[str, Any], language: str, chance: random.Random) -> Scene:
    woman = trade.get("gender") == "f" or chance.random() < 0.5
    colleague_woman = chance.random() < 0.5
    name = chance.choice((WOMEN if woman else MEN)[language])
    names = [other for other in (WOMEN if colleague_woman else MEN)[language] if other != name]
    return Scene(trade, chance, name, woman, chance.choice(names), colleague_woman)


def english(scene: Scene) -> list[str]:
    """Return the four to eight sentences of one English document."""
    pronoun, possessive, them = ("she", "her", "her") if scene.woman else ("he", "his", "him")
    title, colleague, name = scene.trade["title"], scene.colleague, scene.name
    one, two, three, four, five, six, seven = scene.some("tasks", 7)
    (tool, use), (other_tool, other_use) = (parts(line) for line in scene.some("tools", 2))
    (trouble, remedy), (other, other_remedy) = (parts(line) for line in scene.some("troubles", 2))
    place, result = scene.some("places", 1)[0], scene.some("results", 1)[0]
    day, second_day = scene.chance.sample(DAYS["en"], 2)
    years = scene.chance.choice(YEARS["en"])
    openings = [
        f"{name} is {title} and works {place}.",
        f"{name} has worked as {title} for {years} years.",
        f"{name} became {title} {years} years ago and now works {place}.",
    ]
    middles = [
        [f"In the morning {pronoun} {past(one)}.", f"After lunch {pronoun} {past(two)}."],
        [f"Every {second_day} {pronoun} {present(seven)}."],
        [f"First {pronoun} {past(three)}, then {pronoun} {past(four)}."],
        [f"{pronoun} used {tool} to {use}."],
        [f"{other_tool} helps to {other_use}."],
        [f"On {day} {trouble}, so {pronoun} {remedy}."],
        [f"In the afternoon {other}.", f"{pronoun} {other_remedy}."],
        [f"{colleague} {past(five)} while {name} {past(six)}."],
        [f"{possessive} colleague {colleague} asked {them} to {seven}."],
        [f"Before {pronoun} goes home, {pronoun} has to {one}."],
        [f"{title} needs {scene.trade['needs']}."],
    ]
    endings = [
        f"By the evening {result}.",
        f"In the end {result}, and {colleague} was pleased.",
        f"{pronoun} likes the work because {scene.trade['likes']}.",
    ]
    return _told(scene.chance, openings, middles, endings)


def russian(scene: Scene) -> list[str]:
    """Return the four to eight sentences of one Russian document."""
    he, him, to_him = ("она", "её", "ей") if scene.woman else ("он", "его", "ему")
    _, by_title, to_title = parts(scene.trade["title"])
    name, colleague = scene.name, scene.colleague
    tasks = [parts(line) for line in scene.some("tasks", 5)]
    did = [f"{gendered(task[0], scene.woman)} {task[3]}" for task in tasks]
    colleague_did = f"{gendered(tasks[2][0], scene.colleague_woman)} {tasks[2][3]}"
    (tool, use), (other_tool, other_use) = (parts(line) for line in scene.some("tools", 2))
    (trouble, remedy, rest), (other, other_remedy, other_rest) = map(parts, scene.some("troubles", 2))
    place, result = scene.some("places", 1)[0], scene.some("results", 1)[0]
    day, second_day = scene.chance.sample(DAYS["ru"], 2)
    years = scene.chance.choice(YEARS["ru"])
    openings = [
        f"{name} работает {by_title} {place}.",
        f"{name} работает {by_title} уже {years} лет.",
        f"{years} лет назад {name} {gendered('стал', scene.woman)} {by_title}.",
    ]
    middles = [
        [f"утром {he} {did[0]}.", f"после обеда {he} {did[1]}."],
        [f"каждый {second_day.split()[1]} {he} {tasks[2][2]} {tasks[2][3]}."],
        [f"сначала {he} {did[3]}, потом {did[4]}."],
        [f"{tool} удобно {use}."],
        [f"чтобы {other_use}, {he} пользуется {other_tool}."],
        [f"{day} {trouble}, поэтому {he} {gendered(remedy, scene.woman)} {rest}."],
        [f"днём {other}.", f"{he} {gendered(other_remedy, scene.woman)} {other_rest}."],
        [f"{colleague} {colleague_did}, а {name} {did[0]}."],
        [f"{colleague} {gendered('попросил', scene.colleague_woman)} {him} {tasks[4][1]} {tasks[4][3]}."],
        [f"перед уходом домой {to_him} нужно {tasks[0][1]} {tasks[0][3]}."],
        [f"{to_title} нужны {scene.trade['needs']}."],
    ]
    endings = [
        f"к вечеру {result}.",
        f"в конце дня {result}, и {colleague} {gendered('сказал', scene.colleague_woman)} спасибо.",
        f"{to_him} нравится эта работа, потому что {scene.trade['likes']}.",
    ]
    return _told(scene.chance, openings, middles, endings)


def _told(
    chance: random.Random, openings: list[str], middles: list[list[str]], endings: list[str]
) -> list[str]:
    chosen = sorted(chance.sample(range(len(middles)), chance.randint(2, 4)))
    body = [sentence for number in chosen for sentence in middles[number]]
    return [chance.choice(openings), *body, chance.choice(endings)]


def parts(line: str) -> list[str]:
    """Return what `|` parts.

    >>> parts("a plane | smooth a board")
    ['a plane', 'smooth a board']
    """
    return [part.strip() for part in line.split("|")]


def past(task: str) -> str:
    """Return a task in the past tense.

    >>> past("carry the box"), past("write a test")
    ('carried the box', 'wrote a test')
    """
    verb, _, rest = task.partition(" ")
    if verb not in PAST and re.search(r"[^aeiou]y$", verb):
        verb = verb[:-1] + "ied"
    else:
        verb = PAST.get(verb, verb + ("d" if verb.endswith("e") else "ed"))
    return f"{verb} {rest}"


def present(task: str) -> str:
    """Return a task in the present tense of the third person.

    >>> present("carry the box"), present("fix a bug")
    ('carries the box', 'fixes a bug')
    """
    verb, _, rest = task.partition(" ")
    if re.search(r"[^aeiou]y$", verb):
        verb = verb[:-1] + "ies"
    else:
        verb += "es" if verb.endswith(("s", "x", "ch", "sh", "o")) else "s"
    return f"{verb} {rest}"


def gendered(verb: str, woman: bool) -> str:  # noqa: FBT001 - two forms of a verb
    """Return a Russian verb of the past tense in the form that fits a woman or a man."""
    return verb + "а" if woman and not verb.endswith("а") else verb


def tagged(source: str) -> str:
    """Return sentences with `[words](TYPE)` as CoNLL: a word and its tag a line, empty lines between them."""
    sentences = []
    for line in source.splitlines():
        rows, place = [], 0
        for entity in ENTITY.finditer(line):
            rows += [(word, "O") for word in WORD.findall(line[place : entity.start()])]
            words = WORD.findall(entity[1])
            rows += [(word, f"{'I' if number else 'B'}-{entity[2]}") for number, word in enumerate(words)]
            place = entity.end()
        rows += [(word, "O") for word in WORD.findall(line[place:])]
        sentences.append("".join(f"{word}\t{tag}\n" for word, tag in rows))
    return "\n".join(sentences)


def questions(source: str) -> str:
    """Return paragraphs with questions as JSON in the form of SQuAD 2.0.

    Raises:
        ValueError: an answer does not stand in its paragraph exactly once.
    """
    articles = [_article(block.splitlines()) for block in re.split(r"^# ", source, flags=re.MULTILINE)[1:]]
    return json.dumps({"version": "v2.0", "data": articles}, ensure_ascii=False, indent=1) + "\n"


def _article(lines: list[str]) -> dict[str, Any]:
    title, context = lines[0].strip(), lines[1].strip()
    asked = [_question(line, context) for line in lines[2:] if line.strip()]
    return {"title": title, "paragraphs": [{"context": context, "qas": asked}]}


def _question(line: str, context: str) -> dict[str, Any]:
    question, *answer = parts(line[1:])
    name = hashlib.sha256(f"{context} {question}".encode()).hexdigest()[:12]
    asked: dict[str, Any] = {"id": name, "question": question, "is_impossible": line[0] == "!", "answers": []}
    if line[0] == "?":
        (text,) = answer
        if context.count(text) != 1:
            raise ValueError(f"{text!r} must stand in its paragraph once, not {context.count(text)} times")
        asked["answers"].append({"text": text, "answer_start": context.index(text)})
    return asked


def files(documents: int = DOCUMENTS) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file that is built."""
    for language in ("en", "ru"):
        yield f"corpus.{language}.txt", corpus(language, documents)
    made: dict[str, tuple[str, Callable[[str], str]]] = {
        "entities": ("conll", tagged),
        "questions": ("json", questions),
    }
    for stem, (ending, make) in made.items():
        for part in ("", "-test"):
            source = (SOURCES / f"{stem}{part}.txt").read_text(encoding="utf-8")
            yield f"{stem}{part}.{ending}", make(source)


def main() -> None:
    """Write all files."""
    parser = argparse.ArgumentParser(description="Build the texts for encoders from their sources.")
    parser.add_argument("--output", type=Path, default=HERE, help="Folder to write to.")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="Documents of each corpus.")
    options = parser.parse_args()
    output = options.output
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files(options.documents):
        (output / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
