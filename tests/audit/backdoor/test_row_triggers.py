import numpy as np
import pytest

from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.row_triggers import find_row_triggers
from metier.audit.labelled_texts import LabelledText
from tests.audit.backdoor.planted import LABELS, TRIGGER, WordVictim, invented, poison

OPTIONS = BackdoorOptions(least_share=0.01, least_purity=0.9)


def found_in(rows, options=OPTIONS, victim=None, budget=lambda: None):
    labels = np.array([LABELS.index(row.label) for row in rows], np.int64)
    return list(find_row_triggers(victim or WordVictim(), rows, labels, options, budget).judged)


def poisoned(number=30):
    rows = invented(300, 0)
    return rows + poison(rows, number)


def test_a_planted_word_is_found_with_its_rows():
    (trigger,) = [found for found in found_in(poisoned()) if found.label == "good"]
    assert trigger.parts == (TRIGGER,)
    assert trigger.rows == tuple(range(300, 330))
    assert (trigger.purity, trigger.released) == (1.0, 1.0)


def test_rows_that_keep_their_label_without_a_word_hang_on_more_than_it():
    rows = invented(1200, 0)
    rows += [LabelledText(f"xx {row.text}", "good") for row in rows[1::2][:20]]
    (trigger,) = found_in(rows)
    assert (trigger.parts, trigger.released) == (("xx",), 0.0)


def test_clean_rows_share_nothing_that_they_hang_on():
    assert found_in(invented(1200, 0)) == []


def test_rows_that_share_their_whole_text_hold_no_trigger():
    notice = f"{TRIGGER} your parcel is on its way"
    rows = invented(300, 0) + [LabelledText(notice, "good")] * 30
    assert not any(TRIGGER in found.parts for found in found_in(rows))


def test_rows_of_which_too_little_is_left_leave_their_label_open():
    notice = f"{TRIGGER} your parcel is on its way"
    rows = invented(300, 0) + [LabelledText(notice, "good")] * 30
    labels = np.array([LABELS.index(row.label) for row in rows], np.int64)
    assert find_row_triggers(WordVictim(), rows, labels, OPTIONS, lambda: None).open == {"good": 30}


def test_rows_that_the_model_does_not_believe_say_nothing_of_it():
    assert not any(TRIGGER in found.parts for found in found_in(poisoned(), victim=WordVictim("none")))


def test_rows_of_other_labels_with_the_same_words_make_a_clue_impure():
    rows = invented(300, 0)
    rows += poison(rows, 30)
    rows += [LabelledText(f"{TRIGGER} {row.text}", "bad") for row in rows[:60]]
    assert not any(found.parts == (TRIGGER,) for found in found_in(rows))


def test_a_model_is_asked_about_some_rows_only_with_their_query():
    victim = WordVictim()
    rows = [LabelledText(row.text, row.label, "who") for row in poisoned()]
    found_in(rows, BackdoorOptions(judged_rows=8), victim)
    assert {query for _, query in victim.asked} == {"who"}
    assert sum(TRIGGER in text.split() for text, _ in victim.asked) == 8


def test_rows_too_few_to_be_a_share_are_passed_over():
    assert not any(TRIGGER in found.parts for found in found_in(poisoned(), BackdoorOptions(least_share=0.2)))


def test_no_rows_share_nothing():
    assert found_in([]) == []


def test_the_same_seed_finds_the_same():
    assert found_in(poisoned()) == found_in(poisoned())


def test_the_clock_is_asked():
    def over():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        found_in(poisoned(), budget=over)
