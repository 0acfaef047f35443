import json

import pytest

from metier.errors import ModelMismatch, NotFound
from metier.skills.linking.head import LinkingWeights, save_linking_head
from metier.skills.linking.load import LinkingOptions, load_linker
from metier.training.output import Origin
from tests.skills.linking.small import ENCODER, flat_tagger, things


@pytest.fixture
def folder(tmp_path):
    weights = LinkingWeights(lexical=0.0)
    save_linking_head(flat_tagger(), weights, tmp_path / "head", Origin("x"), encoder_sha256=ENCODER.sha256)
    return tmp_path / "head"


def load(folder, **options):
    return load_linker(folder, things(), lambda: ENCODER, options=LinkingOptions(**options))


def test_a_linker_is_put_together(folder, tmp_path):
    linker = load(folder, cache=tmp_path / "cache")
    assert linker.link("You weld steel")[0].skill == "weld"
    assert (tmp_path / "cache" / "linking").is_dir()
    assert linker.index.names is None  # the weight of spelling is 0


def test_priors_are_read_and_weighed(folder, tmp_path):
    (tmp_path / "priors.json").write_text(json.dumps({"Java": 1.0}))
    plain = load(folder).link("You weld steel")
    raised = load(folder, priors=tmp_path / "priors.json", prior_weight=9.0).link("You weld steel")
    assert (plain[0].skill, raised[0].skill) == ("weld", "java")


def test_a_head_of_another_encoder_is_refused(tmp_path):
    save_linking_head(flat_tagger(), LinkingWeights(), tmp_path / "h", Origin("x"), encoder_sha256="0" * 64)
    with pytest.raises(ModelMismatch, match="was fitted to encoder"):
        load(tmp_path / "h")


def test_a_missing_reranker_is_not_found(folder, tmp_path):
    with pytest.raises(NotFound, match="holds no model.json"):
        load(folder, reranker=tmp_path / "none")


def test_a_model_that_brings_its_encoder_asks_for_none(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from metier.training.backbone import load_backbone
    from tests.skills.architectures import tiny

    backbone = load_backbone(tiny.save_backbone(tmp_path / "bert"))
    tagger = flat_tagger(backbone.dim)
    save_linking_head(tagger, LinkingWeights(), tmp_path / "head", Origin("own"), backbone=backbone)

    def refuse():
        raise AssertionError("the model has an encoder of its own")

    linker = load_linker(tmp_path / "head", things(), refuse, options=LinkingOptions())
    assert len(linker.link("w1 w2", top_k=3)) == 3
