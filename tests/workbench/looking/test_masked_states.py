from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from metier.errors import InvalidInput, ModelMismatch
from metier.workbench.looking.masked_states import Masking, mask_tokens_of, masked_states, places_of
from metier.workbench.looking.tokens import Splitter
from tests.workbench.looking.conftest import tiny_states

PIECES = ["[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{i}" for i in range(16))]


def splitter(pieces=tuple(PIECES)):
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = [piece for piece in pieces if piece.startswith("[")]
    tokenizer.add_special_tokens(special)
    ends = [(piece, vocabulary[piece]) for piece in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return Splitter("tiny", tokenizer)


@pytest.fixture
def encoder():
    return tiny_states(splitter(), vocabulary=len(PIECES))


def text(n, start=0):
    return " ".join(f"w{(start + i) % 16}" for i in range(n))


def read(encoder, texts, **changes):
    settings = {"windows": 100, "max_tokens": 16, "share": 0.2, "mixed": True, "seed": 0, **changes}
    seed = settings.pop("seed")
    return masked_states(encoder, texts, Masking(**settings), seed=seed)


def test_windows_cover_texts_and_short_rests_are_left_out(encoder):
    found = read(encoder, [text(14), text(30), text(3), "", text(17)])
    # Windows of 14: one; two and a rest of 2; one though short; one and a rest of 3.
    assert sum(found.counts.values()) == 14 + 28 + 3 + 14
    assert sorted(set(found.texts.tolist())) == [0, 1, 2, 4]
    assert found.features.shape == (len(found.targets), 24)
    assert found.features.dtype == np.float16


def test_the_share_of_masked_tokens_is_kept(encoder):
    found = read(encoder, [text(14)] * 20, share=0.5)
    assert len(found.targets) == 20 * 7
    assert set(found.targets.tolist()) <= set(range(4, 20))


def test_most_are_masked_and_special_tokens_never(encoder):
    seen = []
    network = SimpleNamespace(dim=8, states=lambda rows: seen.extend(rows) or encoder.network.states(rows))
    found = read(replace(encoder, network=network), [text(14)] * 50, share=0.3)
    masked = sum(row.count(3) for row in seen)
    assert masked / len(found.targets) == pytest.approx(0.8, abs=0.08)
    assert all((row[0], row[-1]) == (1, 2) for row in seen)


def test_all_are_masked_where_they_are_measured(encoder):
    seen = []
    network = SimpleNamespace(dim=8, states=lambda rows: seen.extend(rows) or encoder.network.states(rows))
    found = read(replace(encoder, network=network), [text(14)] * 10, mixed=False)
    assert sum(row.count(3) for row in seen) == len(found.targets) == 30
    assert 3 not in found.targets


def test_the_seed_alone_tells_windows_and_masks(encoder):
    texts = [text(14, start) for start in range(40)]
    one, same, other = (read(encoder, texts, windows=10, seed=seed) for seed in (1, 1, 2))
    assert one.features.tobytes() == same.features.tobytes()
    assert one.targets.tolist() == same.targets.tolist()
    assert one.texts.tolist() != other.texts.tolist()
    assert len(set(one.texts.tolist())) == 10


def test_there_must_be_texts(encoder):
    for texts in ([], [" "], "text"):
        with pytest.raises(InvalidInput, match="at least one that is not blank"):
            read(encoder, texts)


def test_a_tokenizer_needs_a_token_for_masks():
    names = tuple(piece for piece in PIECES if piece != "[MASK]")
    with pytest.raises(ModelMismatch, match="has a tokenizer without <mask> or"):
        mask_tokens_of(tiny_states(splitter(names), vocabulary=len(names)))


def test_special_tokens_are_no_words(encoder):
    found = mask_tokens_of(encoder)
    assert found.mask == 3
    assert found.words.tolist() == list(range(4, 20))


def test_half_a_surrogate_pair_is_read(encoder):
    assert len(read(encoder, ["w1 \ud800 w2"]).targets) == 1


def test_places_of_pieces():
    assert places_of(np.array([3, 7]), np.array([7, 5, 3, 99])).tolist() == [1, -1, 0, -1]
