from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from metier.errors import CorruptDocument, NotFound
from metier.service import assessing, documents, people, taxonomies, vacancies
from metier.service.engines import EngineRoom
from metier.service.reading import read_file
from metier.store.workspaces.assessments import record_hash
from metier.types import AssessmentStatus, Role, YearMonth
from tests.service.small import VACANCY
from tests.service.team import logged, request
from tests.service.test_reading import HIDDEN

NOW = YearMonth(2026, 11)
ONGOING = b"Anna Petrova\n\nExperience\n2019 - present Python developer, Docker\n"


@pytest.fixture
def vacancy(service, team):
    return vacancies.add(service, team.recruiter, VACANCY, name="v.txt")


def add(service, team, content=ONGOING, name="a.txt"):
    return documents.add(service, team.recruiter, content, name=name).document


def test_an_assessment_keeps_what_it_was_made_from(service, team, vacancy):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id, vacancy=vacancy.id)
    asked = documents.get(service, team.viewer, vacancy.document)
    assert (made.inputs["document"], made.inputs["vacancy"]) == (document.sha256, asked.sha256)
    assert made.as_of == "2026-11"
    assert made.options["max_pages"] == service.options.limits.max_pages
    record = assessing.record(service, team.viewer, made.id)
    assert record_hash(record) == made.record_sha256
    assert record.coverage.score == made.score
    assert record.source == "a.txt"


def test_a_document_that_was_read_before_is_assessed_as_a_fresh_one(service, team, vacancy):
    document = add(service, team, HIDDEN, "a.html")
    documents.read(service, team.viewer, document.id)
    made = assessing.assess(service, team.recruiter, document.id, vacancy=vacancy.id)
    with service.engines.engine(None, NOW) as engine:
        fresh = read_file(service, HIDDEN, name="a.html", role=Role.RESUME, as_of=NOW)
        asked = read_file(service, VACANCY, name="v.txt", role=Role.VACANCY, as_of=NOW)
        record = engine.assess(fresh, vacancy=engine.prepare_vacancy(asked))
    assert record_hash(record) == made.record_sha256
    assert record.effects


def test_the_same_again_is_the_assessment_that_is_there(service, team, vacancy):
    document = add(service, team)
    made = {assessing.assess(service, team.recruiter, document.id, vacancy=vacancy.id).id for _ in range(2)}
    assert len(made) == 1
    assert len(assessing.page(service, team.viewer, document.id).items) == 1


def test_assessing_the_same_at_once_gives_one_assessment(service, team, vacancy):
    document = add(service, team)
    with ThreadPoolExecutor(4) as threads:
        made = set(
            threads.map(
                lambda _: assessing.assess(service, team.recruiter, document.id, vacancy=vacancy.id).id,
                range(4),
            )
        )
    assert len(made) == 1


def test_the_same_request_is_worked_out_once(service, team, monkeypatch):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id, once=request("k"))
    monkeypatch.setattr(assessing, "_make", None)
    assert assessing.assess(service, team.recruiter, document.id, once=request("k")) == made


def test_an_assessment_against_nothing_has_no_score(service, team):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id)
    assert made.score is None
    assert assessing.latest(service, team.viewer, document.id, None) == made


def test_a_new_month_gives_a_new_assessment_in_the_place_of_the_old(service, team, clock):
    document = add(service, team)
    old = assessing.assess(service, team.recruiter, document.id)
    clock.move(30 * 24 * 3600)
    new = assessing.assess(service, team.recruiter, document.id)
    assert (new.as_of, new.months) == ("2026-12", old.months + 1)
    assert assessing.latest(service, team.viewer, document.id, None) == new
    assert len(assessing.page(service, team.viewer, document.id).items) == 2


def test_what_cannot_be_read_is_not_assessed(service, team):
    document = add(service, team, b"%PDF-1.7\nnothing", "a.pdf")
    with pytest.raises(CorruptDocument):
        assessing.assess(service, team.recruiter, document.id)
    assert assessing.page(service, team.viewer, document.id).items == ()


def test_what_holds_too_little_text_is_kept_as_unreadable(service, team):
    document = add(service, team, b"x")
    assert assessing.assess(service, team.recruiter, document.id).status is AssessmentStatus.UNREADABLE


def test_a_document_that_is_erased_meanwhile_keeps_no_assessment(service, team, monkeypatch):
    document = add(service, team)
    make = assessing._make

    def slow(*args):
        people.erase(service, team.admin, document.person)
        return make(*args)

    monkeypatch.setattr(assessing, "_make", slow)
    with pytest.raises(NotFound):
        assessing.assess(service, team.recruiter, document.id)


def test_made_again_it_is_the_same_to_the_byte(service, team, vacancy):
    document = add(service, team, HIDDEN, "a.html")
    made = assessing.assess(service, team.recruiter, document.id, vacancy=vacancy.id)
    found = assessing.recompute(service, team.recruiter, made.id)
    assert found == assessing.Recomputed(True, made.record_sha256, made.record_sha256, (), ())
    assert len(assessing.page(service, team.viewer, document.id).items) == 1
    (entry,) = logged(service, team.admin, "assessment.recompute")
    assert (entry.subject, entry.result) == (made.id, "same")


def test_made_again_in_a_later_month_it_is_the_same_too(service, team, clock):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id)
    clock.move(400 * 24 * 3600)
    documents.read(service, team.viewer, document.id)
    assert assessing.recompute(service, team.recruiter, made.id).same


def test_made_again_it_uses_the_taxonomy_of_then(service, team):
    document = add(service, team)
    csv = b"id,label\ndocker,Docker\n"
    own = taxonomies.add(service, team.admin, csv, name="Ours.csv")
    taxonomies.use(service, team.admin, own.id)
    made = assessing.assess(service, team.recruiter, document.id)
    taxonomies.use(service, team.admin, None)
    assert made.inputs["taxonomy"] == own.id
    assert assessing.recompute(service, team.recruiter, made.id).same


def test_another_taxonomy_of_the_server_is_told_with_what_it_changes(service, team, tmp_path, clock):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id)
    file = tmp_path / "other.csv"
    file.write_text("id,label\ndocker,Docker\n")
    room = EngineRoom(replace(service.options, taxonomy=str(file)))
    try:
        found = assessing.recompute(replace(service, engines=room), team.recruiter, made.id)
    finally:
        room.close()
    assert not found.same
    assert found.before == made.record_sha256 != found.after
    assert found.why == ("taxonomy",)
    assert set(found.changed) >= {"skills", "provenance"}
    assert logged(service, team.admin, "assessment.recompute")[0].result == "different"


def test_other_limits_are_told_where_they_change_nothing(service, team):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id)
    options = replace(service.options, limits=replace(service.options.limits, max_pages=7))
    found = assessing.recompute(replace(service, options=options), team.recruiter, made.id)
    assert found.same
    assert found.why == ("limits",)


def test_another_model_and_version_are_told(service, team, monkeypatch):
    document = add(service, team)
    made = assessing.assess(service, team.recruiter, document.id)
    make = assessing._make

    def later(*args):
        now = make(*args)
        provenance = replace(now.record.provenance, model_sha256="0" * 64, metier_version="99")
        return replace(now, record=replace(now.record, provenance=provenance))

    monkeypatch.setattr(assessing, "_make", later)
    found = assessing.recompute(service, team.recruiter, made.id)
    assert found.why == ("metier_version", "model")
    assert found.changed == ("provenance",)
