import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.skills.architectures.label_attention import query_vectors  # noqa: E402
from metier.skills.architectures.token_states import FrozenStates, TrainedStates  # noqa: E402
from metier.skills.vectors import skill_text  # noqa: E402
from metier.training.backbone import backbone_encoder, load_backbone  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402


class CountingEncoder(FakeEncoder):
    reads = 0

    def read(self, text):
        self.reads += 1
        return super().read(text)


@pytest.fixture
def trained(tmp_path):
    backbone = load_backbone(tiny.save_backbone(tmp_path / "bert"))
    backbone.model.eval()
    return backbone, TrainedStates(backbone)


def test_frozen_states_are_those_of_the_encoder_and_kept():
    encoder = CountingEncoder(8)
    source = FrozenStates(encoder)
    first, second = source.read(["go sql", "go sql"])
    assert encoder.reads == 1
    assert first is second
    assert first.states.numpy().tobytes() == FakeEncoder(8).read("go sql").states.tobytes()
    assert (source.dim, source.backbone) == (8, None)


def test_states_beyond_the_cache_are_read_anew():
    encoder = CountingEncoder(8)
    source = FrozenStates(encoder, cache_bytes=0)
    for _ in range(2):
        source.read(["go", "go"])
    assert encoder.reads == 2


def test_frozen_queries_are_those_of_inference():
    encoder = FakeEncoder(8)
    found = FrozenStates(encoder).query(tiny.SKILLS).numpy()
    assert found.tolist() == query_vectors(encoder, tiny.SKILLS).astype(np.float32).tolist()


def test_trained_states_are_those_of_the_encoder_made_of_it(trained):
    backbone, source = trained
    encoder = backbone_encoder(backbone, sha256="")
    texts = ["w1 w2", " ".join(f"w{i}" for i in range(399)), ""]
    with torch.no_grad():
        for text, found in zip(texts, source.read(texts), strict=True):
            reading = encoder.read(text)
            assert found.states.numpy() == pytest.approx(reading.states, abs=1e-5)
            assert found.spans.tolist() == reading.spans.tolist()


def test_trained_queries_are_those_of_the_encoder_made_of_it(trained):
    backbone, source = trained
    wanted = backbone_encoder(backbone, sha256="").encode(
        [skill_text(skill) for skill in tiny.SKILLS], kind=TextKind.QUERY
    )
    assert source.query(tiny.SKILLS).detach().numpy() == pytest.approx(wanted, abs=1e-5)


def test_gradients_reach_the_backbone(trained):
    backbone, source = trained
    (source.read(["w1 w2"])[0].states.sum() + source.query(tiny.SKILLS).sum()).backward()
    assert backbone.model.embeddings.word_embeddings.weight.grad.abs().sum() > 0


def test_of_a_long_text_eight_windows_are_read(trained):
    _, source = trained
    (found,) = source.read(["w1 " * 5000])
    assert len(found.states) == len(found.spans) < 8 * 200
    assert found.spans[-1].tolist() == [14997, 14999]
    assert (np.diff(found.spans[:, 0]) > 0).all()
