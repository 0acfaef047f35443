"""What the heads of transformers' pretraining models say of single states.

A masked-word head scores the whole vocabulary at every place of a row, though only the masked seventh of them
is asked for. Called on those states alone it gives the same scores for a seventh of the work, which in a
small model is most of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final


def _bert(model: Any, states: Any) -> Any:
    return model.cls.predictions(states)


def _roberta(model: Any, states: Any) -> Any:
    return model.lm_head(states)


def _distilbert(model: Any, states: Any) -> Any:
    found = model.vocab_layer_norm(model.activation(model.vocab_transform(states)))
    return model.vocab_projector(found)


def _albert(model: Any, states: Any) -> Any:
    return model.predictions(states)


def _electra(model: Any, states: Any) -> Any:
    return model.generator_lm_head(model.generator_predictions(states))


def _deberta(model: Any, states: Any) -> Any:
    # Neither head is the enhanced mask decoder of the paper, which transformers does not have.
    if model.config.legacy:
        return model.cls(states)
    return model.lm_predictions(states, model.base_model.embeddings.word_embeddings)


_WORDS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "bert": _bert,
    "roberta": _roberta,
    "xlm-roberta": _roberta,
    "camembert": _roberta,
    "distilbert": _distilbert,
    "albert": _albert,
    "electra": _electra,
    "deberta-v2": _deberta,
}


def read_rows(model: Any, inputs: Mapping[str, Any], places: Any) -> tuple[Any, Any]:
    """Return the scores of all words at some places of some rows, and the rows' pooled states.

    Args:
        model: of transformers, with a masked-word head.
        inputs: as the model takes them, rows of n tokens.
        places: (n_places, 2) int64, row and place in the row.

    Returns:
        Tensors (n_places, vocabulary) and (n_rows, width); None for the second where the encoder pools
        nothing.
    """
    score = _WORDS.get(model.config.model_type)
    if score is None:
        return model(**inputs).logits[places[:, 0], places[:, 1]], None
    read = model.base_model(**inputs)
    states = read.last_hidden_state[places[:, 0], places[:, 1]]
    return score(model, states), getattr(read, "pooler_output", None)


def next_sentence_logits(model: Any, pooled: Any) -> Any:
    """Return whether each pair is next, (n_rows, 2) by `rows.IS_NEXT` and `rows.IS_OTHER`.

    ALBERT's head was made for the order of sentences; it has the same shape.

    Args:
        model: BERT's or ALBERT's `ForPreTraining`.
        pooled: (n_rows, width).
    """
    if model.config.model_type == "albert":
        return model.sop_classifier(pooled)
    return model.cls.seq_relationship(pooled)
