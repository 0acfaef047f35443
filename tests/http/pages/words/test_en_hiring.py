from metier.http.pages.words.en_hiring import HIRING


def test_phrases_say_something_and_no_markup():
    phrases = HIRING
    assert [key for key, phrase in phrases.items() if phrase != phrase.strip() and key != "or_"] == []
    assert [key for key, phrase in phrases.items() if not phrase or "<" in phrase or "  " in phrase] == []
