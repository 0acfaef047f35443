"""Share of sentences that linking takes for boilerplate, with and without marked skills.

Data: SkillSpan's development part (`skillspan/dev.json`), sentences of English job ads in which people marked
the words that tell of skills and knowledge. The expressions were chosen and mended without it; its training
part was read for them. A sentence without a mark may be anything: a heading, a duty in general words, or
boilerplate; so the share of those that is dropped is no recall. Each sentence is judged by itself: what
headings say of a section is not measured here. Intervals are Wilson's, 95 %.

    python benchmarks/boilerplate.py --data FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metier.skills.linking.boilerplate import is_boilerplate
from metier.skills.span_sets import read_span_sets
from metier.training.intervals import wilson


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Sentences that linking takes for boilerplate.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    options = parser.parse_args()
    rows = read_span_sets(options.data / "skillspan" / "dev.json")
    for name, has_marks in (("without marked skills", False), ("with marked skills", True)):
        dropped = [is_boilerplate(row.text) for row in rows if bool(row.spans) is has_marks]
        share = wilson(sum(dropped), len(dropped))
        print(
            f"Sentences {name}: {sum(dropped):,} of {len(dropped):,} dropped, {share.value:.2%} "
            f"({share.low:.2%} to {share.high:.2%})"
        )


if __name__ == "__main__":
    main()
