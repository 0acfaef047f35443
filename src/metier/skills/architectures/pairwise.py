"""Pairwise: the network reads a skill and a text together, once for every pair, and tells the class.

A row is "[CLS] skill [SEP] text [SEP]" with the tokenizer's own template for two texts; a linear layer on the
first token's state gives the three logits. A long text is read in overlapping windows, each with the skill
before it, and the window in which "none" is least likely decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelCard
from metier.skills.architectures.classifier import (
    N_CLASSES,
    NONE,
    Classified,
    check_request,
    no_evidence,
    softmax,
)
from metier.skills.architectures.rows import Example, Outcome
from metier.skills.architectures.save import Parts, read_parts, save_parts
from metier.skills.vectors import skill_text
from metier.training.backbone import (
    MAX_TRAIN_WINDOWS,
    Backbone,
    batches_by_length,
    join_parts,
    linear_head,
    load_tensors,
    tensors_of,
    text_windows,
)
from metier.training.output import Origin
from metier.types import Skill

ARCHITECTURE: Final = "pairwise"


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """The rows of some pairs: (n_rows, 4) int64 of text, skill, and start and stop of the window."""

    rows: NDArray[np.int64]
    texts: list[list[int]]
    skills: list[list[int]]

    def lengths(self) -> NDArray[np.int64]:
        of_skill = np.array([len(ids) for ids in self.skills], np.int64)
        lengths: NDArray[np.int64] = of_skill[self.rows[:, 1]] + self.rows[:, 3] - self.rows[:, 2]
        return lengths


class PairwiseClassifier:
    """A cross-encoder; implements `SkillClassifier` and `TrainableClassifier`.

    Args:
        backbone: it is trained along, and used as it stands.
        seed: of the head's first weights.
        name: what to call it in results; the backbone's name by default.
        sha256: hash of its folder; empty for a model that was not saved.

    Raises:
        ModelMismatch: its tokenizer has no template for two texts.
        MissingExtra: torch is not installed.
    """

    architecture = ARCHITECTURE
    per_pair = True

    def __init__(self, backbone: Backbone, *, seed: int = 0, name: str = "", sha256: str = "") -> None:
        self.backbone = backbone
        self.name = name or backbone.name
        self.sha256 = sha256
        self.module: Any = join_parts(backbone, linear_head(backbone.dim, N_CLASSES, seed=seed))
        self._frame = backbone.frame(2)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load a model from its folder, after checking every byte.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no pairwise classifier.
            ModelMismatch: its head does not belong to its backbone.
        """
        saved = read_parts(path, architecture=ARCHITECTURE)
        model = cls(saved.own_backbone(), name=saved.folder.card.name, sha256=saved.folder.sha256)
        load_tensors(model.module.head, saved.parts.tensors, name=model.name)
        return model

    def save(self, output: Path, origin: Origin) -> ModelCard:
        """Write the model as a folder, and return its card.

        Raises:
            InvalidInput: the folder is not empty.
        """
        tensors = tensors_of(self.module.head)
        return save_parts(Parts(ARCHITECTURE, tensors, self.backbone.dim, self.backbone), output, origin)

    def classify(self, texts: Sequence[str], skills: Sequence[Skill]) -> Classified:
        """Return the probabilities for every pair; `SkillClassifier.classify` is the contract."""
        check_request(texts, skills)
        pairs = np.array([(i, k) for i in range(len(texts)) for k in range(len(skills))], np.int64)
        plan = self._plan(texts, skills, pairs.reshape(-1, 2), most=None)
        best = np.zeros((len(texts), len(skills), N_CLASSES), np.float64)
        best[:, :, NONE] = 2.0  # above any probability, so that the first window of a pair is always taken
        self.module.eval()
        with require("torch").inference_mode():
            for batch in batches_by_length(plan.lengths()):
                found = softmax(self._logits(plan, batch).cpu().numpy())
                for (i, k), row in zip(plan.rows[batch, :2].tolist(), found, strict=True):
                    if row[NONE] < best[i, k, NONE]:
                        best[i, k] = row
        return Classified(best, no_evidence(len(texts), len(skills)), len(plan.rows))

    def forward(self, examples: Sequence[Example], skills: Sequence[Skill]) -> Outcome:
        """Return the logits of each pair, with gradients; of long texts at most eight windows are read."""
        torch = require("torch")
        pairs = [(i, int(k)) for i, example in enumerate(examples) for k in example.skills]
        texts = [example.text for example in examples]
        plan = self._plan(texts, skills, np.array(pairs, np.int64).reshape(-1, 2), most=MAX_TRAIN_WINDOWS)
        batches = list(batches_by_length(plan.lengths()))
        logits = torch.cat([self._logits(plan, batch) for batch in batches])
        logits = logits[torch.from_numpy(np.argsort(np.concatenate(batches))).to(logits.device)]
        none = logits.detach().softmax(dim=1)[:, NONE].cpu().numpy()
        rows_of: dict[tuple[int, int], list[int]] = {pair: [] for pair in pairs}
        for row, (i, k) in enumerate(plan.rows[:, :2].tolist()):
            rows_of[i, k].append(row)
        chosen = [min(rows, key=lambda row: float(none[row])) for rows in rows_of.values()]
        return Outcome(logits[torch.tensor(chosen, device=logits.device)])

    def _plan(
        self, texts: Sequence[str], skills: Sequence[Skill], pairs: NDArray[np.int64], *, most: int | None
    ) -> _Plan:
        room = self.backbone.max_tokens - len(self._frame)
        text_ids = [list(encoding.ids) for encoding in self.backbone.tokenise(texts)]
        # Half a row at most, so that a skill with a long description leaves room for the text.
        named = self.backbone.tokenise([skill_text(skill) for skill in skills])
        skill_ids = [list(encoding.ids[: room // 2]) for encoding in named]
        rows: list[NDArray[np.int64]] = [np.zeros((0, 4), np.int64)]
        for i, k in pairs.tolist():
            windows = text_windows(len(text_ids[i]), room - len(skill_ids[k]), most=most)
            rows.append(np.array([(i, k, window.start, window.stop) for window in windows], np.int64))
        return _Plan(np.concatenate(rows), text_ids, skill_ids)

    def _logits(self, plan: _Plan, batch: NDArray[np.int64]) -> Any:
        rows = [
            self._frame.around((plan.skills[k], plan.texts[i][start:stop]))
            for i, k, start, stop in plan.rows[batch].tolist()
        ]
        states, _ = self.backbone.hidden(rows)
        return self.module.head(states[:, 0])
