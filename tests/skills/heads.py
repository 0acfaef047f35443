"""A head over the fake encoder: a sentence shows the practice whose description shares its words."""

from dataclasses import replace

import numpy as np

from metier.encoders.fake import FakeEncoder
from metier.skills.head import SkillHead
from metier.skills.taxonomy import Taxonomy
from metier.skills.vectors import encode_skills
from tests.skills.taxonomies import entry

ENCODER = FakeEncoder(64)


def practice_taxonomy():
    """Return three practices, a product, an ambiguous name, and a relation."""
    return Taxonomy(
        "practices",
        [
            practice("mentoring", "Mentoring", "Teaching newcomers and helping colleagues grow."),
            practice("backup", "Backup", "Copying files so that lost ones come back."),
            practice("support", "Support", "Answering users whose computers misbehave."),
            entry("go", "Go", exact=("Go",), ambiguous=("Go",)),
            entry("restic", "Restic", implies=("backup",)),
        ],
    )


def practice(skill_id, label, description):
    plain = entry(skill_id, label, practice=True)
    return replace(plain, skill=replace(plain.skill, description=description))


def fake_head(taxonomy=None, **changes):
    """Return a head that needs no fitting; `changes` replaces any of its parts."""
    taxonomy = taxonomy or practice_taxonomy()
    dim = ENCODER.dim
    zeros = np.zeros(dim, np.float32)
    head = SkillHead(
        name="fake-skills",
        sha256="1" * 64,
        encoder_sha256=ENCODER.sha256,
        projection=20 * np.eye(dim, dtype=np.float32),
        projection_offset=zeros,
        null_weights=zeros,
        null_bias=8.0,
        feature_weights=np.array([1, 0, 0, 0], np.float32),
        intercept=1.0,
        threshold=0.5,
        sentence_center=zeros,
        skill_center=zeros,
        document_center=zeros,
        name_weights=zeros,
        name_bias=-1.0,
        settled_names=frozenset({"go"}),
        taxonomy_sha256=taxonomy.sha256,
        practice_vectors=encode_skills(taxonomy, ENCODER),
    )
    return replace(head, **changes)
