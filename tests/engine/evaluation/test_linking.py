import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.engine.evaluation.linking import (  # noqa: E402
    LinkingMeasure,
    SpansMeasure,
    fitted_tagger,
    span_sets,
    tagged_spans,
    taxonomy_of,
)
from metier.engine.evaluation.memory import RememberingEncoder  # noqa: E402
from metier.engine.evaluation.protocol import Bench, CannotMeasure, HeadSteps  # noqa: E402
from metier.training.sets import read_sets  # noqa: E402
from tests.engine.evaluation.made_sets import Folder, esco, link_rows, span_rows  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def bench_of(folder, **changes):
    sets = read_sets(folder.root)
    return Bench(RememberingEncoder(FakeEncoder(32)), sets, steps=HeadSteps(20, 1), **changes)


def test_spans_that_were_marked_are_found(folder):
    data = folder.add("marked", "spans", train=span_rows(24), tune=span_rows(6))
    found = SpansMeasure().measure(data, bench_of(folder))
    assert found.figures[0] == "span_f1"
    assert found.columns["marked"].tolist() == [1.0] * 6
    assert found.columns["hits"].sum() >= 4


def test_the_right_skills_stand_first_and_the_tagger_is_fitted_once(folder):
    folder.add("marked", "spans", train=span_rows(24), tune=span_rows(6))
    sets = [folder.add(name, "linking", report=link_rows(), taxonomy=esco()) for name in ("one", "two")]
    said = []
    bench = bench_of(folder, say=said.append)
    for data in sets:
        found = LinkingMeasure().measure(data, bench)
        assert found.figures == ("rp@5", "mrr", "rp@1", "rp@10")
        assert found.columns["mrr"].mean() > 0.8
        assert found.facts == {"skills": 6, "targets": 6, "lacking": 0}
    assert len([words for words in said if "Fitting" in words]) == 1
    assert taxonomy_of(sets[0], bench) is taxonomy_of(sets[1], bench)


def test_links_to_what_the_taxonomy_lacks_are_not_measured(folder):
    folder.add("marked", "spans", train=span_rows(24), tune=span_rows(6))
    data = folder.add("links", "linking", report=link_rows(), taxonomy=esco(["cobol"]))
    with pytest.raises(CannotMeasure, match="no row has a target"):
        LinkingMeasure().measure(data, bench_of(folder))


def test_links_need_a_set_of_spans(folder):
    data = folder.add("links", "linking", report=link_rows(), taxonomy=esco())
    with pytest.raises(CannotMeasure, match="no set of spans"):
        LinkingMeasure().measure(data, bench_of(folder))


def test_outcomes_follow_from_all_sets_of_spans(folder):
    data = folder.add("links", "linking", report=link_rows(), taxonomy=esco())
    folder.add("b", "spans", train=span_rows(3))
    folder.add("a", "spans", train=span_rows(2))
    folder.add("tune-only", "spans", tune=span_rows(2))
    sets = read_sets(folder.root)
    assert [found.name for found in span_sets(sets)] == ["a", "b"]
    assert [found.name for found in LinkingMeasure().inputs(data, sets)] == ["links", "a", "b"]


def test_the_same_seed_gives_the_same_tagger(folder):
    folder.add("marked", "spans", train=span_rows(12), tune=span_rows(2))
    first, second = (fitted_tagger(bench_of(folder)) for _ in range(2))
    assert np.array_equal(first.out_weight, second.out_weight)


def test_spans_end_where_tags_stop_and_a_lone_middle_is_none():
    tags = np.array([[1, 0], [0, 1], [0, 1], [1, 2]])
    assert tagged_spans(tags) == {(0, 1, 1), (0, 2, 3), (1, 0, 2)}
    assert tagged_spans(np.zeros((0, 2), np.int64)) == set()


def test_a_report_part_is_measured_rather_than_a_tune_part(folder):
    both = folder.add("marked", "spans", train=span_rows(12), tune=span_rows(6), report=span_rows(4))
    tuned = folder.add("tuned", "spans", train=span_rows(12), tune=span_rows(6))
    bench = bench_of(folder)
    found = [SpansMeasure().measure(data, bench) for data in (both, tuned)]
    assert [(len(each.groups), each.facts["part"]) for each in found] == [(4, "report"), (6, "tune")]


def test_spans_to_train_on_alone_are_not_measured(folder):
    data = folder.add("marked", "spans", train=span_rows(12))
    with pytest.raises(CannotMeasure, match="no part report or tune"):
        SpansMeasure().measure(data, bench_of(folder))
