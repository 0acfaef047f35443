"""The contract that every encoder keeps, as checks that anyone can run on theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput, ModelMismatch
from metier.types import Span

_TEXTS: Final = (
    "Five years of Python; built web services for a bank.",
    "",
    "Разработка сервисов на Go, PostgreSQL и Kafka.",
    "백엔드 개발자, 자바와 스프링 경력 3년",
    "מפתח תוכנה עם ניסיון בפייתון",
    "a",
    "  leading and trailing white space\n\n",
    "emoji \U0001f680, ligature \ufb01, zero\u200bwidth, null \x00, lone \ud800 surrogate",
    "Led a team. " * 300,
    "Five years of Python; built web services for a bank.",
)
_NORM_TOLERANCE: Final = 1e-5


def check_encoder(encoder: Encoder) -> None:
    """Check that an encoder keeps the contract of `Encoder`.

    Shapes, types and norms; empty input; the same bytes alone, in any batch, in any order, from several
    threads one after another, and on the second try; tokens that lie in order within the text; the vector
    of a reading; inputs left as they were; a lone string refused.

    Raises:
        ModelMismatch: it does not; the message says which rule it broke.
    """
    _check_shapes(encoder)
    _check_same_bytes(encoder)
    for text in _TEXTS:
        _check_reading(encoder, text)
    _check_pool(encoder)
    _check_lone_string(encoder)


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not holds:
        raise _broken(rule)


def _broken(rule: str) -> ModelMismatch:
    return ModelMismatch(f"The encoder breaks its contract: {rule}")


def _check_shapes(encoder: Encoder) -> None:
    for kind in TextKind:
        none = encoder.encode([], kind=kind)
        _require(
            none.shape == (0, encoder.dim) and none.dtype == np.float32,
            "no texts must give (0, dim) float32.",
        )
        some = encoder.encode(_TEXTS, kind=kind)
        _require(some.shape == (len(_TEXTS), encoder.dim), "n texts must give (n, dim).")
        _require(some.dtype == np.float32, "vectors must be float32.")
        norms = np.linalg.norm(some.astype(np.float64), axis=1)
        _require(bool(np.all(np.abs(norms - 1) < _NORM_TOLERANCE)), "vectors must have L2 norm 1.")
    _require(len(encoder.sha256) == 64 and bool(encoder.name), "it must have a name and a SHA-256.")


def _check_same_bytes(encoder: Encoder) -> None:
    texts = list(_TEXTS)
    together = encoder.encode(texts, kind=TextKind.PASSAGE)
    _require(texts == list(_TEXTS), "it must leave the list of texts as it was.")
    _require(
        _same(together, encoder.encode(texts, kind=TextKind.PASSAGE)),
        "the second try must give the same bytes.",
    )
    alone = np.concatenate([encoder.encode([text], kind=TextKind.PASSAGE) for text in texts])
    _require(_same(together, alone), "a text alone must give the same bytes as in a batch.")
    backwards = encoder.encode(texts[::-1], kind=TextKind.PASSAGE)[::-1]
    _require(_same(together, backwards), "the order of the texts must not change a byte.")
    with ThreadPoolExecutor(1) as other:
        elsewhere = other.submit(encoder.encode, texts, kind=TextKind.PASSAGE).result()
    _require(_same(together, elsewhere), "another thread must get the same bytes.")


def _check_reading(encoder: Encoder, text: str) -> None:
    reading = encoder.read(text)
    n_tokens = len(reading.states)
    _require(reading.states.shape == (n_tokens, encoder.dim), "states must be (n_tokens, dim).")
    _require(reading.spans.shape == (n_tokens, 2), "spans must be (n_tokens, 2).")
    starts, ends = reading.spans[:, 0], reading.spans[:, 1]
    inside = bool(np.all((starts >= 0) & (starts <= ends) & (ends <= len(text))))
    _require(inside, "tokens must lie within the text.")
    _require(bool(np.all(np.diff(starts) >= 0)), "tokens must begin in the order of the text.")
    vector = encoder.encode([text], kind=TextKind.PASSAGE)[0]
    _require(
        _same(reading.vector, vector), "the vector of a reading must equal that of the text as a passage."
    )


def _check_pool(encoder: Encoder) -> None:
    text = _TEXTS[0]
    reading = encoder.read(text)
    pooled = reading.pool([Span(0, len(text)), Span(0, 0)])
    _require(pooled.shape == (2, encoder.dim), "pooling n spans must give (n, dim).")
    _require(
        bool(np.any(pooled[0])) and not np.any(pooled[1]),
        "a span without tokens must give zeros, others not.",
    )


def _check_lone_string(encoder: Encoder) -> None:
    try:
        encoder.encode(_TEXTS[0], kind=TextKind.QUERY)
    except InvalidInput:
        return
    raise _broken("a lone string must be refused, since it would be read letter by letter.")


def _same(left: NDArray[np.float32], right: NDArray[np.float32]) -> bool:
    return left.tobytes() == right.tobytes()
