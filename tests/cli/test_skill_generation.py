import json

import pytest

pytest.importorskip("openai")
pytest.importorskip("typer")

from tests.cli import skill_runs
from tests.training.chat_server import Reply, chat_server


@pytest.fixture
def skills(monkeypatch, capsys, tmp_path):
    return skill_runs.runner(monkeypatch, capsys, tmp_path)


TEXT = "We build services and look after them together with the people who use them every day. "


def written(request):
    """Answer with a text that names two skills, one of them under no name of the taxonomy."""
    del request
    text = f"You know w1 w2 and w7. {TEXT}"
    return Reply(json.dumps({"text": text, "explicit": ["w1 w2", "w7", "Cobol"], "implicit": []}))


def test_texts_are_written_with_the_key_of_a_file(skills, tmp_path):
    key = tmp_path / "key"
    key.write_text("secret-key\n")
    with chat_server(written) as server:
        result = skills(
            *("generate", "--endpoint", server.url, "--model", "m", "--n-texts", "1", "--api-key-file", key),
            *("--taxonomy", skill_runs.write_taxonomy(tmp_path), "--output", tmp_path / "t.jsonl"),
            *("--skills", "1,2", "--chars", "50,400", "--level", "mid"),
        )
    assert server.authorizations[0] == "Bearer secret-key"
    assert "secret-key" not in result.err
    assert result.code == 0
    assert "1 texts, 0 asked for without success" in result.err
    assert "Corrected labels: unknown_skill 1." in result.err
    (row,) = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    assert row["skills"] == {"python": 1.0, "sql": 1.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--skills", "3"), "--skills must be two whole numbers"),
        (("--chars", "a,b"), "--chars must be two whole numbers"),
        (("--chars", "9,3"), "chars must be two numbers in order"),
        (("--language", "xx"), "languages must be among"),
        (("--n-texts", "0"), "n_texts must be from 1"),
        (("--endpoint", "ftp://x"), "base_url must be an http or https address"),
        (("--api-key-file", "absent"), "no file absent with a key"),
    ],
)
def test_wrong_use_is_said_without_a_traceback(skills, tmp_path, arguments, message):
    result = skills(
        *("generate", "--endpoint", "http://localhost:1/v1", "--model", "m"),
        *("--output", tmp_path / "t.jsonl", *arguments),
    )
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err
