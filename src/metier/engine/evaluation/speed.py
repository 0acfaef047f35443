"""How many tokens an encoder reads in a second, on texts that never change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from metier.encoders.reading import Encoder

_SENTENCES: Final = (
    "We look for a backend developer who has built web services in Python and PostgreSQL.",
    "You will plan releases with the product team and review the code of two colleagues.",
    "Ищем инженера данных: потоки в Kafka, хранилище на ClickHouse, отчёты для отдела продаж.",
    "Опыт работы с Linux и Docker обязателен, знание Kubernetes будет преимуществом.",
    "The nurse keeps the records of the ward and teaches families how to care at home.",
    "Слесарь собирает узлы по чертежам, проверяет размеры и ведёт журнал смены.",
)
_LENGTHS: Final = (1, 1, 2, 3, 5, 8, 13)
_ROUNDS: Final = 3


def sample_texts() -> list[str]:
    """Return made-up sentences in two languages, alone and in texts of up to thirteen."""
    texts = []
    for start in range(len(_SENTENCES)):
        for length in _LENGTHS:
            texts.append(" ".join(_SENTENCES[(start + i) % len(_SENTENCES)] for i in range(length)))
    return texts


def tokens_per_second(encoder: Encoder, texts: Sequence[str] | None = None) -> float:
    """Return how many tokens of text an encoder reads in a second: the best of three rounds after one more.

    Args:
        encoder: it must not remember what it read.
        texts: at least one; `sample_texts` by default.
    """
    asked = sample_texts() if texts is None else texts
    n_tokens = sum(len(reading.states) for reading in encoder.read_all(asked))  # shapes are prepared here
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        encoder.read_all(asked)
        best = min(best, time.perf_counter() - began)
    return n_tokens / max(best, 1e-9)
