from metier.http.pages.tokens import new_once


def test_no_two_forms_have_the_same_number():
    assert len({new_once() for _ in range(100)}) == 100
