from metier.expertise.word_table import WordTable

TABLE = WordTable({"lead": "led\nleads?\\s+MANY", "own": "own(?:ed|s)"}, {"MANY": "(?:two|three)"})


def found(text, start=0, end=None):
    end = len(text) if end is None else end
    return [(kind, match[0]) for kind, match in TABLE.find(text, start, end)]


def test_patterns_match_where_words_begin_and_end():
    assert found("Led one, leads two, misled, ledger, OWNED.") == [
        ("lead", "Led"),
        ("lead", "leads two"),
        ("own", "OWNED"),
    ]


def test_only_the_asked_characters_are_looked_at():
    assert found("led led led", 4, 7) == [("lead", "led")]
    assert found("leads two", 0, 6) == []
    assert found("") == []
