import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import ModelFormatError, ModelMismatch, NotFound  # noqa: E402
from metier.training.backbone import (  # noqa: E402
    Row,
    batches_by_length,
    join_parts,
    linear_head,
    load_backbone,
    load_tensors,
    spread_evenly,
    tensors_of,
    text_windows,
)
from tests.encoders import hugging_face  # noqa: E402
from tests.encoders.models import word_tokenizer  # noqa: E402
from tests.skills.architectures.tiny import BACKBONES, save_backbone  # noqa: E402


@pytest.fixture
def bert(tmp_path):
    return load_backbone(save_backbone(tmp_path / "bert"))


@pytest.mark.parametrize("architecture", BACKBONES)
def test_states_of_a_row_do_not_depend_on_its_company(architecture, tmp_path):
    backbone = load_backbone(save_backbone(tmp_path / architecture, architecture))
    backbone.model.eval()
    short, long = Row((0, 7, 8, 1), (0, 0, 1, 1)), Row((0, *range(7, 60), 1), (0,) * 55)
    with torch.no_grad():
        alone, mask = backbone.hidden([short])
        together, wide = backbone.hidden([long, short])
    assert together[1, :4].numpy() == pytest.approx(alone[0].numpy(), abs=1e-5)
    assert (mask.tolist(), wide.sum(dim=1).tolist()) == ([[True] * 4], [55, 4])


def test_the_template_for_two_texts_is_the_tokenizers_own(bert):
    row = bert.frame(2).around(([7, 8], [9]))
    own = bert.tokenizer.encode("w1 w2", "w3")
    assert (row.ids, row.types) == (tuple(own.ids), tuple(own.type_ids))
    assert len(bert.frame(2)) == 3


def test_the_template_for_one_text_is_the_tokenizers_own(bert):
    assert bert.frame(1).around(([7],)).ids == (0, 7, 1)
    assert bert.frame(1).around(([],)).ids == (0, 1)


def test_which_text_a_token_belongs_to_reaches_the_model(bert):
    bert.model.eval()
    with torch.no_grad():
        first, _ = bert.hidden([Row((0, 7, 1), (0, 0, 0))])
        second, _ = bert.hidden([Row((0, 7, 1), (0, 1, 1))])
    assert not torch.allclose(first, second)


def test_a_tokenizer_without_a_border_between_texts_is_refused(tmp_path):
    backbone = load_backbone(save_backbone(tmp_path / "bert", tokenizer=word_tokenizer()))
    with pytest.raises(ModelMismatch, match="without special tokens around 2 texts"):
        backbone.frame(2)


def test_lone_surrogates_take_one_character(bert):
    (encoding,) = bert.tokenise(["w1 \ud800 w2"])
    assert encoding.offsets[-1] == (5, 7)


def test_pickled_weights_are_refused(tmp_path):
    folder = save_backbone(tmp_path / "bert")
    (tmp_path / "bert" / "model.safetensors").unlink()
    (tmp_path / "bert" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelFormatError, match=r"holds no \.safetensors weights"):
        load_backbone(folder)


def test_a_missing_folder_is_not_found():
    with pytest.raises(NotFound, match="There is no model folder"):
        load_backbone("./nowhere")


def test_too_short_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(hugging_face.SIZES, "max_position_embeddings", 64)
    with pytest.raises(ModelMismatch, match="takes rows of 64 tokens"):
        load_backbone(save_backbone(tmp_path / "short"))


def test_a_module_tells_backbone_and_head_apart(bert):
    head = linear_head(32, 3, seed=0)
    module = join_parts(bert, head)
    n_backbone = sum(1 for _ in module.backbone_parameters())
    assert n_backbone == sum(1 for _ in bert.model.parameters())
    assert sum(1 for _ in module.parameters()) == n_backbone + 2
    assert list(join_parts(None, head).backbone_parameters()) == []


def test_a_seed_fixes_the_first_weights():
    first, second, other = (linear_head(4, 3, seed=seed).weight for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_weights_of_another_shape_are_refused():
    tensors = tensors_of(linear_head(4, 3, seed=0))
    with pytest.raises(ModelMismatch, match="Model tiny: its head does not fit"):
        load_tensors(linear_head(5, 3, seed=0), tensors, name="tiny")


@given(st.integers(0, 3000), st.integers(4, 300), st.integers(1, 9))
def test_windows_fit_their_room_and_few_are_kept(n_tokens, room, most):
    windows = text_windows(n_tokens, room)
    assert all(0 <= w.start <= w.stop <= max(n_tokens, 0) and len(w) <= room for w in windows)
    assert {i for w in windows for i in w} == set(range(n_tokens))
    assert text_windows(n_tokens, room, most=most) == spread_evenly(windows, most)
    assert len(spread_evenly(windows, most)) == min(most, len(windows))


@given(st.lists(st.integers(1, 5000), max_size=40))
def test_batches_hold_every_row_once_and_little_padding(lengths):
    batches = [batch.tolist() for batch in batches_by_length(np.array(lengths, np.int64))]
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 8192
