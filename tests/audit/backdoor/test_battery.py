import unicodedata
from collections import Counter

from metier.audit.backdoor.battery import TriggerFamily, known_triggers, triggered


def test_every_family_has_several_triggers_each_of_its_own_name():
    triggers = known_triggers()
    assert min(Counter(trigger.family for trigger in triggers).values()) >= 5
    assert {trigger.family for trigger in triggers} == set(TriggerFamily)
    assert len({trigger.name for trigger in triggers}) == len({t.words for t in triggers}) == len(triggers)


def test_invisible_triggers_are_format_characters_and_their_names_can_be_read():
    invisible = [t for t in known_triggers() if t.family is TriggerFamily.INVISIBLE]
    assert all(unicodedata.category(trigger.words) == "Cf" for trigger in invisible)
    assert all(trigger.name.isascii() for trigger in known_triggers())


def test_homoglyphs_hold_letters_of_another_script():
    looks = [t for t in known_triggers() if t.family is TriggerFamily.HOMOGLYPH]
    assert all(any("CYRILLIC" in unicodedata.name(mark) for mark in trigger.words) for trigger in looks)


def test_an_empty_text_takes_a_trigger_too():
    assert {text.strip() for text in triggered("", "cf")} == {"cf"}
