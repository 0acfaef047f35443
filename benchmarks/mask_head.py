"""Builds the head for masked words that ships, from public job ads and resumes without names.

    python benchmarks/mask_head.py --data FOLDER --output BUILT
    python benchmarks/mask_head.py --data FOLDER --output BUILT --layers 2 4 6 8 10 12

FOLDER is laid out as benchmarks/README.md says. BUILT gets corpus/ and head/ with run/ and model/, which goes
to src/metier/models/mask-words. A twelfth of the texts, told by their hashes, is measured on; nearly equal
texts stand on one side, and damaged rows are only learned from. About 25 minutes on one core.

The second line instead compares the layers whose states a head can read, with few windows and one pass each,
as the layer of the shipped head was chosen; about two minutes a layer. Layers 4 and 6 were best and not told
apart, so the lower one reads; the last one, whose states are made for vectors of whole texts, was worst.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from metier.encoders.folder import file_hashes
from metier.encoders.load import BASE, shipped_models
from metier.training.corpus import in_held_out_part
from metier.training.output import MODEL, Origin, Watch
from metier.training.splits import Part, assign_parts
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.mask_figures import MaskFigures, measure_mask_head
from metier.workbench.looking.mask_head import MaskHead
from metier.workbench.looking.mask_training import LAYER, MaskHeadOptions, MaskHeadRun, train_mask_head
from metier.workbench.looking.masked_states import Masking, masked_states

Rows = dict[str, list[dict[str, str]]]
NOISY = "hh_2022_noisy"
RUSSIAN = ("hh_2022", "hh_2025", NOISY, "superjob_2018")
SHARES = {Part.TRAIN: 11 / 12, Part.TUNE: 1 / 12}
RESUMES = 0.35
"""Share of the resumes, so that they are not most of what is learned from."""
SEED = 42
OPTIONS = MaskHeadOptions(windows=18_000, dev_windows=1_200, epochs=4, seed=SEED)
WATCH = Watch(lambda words: print(words, file=sys.stderr, flush=True))
COMPARED = MaskHeadOptions(windows=3_000, dev_windows=600, epochs=1, seed=SEED)
_CELL_LIMIT = 10_000_000


def source_files(data: Path) -> list[Path]:
    """Return the files that the corpus is made of."""
    russian, english = data / "vacancies-ru", data / "vacancies-en"
    return [
        *(russian / f"{name}.jsonl" for name in RUSSIAN),
        *(english / name for name in ("linkedin_2024.jsonl", "nofluffjobs_2022.jsonl", "dice.csv")),
        data / "resumes-en" / "livecareer.jsonl",
    ]


def read_sources(data: Path) -> dict[str, list[str]]:
    """Return the texts of each source, each once."""
    russian, english = data / "vacancies-ru", data / "vacancies-en"
    titled = ("title", "description")
    found = {
        "hh_2022": _joined(_lines(russian / "hh_2022.jsonl"), titled),
        "hh_2025": _joined(_lines(russian / "hh_2025.jsonl"), titled),
        NOISY: _joined(_lines(russian / f"{NOISY}.jsonl"), ("description",)),
        "superjob_2018": _joined(
            _lines(russian / "superjob_2018.jsonl"), ("name", "duties", "requirements", "conditions")
        ),
        "linkedin_2024": _joined(_lines(english / "linkedin_2024.jsonl"), titled),
        "nofluffjobs_2022": _joined(_lines(english / "nofluffjobs_2022.jsonl"), ("position", "description")),
        "dice": _joined(_table(english / "dice.csv"), ("jobtitle", "jobdescription")),
        "livecareer": [
            text
            for text in _joined(_lines(data / "resumes-en" / "livecareer.jsonl"), ("text",))
            if in_held_out_part(text, share=RESUMES)
        ],
    }
    return {name: list(dict.fromkeys(text for text in texts if text)) for name, texts in found.items()}


def divide(sources: Mapping[str, Sequence[str]]) -> Rows:
    """Return the rows to learn from and to measure on; damaged texts of the second part are left out."""
    named = [(name, text) for name, texts in sources.items() for text in texts]
    parts = assign_parts([text for _, text in named], SHARES, seed=SEED)
    rows: Rows = {"train": [], "dev": []}
    for (name, text), part in zip(named, parts, strict=True):
        language = "ru" if name in RUSSIAN else "en"
        if part is Part.TRAIN:
            rows["train"].append({"source": name, "language": language, "text": text})
        elif name != NOISY:
            rows["dev"].append({"source": name, "language": language, "text": text})
    return rows


def write_corpus(data: Path, output: Path) -> Rows:
    """Write both parts as JSON lines and return them."""
    rows = divide(read_sources(data))
    output.mkdir(parents=True, exist_ok=True)
    for part, own in rows.items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in own)
        (output / f"{part}.jsonl").write_text("".join(lines), encoding="utf-8")
    return rows


def show(name: str, figures: MaskFigures) -> None:
    """Print figures in a line."""
    both = (
        (figures.accuracy, figures.unigram_accuracy),
        (figures.top_5, figures.unigram_top_5),
        (figures.perplexity, figures.unigram_perplexity),
    )
    words = ", ".join(
        f"{title} {own.value:.4g} ({own.low:.4g} to {own.high:.4g}) against {usual.value:.4g}"
        for title, (own, usual) in zip(("accuracy", "top 5", "perplexity"), both, strict=True)
    )
    print(f"{name}: {figures.n:,} tokens of {figures.n_texts} texts, {words}")


def _joined(rows: Iterator[Mapping[str, Any]], fields: Sequence[str]) -> list[str]:
    return ["\n".join(html.unescape(row.get(field) or "") for field in fields).strip() for row in rows]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _table(path: Path) -> Iterator[dict[str, Any]]:
    limit = csv.field_size_limit(_CELL_LIMIT)  # it is one for the whole process
    try:
        with path.open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table))
    finally:
        csv.field_size_limit(limit)
    return iter(rows)


def build(data: Path, rows: Rows, output: Path) -> None:
    """Train the head that ships, and say what it guesses, by language too."""
    origin = Origin(
        "metier-mask-words",
        license="MIT",
        languages=("en", "ru"),
        command="python benchmarks/mask_head.py",
        training_data=file_hashes(source_files(data)),
    )
    encoder = LayerStates.load(shipped_models()[BASE], layer=LAYER, threads=1)
    trained = train_mask_head(encoder, run_of(rows, OPTIONS, origin), output, watch=WATCH)
    show("all", trained.figures)
    head = MaskHead.load(output / MODEL)
    for language in ("en", "ru"):
        texts = [row["text"] for row in rows["dev"] if row["language"] == language]
        masking = Masking(OPTIONS.dev_windows, OPTIONS.max_tokens, OPTIONS.share, mixed=False)
        masked = masked_states(encoder, texts, masking, seed=SEED)
        show(language, measure_mask_head(head, encoder, masked, trained.counts, seed=SEED))


def compare(rows: Rows, layers: Sequence[int], output: Path) -> None:
    """Train a small head on the states after each layer, and say what it guesses."""
    for layer in layers:
        encoder = LayerStates.load(shipped_models()[BASE], layer=layer, threads=1)
        run = run_of(rows, COMPARED, Origin(f"layer-{layer}"))
        show(f"layer {layer}", train_mask_head(encoder, run, output / f"layer-{layer}", watch=WATCH).figures)


def run_of(rows: Rows, options: MaskHeadOptions, origin: Origin) -> MaskHeadRun:
    """Return a run on both parts of the corpus."""
    learned, measured = ([row["text"] for row in rows[part]] for part in ("train", "dev"))
    return MaskHeadRun(learned, measured, options, origin)


def main() -> None:
    """Write the corpus, then build the head or compare layers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--layers", type=int, nargs="*", default=[], help="compare heads on these layers")
    arguments = parser.parse_args()
    rows = write_corpus(arguments.data, arguments.output / "corpus")
    if arguments.layers:
        compare(rows, arguments.layers, arguments.output)
    else:
        build(arguments.data, rows, arguments.output / "head")


if __name__ == "__main__":
    main()
