import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine import loading
from metier.engine.loading import ModelShelf
from metier.errors import InvalidInput, NotFound, Overloaded, TaxonomyError
from metier.interview.words_grading import WordsGrader
from metier.search.vectors import SearchEncoder
from metier.service import engines
from metier.service.engines import EngineRoom, Turns
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Role, Skill, YearMonth
from tests.service.small import VACANCY, options_of

NOW = YearMonth(2026, 11)


def taxonomy(name: str) -> Taxonomy:
    return Taxonomy(name, [TaxonomyEntry(Skill("x", name))])


@pytest.fixture
def make(tmp_path):
    with ExitStack() as opened:

        def make(**changes):
            room = EngineRoom(options_of(tmp_path, **changes))
            opened.callback(room.close)
            return room

        yield make


def visit(turns):
    with turns.turn():
        pass


def wait_until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_at_a_time_is_in_and_all_come_in():
    turns, inside, most = Turns(max_waiting=20, wait_s=10, what="it"), [], []

    def visit(number):
        with turns.turn():
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
        return number

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(visit, range(20))) == list(range(20))
    assert set(most) == {1}
    assert turns.n_waiting == 0


def test_they_come_in_in_the_order_that_they_came():
    turns, order = Turns(max_waiting=20, wait_s=10, what="it"), []

    def visit(number):
        with turns.turn():
            order.append(number)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(5)]
    with turns.turn():
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(lambda number=number: turns.n_waiting == number + 1)
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_who_finds_too_many_waiting_is_sent_away_at_once():
    turns = Turns(max_waiting=1, wait_s=10, what="the models")
    waiting = threading.Thread(target=visit, args=(turns,))
    with turns.turn():
        waiting.start()
        wait_until(lambda: turns.n_waiting == 1)
        with (
            ThreadPoolExecutor(1) as other,
            pytest.raises(Overloaded, match="1 callers wait for the models") as raised,
        ):
            other.submit(visit, turns).result()
        assert 1 <= raised.value.retry_after_s <= 60
    waiting.join()


def test_who_waits_too_long_is_sent_away_and_others_still_come_in():
    turns = Turns(max_waiting=5, wait_s=0.01, what="it")
    with ThreadPoolExecutor(1) as other:
        with turns.turn(), pytest.raises(Overloaded):
            other.submit(visit, turns).result()
        assert turns.n_waiting == 0
        with turns.turn():
            pass


def test_an_error_inside_lets_the_next_in():
    turns = Turns(max_waiting=0, wait_s=1, what="it")
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    with turns.turn():
        pass


def test_who_is_in_may_come_in_again():
    turns = Turns(max_waiting=0, wait_s=0.01, what="it")
    with turns.turn(), turns.turn():
        pass
    with ThreadPoolExecutor(1) as other:
        other.submit(visit, turns).result()


def test_engines_are_kept_by_taxonomy_and_month_and_the_oldest_is_closed(make, monkeypatch):
    closed = []
    monkeypatch.setattr(engines.Engine, "close", lambda engine: closed.append(engine))
    room = make()
    months = [YearMonth(2026, month) for month in range(1, 5)]
    made = []
    for month in [*months[:3], months[0], months[3], months[0]]:
        with room.engine(None, month) as engine:
            made.append(engine)
            assert engine.provenance.as_of == month
    assert made[0] is made[3] is made[5]
    assert closed == [made[1]]
    with room.engine(taxonomy("ours"), months[0]) as engine:
        assert engine.taxonomy.name == "ours"
    assert room.own_taxonomy() is made[0].taxonomy


def test_a_room_is_ready_when_it_has_loaded(make):
    room = make()
    assert not room.ready
    room.load()
    assert room.ready


def test_a_room_without_models_goes_by_words(make):
    room = make()
    with room.engine(None, NOW) as engine:
        assert engine.levels is None
        assert engine.detect("Python")
    with room.grader() as grader:
        assert isinstance(grader, WordsGrader)
    with pytest.raises(InvalidInput, match="needs an encoder"), room.maker(None, NOW):
        pass
    with pytest.raises(NotFound, match="ESCO is not imported"), room.linker():
        pass


def test_a_model_or_taxonomy_that_is_not_there_is_named(make, tmp_path):
    with pytest.raises(NotFound, match="no model 'mine'"):
        make(model="mine").load()
    with pytest.raises(NotFound, match="no taxonomy file"):
        make(taxonomy=str(tmp_path / "none.yaml")).load()
    (tmp_path / "bad.json").write_text("{")
    room = make(taxonomy=str(tmp_path / "bad.json"))
    with pytest.raises(TaxonomyError):
        room.load()
    assert not room.ready


def test_makers_share_one_encoder_and_go_by_words(make, monkeypatch):
    encoder = SearchEncoder(FakeEncoder())
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda *_: encoder)
    room = make()
    with room.maker(None, NOW) as one, room.maker(taxonomy("ours"), NOW) as other:
        assert one.encoder is other.encoder is encoder
        assert other.engine.taxonomy.name == "ours"
        assert one.engine.levels is None


def test_linkers_are_made_once(make, monkeypatch):
    made = []
    monkeypatch.setattr(engines, "find_linking_taxonomy", lambda _: taxonomy("esco"))
    monkeypatch.setattr(loading.ModelShelf, "linker", lambda *_: made.append(1) or object())
    room = make()
    with room.linker() as one, room.linker() as other:
        assert one is other
    assert made == [1]


def test_a_reader_follows_the_month_and_leaves_the_models_free(make):
    room = make()
    ongoing = b"Anna Petrova\n\nExperience\n2020 - present developer\n"
    with room.reader(YearMonth(2026, 1)) as reader:
        before = reader.read_bytes(ongoing, name="a.txt", role=Role.RESUME)
        with ThreadPoolExecutor(1) as other:
            other.submit(room.load).result(timeout=10)
    with room.reader(YearMonth(2026, 2)) as reader:
        assert reader.read_bytes(ongoing, name="a.txt", role=Role.RESUME).months == before.months + 1


def test_a_vacancy_is_prepared_once_for_an_engine(make):
    room = make()
    with room.reader(NOW) as reader:
        document = reader.read_bytes(VACANCY, name="v.txt", role=Role.VACANCY)
    with room.engine(None, NOW) as engine:
        first = room.prepared(engine, document)
        assert room.prepared(engine, document) is first
        assert {name for one in first.wanted for name in one.names} >= {"Python", "Docker"}
    with room.engine(None, YearMonth(2026, 12)) as later:
        assert room.prepared(later, document) is not first


def test_taxonomies_of_workspaces_are_parsed_once_while_they_are_used(make):
    room, parsed = make(), []

    def parse(name):
        return room.taxonomy(name, lambda: parsed.append(name) or taxonomy(name))

    for name in ("a", "b", "a", "c", "d", "b"):
        parse(name)
    assert parsed == ["a", "b", "c", "d", "b"]


def test_a_closed_room_leaves_no_process(make):
    room = make()
    with room.reader(NOW) as reader:
        reader.start()
        worker = reader._worker
    room.close()
    assert worker.poll() is not None
