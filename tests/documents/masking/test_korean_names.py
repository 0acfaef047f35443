from __future__ import annotations

import pytest

from metier.documents.masking.korean_names import (
    is_job_or_place,
    is_korean_name,
    is_sentence,
    korean_name_at,
    said_korean_name,
    sounds_foreign,
    starts_with_common_surname,
)


@pytest.mark.parametrize("words", ["홍길동", "김 민준", "홍 길 동", "남궁민수", "이준", "박하늘"])
def test_a_surname_and_a_given_name_make_a_name(words):
    assert is_korean_name(words)


@pytest.mark.parametrize("words", ["이력서", "서울", "개발자", "안드로이드", "강남구", "경력", "길", ""])
def test_words_that_start_like_a_surname_are_no_names(words):
    assert not is_korean_name(words)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("홍길동입니다", "홍길동"),
        ("홍길동  여", "홍길동"),
        ("홍 길 동 (洪)", "홍 길 동"),
        ("배수지 세무사", "배수지"),
    ],
)
def test_a_name_ends_before_a_verb_or_another_word(text, name):
    span = korean_name_at(text, 0, len(text))
    assert span is not None
    assert text[span.start : span.end] == name


def test_foreign_syllables_count_only_where_a_name_is_expected():
    assert korean_name_at("응우옌", 0, 3) is None
    assert korean_name_at("응우옌", 0, 3, foreign=True) is not None


def test_jobs_and_places_are_told_by_their_endings_too():
    assert is_job_or_place("서울시")
    assert is_job_or_place("현장소장")
    assert not is_job_or_place("홍길동")


def test_common_surnames_are_known():
    assert starts_with_common_surname("김철수")
    assert not starts_with_common_surname("엽철수")


def test_foreign_names_are_told_by_their_syllables_and_sentences_by_their_ends():
    assert sounds_foreign("이반 페트로프")
    assert not sounds_foreign("코드로 소통하는 사람")
    assert is_sentence("정비사가 되었습니다.")
    assert not is_sentence("홍길동 개발자")


def test_a_name_in_a_sentence_is_found_before_its_verb():
    text = "안녕하세요, 개발자 홍길동입니다."
    span = said_korean_name(text, 0, len(text))
    assert span is not None
    assert text[span.start : span.end] == "홍길동"
    assert said_korean_name("저는 개발자입니다", 0, 9) is None
