"""The counterfactual test of fairness: does a level move when one personal thing of a resume is another?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.expertise.flips import DEFAULT_BOUND, Flip, SwapReport, flip, summarise
from metier.expertise.swaps import Swap, find_swaps
from metier.types import Document, Expertise

if TYPE_CHECKING:
    from metier.engine.assess import Engine
    from metier.engine.expertise import Applying

Score = Callable[[str], Expertise]
Look = Callable[[str], str]


def check_swaps(
    score: Score,
    texts: Mapping[str, str],
    *,
    bound: float = DEFAULT_BOUND,
    most: int = 4,
    look: Look | None = None,
    on_document: Callable[[], object] | None = None,
) -> SwapReport:
    """Return how far levels move when one personal thing of a resume is another.

    Args:
        score: says the level that a text shows; the same text gets the same answer.
        texts: resumes as a person sees them, by the names to report them under.
        bound: levels by which a score may move with a masked fact, at least 0.
        most: swaps of one trait for each resume, at least 1.
        look: returns what scores see of a text, to count swaps that masking let through.
        on_document: called after each resume.

    Raises:
        InvalidInput: bound is below 0, or most below 1.
        MetierError: `score` raised it.
    """
    flips: list[Flip] = []
    summarise((), bound=bound)
    for name, text in texts.items():
        flips += _of_document(name, find_swaps(text, most=most), score, look)
        if on_document is not None:
            on_document()
    return summarise(flips, bound=bound)


def _of_document(name: str, swaps: tuple[Swap, ...], score: Score, look: Look | None) -> list[Flip]:
    scores: dict[str, Expertise] = {}
    looks: dict[str, str] = {}
    flips = []
    for swap in swaps:
        for text in (swap.base, swap.text):
            if text not in scores:
                scores[text] = score(text)
                if look is not None:
                    looks[text] = look(text)
        flips.append(
            flip(
                (scores[swap.base], scores[swap.text]),
                document=name,
                trait=swap.trait,
                to=swap.to,
                added=swap.added,
                seen=None if look is None else looks[swap.base] != looks[swap.text],
            )
        )
    return flips


def visible_text(document: Document) -> str:
    """Return the text of a document as a person sees it: with personal facts, without what is hidden."""
    return scoring_view(replace(document, masks=())).text


def check_documents(
    engine: Engine,
    documents: Iterable[Document],
    applying: Applying,
    *,
    bound: float = DEFAULT_BOUND,
    most: int = 4,
    on_document: Callable[[], object] | None = None,
) -> SwapReport:
    """Return how far the levels of resumes move when one personal thing of them is another.

    What a person sees of a resume is read anew with each swap, as plain text, and scored.

    Args:
        engine: with a model of levels.
        documents: readable resumes; those of one name are numbered.
        applying: what the people apply for.
        bound: levels by which a score may move with a masked fact, at least 0.
        most: swaps of one trait for each resume, at least 1.
        on_document: called after each resume.

    Raises:
        InvalidInput: bound is below 0, most below 1, or the engine has no model of levels.
    """

    @lru_cache(maxsize=1)
    def read(text: str) -> Document:
        return engine.read(Source("swap", text=text))

    return check_swaps(
        lambda text: engine.score_level(read(text), applying),
        _by_name(documents),
        bound=bound,
        most=most,
        look=lambda text: scoring_view(read(text)).text,
        on_document=on_document,
    )


def _by_name(documents: Iterable[Document]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for document in documents:
        name, number = document.source, 1
        while name in texts:
            number += 1
            name = f"{document.source} ({number})"
        texts[name] = visible_text(document)
    return texts
