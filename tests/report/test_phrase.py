from metier.report.phrase import Phrase


def test_a_phrase_has_each_language_of_the_report():
    assert Phrase(en="yes", ru="да")._fields == ("en", "ru")
