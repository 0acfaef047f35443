from metier.service import vacancies
from metier.skills.taxonomy_files import default_taxonomy
from tests.http.pages.visitor import first, plain
from tests.service.small import VACANCY


def test_pasted_words_become_a_vacancy_with_what_it_asks_for(team):
    answer = team.recruiter.fill("/vacancies", text=VACANCY.decode(), once="a1")
    page = plain(answer.text)
    assert "The vacancy is added" in page
    assert all(skill in page for skill in ("Python", "PostgreSQL", "Docker"))


def test_a_file_becomes_one_too_with_a_title_of_its_own(team):
    files = [("file", ("../../etc/vacancy.txt", VACANCY, "text/plain"))]
    page = team.recruiter.fill("/vacancies", title="Our developer", files=files).text
    assert "Our developer" in first(r"<h1[^>]*>([^<]+)<", page)


def test_the_same_form_sent_twice_adds_one_vacancy(team):
    paths = {
        team.recruiter.fill("/vacancies", text=VACANCY.decode(), once="twice").url.path for _ in range(2)
    }
    assert len(paths) == 1


def test_going_back_and_choosing_another_file_adds_another(team):
    added = {
        team.recruiter.fill(
            "/vacancies", files=[("file", ("v.txt", content, "text/plain"))], once="back"
        ).url.path
        for content in (VACANCY, VACANCY + b"- Kafka\n")
    }
    assert len(added) == 2


def test_an_empty_form_is_told_so_beside_its_field(team):
    page = team.recruiter.fill("/vacancies", 422, title="Kept title").text
    assert "Paste the text of the vacancy" in plain(page)
    assert 'value="Kept title"' in page


def test_words_that_ask_for_nothing_stay_in_the_form(team):
    page = team.recruiter.fill("/vacancies", 422, text="We are nice people and like cake a lot.").text
    assert "We are nice people" in page
    assert 'aria-invalid="true"' in page


def test_the_list_counts_people_and_shows_closed_ones_apart(team, things):
    assert "2" in first(r'data-label="Assessed">(\d+)<', team.recruiter.see("/"))
    team.recruiter.fill(f"/vacancies/{things.vacancy}/state", state="closed")
    assert things.vacancy not in team.recruiter.see("/")
    assert things.vacancy in team.recruiter.see("/?state=closed")
    assert things.vacancy in team.recruiter.see("/?state=nonsense")


def test_a_viewer_sees_no_form_and_may_send_none(team):
    assert 'action="/vacancies"' not in team.viewer.see("/")
    team.viewer.fill("/vacancies", 403, text=VACANCY.decode())


def test_many_requirements_are_folded(team):
    skills = [entry.skill for entry in default_taxonomy().entries]
    lines = "\n".join(f"- {skill.label}" for skill in skills[:120])
    made = vacancies.add(team.service, team.caller, f"Job\n\nRequirements:\n{lines}\n".encode(), name="v.txt")
    n_asked = len(vacancies.wanted(team.service, team.caller, made.id))
    assert n_asked > 60
    assert f"{n_asked - 24} more" in plain(team.recruiter.see(f"/vacancies/{made.id}"))
