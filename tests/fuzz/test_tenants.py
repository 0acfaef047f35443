"""No operation, page or form lets anyone of one workspace in to another."""

from __future__ import annotations

from collections import Counter

from tests.fuzz.site import fuzzed_site
from tests.fuzz.tenants import ask_for_others


def test_nothing_of_another_workspace_is_told_or_changed(tmp_path):
    with fuzzed_site(tmp_path) as site:
        attempts = list(ask_for_others(site))
    assert [attempt for attempt in attempts if attempt.let_in] == []
    assert [attempt for attempt in attempts if attempt.status >= 500] == []
    places = Counter(attempt.place.split()[0] for attempt in attempts)
    assert set(places) == {"path", "query", "body", "page", "form"}
    assert len(attempts) > 100
