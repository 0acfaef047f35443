from metier.documents.rtf_words import CHARACTERS, FOOTERS, HEADERS, KNOWN_NEWER, SKIPPED, SYMBOLS


def test_no_word_has_two_meanings():
    tables = [set(CHARACTERS), HEADERS, FOOTERS, KNOWN_NEWER, SKIPPED]
    assert sum(len(table) for table in tables) == len(set().union(*tables))


def test_words_are_those_that_a_token_can_have():
    for word in set(CHARACTERS) | HEADERS | FOOTERS | KNOWN_NEWER | SKIPPED:
        assert word.isalpha()
    assert all(len(symbol) == 1 and not symbol.isalpha() for symbol in SYMBOLS)
