import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.expertise.application import Field  # noqa: E402
from metier.expertise.model import Calibration  # noqa: E402
from metier.expertise.networks.text_levels import TextLevels, shift_layer  # noqa: E402
from metier.expertise.networks.texts import TextPlan, fields_read  # noqa: E402
from metier.types import Role  # noqa: E402
from tests.expertise.networks.documents import document  # noqa: E402

ITEM = document("Baker", "Led six bakers.\nSwept.")


class Lead:
    """Takes a text with `Led` in it for a lead's; a token is a letter."""

    kind = "encoder"
    name = "lead"
    deletions = 5
    dim = 7

    def __init__(self):
        self.module = torch.nn.Module()
        self.module.head = torch.nn.Linear(2, 5)

    def offsets(self, text):
        return [(i, i + 1) for i in range(len(text))]

    def rows(self, texts, *, max_tokens):
        return [tuple(map(ord, text[:max_tokens])) for text in texts]

    def forward(self, rows):
        assert len(rows) == 1
        led = "Led" in "".join(map(chr, rows[0]))
        return torch.tensor([[0.0, 0.0, 0.0, 0.0, 2.0 * led]])

    def write(self, output):
        (output / "own.json").write_text("{}")
        return {"network": 3}

    def facts(self):
        return {"base": "b"}


def calibrated(temperature):
    return Calibration(temperature, 0.9, 0.9, 10, ("en",), (Role.RESUME,))


def model(**more):
    return TextLevels(Lead(), TextPlan(200), "m", **more)


def test_each_document_goes_by_itself():
    found = model().logits([ITEM, document("Baker", "Swept.")])
    assert found.tolist() == [[0, 0, 0, 0, 2], [0, 0, 0, 0, 0]]
    assert found.dtype == np.float64


def test_a_push_is_in_levels_and_goes_by_calibrated_chances():
    (push,) = model().explain(ITEM)
    assert [ITEM.text[span.start : span.end] for span in push.spans] == ["Led six bakers."]
    chances = np.exp([0, 0, 0, 0, 2]) / np.exp([0, 0, 0, 0, 2]).sum()
    assert push.effect == pytest.approx(chances @ np.arange(5) - 2)
    (cooler,) = model().with_calibration(calibrated(4.0)).explain(ITEM)
    assert cooler.effect < push.effect


def test_a_calibrated_model_is_the_same_but_for_that():
    plain = model(sha256="ab")
    other = plain.with_calibration(calibrated(2.0))
    assert (plain.calibration, other.calibration.temperature, other.sha256) == (None, 2.0, "ab")
    assert other.network is plain.network
    assert other.logits([ITEM]).tobytes() == plain.logits([ITEM]).tobytes()


def test_what_is_written_tells_head_and_facts(tmp_path):
    parts = model().write(tmp_path)
    assert (tmp_path / "own.json").is_file()
    assert parts.parameters == {"network": 3, "head": 15}
    assert set(parts.tensors) == {"weight", "bias"}
    assert (parts.dim, parts.encoder_sha256, parts.facts["base"]) == (7, "", "b")
    assert TextPlan.from_facts(parts.facts, name="m") == TextPlan(200)


def test_it_says_what_it_is():
    aged = document("Baker", "Swept.", fields={Field.AGE: "57"})
    found = TextLevels(Lead(), TextPlan(200, fields_read([aged])), "m")
    assert (found.kind, found.reads, found.sensitive) == ("encoder", False, ("age",))
    assert model().sensitive == ()


def test_a_shift_is_added_to_what_a_layer_gives():
    layer, x = torch.nn.Linear(3, 2), torch.randn(4, 3)
    before = layer(x)
    shift_layer(layer, np.array([1.0, -2.0], np.float32))
    torch.testing.assert_close(layer(x) - before, torch.tensor([1.0, -2.0]).expand(4, 2))
