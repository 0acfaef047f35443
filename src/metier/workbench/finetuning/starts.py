"""What fine-tuning begins with: a network that has the head, or gets a new one."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from metier.errors import InvalidInput
from metier.training.networks import Head, Network, load_network, new_network, saved_head
from metier.workbench.finetuning.batches import takes_types
from metier.workbench.finetuning.classify import check_labels
from metier.workbench.finetuning.entities import OUTSIDE, split_tag
from metier.workbench.finetuning.rows import ClassRow, Row, TagRow


def labels_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the labels of a new head: classes in order, or O and B- and I- of each type; none for others.

    Whole numbers are ordered by their size.

    Raises:
        InvalidInput: fewer than two classes, or no entity in any sentence.
    """
    classes = {row.label for row in rows if isinstance(row, ClassRow)}
    kinds = {split_tag(tag)[1] for row in rows if isinstance(row, TagRow) for tag in row.tags} - {""}
    if isinstance(rows[0], ClassRow):
        if len(classes) < 2:
            raise InvalidInput(
                f"Classes are learned from rows of at least two labels. Got {len(classes)}; add others."
            )
        numbers = all(label.isascii() and label.isdecimal() for label in classes)
        return tuple(sorted(classes, key=lambda label: (int(label) if numbers else 0, label)))
    if isinstance(rows[0], TagRow):
        if not kinds:
            raise InvalidInput(
                "Entities are learned from tags other than O. All are O; check the last column."
            )
        return (OUTSIDE, *(f"{mark}-{kind}" for kind in sorted(kinds) for mark in "BI"))
    return ()


def begin(source: str, head: Head, rows: Sequence[Row], *, new_head: bool, seed: int) -> Network:
    """Return the network that learns from rows.

    One that was saved with such a head goes on with it, if it knows the labels; any other gets a new one,
    drawn from the seed.

    Args:
        source: a folder or hub name; `load_network`.
        head: of the task.
        rows: to learn from, at least one.
        new_head: give it a new head in any case.
        seed: of the new head.

    Raises:
        ModelMismatch: its head knows other labels than the rows have; both are named. Or it cannot have such
            a head.
        InvalidInput: of `labels_of`.
        NotFound: of `load_network`.
        ModelFormatError: of `load_network`.
        MissingExtra: the `train` extra is not installed.
    """
    labels = labels_of(rows)
    network = load_network(source, head, seed=seed)
    if saved_head(network.model.config) is head and not new_head:
        if labels:
            used = {row.label for row in rows if isinstance(row, ClassRow)}
            check_labels(network, used | {tag for row in rows if isinstance(row, TagRow) for tag in row.tags})
        return network
    return _with_new_head(network, head, labels, seed)


def set_saved(network: Network, name: str, value: Any) -> None:
    """Set a field of a network's tokenizer, and in what `tokenizer_config.json` will say."""
    setattr(network.tokenizer, name, value)
    network.tokenizer.init_kwargs[name] = value


def _with_new_head(network: Network, head: Head, labels: Sequence[str], seed: int) -> Network:
    config: Any = copy.deepcopy(network.model.config)
    fresh = new_network(config, network.tokenizer, head, name=network.name, labels=labels or None, seed=seed)
    # Not all heads stand on the pooler, so one of the two may lack it; a new one is drawn from the seed.
    fresh.backbone.load_state_dict(network.backbone.state_dict(), strict=False)
    names = ["input_ids", "attention_mask"]
    if takes_types(fresh):
        names.insert(1, "token_type_ids")
    set_saved(fresh, "model_input_names", names)  # so that transformers gives it what it was trained with
    return fresh
