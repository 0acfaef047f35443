"""A head over the fake encoder: a sentence shows the practice whose description shares its words."""

from dataclasses import replace

import numpy as np

from metier.encoders.fake import FakeEncoder
from metier.skills.architectures.attention_head import LabelAttentionHead
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


def fake_attention(dim):
    """Return label attention that compares tokens and skills by cosine alone; none has 1."""
    return LabelAttentionHead(
        token_maps=np.zeros((2, 1, dim), np.float32),
        query_maps=np.zeros((2, 1, dim), np.float32),
        scales=np.full(2, 4, np.float32),
        biases=np.zeros(2, np.float32),
        length=np.ones(2, np.float32),
        mention_weight=np.zeros(1, np.float32),
        token_center=np.zeros(dim, np.float32),
        query_center=np.zeros(dim, np.float32),
        null_weights=np.zeros(dim, np.float32),
        null_bias=np.ones(1, np.float32),
    )


def fake_head(taxonomy=None, **changes):
    """Return a head that needs no fitting; `changes` replaces any of its parts."""
    taxonomy = taxonomy or practice_taxonomy()
    dim = ENCODER.dim
    zeros = np.zeros(dim, np.float32)
    head = SkillHead(
        name="fake-skills",
        sha256="1" * 64,
        encoder_sha256=ENCODER.sha256,
        attention=fake_attention(dim),
        feature_weights=np.array([5, 0, 0], np.float32),
        intercept=0.0,
        threshold=0.5,
        document_center=zeros,
        name_weights=zeros,
        name_bias=-1.0,
        settled_names=frozenset({"go"}),
        taxonomy_sha256=taxonomy.sha256,
        practice_vectors=encode_skills(taxonomy, ENCODER),
    )
    return replace(head, **changes)
