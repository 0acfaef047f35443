import json
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.errors import ModelFormatError  # noqa: E402
from metier.skills.architectures.attention_network import LabelAttentionNetwork  # noqa: E402
from metier.skills.architectures.load import ARCHITECTURES, load_classifier  # noqa: E402
from metier.skills.architectures.one_pass import OnePassClassifier  # noqa: E402
from metier.skills.architectures.pairwise import PairwiseClassifier  # noqa: E402
from metier.skills.architectures.save import Parts, save_parts  # noqa: E402
from metier.skills.architectures.token_states import FrozenStates, TrainedStates  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.output import Origin  # noqa: E402
from tests.skills.architectures import tiny  # noqa: E402

TEXTS = ["w1 w2 w20", "w3 " * 300, ""]
ELSEWHERE = """
import sys
from pathlib import Path
import numpy as np
from metier.encoders.fake import FakeEncoder
from metier.skills.architectures.load import load_classifier
from metier.types import Skill
root = Path(sys.argv[1])
for folder in sorted(root.glob("*-model")):
    encoder = FakeEncoder(16) if folder.name.startswith("frozen") else None
    found = load_classifier(folder, encoder=encoder).classify({texts!r}, {skills!r})
    np.save(root / f"{{folder.name}}.npy", found.probabilities)
"""


def classifiers(folder):
    """Yield a name and a classifier, with what saves it, for each architecture and backbone."""
    ids = [skill.id for skill in tiny.SKILLS]
    for backbone in tiny.BACKBONES:
        path = tiny.save_backbone(folder / backbone, backbone)
        pairwise, one_pass = (
            PairwiseClassifier(load_backbone(path)),
            OnePassClassifier(load_backbone(path), ids),
        )
        trained = LabelAttentionNetwork(TrainedStates(load_backbone(path)), rank=4)
        yield f"{backbone}-pairwise", pairwise, pairwise.save
        yield f"{backbone}-one-pass", one_pass, one_pass.save
        yield f"{backbone}-label-attention", trained.classifier(), trained.save
    frozen = LabelAttentionNetwork(FrozenStates(FakeEncoder(16)), rank=4)
    yield "frozen", frozen.classifier(), frozen.save


def test_another_process_gives_the_same_answers(tmp_path):
    wanted = {}
    for name, model, save in classifiers(tmp_path):
        save(tmp_path / f"{name}-model", Origin(name))
        wanted[name] = model.classify(TEXTS, tiny.SKILLS).probabilities
    code = ELSEWHERE.format(texts=TEXTS, skills=list(tiny.SKILLS))
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    for name, probabilities in wanted.items():
        assert np.load(tmp_path / f"{name}-model.npy") == pytest.approx(probabilities, abs=1e-6), name
    assert {load_classifier(tmp_path / f"bert-{name}-model").architecture for name in ARCHITECTURES} == set(
        ARCHITECTURES
    )


def test_a_folder_of_another_kind_is_refused(tmp_path):
    save_parts(Parts("pairwise", {"weight": np.zeros((3, 4), np.float32)}, 4), tmp_path / "m", Origin("tiny"))
    card = tmp_path / "m" / "model.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"task": "encoder"}))
    with pytest.raises(
        ModelFormatError, match="Model tiny is for 'encoder'. Skill classifiers are skills-pairwise"
    ):
        load_classifier(tmp_path / "m")
