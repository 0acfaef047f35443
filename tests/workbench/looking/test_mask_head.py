import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.output import Origin
from metier.workbench.looking.mask_head import HEAD, MaskHead, save_mask_head

DIM, INNER, VOCABULARY = 4, 3, 20
CANDIDATES = np.array([2, 5, 11], np.int64)
ORIGIN = Origin("tiny-head", license="MIT")


def tensors(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {
        "dense.weight": (DIM, 3 * DIM),
        "dense.bias": (DIM,),
        "inner.weight": (INNER, DIM),
        "inner.bias": (INNER,),
        "outer.weight": (DIM, INNER),
        "outer.bias": (DIM,),
        "norm.weight": (DIM,),
        "norm.bias": (DIM,),
        "bias": (len(CANDIDATES),),
    }
    made = {name: rng.normal(0, 0.5, shape).astype(np.float16) for name, shape in shapes.items()}
    return {name: array.astype(np.float32) for name, array in made.items()}


def head(**changes):
    return replace(MaskHead("", "", "e" * 64, 4, CANDIDATES, tensors()), **changes)


@pytest.fixture
def folder(tmp_path):
    save_mask_head(head(), tmp_path / "head", ORIGIN, vocabulary=VOCABULARY)
    return tmp_path / "head"


def rewritten(folder, *, facts=None, drop=(), **changes):
    """Write a head anew with other parts, and a card that fits."""
    with safe_open(folder / HEAD, framework="np") as file:
        kept = {name: file.get_tensor(name) for name in file.keys() if name not in drop}  # noqa: SIM118
        found = json.loads(file.metadata()["facts"])
    content = save({**kept, **changes}, metadata={"facts": json.dumps({**found, **(facts or {})})})
    (folder / HEAD).write_bytes(content)
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={HEAD: file_entry(folder / HEAD)}).dump())
    return folder


def test_a_head_comes_back_as_it_was_written(folder):
    found = MaskHead.load(folder)
    assert (found.name, found.encoder_sha256, found.layer) == ("tiny-head", "e" * 64, 4)
    assert found.candidates.tolist() == CANDIDATES.tolist()
    assert all(np.array_equal(found.tensors[name], array) for name, array in tensors().items())
    card = ModelCard.parse((folder / CARD).read_bytes())
    assert (card.task, card.dim, card.base) == ("mask-words", DIM, f"head for encoder {'e' * 64}")
    assert card.parameters == {"head": sum(array.size for array in tensors().values())}


def test_log_probabilities_are_those_of_the_formula():
    from math import erf

    own = tensors()
    rng = np.random.default_rng(1)
    row, embeddings = rng.normal(size=3 * DIM), rng.normal(size=(3, DIM))

    def gelu(x):
        return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    h = gelu(own["dense.weight"] @ row + own["dense.bias"])
    m = h + own["outer.weight"] @ gelu(own["inner.weight"] @ h + own["inner.bias"]) + own["outer.bias"]
    y = (m - m.mean()) / np.sqrt(m.var() + 1e-5) * own["norm.weight"] + own["norm.bias"]
    scores = embeddings @ y + own["bias"]
    expected = scores - np.log(np.exp(scores).sum())
    found = head().log_probabilities(row[None].astype(np.float32), embeddings.astype(np.float32))
    assert found[0] == pytest.approx(expected, abs=1e-5)
    assert np.exp(found).sum() == pytest.approx(1)


def test_a_place_gives_the_same_bytes_in_any_company():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(5, 3 * DIM)).astype(np.float32)
    embeddings = rng.normal(size=(3, DIM)).astype(np.float32)
    whole = head().log_probabilities(rows, embeddings)
    alone = [head().log_probabilities(rows[i : i + 1], embeddings)[0] for i in range(5)]
    assert whole.tobytes() == np.array(alone).tobytes()
    assert head().log_probabilities(rows[:0], embeddings).shape == (0, 3)


@pytest.mark.parametrize(
    ("features", "embeddings"), [((1, 5), (3, DIM)), ((1, 12), (2, DIM)), ((12,), (3, DIM))]
)
def test_shapes_that_do_not_fit_are_refused(features, embeddings):
    with pytest.raises(InvalidInput, match=r"features must be \(n_places, 12\) and embeddings \(3, dim\)"):
        head().log_probabilities(np.zeros(features, np.float32), np.zeros(embeddings, np.float32))


def test_another_encoder_is_refused():
    head().check_encoder("e" * 64)
    with pytest.raises(
        ModelMismatch, match="fitted to encoder eeeeeeeeeeee, the encoder in use is ffffffffffff"
    ):
        head().check_encoder("f" * 64)
    with pytest.raises(ModelMismatch, match="the encoder in use is none"):
        head().check_encoder("")


def test_a_model_for_something_else_is_refused(folder):
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, task="search").dump())
    with pytest.raises(ModelFormatError, match="is for 'search', not 'mask-words'"):
        MaskHead.load(folder)


def test_a_changed_file_is_refused(folder):
    (folder / HEAD).write_bytes((folder / HEAD).read_bytes() + b"\0")
    with pytest.raises(ModelFormatError, match="must be a file of"):
        MaskHead.load(folder)


def test_a_head_that_lacks_a_part_is_refused(folder):
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        MaskHead.load(rewritten(folder, drop=("norm.bias",)))


def test_another_format_is_refused(folder):
    with pytest.raises(ModelFormatError, match="format of its head.safetensors must be 1. Got 2"):
        MaskHead.load(rewritten(folder, facts={"format": 2}))


@pytest.mark.parametrize(
    "changes",
    [
        {"dense.weight": np.zeros((DIM, DIM), np.float16)},
        {"norm.bias": np.full(DIM, np.nan, np.float16)},
        {"inner.bias": np.zeros(7, np.float16)},
        {"candidates": np.zeros(3, np.float16)},
    ],
)
def test_parts_that_do_not_fit_are_refused(folder, changes):
    with pytest.raises(ModelFormatError, match="finite numbers whose shapes fit together"):
        MaskHead.load(rewritten(folder, **changes))


def test_as_many_candidates_as_biases_are_needed(folder):
    with pytest.raises(ModelFormatError, match="has parts that do not fit"):
        MaskHead.load(rewritten(folder, candidates=np.packbits(np.ones(VOCABULARY, np.uint8))))


def test_a_number_beyond_half_precision_is_refused(tmp_path):
    large = tensors() | {"bias": np.full(3, 1e6, np.float32)}
    with pytest.raises(InvalidInput, match="bias of the head holds a number that half precision cannot"):
        save_mask_head(head(tensors=large), tmp_path / "new", ORIGIN, vocabulary=VOCABULARY)


def test_a_full_folder_is_left_alone(folder):
    with pytest.raises(InvalidInput, match="must be empty"):
        save_mask_head(head(), folder, ORIGIN, vocabulary=VOCABULARY)
