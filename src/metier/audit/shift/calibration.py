"""What ordinary edits do to a model: measured on texts, fitted by kind of edit, kept with its hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from math import inf, isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from metier.audit.shift.curves import SPREAD_COLUMNS, USUAL_COLUMNS, Curve, fit_curve
from metier.audit.shift.difference import Difference, DifferenceKind, find_difference
from metier.audit.shift.measures import FLOORS, VECTOR, Measures, measure_shifts
from metier.audit.shift.ordinary import EDITS, SIZES
from metier.documents.sentences import find_sentences
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.schedule import derived_seed

FORMAT: Final = 1
LEAST_EDITS: Final = 30
"""Ordinary edits of a kind without which nothing is said of that kind."""
MOST_EDITS: Final = 16
_LEAST_TEXT: Final = 20
_NOTHING: Final = Measures()


@dataclass(frozen=True, slots=True)
class OrdinaryEdit:
    """What one ordinary edit did.

    Attributes:
        name: of the edit.
        kind: how the texts differ.
        share: of the text that differs, above 0 and at most 1.
        length: of the original, in characters.
        magnitudes: by measure, at least 0.
    """

    name: str
    kind: DifferenceKind
    share: float
    length: int
    magnitudes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What ordinary edits do to one model; made by `calibrate`, read by `read_calibration`.

    Attributes:
        model: name of the encoder.
        model_sha256: its hash.
        texts: how many texts were edited.
        seed: of the edits.
        subjects: by measure beside the vector, the name of what gives its figures.
        curves: by measure and kind of difference.
    """

    model: str
    model_sha256: str
    texts: int
    seed: int
    subjects: Mapping[str, str]
    curves: Mapping[str, Mapping[DifferenceKind, Curve]]

    def knows(self, measure: str, subject: str) -> bool:
        """Tell whether a measure was calibrated with the figures of a subject."""
        return self.subjects.get(measure) == subject

    def curve(self, measure: str, kind: DifferenceKind) -> Curve | None:
        """Return what is known of a kind of difference, or None."""
        return self.curves.get(measure, {}).get(kind)

    def check(self, model: Encoder) -> None:
        """Refuse another model than the one that was calibrated.

        Raises:
            ModelMismatch: the hashes differ.
        """
        if self.model_sha256 != model.sha256:
            raise ModelMismatch(
                f"The calibration is of {self.model} ({self.model_sha256[:8]}), not of {model.name} "
                f"({model.sha256[:8]}). Calibrate for this model."
            )


def calibrate(
    model: Encoder,
    texts: Sequence[str],
    *,
    seed: int = 0,
    measures: Measures = _NOTHING,
    most_edits: int = MOST_EDITS,
    on_text: Callable[[], object] = lambda: None,
) -> Calibration:
    """Return what ordinary edits do to a model's vectors, and to scores where there are some.

    Args:
        model: any encoder.
        texts: of the kind and of the lengths that will be judged.
        seed: of the edits.
        measures: that are taken beside the vector.
        most_edits: of one text, drawn from all kinds and sizes, at least 1.
        on_text: called after each text.

    Raises:
        InvalidInput: most_edits is below 1, or fewer than 30 edits of each kind could be made of the texts.
    """
    made: list[OrdinaryEdit] = []
    for edits in ordinary_edits(model, texts, seed=seed, measures=measures, most_edits=most_edits):
        made += edits
        on_text()
    return fit_calibration(model, made, texts=len(texts), seed=seed, measures=measures)


def fit_calibration(
    model: Encoder,
    edits: Sequence[OrdinaryEdit],
    *,
    texts: int,
    seed: int,
    measures: Measures = _NOTHING,
) -> Calibration:
    """Return the calibration that ordinary edits give.

    Args:
        model: that they were measured on.
        edits: from `ordinary_edits`.
        texts: how many texts they are of.
        seed: of the edits.
        measures: that were taken beside the vector.

    Raises:
        InvalidInput: there are fewer than 30 edits of each kind.
    """
    subjects = {measure: subject.name for measure, subject in measures.subjects()}
    curves = {measure: _curves(edits, measure) for measure in (VECTOR, *subjects)}
    if not curves[VECTOR]:
        raise InvalidInput(
            f"{len(edits)} ordinary edits are too few to calibrate with. Give more texts, or longer ones."
        )
    return Calibration(model.name, model.sha256, texts, seed, subjects, curves)


def ordinary_edits(
    model: Encoder,
    texts: Sequence[str],
    *,
    seed: int,
    measures: Measures = _NOTHING,
    most_edits: int = MOST_EDITS,
) -> Iterator[list[OrdinaryEdit]]:
    """Yield for each text what ordinary edits of it do; nothing for a text of a few letters.

    Args:
        model: any encoder.
        texts: to be edited; sentences of those next to a text in the list may be put into it.
        seed: of the edits.
        measures: that are taken beside the vector.
        most_edits: of one text, drawn from all kinds and sizes, at least 1.

    Raises:
        InvalidInput: most_edits is below 1.
    """
    if most_edits < 1:
        raise InvalidInput(f"most_edits must be at least 1. Got {most_edits}.")
    sentences = [[text[s.start : s.end] for s in find_sentences(text)] for text in texts]
    for place, text in enumerate(texts):
        if len(text.strip()) < _LEAST_TEXT:
            yield []
            continue
        others = [line for i in _neighbours(place, len(texts)) for line in sentences[i]]
        edited = edit_ordinarily(text, others, seed=derived_seed("shift", seed, place), most=most_edits)
        yield list(_measured(model, text, edited, measures))


def _neighbours(place: int, n: int, reach: int = 10) -> list[int]:
    """Return the numbers of the texts around one, which are likely of its language and kind."""
    return [i for i in range(max(0, place - reach), min(n, place + reach + 1)) if i != place]


def edit_ordinarily(
    text: str, others: Sequence[str], *, seed: int, most: int
) -> list[tuple[str, str, Difference]]:
    """Return ordinary edits of a text: the name of each, the text after it, and how it differs.

    Args:
        text: that is edited.
        others: sentences that may be put into it.
        seed: of the draws.
        most: edits; drawn from all kinds and sizes, those that change nothing left out.
    """
    rng = np.random.default_rng(seed)
    choices = [(name, size) for name in EDITS for size in SIZES if size * len(text) >= 1]
    found: list[tuple[str, str, Difference]] = []
    seen = {text}
    for i in rng.permutation(len(choices)):
        name, size = choices[i]
        after = EDITS[name](text, rng, size, others)
        if after not in seen and after.strip():
            seen.add(after)
            found.append((name, after, find_difference(text, after)))
            if len(found) == most:
                break
    return found


def _measured(
    model: Encoder, text: str, edited: Sequence[tuple[str, str, Difference]], measures: Measures
) -> Iterator[OrdinaryEdit]:
    if not edited:
        return
    moved = measure_shifts(model, [text, *(after for _, after, _ in edited)], measures)
    for i, (name, _, difference) in enumerate(edited, start=1):
        magnitudes = {measure: float(values[i]) for measure, values in moved.items()}
        yield OrdinaryEdit(name, difference.kind, difference.share, len(text), magnitudes)


def _curves(made: Sequence[OrdinaryEdit], measure: str) -> dict[DifferenceKind, Curve]:
    curves = {}
    for kind in DifferenceKind:
        own = [edit for edit in made if edit.kind is kind]
        if len(own) >= LEAST_EDITS:
            curves[kind] = fit_curve(
                [edit.magnitudes[measure] for edit in own],
                [edit.share for edit in own],
                [edit.length for edit in own],
                floor=FLOORS[measure],
            )
    return curves


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON; the same calibration gives the same bytes."""
    content = {"format": FORMAT, **asdict(calibration)}
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def read_calibration(path: Path) -> Calibration:
    """Return what `write_calibration` wrote.

    Raises:
        NotFound: there is no such file.
        ModelFormatError: it is damaged or of another format.
    """
    if not path.is_file():
        raise NotFound(f"There is no calibration {path.name}. Make one: metier audit shift --calibrate-on.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ModelFormatError(f"{path.name} is of another format than {FORMAT}. Calibrate again.")
        return _calibration(content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFormatError(f"{path.name} is no calibration, or damaged. Calibrate again.") from error


def shipped_calibration(model: Encoder) -> Calibration | None:
    """Return the calibration that comes with metier for a model, or None."""
    folder = resources.files("metier.audit.shift").joinpath("calibrations")
    for path in sorted(Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".json")):
        found = read_calibration(path)
        if found.model_sha256 == model.sha256:
            return found
    return None


def _calibration(content: Mapping[str, Any]) -> Calibration:
    curves = {
        measure: {
            DifferenceKind(kind): Curve(
                _numbers(row["usual"], USUAL_COLUMNS),
                _numbers(row["spread"], SPREAD_COLUMNS),
                float(row["largest_share"]),
                (int(row["lengths"][0]), int(row["lengths"][1])),
                tuple(sorted(_numbers(row["excesses"], len(row["excesses"])))),
                _positive(row["floor"]),
            )
            for kind, row in kinds.items()
        }
        for measure, kinds in content["curves"].items()
    }
    if not all(curve.excesses for kinds in curves.values() for curve in kinds.values()):
        raise ValueError("A curve without excesses tells nothing.")
    return Calibration(
        str(content["model"]),
        str(content["model_sha256"]),
        int(content["texts"]),
        int(content["seed"]),
        {str(measure): str(name) for measure, name in content["subjects"].items()},
        curves,
    )


def _numbers(values: Sequence[Any], n: int) -> tuple[float, ...]:
    found = tuple(map(float, values))
    if len(found) != n or not all(map(isfinite, found)):
        raise ValueError("A curve has another number of coefficients, or one that is no number.")
    return found


def _positive(value: Any) -> float:
    if not 0 < float(value) < inf:
        raise ValueError("A floor must be above 0.")
    return float(value)
