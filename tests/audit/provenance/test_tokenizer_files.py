import json
import time

import pytest

from metier.audit.provenance.tokenizer_files import (
    sentencepiece_findings,
    slow_pattern,
    token_ids,
    tokenizer_findings,
)
from metier.encoders.load import shipped_models
from tests.audit.provenance.model_folders import TOKENS, message, tokenizer


def codes(content):
    return [finding.code for finding in tokenizer_findings("tokenizer.json", content)]


def changed(**changes):
    return tokenizer() | changes


def model(**changes):
    return changed(model=tokenizer()["model"] | changes)


def test_usual_tokenizers_pass():
    assert codes(tokenizer()) == []
    assert codes(json.loads((shipped_models()["base"] / "tokenizer.json").read_bytes())) == []
    assert codes(model(type="Unigram", vocab=[["a", -1.5], ["b", 0]]) | {"added_tokens": []}) == []


def test_ids_are_those_of_the_file():
    ids = token_ids(tokenizer() | {"added_tokens": [{"id": 90, "content": "<x>"}]})
    assert (ids["[CLS]"], ids["<x>"], len(ids)) == (2, 90, len(TOKENS) + 1)
    assert token_ids({"model": {"vocab": [["a", 0.0], ["b", 1.0]]}}) == {"a": 0, "b": 1}
    assert token_ids([]) == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], "damaged-file"),
        ({}, "damaged-file"),
        (model(vocab=5), "damaged-file"),
        (model(vocab={}), "damaged-file"),
        (model(vocab={"a": "b"}), "damaged-file"),
        (model(vocab={"a": -1}), "damaged-file"),
        (model(type="Unigram", vocab=[["a"]]), "damaged-file"),
        (model(type="Unigram", vocab=[["a", float("nan")]]), "damaged-file"),
        (changed(added_tokens=5), "damaged-file"),
        (changed(added_tokens=[{"id": "a"}]), "damaged-file"),
        (model(type="Own"), "not-understood"),
        (changed(normalizer={"type": "Own"}), "not-understood"),
        (changed(normalizer={"type": "Sequence", "normalizers": [{"type": "Own"}]}), "not-understood"),
        (changed(decoder={"type": "Sequence", "decoders": [{"type": "Own"}]}), "not-understood"),
        (model(vocab={"a": 0, "b": 0}) | {"added_tokens": []}, "tokenizer-ambiguous"),
        (model(type="Unigram", vocab=[["a", 0], ["a", 0]]) | {"added_tokens": []}, "tokenizer-ambiguous"),
        (changed(added_tokens=[{"id": 7, "content": "[CLS]"}]), "tokenizer-ambiguous"),
        (changed(added_tokens=[{"id": 50, "content": "<a>"}] * 2), "tokenizer-ambiguous"),
        (
            changed(pre_tokenizer={"type": "Split", "pattern": {"Regex": "(a+)+$"}}),
            "slow-pattern",
        ),
        (changed(pre_tokenizer={"type": "Split", "pattern": {"Regex": "a" * 3000}}), "slow-pattern"),
        (
            changed(normalizer={"type": "Replace", "pattern": {"String": "good"}, "content": "bad"}),
            "tokenizer-swaps-words",
        ),
    ],
)
def test_what_is_wrong_with_a_tokenizer_is_named(content, code):
    assert code in codes(content)


# Of GPT-2, cl100k, Qwen 2 and BERT-like tokenizers, as public models have them.
USUAL_PATTERNS = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+",
    r" {2,}",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}]*[\p{Ll}]+(?i:'s|'t)?|\p{N}",
    r"\(a+\)+",
]


@pytest.mark.parametrize("pattern", USUAL_PATTERNS)
def test_usual_patterns_are_fast(pattern):
    assert not slow_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a*)*b", "((a+))+", "(?:a{2,})*", "(a|b+)+", "([a-z]+)*$", "(a+b?)+"]
)
def test_patterns_that_repeat_repeats_are_slow(pattern):
    assert slow_pattern(pattern)


def test_a_large_vocabulary_takes_little_time():
    started = time.process_time()
    codes(model(vocab={f"w{i}": i for i in range(300_000)}))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (message((1, message((1, "ab"), (2, 1))), (2, "x")), []),
        (message((2, "x")), ["not-understood"]),
        (message((1, message((1, "ab"))), (77, "x")), ["not-understood"]),
        (message((1, message((1, b"\xff")))), ["damaged-file"]),
        (message((1, message((1, "ab"))))[:-1], ["damaged-file"]),
    ],
)
def test_sentencepiece_models_are_walked(tmp_path, content, found):
    (tmp_path / "a.model").write_bytes(content)
    assert [f.code for f in sentencepiece_findings(tmp_path / "a.model", "a.model")] == found
