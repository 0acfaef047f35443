"""Networks with fewer words: rows of the embeddings that a corpus hardly asks for are left out."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tokenizers import Tokenizer

from metier._extras import require
from metier.encoders.folder import TOKENIZER
from metier.errors import ModelMismatch
from metier.training.memory import enough_memory
from metier.training.model_files import write_card
from metier.training.networks import Head, Network, new_network, write_network
from metier.training.output import check_empty
from metier.training.vocabulary import count_pieces, tokens_per_word
from metier.workbench.corpus import read_corpus
from metier.workbench.shrinking.comparison import (
    Bound,
    Comparison,
    Contender,
    Limits,
    Measure,
    compare_networks,
    folder_bytes,
)
from metier.workbench.shrinking.differences import Differences, compare_outputs, mean_states, vector_cosines
from metier.workbench.shrinking.onnx_folder import written_at_the_end
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.pieces import Pieces
from metier.workbench.shrinking.samples import TokenRow, sample_texts, text_rows
from metier.workbench.shrinking.sources import open_source, read_labelled, shrunk_card

LIMITS: Final = Limits(decisions=0.05, cosine=0.02)
SAME: Final = 1e-4
"""Most that outputs may differ on texts that are segmented as before: the order of sums may change."""
_PER_TEXT: Final = frozenset({Head.CLASSES, Head.RANK})
_SCORES_WORDS: Final = frozenset({Head.MASKED_WORDS, Head.NEXT_SENTENCE})
# Architectures that count positions from the id of padding, which therefore must not change.
_COUNTED_FROM_PADDING: Final = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "xlm-roberta-xl"})


@dataclass(frozen=True, slots=True, eq=False)
class Pruned:
    """A network with fewer words.

    Attributes:
        network: it, with a tokenizer of its own.
        kept: ids of the old vocabulary, rising; id i of the new one was `kept[i]`.
    """

    network: Network
    kept: tuple[int, ...]


def prune_vocabulary(
    options: ShrinkOptions, *, n_rows: int, say: Callable[[str], None] = lambda _: None
) -> Comparison:
    """Write a network with fewer words and return how it compares with the old one.

    Words are chosen by frequency in the corpus, but for a part of it that is kept aside. On that part the
    two are compared: by the largest difference where a text is segmented as before; on all of it by mean
    states, and by what is decided for a text where the head decides for a whole text.

    Args:
        options: the bound is on the share of decisions that change, 0.05 by default; where a text has no
            decision, on the mean cosine of mean states, which may miss 0.02 of 1.
        n_rows: words to keep.
        say: told in a sentence what is being done.

    Raises:
        InvalidInput: the output is not empty, the corpus has fewer than two documents, the data breaks its
            format, or `n_rows` is less than must be kept or more than there are.
        NotFound: there is no such network or file.
        ModelFormatError: the network is damaged.
        ModelMismatch: the tokenizer is of a kind that cannot be pruned.
        ModelDiffers: the network differs beyond the bound; nothing is written.
        OutOfMemory: it does not fit into memory.
        MissingExtra: the `train` extra is not installed.
    """
    check_empty(options.output)
    corpus = read_corpus(options.corpus)
    source = open_source(options.source)
    network = source.network
    labelled = read_labelled(network, options.data)
    name = options.name or f"{source.name}-{n_rows}-words"
    bound = LIMITS.bound(network.head if network.head in _PER_TEXT else Head.NONE, options)
    with enough_memory("Pruning"), written_at_the_end(options.output) as place:
        say(f"Choosing {n_rows:,} of {len(network.tokenizer):,} words.")
        learned = [sentence for document in corpus.train for sentence in document]
        pruned = prune_network(network, learned, n_rows=n_rows, name=name)
        say("Comparing the networks on texts kept aside.")
        texts = sample_texts(corpus.dev)
        rows = [text_rows(each, texts) for each in (network, pruned.network)]
        differences = _differences(network, pruned, rows[0], rows[1])
        Bound(Measure.LARGEST, SAME, options.accept_difference).check(name, differences)
        made = f"with {n_rows:,} of its words"
        card = shrunk_card(source, options, name=name, made=made)
        card = write_network(pruned.network, place, card)
        comparison = compare_networks(
            Contender(f"{len(network.tokenizer):,} words", network, source.bytes, rows[0]),
            Contender(f"{n_rows:,} words", pruned.network, folder_bytes(place), rows[1]),
            differences,
            bound=bound,
            labelled=labelled,
            notes=_notes(network, pruned.network, texts),
        )
        write_card(place, replace(card, metrics={"comparison": comparison.record()}))
    return comparison


def prune_network(network: Network, texts: Sequence[str], *, n_rows: int, name: str) -> Pruned:
    """Return a network with the words that some texts ask for most; the old one stays as it is.

    Args:
        network: of any head.
        texts: whose words are counted.
        n_rows: words to keep.
        name: of the new network.

    Raises:
        InvalidInput: `n_rows` is less than must be kept or more than there are.
        ModelMismatch: the tokenizer is of a kind that cannot be pruned.
    """
    config = network.model.config
    tokenizer = network.tokenizer.backend_tokenizer
    fixed = int(config.pad_token_id or 0) + 1 if config.model_type in _COUNTED_FROM_PADDING else 0
    pieces = Pieces(tokenizer, least_ids=fixed)
    kept = pieces.choose(count_pieces(tokenizer, texts), n_rows=n_rows)
    smaller = _tokenizer(network, pieces.pruned(kept))
    new = {old: i for i, old in enumerate(kept)}
    settings = copy.deepcopy(config)
    settings.vocab_size = n_rows
    for key, value in config.to_dict().items():
        if key.endswith("_token_id") and value in new:
            setattr(settings, key, new[value])
    made = new_network(settings, smaller, network.head, name=name)
    made.model.load_state_dict(_kept_rows(network.model.state_dict(), made.model.state_dict(), kept))
    return Pruned(made, tuple(kept))


def _tokenizer(network: Network, content: str) -> Any:
    """Return a tokenizer of the same class and settings with other content."""
    transformers = require("transformers")
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        network.tokenizer.save_pretrained(place)
        network.model.config.save_pretrained(place)
        for path in Path(place).iterdir():
            if path.suffix != ".json":  # the old vocabulary in another form
                path.unlink()
        (Path(place) / TOKENIZER).write_text(content, encoding="utf-8")
        made = transformers.AutoTokenizer.from_pretrained(place)
    wanted = Tokenizer.from_str(content).get_vocab()
    if made.backend_tokenizer.get_vocab() != wanted:
        raise ModelMismatch(
            f"{network.name}: {type(made).__name__} does not take a pruned vocabulary. Save its tokenizer as "
            "PreTrainedTokenizerFast."
        )
    return made


def _kept_rows(old: dict[str, Any], new: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """Return the tensors of a network, those with a row for each word with some of the rows."""
    torch = require("torch")
    rows = torch.tensor(list(kept))
    return {
        name: tensor if tensor.shape == new[name].shape else tensor[rows.to(tensor.device)]
        for name, tensor in old.items()
    }


def _differences(
    network: Network, pruned: Pruned, before: Sequence[TokenRow], after: Sequence[TokenRow]
) -> Differences:
    """Return how the networks differ: outputs where rows are segmented as before, mean states on all."""
    kept = pruned.kept
    same = [i for i, row in enumerate(after) if before[i].ids == tuple(kept[number] for number in row.ids)]
    words = kept if network.head in _SCORES_WORDS else None
    exact = None
    if same:
        old, new = [before[i] for i in same], [after[i] for i in same]
        exact = compare_outputs(network, pruned.network, old, after_rows=new, words=words)
    cosines = vector_cosines(mean_states(network, before), mean_states(pruned.network, after))
    whole = exact
    if network.head in _PER_TEXT:
        whole = compare_outputs(network, pruned.network, before, after_rows=after)
    found = Differences(
        n_rows=len(before),
        n_tokens=sum(len(row.ids) for row in before),
        n_same=len(same),
        largest=exact.largest if exact else 0.0,
        mean_cosine=float(cosines.mean()),
        least_cosine=float(cosines.min()),
        n_decisions=whole.n_decisions if whole else 0,
        n_changed=whole.n_changed if whole else 0,
    )
    return found


def _notes(network: Network, pruned: Network, texts: Sequence[str]) -> dict[str, float]:
    before, after = (tokens_per_word(each.tokenizer.backend_tokenizer, texts) for each in (network, pruned))
    return {"tokens_per_word_before": round(before, 4), "tokens_per_word_after": round(after, 4)}
