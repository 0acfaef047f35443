from metier.expertise.breadth import measure_breadth
from metier.types import EvidenceLabel, Quote, SkillEvidence, Span
from tests.expertise.made_profiles import RESUME, jobs_of


def shows(skill, *words, label=EvidenceLabel.EXPLICIT):
    places = [RESUME.index(word) for word in words]
    quotes = tuple(
        Quote(Span(place, place + len(word)), word) for place, word in zip(places, words, strict=True)
    )
    return SkillEvidence(skill, skill, label, 1.0, quotes, "")


def test_months_of_a_skill_are_those_of_the_jobs_that_show_it():
    found = measure_breadth(
        [
            shows("a", "Mentored"),
            shows("b", "reports", "roadmap"),
            shows("c", "Master"),
            shows("d", "budget", label=EvidenceLabel.IMPLICIT),
            shows("e", "phones", label=EvidenceLabel.NONE),
        ],
        jobs_of(RESUME),
    )
    assert (found.explicit, found.implicit, found.in_jobs) == (3, 1, 2)
    assert (found.longest, found.core) == (78, 60.0)
    assert [RESUME[span.start : span.end] for span in found.quotes] == ["reports", "Mentored"]


def test_only_the_five_longest_are_the_core():
    skills = [shows(f"new {i}", "Mentored") for i in range(5)] + [
        shows(f"old {i}", "phones") for i in range(9)
    ]
    assert measure_breadth(skills, jobs_of(RESUME)).core == 42


def test_without_jobs_or_skills_there_are_no_months():
    assert measure_breadth([shows("a", "Mentored")], ()).longest is None
    empty = measure_breadth([], jobs_of(RESUME))
    assert (empty.explicit, empty.longest, empty.core) == (0, None, None)
