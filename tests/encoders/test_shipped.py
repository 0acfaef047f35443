"""What the encoder in the wheel says of ten texts; scripts/shipped_outputs.py writes the stored numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from metier.encoders.folder import ModelFolder
from metier.encoders.load import shipped_models
from metier.encoders.reading import TextKind
from tests.encoders.models import shipped_encoder

STORED = json.loads((Path(__file__).parent / "shipped_outputs.json").read_text(encoding="utf-8"))
ROWS = STORED["rows"]
TOLERANCE = 1e-3
MOST_BYTES = 50_000_000


def test_the_stored_numbers_are_of_the_encoder_that_ships():
    assert ModelFolder.open(shipped_models()["base"]).sha256 == STORED["sha256"] == shipped_encoder().sha256


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_a_stored_output_is_reproduced(row):
    found = shipped_encoder().encode([row["text"]], kind=TextKind(row["kind"]))[0][: len(row["vector"])]
    assert found == pytest.approx(np.array(row["vector"]), abs=TOLERANCE)


def test_company_and_order_change_no_byte():
    texts = [row["text"] for row in ROWS]
    alone = [shipped_encoder().encode([text], kind=TextKind.PASSAGE)[0] for text in texts]
    together = shipped_encoder().encode(texts[::-1], kind=TextKind.PASSAGE)[::-1]
    assert np.array_equal(np.stack(alone), together)


def test_all_models_together_are_small():
    folders = shipped_models().values()
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) <= MOST_BYTES
