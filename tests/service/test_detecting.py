from dataclasses import replace

import pytest

from metier.engine import Models
from metier.engine.loading import ModelShelf
from metier.errors import InvalidInput, LimitExceeded, NotFound
from metier.service import detecting, documents, taxonomies
from metier.service.engines import EngineRoom
from metier.skills.linking.linker import LinkedSkill
from metier.types import EvidenceLabel, Level
from tests.service.small import options_of
from tests.service.team import logged
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy

RESUME = """Anna Petrova

Experience
2012 - 2026 Lead developer at Foo: designed the architecture, led a team of eight developers, hired them,
answered for the roadmap and the budget, moved a monolith to services in Python, Docker and PostgreSQL,
reviewed code, mentored juniors, and spoke with customers about what they need every week of the year.
"""


@pytest.fixture(scope="module")
def reading_room(tmp_path_factory):
    """The shipped models."""
    made = EngineRoom(options_of(tmp_path_factory.mktemp("models"), model="base", search_model="base"))
    yield made
    made.close()


def labels(found):
    return {evidence.name: evidence.label for evidence in found}


def test_quotes_are_in_offsets_of_the_text_as_it_came(service, team):
    text = "\ufeff  I know Python,\r\nbut no Java.\ud800 "
    found = detecting.detect(service, team.viewer, text)
    assert labels(found)["Python"] is EvidenceLabel.EXPLICIT
    for evidence in found:
        for quote in evidence.quotes:
            assert text[quote.span.start : quote.span.end] == quote.text


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_blank_text_shows_nothing(service, team, text):
    assert detecting.detect(service, team.viewer, text) == ()


def test_detecting_follows_the_taxonomy_in_use_and_keeps_nothing(service, team):
    own = taxonomies.add(service, team.admin, b"id,label\nsql,Sequel\n", name="Ours.csv")
    taxonomies.use(service, team.admin, own.id)
    n_logged = len(logged(service, team.admin))
    assert labels(detecting.detect(service, team.viewer, "Python and Sequel")) == {
        "Sequel": EvidenceLabel.EXPLICIT
    }
    assert len(logged(service, team.admin)) == n_logged


def test_a_text_over_the_limit_is_refused(service, team):
    text = "x" * 50_001
    for ask in (
        lambda: detecting.detect(service, team.viewer, text),
        lambda: detecting.link(service, team.viewer, text),
        lambda: detecting.score_level(service, team.viewer, text=text),
    ):
        with pytest.raises(LimitExceeded, match="may have 50,000 characters"):
            ask()


def test_skills_shown_without_a_name_are_found_by_meaning(service, team, tmp_path, monkeypatch):
    monkeypatch.setattr(ModelShelf, "models", lambda *_, **__: Models(ENCODER, fake_head()))
    monkeypatch.setattr(detecting.taxonomies, "in_use", lambda *_: practice_taxonomy())
    by_meaning = replace(service, engines=EngineRoom(options_of(tmp_path)))
    found = detecting.detect(by_meaning, team.viewer, "Answering users whose computers misbehave.")
    assert labels(found) == {"Support": EvidenceLabel.IMPLICIT}


def test_linking_without_esco_says_how_to_import_it(service, team):
    with pytest.raises(NotFound, match="metier skills taxonomy import"):
        detecting.link(service, team.viewer, "We look for someone who leads a team.")


def test_the_limits_of_the_service_hold_for_texts_too(service, team):
    limits = replace(service.options.limits, max_chars=100)
    strict = replace(service, options=replace(service.options, limits=limits))
    with pytest.raises(LimitExceeded, match="may have 100 characters"):
        detecting.detect(strict, team.viewer, "x" * 101)
    assert detecting.detect(strict, team.viewer, "x" * 100) == ()


@pytest.mark.parametrize("top_k", [0, -1, 101])
def test_linking_gives_a_number_of_skills_in_its_range(service, team, top_k):
    with pytest.raises(InvalidInput, match="top_k"):
        detecting.link(service, team.viewer, "x", top_k=top_k)


def test_linking_asks_for_no_more_skills_than_there_are(service, team, monkeypatch):
    class Few:
        class index:
            skills = ("one",)

        @staticmethod
        def link(text, *, top_k, role):
            return (LinkedSkill(text, text, 1.0, ()),) * top_k

    monkeypatch.setattr(service.engines, "_linker", Few)
    assert len(detecting.link(service, team.viewer, "words", top_k=100)) == 1
    assert detecting.link(service, team.viewer, " ") == ()


def test_a_level_is_told_of_a_document_and_of_the_same_text_alike(service, team, reading_room):
    by_meaning = replace(service, engines=reading_room)
    document = documents.add(service, team.recruiter, RESUME.encode(), name="a.txt").document
    of_document = detecting.score_level(by_meaning, team.viewer, document=document.id, level=Level.SENIOR)
    of_text = detecting.score_level(by_meaning, team.viewer, text=RESUME, level=Level.SENIOR)
    assert of_document == of_text
    assert of_document.level is not None
    assert 0 < of_document.at_least < 1


def test_a_level_is_of_a_document_or_a_text(service, team):
    for given in ({}, {"document": "x", "text": "y"}):
        with pytest.raises(InvalidInput, match="not both"):
            detecting.score_level(service, team.viewer, **given)
    with pytest.raises(InvalidInput, match="position"):
        detecting.score_level(service, team.viewer, text="x", position="x" * 501)


def test_words_alone_tell_no_level(service, team):
    with pytest.raises(InvalidInput, match="by words alone"):
        detecting.score_level(service, team.viewer, text=RESUME)


def test_what_cannot_be_scored_is_said_without_its_name(service, team, reading_room):
    document = documents.add(service, team.recruiter, b"x", name="Anna Petrova.txt").document
    with pytest.raises(InvalidInput, match="The resume cannot be read") as raised:
        detecting.score_level(replace(service, engines=reading_room), team.viewer, document=document.id)
    assert "Petrova" not in str(raised.value)
