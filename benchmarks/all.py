"""The table of the README: every task's score, from the `evaluation.json` that `metier evaluate` wrote.

A cell holds the score with its 95 % interval over rows, and ▲ where a model is better than the first
one, ▼ where it is worse, by a paired interval that holds no 0.

    metier evaluate --data sets/ --model NAME ... --output figures/
    python benchmarks/all.py --evaluation figures/evaluation.json
    python benchmarks/all.py --evaluation figures/evaluation.json --update README.md

`--update` writes the table between the lines `<!-- evaluation -->` and `<!-- /evaluation -->` of a file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN = "<!-- evaluation -->"
END = "<!-- /evaluation -->"
SIGNS = {"better": " ▲", "worse": " ▼"}


def markdown_table(content: Mapping[str, Any]) -> str:
    """Return the table of an evaluation, its last rows the mean and the size."""
    models = [model["name"] for model in content["models"]]
    rows = [["task", "score", "rows", *models], ["---", "---", "---:", *("---:" for _ in models)]]
    for found in content["sets"]:
        score = found["score"]
        cells = [_cell(found["figures"][name][score]) for name in models]
        rows.append([found["name"], content["figures"][score]["title"], f"{found['n_rows']:,}", *cells])
    means = [model["mean"] for model in content["models"]]
    if all(mean is not None for mean in means):
        rows.append(["**mean**", "", "", *(_cell(mean) for mean in means)])
    sizes = [model["megabytes"] for model in content["models"]]
    rows.append(["size, MB", "", "", *("" if size is None else f"{size:.1f}" for size in sizes)])
    return "".join(f"| {' | '.join(_escaped(cell) for cell in row)} |\n" for row in rows)


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
    parser.add_argument("--update", type=Path, help="a file with the two marks")
    chosen = parser.parse_args(arguments)
    table = markdown_table(json.loads(chosen.evaluation.read_text(encoding="utf-8")))
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
