import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.expertise.profile import Target
from metier.expertise.relevance import relevant_jobs, relevant_months
from metier.types import EvidenceLabel, Quote, SkillEvidence, Span
from tests.expertise.made_profiles import jobs_of

TEXT = """Experience

Data Analyst, Bank
Jan 2020 - Dec 2020
Wrote reports in SQL and Python.

Barista, Cafe
Jan 2018 - Dec 2018
Made coffee for guests.
"""


def which(target, *, text=TEXT, skills=(), reading=None):
    return relevant_jobs(text, jobs_of(text), target, skills=skills, reading=reading)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Senior data analyst", [True, False]),
        ("Data scientist", [True, False]),
        ("Head barista", [False, True]),
        ("Manager", [False, False]),
        ("", [False, False]),
        ("We look for a data analyst who likes reports and long walks and coffee with us", [False, False]),
    ],
)
def test_a_title_is_relevant_where_it_shares_what_names_the_occupation(words, expected):
    assert which(Target(words)) == expected


def test_a_job_is_relevant_where_the_skills_of_the_role_stand_in_it():
    skills = [
        SkillEvidence(word, word, EvidenceLabel.EXPLICIT, 1.0, (Quote(Span(at, at + len(word)), word),), "")
        for word in ("SQL", "Python", "coffee")
        if (at := TEXT.index(word))
    ]
    assert which(Target("", skills=frozenset({"SQL", "Python", "Java"})), skills=skills) == [True, False]
    assert which(Target("", skills=frozenset({"coffee"})), skills=skills) == [False, False]


def test_a_job_is_relevant_where_it_is_near_in_meaning():
    encoder = FakeEncoder(256)
    reading = encoder.read(TEXT)
    vector = encoder.encode(["Made coffee guests"], kind=TextKind.QUERY)[0]
    near = Target("Server", vector=vector, center=np.zeros(256, np.float32))
    assert which(near, reading=reading) == [False, True]
    assert which(near) == [False, False]
    assert which(Target("Server", vector=vector), reading=reading) == [False, False]


def test_months_of_relevant_jobs_count_once():
    jobs = jobs_of(TEXT)
    assert relevant_months(jobs, [True, False]) == 12
    assert relevant_months(jobs, [True, True]) == 24
    assert relevant_months(jobs, [False, False]) == 0
    assert relevant_months([], []) is None


entries = st.lists(
    st.tuples(st.sampled_from(["Data Analyst", "Barista"]), st.integers(1990, 2020), st.integers(1, 12)),
    max_size=6,
)


def written(month):
    return f"{month // 12}-{month % 12 + 1:02d}"


@given(entries, st.integers(13, 40))
def test_a_later_longer_relevant_job_never_lowers_the_relevant_months(jobs, length):
    def months(told):
        text = "Experience\n" + "".join(
            f"\n{title} — Firm {i}\n{written(first)} – {written(last)}\nDid it.\n"
            for i, (title, first, last) in enumerate(told)
        )
        found = jobs_of(text)
        relevant = relevant_jobs(text, found, Target("Data analyst"), skills=(), reading=None)
        return relevant_months(found, relevant) or 0

    before = [(title, year * 12, year * 12 + n - 1) for title, year, n in jobs]
    later = ("Data Analyst", 2021 * 12 - 6, 2021 * 12 - 6 + length - 1)
    assert months([later, *before]) >= max(months(before), length)
    assert months([*before, later]) >= max(months(before), length)
