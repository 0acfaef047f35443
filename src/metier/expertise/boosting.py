"""The model of levels that looks at features alone: small boosted trees for each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.data import LevelRow, check_enough
from metier.expertise.feature_table import (
    columns_of,
    feature_pushes,
    feature_values,
    known_names,
    saved_names,
    signs_of,
    strongest,
    usual_values,
)
from metier.expertise.model import Calibration, LevelInput, Push
from metier.expertise.ordinal import (
    N_THRESHOLDS,
    balanced_weights,
    expected_ranks,
    level_logits,
    lone_answer,
    prior_shift,
    threshold_answers,
)
from metier.expertise.trainable import LevelParts
from metier.expertise.trees import Forest, forest_of
from metier.training.output import Watch

KIND: Final = "features"
_PREFIX: Final = "trees."


@dataclass(frozen=True, slots=True)
class BoostingOptions:
    """How trees are grown; the defaults are for some hundred rows.

    Attributes:
        trees: for each threshold, at least 1.
        rate: share of each tree's say that is kept, above 0, at most 1.
        leaves: of a tree at most, at least 2.
        leaf_rows: rows in a leaf at least, at least 1.
        l2: regularisation of the leaves, 0 or more.
        balanced: the rarer answer to a threshold counts as much as the other.
        seed: of what is random in binning.

    Raises:
        InvalidInput: a number out of its range.
    """

    trees: int = 80
    rate: float = 0.05
    leaves: int = 4
    leaf_rows: int = 8
    l2: float = 5.0
    balanced: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        rules = {
            "trees": self.trees >= 1,
            "rate": 0 < self.rate <= 1,
            "leaves": self.leaves >= 2,
            "leaf_rows": self.leaf_rows >= 1,
            "l2": self.l2 >= 0,
        }
        for name, holds in rules.items():
            if not holds:
                raise InvalidInput(f"{name} is out of its range. Got {getattr(self, name)}.")


@dataclass(frozen=True, slots=True, eq=False)
class FeatureLevels:
    """Implements `TrainedLevels` with trees over features.

    Attributes:
        names: of the features.
        usual: (n_features,) their medians in the training part; nan for one that was never told.
        forest: with a sum for each threshold, the log-odds that the level is at least that.
        encoder_sha256: of the encoder that read the documents behind the features.
        calibration: what was learned on the calibration part, or None.
        name: in results.
        sha256: of its folder; empty for a model that was not saved.
    """

    names: tuple[str, ...]
    usual: NDArray[np.float64]
    forest: Forest
    encoder_sha256: str = ""
    calibration: Calibration | None = None
    name: str = KIND
    sha256: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return KIND

    @property
    def reads(self) -> bool:
        """Tell that it needs no reading."""
        return False

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Tell that it sees no sensitive field: no feature is of one."""
        return ()

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        """Return the logarithms of the levels' probabilities; `LevelModel.logits` is the contract."""
        return level_logits(self.forest.add_up(feature_values(items, columns_of(self.names))))

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        """Return by how much each feature moves the expected level, the strongest first."""
        values = feature_values([item], columns_of(self.names))[0]
        temperature = self.calibration.temperature if self.calibration else 1.0
        return strongest(
            feature_pushes(
                self.names,
                values,
                self.usual,
                lambda rows: expected_ranks(level_logits(self.forest.add_up(rows)) / temperature),
            )
        )

    def with_calibration(self, calibration: Calibration) -> FeatureLevels:
        """Return the same model with what was learned on the calibration part."""
        return replace(self, calibration=calibration)

    def write(self, output: Path) -> LevelParts:
        """Return what its folder holds; it has no files of its own."""
        del output
        trees = {f"{_PREFIX}{name}": array for name, array in self.forest.tensors().items()}
        n_numbers = sum(int(array.size) for array in trees.values())
        return LevelParts(
            encoder_sha256=self.encoder_sha256,
            dim=len(self.names),
            parameters={"trees": n_numbers},
            tensors={**trees, "usual": self.usual},
            facts={"features": list(self.names)},
        )

    @classmethod
    def of_parts(
        cls, folder: ModelFolder, parts: LevelParts, calibration: Calibration | None = None
    ) -> FeatureLevels:
        """Return the model in a folder that was checked, with its parts as `write` gave them.

        Raises:
            ModelFormatError: a part is missing or does not fit the others.
            ModelMismatch: it uses features that this metier does not know.
        """
        names, tensors = saved_names(parts.facts), parts.tensors
        trees = {
            key.removeprefix(_PREFIX): array for key, array in tensors.items() if key.startswith(_PREFIX)
        }
        forest = Forest.of_tensors(trees, n_features=len(names), n_sums=N_THRESHOLDS)
        usual = np.asarray(tensors.get("usual", np.zeros(0)), np.float64)
        if usual.shape != (len(names),) or np.isinf(usual).any():
            raise ModelFormatError("The usual values of a model of levels must fit its features.")
        return cls(names, usual, forest, parts.encoder_sha256, calibration, folder.card.name, folder.sha256)


@dataclass(frozen=True, slots=True)
class FeatureTrainer:
    """Implements `TrainableLevels`: boosts trees over the features of documents.

    Attributes:
        options: how trees are grown.
        encoder_sha256: of the encoder that read the documents.
    """

    options: BoostingOptions = BoostingOptions()
    encoder_sha256: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return KIND

    @property
    def reads(self) -> bool:
        """Tell that rows need no reading."""
        return False

    def fit(self, rows: Sequence[LevelRow], tune_rows: Sequence[LevelRow], watch: Watch) -> FeatureLevels:
        """Return a model fitted to both parts; `TrainableLevels.fit` is the contract."""
        both = [*rows, *tune_rows]
        check_enough(both)
        names = known_names()
        values = feature_values([row.item for row in both], columns_of(names))
        usual = usual_values(values)
        # scikit-learn refuses a column that nobody tells; a constant one is never asked about.
        values[:, np.isnan(usual)] = 0.0
        answers = threshold_answers([row.label for row in both])
        watch.say(f"Growing trees over {len(names)} features of {len(both):,} rows.")
        signs = signs_of(names).tolist()
        found = [_boosted(values, column, signs, self.options) for column in answers.T]
        forest = forest_of([model for model, _ in found], [base for _, base in found])
        return FeatureLevels(names, usual, forest, self.encoder_sha256)


def _boosted(
    values: NDArray[np.float64], answers: NDArray[np.float64], signs: Sequence[int], options: BoostingOptions
) -> tuple[Any, float]:
    """Return the fitted model of a threshold, or None where all rows answer alike, and what to add to it."""
    told = ~np.isnan(answers)
    given = answers[told]
    lone = lone_answer(given)
    if lone is not None:
        return None, lone
    boosting = require("sklearn.ensemble").HistGradientBoostingClassifier(
        max_iter=options.trees,
        learning_rate=options.rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=options.leaf_rows,
        l2_regularization=options.l2,
        monotonic_cst=list(signs),
        early_stopping=False,
        random_state=options.seed,
    )
    weights = balanced_weights(given) if options.balanced else None
    shown = values[told]
    # scikit-learn takes no feature that no row tells; one that is the same in all rows splits nothing.
    shown = np.where(np.isnan(shown).all(axis=0), 0.0, shown)
    boosting.fit(shown, given.astype(np.int64), sample_weight=weights)
    return boosting, prior_shift(given) if options.balanced else 0.0
