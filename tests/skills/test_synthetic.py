import json
import re

import pytest

pytest.importorskip("openai")

from metier.errors import InvalidInput
from metier.skills.data import count_labels
from metier.skills.labelled_files import read_labelled
from metier.skills.synthetic import GenerateOptions, GenerateResult, generate
from metier.skills.synthetic_prompts import JobLevel
from metier.skills.taxonomy import Taxonomy
from metier.training.chat import ApiKey, Endpoint
from tests.skills.taxonomies import entry
from tests.training.chat_server import Reply, chat_server

KEY = "sk-very-secret"
TAXONOMY = Taxonomy("jobs", [entry(f"tool-{i}", f"Tool{i}x", practice=i % 3 == 0) for i in range(12)])
WORDS = "plans builds checks mends writes reads moves counts guards cleans sorts draws".split()


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def good(request):
    """Write as asked: name what is to be named, and fill up with words that follow from the seed."""
    task = request["messages"][1]["content"]
    named, _, shown = task.partition("duties alone")
    explicit = re.findall(r"^- (\w+):", named, re.MULTILINE)
    seed = request["seed"]
    filler = " ".join(WORDS[seed // 12**i % 12] for i in range(8))
    text = f"The team {filler}. You work with {', '.join(explicit)}."
    implicit = re.findall(r"^- (\w+):", shown, re.MULTILINE)
    return Reply(json.dumps({"text": text, "explicit": explicit, "implicit": implicit}))


def bad(request):
    return Reply("Sorry.")


def alternating(*replies):
    count = iter(range(10**6))
    return lambda request: replies[next(count) % len(replies)](request)


def run(tmp_path, reply, *, said=None, **options):
    with chat_server(reply) as server:
        endpoint = Endpoint(server.url, "writer", ApiKey(KEY), timeout_s=5.0, retries=1, backoff_s=0.0)
        options = {"n_texts": 4, "chars": (20, 1000), **options}
        result = generate(
            GenerateOptions(endpoint, **options),
            TAXONOMY,
            tmp_path / "out.jsonl",
            say=(said if said is not None else []).append,
        )
    return server, result


def test_good_answers_become_labelled_texts(tmp_path):
    server, result = run(tmp_path, good, n_texts=6)
    output = tmp_path / "out.jsonl"
    assert result == GenerateResult(output, accepted=6, resumed=0, missing=0, refused={}, corrected={})
    rows = read_labelled(output, TAXONOMY).rows
    counts = count_labels(rows)
    assert (counts.texts, counts.complete, counts.none) == (6, 0, 0)
    assert counts.explicit > counts.implicit > 0
    assert len(server.requests) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_levels_and_languages_take_turns_and_seeds_differ(tmp_path):
    server, _ = run(tmp_path, good, n_texts=6, languages=("en", "ru"), temperature=1.5)
    tasks = [request["messages"][1]["content"] for request in server.requests]
    assert ["English" in task for task in tasks] == [True, True, True, False, False, False]
    assert ["junior" in tasks[i] and "senior" in tasks[i + 2] for i in (0, 3)] == [True, True]
    assert {request["temperature"] for request in server.requests} == {1.5}
    assert len({request["seed"] for request in server.requests}) == 6


def test_the_same_options_ask_for_the_same(tmp_path):
    asked = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        server, _ = run(tmp_path / name, good)
        asked.append(server.requests)
    assert asked[0] == asked[1]
    assert (tmp_path / "a" / "out.jsonl").read_bytes() == (tmp_path / "b" / "out.jsonl").read_bytes()


def test_refused_answers_are_counted_and_asked_for_again(tmp_path):
    server, result = run(tmp_path, alternating(bad, good), n_texts=4)
    assert (result.accepted, result.missing, result.refused) == (4, 0, {"malformed": 4})
    assert len({request["seed"] for request in server.requests}) == 8


def test_a_text_that_never_comes_is_missing(tmp_path):
    _, result = run(tmp_path, alternating(bad, bad, good), n_texts=3, attempts=2)
    assert (result.accepted, result.missing, result.refused) == (1, 2, {"malformed": 4})


def test_copies_are_refused(tmp_path):
    same = json.dumps({"text": "You work with Tool1x and with Tool2x on our site.", "explicit": ["Tool1x"]})
    _, result = run(tmp_path, lambda request: Reply(same), n_texts=2, attempts=2)
    assert (result.accepted, result.refused) == (1, {"near_copy": 2})


def test_corrected_labels_are_counted(tmp_path):
    def boastful(request):
        answer = json.loads(good(request).content)
        answer["explicit"].append("Cobol")
        return Reply(json.dumps(answer))

    assert run(tmp_path, boastful)[1].corrected == {"unknown_skill": 4}


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    count = iter(range(100))

    def dying(request):
        return alternating_once(next(count))(request)

    def alternating_once(i):
        return [bad, good, good][i] if i < 3 else lambda request: Reply(status=401)

    with pytest.raises(InvalidInput, match="refused the request with status 401"):
        run(tmp_path, dying)
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl.partial"]
    assert KEY not in (tmp_path / "out.jsonl.partial").read_text(encoding="utf-8")
    said = []
    server, result = run(tmp_path, good, said=said)
    assert len(server.requests) == 2
    assert (result.accepted, result.resumed, result.refused) == (4, 2, {"malformed": 1})
    assert said == ["Going on after 2 of 4 texts."]
    (tmp_path / "whole").mkdir()
    run(tmp_path / "whole", alternating_first_bad())
    assert (tmp_path / "whole" / "out.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def alternating_first_bad():
    count = iter(range(100))
    return lambda request: bad(request) if next(count) == 0 else good(request)


def test_a_line_that_was_cut_off_is_asked_for_again(tmp_path):
    with pytest.raises(InvalidInput, match="status 401"):
        run(tmp_path, alternating(good, good, lambda request: Reply(status=401)))
    journal = tmp_path / "out.jsonl.partial"
    journal.write_bytes(journal.read_bytes()[:-5])
    _, result = run(tmp_path, good)
    assert (result.accepted, result.resumed) == (4, 1)


def test_a_run_of_other_options_is_not_overwritten(tmp_path):
    with pytest.raises(InvalidInput, match="status 401"):
        run(tmp_path, alternating(good, lambda request: Reply(status=401)))
    kept = (tmp_path / "out.jsonl.partial").read_bytes()
    with pytest.raises(InvalidInput, match=r"out\.jsonl\.partial must be of a run with the same options"):
        run(tmp_path, good, seed=1)
    assert (tmp_path / "out.jsonl.partial").read_bytes() == kept


@pytest.mark.parametrize("value", ['{"text": ""}', "{}", "[]", '{"text": "a", "labels": {}, "refused": 1}'])
def test_a_journal_that_someone_changed_is_refused(tmp_path, value):
    with pytest.raises(InvalidInput, match="status 401"):
        run(tmp_path, alternating(good, lambda request: Reply(status=401)))
    with (tmp_path / "out.jsonl.partial").open("a", encoding="utf-8") as journal:
        journal.write(f'{{"key": "1", "value": {value}}}\n')
    with pytest.raises(InvalidInput, match="the row of text '1' is not one that a run wrote"):
        run(tmp_path, good)


def test_a_finished_output_is_not_overwritten(tmp_path):
    run(tmp_path, good)
    with pytest.raises(InvalidInput, match=r"out\.jsonl must be a new file. It is there already"):
        run(tmp_path, good)


def test_a_model_that_cannot_is_given_up(tmp_path):
    with chat_server(bad) as server:
        options = GenerateOptions(Endpoint(server.url, "writer", retries=0), n_texts=1000, attempts=2)
        with pytest.raises(InvalidInput, match="Refused so far: malformed 20"):
            generate(options, TAXONOMY, tmp_path / "out.jsonl", say=print)
    assert len(server.requests) == 20


def test_no_text_at_all_is_an_error(tmp_path):
    with pytest.raises(InvalidInput, match="Refused so far: malformed 6"):
        run(tmp_path, bad, n_texts=2)


def test_progress_is_told(tmp_path):
    said = []
    run(tmp_path, good, n_texts=20, said=said)
    assert said == ["10 of 20 texts done, 10 kept.", "20 of 20 texts done, 20 kept."]


def test_an_output_without_folder_is_refused_before_anything_is_asked(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        run(tmp_path / "none", good)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_texts": 0}, "n_texts must be from 1 to 1,000,000. Got 0"),
        ({"attempts": 21}, "attempts must be from 1 to 20. Got 21"),
        ({"temperature": 2.1}, "temperature must be from 0 to 2. Got 2.1"),
        ({"temperature": float("nan")}, "temperature must be"),
        ({"skills": (3, 2)}, "skills must be two numbers in order, 1 to 30. Got 3, 2"),
        ({"skills": (0, 2)}, "skills must be"),
        ({"chars": (1, 100_001)}, "chars must be two numbers in order, 1 to 100,000"),
        ({"levels": ()}, "levels must have at least one"),
        ({"languages": ()}, "languages must be among en, ru, ko, he. Got none"),
        ({"languages": ("en", "fr")}, r"languages must be among .* Got \['fr'\]"),
    ],
)
def test_options_keep_to_their_ranges(options, message):
    with pytest.raises(InvalidInput, match=message):
        GenerateOptions(Endpoint("http://localhost/v1", "writer"), **options)


def test_the_key_shows_in_no_option():
    options = GenerateOptions(
        Endpoint("http://localhost/v1", "writer", ApiKey(KEY)), levels=(JobLevel.JUNIOR,)
    )
    assert KEY not in repr(options)
