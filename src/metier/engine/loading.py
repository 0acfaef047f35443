"""Loads models by name, and shares one encoder between all that read with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from metier.encoders.load import BASE, Runtime, find_model, load_encoder, shipped_models
from metier.encoders.reading import Encoder
from metier.engine.assess import SKILLS_HEAD, Models
from metier.engine.expertise import LevelScorer
from metier.errors import InvalidInput, NotFound
from metier.skills.head import SkillHead
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import find_taxonomy, imported_taxonomy

if TYPE_CHECKING:
    from metier.interview.grading import AnswerGrader
    from metier.search.vectors import SearchEncoder
    from metier.skills.linking.linker import Linker

MODEL_FOLDER: Final = "models"
NO_MODEL: Final = "none"
LINKING_MODEL: Final = "linking"
LINKING_TAXONOMY: Final = "esco-en"


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a user's taxonomies and models are, and how models run.

    Attributes:
        data_dir: folder of what was added.
        runtime: threads and cache.
    """

    data_dir: Path
    runtime: Runtime

    @property
    def models_dir(self) -> Path:
        """Return the folder of the models that were added."""
        return self.data_dir / MODEL_FOLDER


class ModelShelf:
    """Models by name, each loaded when it is first asked for and kept. It serves one thread at a time.

    All methods raise `NotFound` for a model that is not there, `ModelError` for one that is damaged, changed
    or of another encoder, and `MissingExtra` for one that runs in torch where that is not installed.

    Args:
        installation: where they are.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._encoders: dict[Path, Encoder] = {}
        self._models: dict[tuple[str, str], Models] = {}
        self._searching: dict[str, SearchEncoder] = {}
        self._graders: dict[str, AnswerGrader] = {}

    def models(self, name: str, *, levels: str) -> Models | None:
        """Return the encoder of a name or folder with its heads and a model of levels; None for `none`."""
        if name == NO_MODEL:
            return None
        if (name, levels) not in self._models:
            from metier.expertise.load import load_levels

            encoder = self._encoder(self._find(name))
            head = SkillHead.load(shipped_models()[SKILLS_HEAD], encoder_sha256=encoder.sha256)
            scorer = LevelScorer(load_levels(self._find(levels), encoder_sha256=encoder.sha256))
            self._models[name, levels] = Models(encoder, head, scorer, self.installation.runtime.cache)
        return self._models[name, levels]

    def search_encoder(self, name: str) -> SearchEncoder:
        """Return what makes the vectors of search; `load_search_encoder` says what names there are.

        Raises:
            InvalidInput: the name is `none`.
        """
        if name == NO_MODEL:
            raise InvalidInput("Search compares vectors, so it needs an encoder. Name one: base.")
        if name not in self._searching:
            from metier.search.head import SearchHead
            from metier.search.load import head_of
            from metier.search.vectors import SearchEncoder

            path = self._find(name)
            head = head_of(path)
            encoder = self._encoder(path if head is None else shipped_models()[BASE])
            loaded = SearchHead.load(head, encoder_sha256=encoder.sha256) if head else None
            self._searching[name] = SearchEncoder(encoder, loaded)
        return self._searching[name]

    def grader(self, name: str) -> AnswerGrader:
        """Return what grades answers: with the encoder of a name, or by words alone for `none`."""
        if name not in self._graders:
            from metier.interview.load import load_grader

            encoder = None if name == NO_MODEL else self._encoder(self._find(name))
            self._graders[name] = load_grader(encoder)
        return self._graders[name]

    def linker(self, taxonomy: Taxonomy) -> Linker:
        """Return what links texts to the skills of a taxonomy; it is not kept.

        The first time with a taxonomy takes long: each of its skills is encoded.
        """
        from metier.skills.linking.load import LinkingOptions, load_linker

        return load_linker(
            self._find(LINKING_MODEL),
            taxonomy,
            lambda: self._encoder(shipped_models()[BASE]),
            options=LinkingOptions(cache=self.installation.runtime.cache),
        )

    def _find(self, name: str) -> Path:
        return find_model(name, self.installation.models_dir)

    def _encoder(self, path: Path) -> Encoder:
        if path not in self._encoders:
            self._encoders[path] = load_encoder(path, self.installation.runtime)
        return self._encoders[path]


def find_linking_taxonomy(data_dir: Path) -> Taxonomy:
    """Return the taxonomy that texts are linked to by default: ESCO, which a user imports.

    Raises:
        NotFound: it was not imported; the message says how to.
        TaxonomyError: its file breaks a rule.
    """
    if not imported_taxonomy(LINKING_TAXONOMY, data_dir).is_file():
        raise NotFound(
            "ESCO is not imported. Import it once, docs/how-to/esco.md says where it is: metier skills "
            "taxonomy import skills_en.csv --language en."
        )
    return find_taxonomy(LINKING_TAXONOMY, data_dir)
