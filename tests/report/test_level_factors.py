from __future__ import annotations

import re

import pytest

from metier.report.level_factors import FACTORS, NOTES

CYRILLIC = re.compile("[А-Яа-яЁё]")


@pytest.mark.parametrize("phrase", [*FACTORS.values(), *(phrase for _, phrase in NOTES)])
def test_every_phrase_is_there_in_both_languages(phrase):
    assert CYRILLIC.search(phrase.ru)
    assert not CYRILLIC.search(phrase.en)


def test_longer_beginnings_of_notes_come_before_those_that_they_begin_with():
    beginnings = [beginning for beginning, _ in NOTES]
    for i, beginning in enumerate(beginnings):
        assert not any(beginning.startswith(earlier) for earlier in beginnings[:i])
