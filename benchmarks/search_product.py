"""Quality of `metier search query` itself: the index, its own BM25, weighted vectors, fusion and reranking.

    python benchmarks/search_product.py --data FOLDER [--cache FOLDER]

The mixed collection of `search.py` is indexed as vacancies, in memory, with the shipped models, and each
query is asked as a person would ask it, down to 100 hits. Beside it the same BM25 and the same vectors alone,
and BM25 as `search.py` has it. `search.py` says how figures, intervals and differences are made.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from search_collections import load_collections

from metier.documents.source import Source
from metier.encoders.load import BASE, Runtime
from metier.engine import Engine
from metier.engine.indexing import EntryMaker, index_sources
from metier.engine.search import Rerank, Searcher, SearchMode, SearchOptions
from metier.limits import ReadingLimits
from metier.search.baselines import Bm25
from metier.search.beir import Collection
from metier.search.evaluate import evaluate
from metier.search.load import load_search_encoder
from metier.search.trec import Run
from metier.search.vectors import SearchEncoder
from metier.skills.taxonomy_files import default_taxonomy
from metier.store.memory import MemoryStore
from metier.types import Role, YearMonth
from search import KeptVectors, differences_table, figures_table

DEPTH = 100
SYSTEMS: Mapping[str, SearchOptions] = {
    "query": SearchOptions(DEPTH),
    "query --mode dense": SearchOptions(DEPTH, mode=SearchMode.DENSE),
    "query --mode lexical": SearchOptions(DEPTH, mode=SearchMode.LEXICAL),
    "query --rerank coverage": SearchOptions(DEPTH, rerank=Rerank.COVERAGE),
}


class Product:
    """Ranks with the searcher of an index; implements `Ranker`."""

    def __init__(self, name: str, searcher: Searcher, options: SearchOptions) -> None:
        self.name = name
        self._searcher = searcher
        self._options = options

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the hits of every query; places stand for scores, which two ways of ranking do not share."""
        return {
            query: [
                (hit.document_id, 1 / hit.rank)
                for hit in self._searcher.query(text, self._options).hits[:top_k]
            ]
            for query, text in collection.queries.items()
        }


def main() -> None:
    """Index, ask and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keeps the vectors of queries")
    arguments = parser.parse_args()
    collection = load_collections(arguments.data)["mixed"]
    shipped = load_search_encoder(BASE, Path(), Runtime())
    encoder = SearchEncoder(KeptVectors(shipped.encoder, arguments.cache), shipped.head)
    limits, month = ReadingLimits(), YearMonth(2026, 11)
    with Engine(default_taxonomy(), limits=limits, as_of=month) as engine, MemoryStore() as store:
        maker = EntryMaker(engine, encoder)
        sources = [Source(name, text=text) for name, text in collection.documents.items()]
        report = index_sources(maker, store, sources, role=Role.VACANCY)
        print(f"{report.added} documents indexed, {len(report.failures)} not")
        searcher = Searcher(maker, store)
        systems = [Product(name, searcher, options) for name, options in SYSTEMS.items()]
        found = evaluate(collection, systems, [Bm25()], top_k=DEPTH)
    print(figures_table(found))
    print()
    print(differences_table(found.comparisons))


if __name__ == "__main__":
    main()
