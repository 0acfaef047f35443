import pytest

from metier.http.pages.visit import SEAT
from tests.http.pages.visitor import ATTACK, Visitor, first, is_harmless, plain


@pytest.fixture
def link(team) -> str:
    page = team.recruiter.fill("/interviews", bank="python-backend:en", days="7", max_questions="2").text
    return first(r"(/room/[\w-]+)", page)


@pytest.fixture
def candidate(stranger, link) -> Visitor:
    stranger.see(link)
    stranger.fill(link)
    return stranger


def number(page: str) -> str:
    return first(r'name="number" value="(\d+)"', page)


def test_looking_does_not_use_the_link_up_and_says_how_answers_are_used(stranger, link):
    for _ in range(2):
        page = plain(stranger.see(link))
    assert "How your answers are used" in page
    assert "a person decides" in page
    assert "erase it" in page
    assert "Sign out" not in page


def test_the_link_works_once_and_the_seat_survives_a_reload(candidate, link, url):
    assert first(r'<h1 class="question"[^>]*>([^<]+)<', candidate.see("/room"))
    assert candidate.see("/room") == candidate.see("/room")
    with Visitor(url) as other:
        assert "used already" in plain(other.see(link, 404))
        other.see("/room", 404)


def test_the_seat_is_sent_to_the_room_alone(candidate):
    seat = next(cookie for cookie in candidate.cookies.jar if cookie.name == SEAT)
    assert seat.path == "/room"
    assert seat.has_nonstandard_attr("HttpOnly")


def test_an_empty_answer_is_asked_for_and_skipping_goes_on(candidate):
    before = candidate.see("/room")
    page = candidate.fill("/room", 422, what="answer", answer="  ", number=number(before)).text
    assert "Write an answer, or skip" in plain(page)
    after = candidate.fill("/room", what="skip", answer="", number=number(before)).text
    assert number(after) != number(before)


def test_a_second_window_keeps_the_words_and_says_why(candidate):
    before = candidate.see("/room")
    candidate.fill("/room", what="answer", answer="Yes, let us begin.", number=number(before))
    page = candidate.fill(
        "/room", 409, what="answer", answer=f"My words {ATTACK}", number=number(before)
    ).text
    assert "answered in another window" in plain(page)
    assert "My words" in page
    assert is_harmless(page)


def test_the_candidate_sees_no_grade_and_the_team_sees_the_words(candidate, team):
    page = candidate.see("/room")
    for _ in range(8):
        if 'class="question"' not in page:
            break
        page = candidate.fill("/room", what="answer", answer="A list can change.", number=number(page)).text
        assert not any(word in plain(page).lower() for word in ("probability", "earned", "difficulty", "%"))
    ended = page if 'class="question"' not in page else candidate.fill("/room", what="end", number="1").text
    assert "Thank you" in plain(ended)
    listed = team.viewer.see("/interviews")
    report = team.viewer.see(first(r"(/interviews/[a-z0-9]{26})", listed))
    assert "A list can change." in report
    assert report.count("<h1") == 1
    assert report.count("<main") == 1


@pytest.mark.parametrize("digits", ["9" * 5000, "-1", "x", "\N{SUPERSCRIPT TWO}"])
def test_a_number_that_is_none_of_a_question_does_no_harm(candidate, digits):
    before = candidate.see("/room")
    page = candidate.fill("/room", 409, what="answer", answer="My words", number=digits).text
    assert "My words" in page
    assert number(page) == number(before)


def test_the_end_stays_the_end(candidate):
    candidate.fill("/room", what="end", number=number(candidate.see("/room")))
    assert "Thank you" in plain(candidate.see("/room"))
    assert "Thank you" in plain(candidate.fill("/room", 200, what="end", number="1").text)


def test_a_seat_that_asks_too_much_is_asked_to_wait(candidate):
    statuses = {candidate.get("/room").status_code for _ in range(70)}
    assert statuses == {200, 429}


def test_the_room_speaks_the_candidates_language(team, url, link):
    with Visitor(url, language="ru-RU") as candidate:
        assert "Как используются ваши ответы" in plain(candidate.see(link))


def test_a_form_from_elsewhere_neither_starts_nor_answers(stranger, link):
    assert stranger.post(link, data={"csrf": "0" * 64}).status_code == 403
    stranger.see(link)
