import csv
import json
from importlib.util import find_spec

import numpy as np
import pytest

from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, NotFound
from metier.skills import build_head as build
from metier.skills import examples as ex
from metier.skills.head import SkillHead
from metier.skills.implicit import telling_sentences
from metier.skills.semantics import Semantics
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy

TAXONOMY = practice_taxonomy()
TEACHING = "Teaching newcomers and helping colleagues grow."
NEEDS_TRAIN = pytest.mark.skipif(
    not (find_spec("torch") and find_spec("accelerate")), reason="needs the train extra: make test-train"
)


def text(i):
    return f"{TEACHING} Case {i} of many.\n" + "Copied files with Restic each night for the team.\n" * 6


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps({"text": text(i)}) for i in range(60)), encoding="utf-8")
    return path


@pytest.fixture
def own_sentences(monkeypatch):
    written = [
        ex.WrittenSentence("support", "en", f"Calmed caller number {i} down by phone.") for i in range(9)
    ]
    names = [
        ex.AmbiguousSentence("go", "Go", i % 2 == 0, "en", f"Go {'code' if i % 2 == 0 else 'home'} {i}")
        for i in range(8)
    ]
    monkeypatch.setattr(ex, "written_sentences", lambda: written)
    monkeypatch.setattr(ex, "ambiguous_sentences", lambda: names)


def judged(path, texts, part="calibrate"):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text_sha256", "start", "end", "skill", "part", "shows"])
        for item in texts:
            for span in telling_sentences(item):
                writer.writerow(
                    [build.text_sha256(item), span.start, span.end, "mentoring", part, int(span.start == 0)]
                )
    return path


def test_documents_are_parted_by_their_hash_and_cut(texts):
    parts = [build.documents([texts], part) for part in (build.FIT, build.CALIBRATE, build.REPORT)]
    assert sum(map(len, parts)) == 60
    assert not set(parts[0]) & set(parts[1])


@NEEDS_TRAIN
def test_a_head_is_fitted_calibrated_and_written(texts, own_sentences, tmp_path):
    pairs = judged(tmp_path / "judged.csv", build.documents([texts], build.CALIBRATE))
    options = build.HeadOptions((texts,), judged=pairs)
    said = []
    card = build.build_head(options, TAXONOMY, ENCODER, tmp_path / "head", say=said.append)
    head = SkillHead.load(tmp_path / "head", encoder_sha256=ENCODER.sha256)
    assert head.settled_names == {"go"}
    assert 0 < head.threshold <= 1
    assert card.metrics["calibration"]["pairs"] > 0
    assert any("Calibrating" in line for line in said)
    assert ModelFolder.open(tmp_path / "head").card.task == "skills"


@NEEDS_TRAIN
def test_without_judged_pairs_nothing_is_shown(texts, own_sentences, tmp_path):
    build.build_head(build.HeadOptions((texts,)), TAXONOMY, ENCODER, tmp_path / "head", say=lambda m: None)
    assert SkillHead.load(tmp_path / "head", encoder_sha256=ENCODER.sha256).threshold == 1.0


def test_a_full_folder_and_short_texts_are_refused(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    short = tmp_path / "short.txt"
    short.write_text("Too short to fit anything to.")
    with pytest.raises(InvalidInput, match="full must be empty"):
        build.build_head(build.HeadOptions((short,)), TAXONOMY, ENCODER, tmp_path / "full", say=print)
    with pytest.raises(InvalidInput, match="No text of 300 characters"):
        build.build_head(build.HeadOptions((short,)), TAXONOMY, ENCODER, tmp_path / "new", say=print)


def test_judged_pairs_are_found_in_their_texts(texts, tmp_path):
    own = build.documents([texts], build.FIT)[:3]
    pairs = build.read_judged(judged(tmp_path / "judged.csv", own))
    semantics = Semantics(TAXONOMY, ENCODER, fake_head())
    features, shows = build.judged_features(pairs, own, semantics)
    assert features.shape == (len(pairs), 3)
    assert features[shows == 1, 0].mean() > features[shows == 0, 0].mean()
    nothing, _ = build.judged_features(pairs, [], semantics)
    assert nothing.shape == (0, 3)


def test_a_missing_or_broken_file_of_judged_pairs_is_refused(tmp_path):
    with pytest.raises(NotFound, match="no file of judged sentences"):
        build.read_judged(tmp_path / "none.csv")
    broken = tmp_path / "broken.csv"
    broken.write_text("text_sha256,start\nabc,x\n")
    with pytest.raises(InvalidInput, match="needs the columns text_sha256"):
        build.read_judged(broken)


def test_a_sentence_without_its_name_is_refused():
    with pytest.raises(InvalidInput, match="Sentence 1 on go must hold the name 'Go'"):
        build.name_states([ex.AmbiguousSentence("go", "Go", True, "en", "Nothing here.")], ENCODER)


def test_a_names_state_is_that_of_its_tokens():
    (state,) = build.name_states([ex.AmbiguousSentence("go", "Go", True, "en", "I Go home.")], ENCODER)
    assert np.array_equal(state, ENCODER.read("Go").states[0])
