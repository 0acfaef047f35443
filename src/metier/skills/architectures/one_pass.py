"""One pass: the text is read once, and one linear layer on its mean state tells the classes of all skills.

The list of skills is fixed when the model is made. A long text is read in overlapping windows, each window's
state is the mean over its tokens, and the text's is the mean over its windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.skills.architectures.classifier import N_CLASSES, Classified, check_request, no_evidence, softmax
from metier.skills.architectures.rows import Example, Outcome
from metier.skills.architectures.save import Parts, read_parts, save_parts
from metier.training.backbone import (
    MAX_TRAIN_WINDOWS,
    Backbone,
    Frame,
    batches_by_length,
    join_parts,
    linear_head,
    load_tensors,
    tensors_of,
    text_windows,
)
from metier.training.output import Origin
from metier.types import Skill

ARCHITECTURE: Final = "one-pass"
_SKILLS: Final = "skills"


class OnePassClassifier:
    """A classifier of a fixed list of skills; implements `SkillClassifier` and `TrainableClassifier`.

    Args:
        backbone: it is trained along, and used as it stands.
        skills: ids of the skills that it answers for, each once.
        seed: of the head's first weights.
        taxonomy_sha256: hash of the taxonomy of these skills; empty where there is none.
        name: what to call it in results; the backbone's name by default.
        sha256: hash of its folder; empty for a model that was not saved.

    Raises:
        InvalidInput: no skill, or one twice.
        MissingExtra: torch is not installed.
    """

    architecture = ARCHITECTURE
    per_pair = False

    def __init__(
        self,
        backbone: Backbone,
        skills: Sequence[str],
        *,
        seed: int = 0,
        taxonomy_sha256: str = "",
        name: str = "",
        sha256: str = "",
    ) -> None:
        self._place = {skill: k for k, skill in enumerate(skills)}
        if not skills or len(self._place) != len(skills):
            raise InvalidInput(f"A one-pass model needs skills, each once. Got {len(skills)}.")
        self.backbone = backbone
        self.skills = tuple(skills)
        self.taxonomy_sha256 = taxonomy_sha256
        self.name = name or backbone.name
        self.sha256 = sha256
        self.module: Any = join_parts(backbone, linear_head(backbone.dim, N_CLASSES * len(skills), seed=seed))
        self._frame: Frame = backbone.frame(1)

    @classmethod
    def load(cls, path: Path, *, taxonomy_sha256: str = "") -> Self:
        """Load a model from its folder, after checking every byte.

        Args:
            path: a model folder.
            taxonomy_sha256: hash of the taxonomy in use; empty to take a model of any.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no one-pass classifier.
            ModelMismatch: its head belongs to another backbone or taxonomy.
        """
        saved = read_parts(path, architecture=ARCHITECTURE, taxonomy_sha256=taxonomy_sha256)
        skills = saved.parts.facts.get(_SKILLS)
        if not isinstance(skills, list) or not skills or not all(isinstance(skill, str) for skill in skills):
            raise ModelFormatError(
                f"Model {saved.folder.card.name} must list the skills that it answers for."
            )
        model = cls(
            saved.own_backbone(),
            skills,
            taxonomy_sha256=saved.parts.taxonomy_sha256,
            name=saved.folder.card.name,
            sha256=saved.folder.sha256,
        )
        load_tensors(model.module.head, saved.parts.tensors, name=model.name)
        return model

    def save(self, output: Path, origin: Origin) -> ModelCard:
        """Write the model as a folder, and return its card.

        Raises:
            InvalidInput: the folder is not empty.
        """
        parts = Parts(
            ARCHITECTURE,
            tensors_of(self.module.head),
            self.backbone.dim,
            self.backbone,
            taxonomy_sha256=self.taxonomy_sha256,
            facts={_SKILLS: list(self.skills)},
        )
        return save_parts(parts, output, origin)

    def classify(self, texts: Sequence[str], skills: Sequence[Skill]) -> Classified:
        """Return the probabilities for every text and skill; `SkillClassifier.classify` is the contract."""
        check_request(texts, skills)
        places = self._places(skills)
        ids, rows = self._rows(texts, most=None)
        total = np.zeros((len(texts), self.backbone.dim), np.float64)
        self.module.eval()
        torch = require("torch")
        with torch.inference_mode():
            for batch in batches_by_length(rows[:, 2] - rows[:, 1]):
                np.add.at(total, rows[batch, 0], self._pooled(ids, rows[batch]).cpu().numpy())
            mean = (total / np.bincount(rows[:, 0], minlength=len(texts))[:, None]).astype(np.float32)
            device = next(self.module.parameters()).device
            logits = self.module.head(torch.from_numpy(mean).to(device)).cpu().numpy()
        shaped = logits.reshape(len(texts), len(self.skills), N_CLASSES)[:, places]
        return Classified(softmax(shaped), no_evidence(len(texts), len(skills)), len(rows))

    def forward(self, examples: Sequence[Example], skills: Sequence[Skill]) -> Outcome:
        """Return the logits of each pair, with gradients; of long texts at most eight windows are read."""
        torch = require("torch")
        ids, rows = self._rows([example.text for example in examples], most=MAX_TRAIN_WINDOWS)
        batches = list(batches_by_length(rows[:, 2] - rows[:, 1]))
        pooled = torch.cat([self._pooled(ids, rows[batch]) for batch in batches])
        owner = torch.from_numpy(rows[np.concatenate(batches), 0]).to(pooled.device)
        total = torch.zeros(len(examples), self.backbone.dim, device=pooled.device)
        counts = torch.bincount(owner, minlength=len(examples))[:, None]
        mean = total.index_add(0, owner, pooled) / counts
        logits = self.module.head(mean).reshape(len(examples), len(self.skills), N_CLASSES)
        places = self._places(skills)
        pairs = [(i, places[int(k)]) for i, example in enumerate(examples) for k in example.skills]
        which = torch.tensor(pairs, dtype=torch.int64, device=logits.device).reshape(-1, 2)
        return Outcome(logits[which[:, 0], which[:, 1]])

    def _places(self, skills: Sequence[Skill]) -> list[int]:
        for skill in skills:
            if skill.id not in self._place:
                raise ModelMismatch(
                    f"Model {self.name} answers for {len(self.skills)} fixed skills; {skill.id!r} is not one "
                    "of them. Train it with that skill, or take a pairwise or label-attention model."
                )
        return [self._place[skill.id] for skill in skills]

    def _rows(self, texts: Sequence[str], *, most: int | None) -> tuple[list[list[int]], NDArray[np.int64]]:
        """Return the token ids of the texts, and (n_rows, 3) of text, and start and stop of the window."""
        ids = [list(encoding.ids) for encoding in self.backbone.tokenise(texts)]
        room = self.backbone.max_tokens - len(self._frame)
        rows = [
            (i, window.start, window.stop)
            for i, tokens in enumerate(ids)
            for window in text_windows(len(tokens), room, most=most)
        ]
        return ids, np.array(rows, np.int64).reshape(-1, 3)

    def _pooled(self, ids: list[list[int]], rows: NDArray[np.int64]) -> Any:
        """Return the mean state of each row, special tokens included, so that an empty text has one too."""
        framed = [self._frame.around((ids[i][start:stop],)) for i, start, stop in rows.tolist()]
        states, mask = self.backbone.hidden(framed)
        weights = mask[:, :, None].float()
        return (states * weights).sum(dim=1) / weights.sum(dim=1)
