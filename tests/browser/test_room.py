"""The whole way of a candidate by clicking, on a phone and on a desk."""

from __future__ import annotations

import pytest

from metier.service import access, interviews
from metier.service.interview_banks import NewInterviewPlan
from tests.browser.browsing import LOOKS, visiting


def new_link(place, language: str) -> str:
    caller = access.caller_of_key(place.service, place.recruiter)
    plan = NewInterviewPlan(bank="python-backend", language=language, max_questions=1)
    made = interviews.create(place.service, caller, plan)
    return "/room/" + interviews.make_link(place.service, caller, made.id, lasts_s=3600)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_from_the_link_to_the_thanks(browser, place, look):
    link = new_link(place, look.language)
    with visiting(browser, place.url, look) as visitor:
        page = visitor.page
        visitor.open(link)
        visitor.check()
        page.click("button.primary")
        page.wait_for_selector("h1.question")
        visitor.check()
        first = page.text_content("h1.question")
        page.reload()
        assert page.text_content("h1.question") == first
        page.click("button[value=answer]")
        page.wait_for_selector("#e-answer")
        visitor.check()
        for _ in range(12):
            if not page.locator("h1.question").count():
                break
            page.fill("#f-answer", "A list can be changed and a tuple cannot. Список меняется, кортеж — нет.")
            page.click("button[value=answer]")
            page.wait_for_load_state()
        if page.locator("h1.question").count():
            page.click(".room-end summary")
            page.click("button[value=end]")
            page.wait_for_load_state()
        assert page.locator("h1.question").count() == 0
        assert "%" not in page.text_content("main")
        visitor.check()
        visitor.open(link, status=404)
        visitor.check()


def test_a_second_window_is_told_and_loses_no_words(browser, place):
    link = new_link(place, "en")
    with visiting(browser, place.url) as visitor:
        page = visitor.page
        visitor.open(link)
        page.click("button.primary")
        page.wait_for_selector("h1.question")
        other = page.context.new_page()
        other.goto(visitor.url + "/room")
        other.fill("#f-answer", "Yes, let us begin.")
        other.click("button[value=answer]")
        other.wait_for_load_state()
        page.fill("#f-answer", "My long and careful words")
        page.click("button[value=answer]")
        page.wait_for_selector(".notice[role=alert]")
        assert page.input_value("#f-answer") == "My long and careful words"
        visitor.check()


def test_going_back_and_sending_again_does_no_harm(browser, place):
    link = new_link(place, "en")
    with visiting(browser, place.url) as visitor:
        page = visitor.page
        visitor.open(link)
        page.click("button.primary")
        page.wait_for_selector("h1.question")
        page.click("button[value=skip]")
        page.wait_for_load_state()
        second = page.text_content("h1.question")
        page.go_back()
        page.goto(visitor.url + "/room")
        assert page.text_content("h1.question") == second
