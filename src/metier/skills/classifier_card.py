"""The README of a trained skill classifier: what its card says, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry
from metier.skills.architectures.save import TASK_PREFIX

README: Final = "README.md"
_HOW: Final = {
    "pairwise": "reads a skill and the text together, once for each skill, and tells the class",
    "one-pass": "reads the text once and tells the classes of a fixed list of skills",
    "label-attention": "reads the text once, scores every token for every skill, and points at the words",
}
_SHOWN: Final = (
    ("macro_f1", "macro-F1 of the three classes"),
    ("accuracy", "accuracy"),
    ("average_precision", "average precision of \"shown\""),
    ("calibration_error", "calibration error"),
    ("f1_explicit", "F1 of explicit"),
    ("f1_implicit", "F1 of implicit"),
    ("f1_none", "F1 of none"),
)  # fmt: skip


def add_readme(folder: Path) -> ModelCard:
    """Write README.md into a model folder and list it in the folder's card, which comes back.

    Raises:
        NotFound: no model folder.
        ModelFormatError: its card breaks a rule.
    """
    card = ModelFolder.peek(folder).card
    (folder / README).write_bytes(readme_of(card).encode())
    card = replace(card, files={**card.files, README: file_entry(folder / README)})
    (folder / CARD).write_bytes(card.dump())
    return card


def readme_of(card: ModelCard) -> str:
    """Return the text of a model's README: what it does, how it was made, and how well it does."""
    architecture = card.task.removeprefix(TASK_PREFIX)
    languages = f" Meant for {', '.join(card.languages)}." if card.languages else ""
    how = _HOW.get(architecture, "classifies pairs of text and skill")
    terms = card.license or "not stated; that of what it was made from and of the data applies"
    lines = [
        f"# {card.name}",
        "",
        "Tells of a text and a skill whether the text shows the skill: not at all, implicitly or explicitly.",
        "",
        f"- **How**: {architecture}; it {how}.{languages}",
        f"- **Made from**: {card.base}.",
        f"- **License**: {terms}.",
        f"- **Made by**: `{card.command}`" if card.command else "- **Made by**: not stated.",
        f"- **Use**: `metier skills detect --architecture {architecture} --model DIR --text TEXT`.",
        "- **Safety**: no file of this folder holds code; `model.json` has the hash of each.",
        "- **Not for**: any decision about a person without a person. How far its probabilities can be",
        "  trusted depends on how much your texts are like those it learned from: `metier skills evaluate`.",
        "",
        "## Data",
        "",
        *(_data_lines(card.training_data) or ["Not stated."]),
        *_figure_lines(card.metrics.get("tune")),
    ]
    return "\n".join(lines) + "\n"


def _data_lines(files: Mapping[str, str]) -> list[str]:
    if not files:
        return []
    return [
        "| file | SHA-256 |",
        "|---|---|",
        *(f"| {name} | `{sha256}` |" for name, sha256 in files.items()),
    ]


def _figure_lines(figures: Any) -> list[str]:
    """Return the table of what was measured on the tune part; nothing for a card without it."""
    if not isinstance(figures, dict) or "intervals" not in figures:
        return []
    rows = []
    for name, words in _SHOWN:
        kind = name.removeprefix("f1_")
        value = figures["classes"][kind]["f1"] if name.startswith("f1_") else figures[name]
        ends = figures["intervals"][name]
        if value is not None:
            rows.append(f"| {words} | {value:.3f} | {f'{ends[0]:.3f} to {ends[1]:.3f}' if ends else '-'} |")
    return [
        "",
        "## Figures",
        "",
        f"On the tune part, which chose the weights, so that they flatter: {figures['n_pairs']:,} pairs of "
        f"{figures['n_texts']:,} texts, negatives sampled. Intervals are 95 %, by bootstrap over texts.",
        "",
        "| figure | value | interval |",
        "|---|---|---|",
        *rows,
    ]
