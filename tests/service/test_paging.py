from metier.service.paging import every
from metier.store.workspaces.rows import Page


def test_every_page_is_asked_for_with_what_the_one_before_gave():
    asked = []

    def page(*, after, limit):
        asked.append(after)
        number = int(after or 0)
        return Page((number, number), str(number + 1) if number < 2 else None)

    assert list(every(page)) == [0, 0, 1, 1, 2, 2]
    assert asked == [None, "1", "2"]
