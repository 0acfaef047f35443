import pickle

import pytest

from metier.audit.provenance.limits import AuditLimits
from metier.audit.provenance.text_files import text_findings
from tests.audit.provenance.model_folders import REACHING, Calls


@pytest.fixture
def codes(tmp_path):
    def read(name, content, **limits):
        (tmp_path / name).write_bytes(content)
        return [finding.code for finding in text_findings(tmp_path / name, name, AuditLimits(**limits))]

    return read


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", "# Модель\n".encode()),
        ("vocab.txt", b"\xef\xbb\xbfa\nb\n"),
        ("a.yaml", b"a: !!str 5\n"),
        ("chat_template.jinja", b"{{ messages }}"),
        ("notes.txt", REACHING.encode()),
    ],
)
def test_plain_texts_pass(codes, name, content):
    assert codes(name, content) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"a\x00b", "not-text"),
        ("a.txt", b"words \xff", "not-text"),
        ("a.yaml", b"a: !!python/object/apply:os.system ['x']", "own-code"),
        ("a.yml", b"a: !<tag:yaml.org,2002:python/name:os.system> ''", "own-code"),
        ("a.jinja", REACHING.encode(), "template-code"),
        ("a.txt", b"S'" + b"a" * 9000 + b"'\n0" + pickle.dumps(Calls(), protocol=0), "pickle"),
    ],
)
def test_what_hides_in_a_text_is_named(codes, name, content, code):
    assert codes(name, content) == [code]


def test_a_long_text_is_not_read(codes):
    assert codes("a.txt", b"a" * 11, max_text_bytes=10) == ["too-large"]
