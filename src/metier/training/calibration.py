"""Texts that fix the ranges of int8 numbers, and texts kept aside that say what the small numbers cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

from tokenizers import Tokenizer

from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput
from metier.training.corpus import in_held_out_part

HELD_OUT_SHARE: Final = 0.1
N_CALIBRATION: Final = 60
N_COMPARED: Final = 200
METRIC: Final = "cosine_to_float32_held_out"
_CALIBRATION_TOKENS: Final = 256
_CALIBRATION_CHARS: Final = 400
_OWN_TEXTS: Final = ("ko", "he")


def calibration_rows(
    tokenizer: str, texts: Sequence[str], prefixes: Mapping[TextKind, str]
) -> list[list[int]]:
    """Return token ids of 60 texts: own Korean and Hebrew ones, the rest spread evenly over `texts`.

    Args:
        tokenizer: content of a `tokenizer.json`.
        texts: at least 40 of 400 characters, those that are held out not counted.
        prefixes: words before a text of each kind; half of the rows are queries.

    Raises:
        InvalidInput: fewer than 40 of the texts have 400 characters.
    """
    own = [text for language in _OWN_TEXTS for text in own_texts(language)]
    long = sorted(text for text in texts if len(text) >= _CALIBRATION_CHARS and not _held_out(text))
    wanted = N_CALIBRATION - len(own)
    if len(long) < wanted:
        raise InvalidInput(
            f"Calibration needs {wanted} texts of {_CALIBRATION_CHARS} characters or more. Got {len(long)}."
        )
    chosen = own + [long[i * len(long) // wanted] for i in range(wanted)]
    encoder = Tokenizer.from_str(tokenizer)
    encoder.enable_truncation(_CALIBRATION_TOKENS)
    kinds = list(TextKind)
    return [encoder.encode(prefixes.get(kinds[i % 2], "") + text).ids for i, text in enumerate(chosen)]


def own_texts(language: str) -> list[str]:
    """Return the texts that were written for calibration in one language."""
    content = (
        resources.files("metier.training").joinpath("texts", f"{language}.txt").read_text(encoding="utf-8")
    )
    return [text.strip() for text in content.split("\n---\n") if text.strip()]


def held_out_cosines(small: Encoder, large: Encoder, texts: Sequence[str]) -> dict[str, float]:
    """Return how near the vectors of two encoders are on at most 200 long texts that were kept aside.

    Returns:
        How many different texts there were, mean and least cosine; nothing where no text was kept aside.
    """
    held_out = sorted(text for text in texts if len(text) >= _CALIBRATION_CHARS and _held_out(text))
    if not held_out:
        return {}
    sample = [held_out[i * len(held_out) // N_COMPARED] for i in range(N_COMPARED)]
    one, other = (encoder.encode(sample, kind=TextKind.PASSAGE) for encoder in (small, large))
    cosines = (one * other).sum(axis=1)
    found = {"mean": float(cosines.mean()), "min": float(cosines.min())}
    return {"texts": len(set(sample)), **{name: round(value, 5) for name, value in found.items()}}


def _held_out(text: str) -> bool:
    return in_held_out_part(text, share=HELD_OUT_SHARE)
