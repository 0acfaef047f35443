import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.pooling import unit_rows  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.encoders.torch_network import load_torch_encoder  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.bi_encoder import (  # noqa: E402
    ProjectedEncoder,
    RowLimits,
    TrainedBackbone,
    prefixed_frame,
)
from tests.search.training.small import save_backbone, word  # noqa: E402

TEXTS = [" ".join(word(i) for i in range(n)) for n in (1, 30, 3, 0, 7)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_backbone(tmp_path_factory.mktemp("backbone"))


def trained(folder, *, limits=None, chunk=0, dropout=False, frozen=0):
    return TrainedBackbone(
        load_backbone(folder),
        limits=limits or RowLimits(),
        cache_chunk=chunk,
        dropout=dropout,
        frozen_layers=frozen,
    )


def gradients(network):
    return {name: p.grad for name, p in network.module.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("kind", list(TextKind))
def test_vectors_are_those_of_the_encoder_in_use(tmp_path, architecture, kind):
    folder = save_backbone(tmp_path / architecture, architecture)
    limits = RowLimits()
    encoder = load_torch_encoder(folder, prefixes=limits.prefixes)
    network = trained(folder, limits=limits)
    expected = encoder.encode(TEXTS, kind=kind)
    assert network.encode(TEXTS, kind) == pytest.approx(expected, abs=1e-5)
    assert network.vectors(TEXTS, kind).detach().numpy() == pytest.approx(expected, abs=1e-5)


def test_prefixes_tell_kinds_apart(folder):
    network = trained(folder)
    same = trained(folder, limits=RowLimits(prefixes={}))
    query, passage = (network.encode(TEXTS[:1], kind) for kind in TextKind)
    assert not np.allclose(query, passage)
    assert np.allclose(*(same.encode(TEXTS[:1], kind) for kind in TextKind))


@pytest.mark.parametrize("prefix", ["query: ", " ", ""])
def test_a_prefixed_frame_makes_the_row_of_the_prefixed_text(folder, prefix):
    backbone = load_backbone(folder)
    text = backbone.tokenise([word(1)])[0].ids
    row = prefixed_frame(backbone, prefix).around([text])
    assert list(row.ids) == backbone.tokenizer.encode(f"{prefix}{word(1)}").ids


def test_a_text_is_cut_to_the_tokens_of_its_kind(folder):
    network = trained(folder, limits=RowLimits(query=10))
    rows = network._rows(TEXTS, TextKind.QUERY)
    # Two special tokens, two of the prefix.
    assert [len(row.ids) for row in rows] == [5, 10, 7, 4, 10]
    assert len(network._rows(TEXTS, TextKind.PASSAGE)[1].ids) == 34


@pytest.mark.parametrize("chunk", [1, 2, 4])
def test_gradient_caching_gives_the_gradients_of_one_pass(folder, chunk):
    direct, cached = trained(folder), trained(folder, chunk=chunk)
    weights = torch.randn(len(TEXTS), 32, generator=torch.Generator().manual_seed(0))
    for network in (direct, cached):
        (network.vectors(TEXTS, TextKind.QUERY) * weights).sum().backward()
    expected, found = gradients(direct), gradients(cached)
    assert expected.keys() == found.keys()
    for name, gradient in expected.items():
        assert torch.allclose(found[name], gradient, atol=1e-6, rtol=1e-5), name


def test_word_embeddings_and_frozen_layers_get_no_gradient(folder):
    network = trained(folder, frozen=1)
    network.vectors(TEXTS, TextKind.QUERY).sum().backward()
    assert {name.split(".")[2] for name in gradients(network) if name.startswith("encoder")} == {"1"}
    assert not any(name.startswith("embeddings") for name in gradients(network))


@pytest.mark.parametrize(("dropout", "equal"), [(True, False), (False, True)])
def test_dropout_is_kept_where_it_is_asked_for(folder, dropout, equal):
    network = trained(folder, dropout=dropout)
    network.module.train()
    first, second = (network.vectors(TEXTS, TextKind.QUERY) for _ in range(2))
    assert torch.equal(first, second) is equal
    before = network.encode(TEXTS, TextKind.QUERY)
    assert network.module.training
    assert (before == network.encode(TEXTS, TextKind.QUERY)).all()


def test_limits_out_of_range_are_refused(folder):
    with pytest.raises(InvalidInput, match="max_tokens_query must be at least 8. Got 7"):
        RowLimits(query=7)
    with pytest.raises(InvalidInput, match="prefixes must be words for query and passage"):
        RowLimits(prefixes={"document": "a"})
    with pytest.raises(ModelMismatch, match=r"8 tokens has no room beside the 11.*max_tokens_query"):
        trained(folder, limits=RowLimits(query=8, prefixes={TextKind.QUERY: "query " * 9}))


def test_a_head_begins_as_the_encoder_with_the_centre_taken_off():
    encoder = FakeEncoder(16)
    network = ProjectedEncoder(encoder, ["a b", "c"], ["d e", "f", "f"])
    passages = encoder.encode(["d e", "f"], kind=TextKind.PASSAGE)
    assert network.center == pytest.approx(passages.mean(axis=0))
    assert network.projection.tolist() == np.eye(16).tolist()
    expected = unit_rows(encoder.encode(["c", "a b"], kind=TextKind.QUERY) - network.center)
    assert network.encode(["c", "a b"], TextKind.QUERY) == pytest.approx(expected, abs=1e-6)
    assert (network.untrained(["f"], TextKind.PASSAGE) == passages[1:]).all()


def test_what_a_head_computes_is_its_projection_of_centred_vectors():
    network = ProjectedEncoder(FakeEncoder(8), ["a b"], ["d e", "f"])
    with torch.no_grad():
        network.module.change += torch.randn(8, 8, generator=torch.Generator().manual_seed(0))
    centered = network.untrained(["a b"], TextKind.QUERY) - network.center
    expected = unit_rows(centered @ network.projection.T)
    assert network.encode(["a b"], TextKind.QUERY) == pytest.approx(expected, abs=1e-5)
    network.vectors(["a b"], TextKind.QUERY).sum().backward()
    assert network.module.change.grad.abs().sum() > 0


def test_a_head_reads_each_text_once_and_tells_of_it():
    class Counting(FakeEncoder):
        seen = ()

        def encode(self, texts, *, kind):
            self.seen = (*self.seen, (kind, tuple(texts)))
            return super().encode(texts, kind=kind)

    encoder, said = Counting(4), []
    ProjectedEncoder(encoder, ["a", "a"], ["a", "b", "a"], say=said.append)
    assert encoder.seen == ((TextKind.QUERY, ("a",)), (TextKind.PASSAGE, ("a", "b")))
    assert said == ["Reading 1 texts as query with fake.", "Reading 2 texts as passage with fake."]


def test_a_head_without_passages_has_no_centre():
    with pytest.raises(InvalidInput, match="at least one passage"):
        ProjectedEncoder(FakeEncoder(4), ["a"], [])
