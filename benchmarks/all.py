"""The table of the README: every task's score, from the `evaluation.json` that `metier evaluate` wrote.

A cell holds the score with its 95 % interval over rows, and ▲ where a model is better than the first
one, ▼ where it is worse, by a paired interval that holds no 0.

    metier evaluate --data sets/ --model NAME ... --output figures/
    python benchmarks/all.py --evaluation figures/evaluation.json
    python benchmarks/all.py --evaluation figures/evaluation.json --update README.md
    python benchmarks/all.py --evaluation figures/evaluation.json --alone skills.json --alone search.json

`--alone` adds a column of encoders that were trained on one task each: a file is an evaluation of such an
encoder on the sets of its task, with the same first model as the main one. `--update` writes the table
between the lines `<!-- evaluation -->` and `<!-- /evaluation -->` of a file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN = "<!-- evaluation -->"
END = "<!-- /evaluation -->"
ALONE = "each task alone"
SIGNS = {"better": " ▲", "worse": " ▼"}


def markdown_table(content: Mapping[str, Any], alone: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the table of an evaluation, its last rows the mean and the size.

    Args:
        content: of `evaluation.json`.
        alone: evaluations of two models each, the second of which was trained on one task alone.

    Raises:
        ValueError: one of `alone` is not of two models, the first being that of `content`.
    """
    models = [model["name"] for model in content["models"]]
    single = _single_figures(content, alone)
    heads = [*models, ALONE] if alone else models
    rows = [["task", "score", "rows", *heads], ["---", "---", "---:", *("---:" for _ in heads)]]
    for found in content["sets"]:
        score = found["score"]
        cells = [_cell(found["figures"][name][score]) for name in models]
        if alone:
            cells.append(_cell(single[found["name"]][score]) if found["name"] in single else "")
        rows.append([found["name"], content["figures"][score]["title"], f"{found['n_rows']:,}", *cells])
    last = [""] if alone else []
    means = [model["mean"] for model in content["models"]]
    if all(mean is not None for mean in means):
        rows.append(["**mean**", "", "", *(_cell(mean) for mean in means), *last])
    sizes = [model["megabytes"] for model in content["models"]]
    rows.append(["size, MB", "", "", *("" if size is None else f"{size:.1f}" for size in sizes), *last])
    return "".join(f"| {' | '.join(_escaped(cell) for cell in row)} |\n" for row in rows)


def _single_figures(
    content: Mapping[str, Any], alone: Sequence[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Return the figures of the models that were trained on one task alone, by set."""
    first = content["models"][0]["name"]
    single = {}
    for each in alone:
        names = [model["name"] for model in each["models"]]
        if len(names) != 2 or names[0] != first:
            raise ValueError(f"An evaluation for --alone holds {first} and one more. Got {', '.join(names)}.")
        single |= {found["name"]: found["figures"][names[1]] for found in each["sets"]}
    return single


def _cell(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "–"
    value = f"{figure['value']:.3f}{SIGNS.get(figure['verdict'], '')}"
    if figure["low"] is None:
        return value
    return f"{value} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def updated(text: str, table: str) -> str:
    """Return a text with the table between the two marks, in place of what stood there.

    Raises:
        ValueError: not exactly one of each mark, the first before the second.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"There must be one {BEGIN} and after it one {END}.")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table}{END}{rest.partition(END)[2]}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or write it into a file; return 1 where the file has no place for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--evaluation", type=Path, required=True, help="evaluation.json")
    parser.add_argument("--alone", type=Path, action="append", default=[], help="of one task; repeatable")
    parser.add_argument("--update", type=Path, help="a file with the two marks")
    chosen = parser.parse_args(arguments)
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in (chosen.evaluation, *chosen.alone)]
    try:
        table = markdown_table(contents[0], contents[1:])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if chosen.update is None:
        print(table, end="")
        return 0
    try:
        text = updated(chosen.update.read_text(encoding="utf-8"), table)
    except ValueError as error:
        print(f"{chosen.update}: {error}", file=sys.stderr)
        return 1
    chosen.update.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
