import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.encoders.load import shipped_models
from metier.encoders.pooling import unit_rows
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.search.head import SearchHead, save_search_head
from metier.training.output import Origin
from metier.training.projection import HEAD

ENCODER = "e" * 64
RNG = np.random.default_rng(0)
PROJECTION = RNG.normal(size=(3, 5)).astype(np.float32)
CENTER = RNG.normal(size=5).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    save_search_head(
        PROJECTION,
        CENTER,
        tmp_path / "head",
        Origin("mine", metrics={"tune": {"after": 0.5}}),
        encoder_sha256=ENCODER,
    )
    return tmp_path / "head"


def rewrite(folder, *, facts=None, tensors=None):
    """Put other facts or arrays into a head whose card then lists them."""
    held = {key: array for key, array in (load_file(folder / HEAD) | (tensors or {})).items() if len(array)}
    known = {"format": 1, "encoder_sha256": ENCODER} | (facts or {})
    known = {key: value for key, value in known.items() if value is not None}
    (folder / HEAD).write_bytes(save(held, metadata={"facts": json.dumps(known)}))
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={HEAD: file_entry(folder / HEAD)}).dump())


def test_a_saved_head_loads_in_half_precision(folder):
    head = SearchHead.load(folder, encoder_sha256=ENCODER)
    assert (head.name, head.encoder_sha256, head.dim, len(head.sha256)) == ("mine", ENCODER, 3, 64)
    assert {array.dtype for array in load_file(folder / HEAD).values()} == {np.dtype(np.float16)}
    assert (head.projection.dtype, head.center.dtype) == (np.float32, np.float32)
    assert head.projection == pytest.approx(PROJECTION, rel=1e-3)
    card = ModelCard.parse((folder / CARD).read_bytes())
    assert (card.task, card.dim, card.parameters, card.metrics["tune"]["after"]) == (
        "search",
        3,
        {"head": 20},
        0.5,
    )


def test_vectors_are_centred_projected_and_of_length_one():
    head = SearchHead("h", "", ENCODER, np.array([[2, 0], [0, 1]], np.float32), np.array([1, 0], np.float32))
    found = head.apply(np.array([[2, 2], [1, 0]], np.float32))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0, 0]]))
    assert head.apply(np.zeros((0, 2), np.float32)).shape == (0, 2)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_a_vector_does_not_depend_on_its_company(n, seed):
    head = SearchHead("h", "", ENCODER, PROJECTION, CENTER)
    given_rows = unit_rows(np.random.default_rng(seed).normal(size=(n, 5)))
    alone = np.concatenate([head.apply(row[None]) for row in given_rows])
    assert head.apply(given_rows).tobytes() == alone.tobytes()


def test_vectors_of_another_length_are_refused():
    with pytest.raises(InvalidInput, match=r"vectors must be \(n, 5\). Got \(2, 4\)"):
        SearchHead("h", "", ENCODER, PROJECTION, CENTER).apply(np.zeros((2, 4), np.float32))


def test_a_head_of_another_encoder_is_refused_with_both_hashes(folder):
    with pytest.raises(ModelMismatch, match=f"{ENCODER[:12]}.*{'0' * 12}.*Use the encoder it belongs to"):
        SearchHead.load(folder, encoder_sha256="0" * 64)


def test_a_changed_byte_is_refused(folder):
    data = bytearray((folder / HEAD).read_bytes())
    data[-1] ^= 1
    (folder / HEAD).write_bytes(data)
    with pytest.raises(ModelFormatError, match="has changed since it was made"):
        SearchHead.load(folder, encoder_sha256=ENCODER)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facts": {"format": 2}}, "format of its head.safetensors must be 1. Got 2"),
        ({"facts": {"format": None}}, "lacks a part or is damaged"),
        ({"facts": {"encoder_sha256": None}}, "lacks a part or is damaged"),
        ({"tensors": {"center": np.zeros(0, np.float16)}}, "lacks a part"),
        ({"tensors": {"center": np.zeros(4, np.float16)}}, "whose shapes fit together"),
        ({"tensors": {"projection": np.zeros((2, 5), np.float16)}}, "whose shapes fit together"),
        ({"tensors": {"center": np.full(5, np.nan, np.float16)}}, "must hold finite numbers"),
    ],
)
def test_a_head_that_breaks_the_format_is_refused(folder, change, message):
    rewrite(folder, **change)
    with pytest.raises(ModelFormatError, match=message):
        SearchHead.load(folder, encoder_sha256=ENCODER)


def test_a_model_for_something_else_and_no_model_are_refused(tmp_path):
    with pytest.raises(ModelFormatError, match="is for 'encoder', not 'search'"):
        SearchHead.load(shipped_models()["base"], encoder_sha256=ENCODER)
    with pytest.raises(NotFound, match="is no model folder"):
        SearchHead.load(tmp_path, encoder_sha256=ENCODER)


@pytest.mark.parametrize(
    ("projection", "center", "message"),
    [
        (PROJECTION * 1e6, CENTER, "projection of the head holds a number that half precision cannot"),
        (PROJECTION, np.full(5, np.nan, np.float32), "center of the head holds a number"),
        (PROJECTION, CENTER[:4], r"Got \(3, 5\) and \(4,\)"),
    ],
)
def test_arrays_that_cannot_be_saved_are_refused(tmp_path, projection, center, message):
    with pytest.raises(InvalidInput, match=message):
        save_search_head(projection, center, tmp_path / "a", Origin("a"), encoder_sha256=ENCODER)
    assert not (tmp_path / "a").exists()


def test_a_folder_with_something_in_it_is_refused(folder):
    with pytest.raises(InvalidInput, match="must be empty"):
        save_search_head(PROJECTION, CENTER, folder, Origin("a"), encoder_sha256=ENCODER)
