"""Rows that are as full as whole sentences make them, as RoBERTa is trained.

Source: Liu et al. 2019 (arXiv:1907.11692), section 4.2, FULL-SENTENCES.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metier.training.backbone import Frame
from metier.workbench.pretraining.rows import NO_WORD, TextRow, TokenDocument, framed


def pack_rows(
    documents: Sequence[TokenDocument], frame: Frame, *, separator: int, max_tokens: int
) -> list[TextRow]:
    """Return rows of sentences in their order, filled over the ends of documents.

    A sentence that does not fit begins the next row; one longer than a row is cut. Every token stands in one
    row, once. Between two documents of a row stands a separator.

    Args:
        documents: in order.
        frame: of one text.
        separator: token between two documents.
        max_tokens: of a row, special ones included; above the length of the frame.

    Returns:
        No rows for no documents; the last one may be shorter than the others.
    """
    room = max_tokens - len(frame)
    between = np.array([separator], np.int32), np.array([NO_WORD], np.int32)
    rows = []
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    length = 0
    for document in documents:
        borders = [between] if parts else []
        for place in document.sentences(room):
            if length + len(borders) + len(place) > room:
                rows.append(_joined(frame, parts))
                parts, borders, length = [], [], 0
            part = slice(place.start, place.stop)
            parts += [*borders, (document.ids[part], document.words[part])]
            length += len(borders) + len(place)
            borders = []
    return [*rows, _joined(frame, parts)] if parts else rows


def _joined(frame: Frame, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> TextRow:
    ids, words = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    return framed(frame, [(ids, words)])
