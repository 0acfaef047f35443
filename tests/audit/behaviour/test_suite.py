import numpy as np

from metier.audit.behaviour.suite import (
    BehaviorKind,
    BehaviorTest,
    Edit,
    EditKind,
    Filled,
    SampleText,
    Suite,
    apply_edit,
    find_cases,
)

RESUME = SampleText("1", "Anna Berg\n\nSkills\nPython, Go and Java too\n\nEducation\nMSc in Leeds")


def invariance(*edits, texts=(RESUME,), name="t"):
    return BehaviorTest(name, BehaviorKind.INVARIANCE, tuple(texts), tuple(edits))


def test_every_edit_changes_a_text_that_has_what_it_needs():
    needs = {
        EditKind.SYNONYMS: {"words": {"too": ("also",)}},
        EditKind.ADD: {"sentence": "Likes tea."},
    }
    claimed = SampleText("1", "I have used Python in Leeds.\n\n" + RESUME.text)
    for kind in EditKind:
        edit = Edit(kind, **needs.get(kind, {}))
        after = apply_edit(edit, claimed, np.random.default_rng(1))
        assert (after != claimed.text) == (kind is not EditKind.NONE), kind


def test_each_edit_of_each_text_is_a_case_and_those_without_effect_are_counted():
    test = invariance(
        Edit(EditKind.UPPER_CASE),
        Edit(EditKind.SECTION_ORDER),
        texts=[RESUME, SampleText("2", "one line of words")],
    )
    cases, unchanged = find_cases(test, seed=0)
    assert [case.key for case in cases] == ["1/upper-case", "1/section-order", "2/upper-case"]
    assert unchanged == 1
    assert cases[0].before == RESUME.text
    assert cases[0].after == RESUME.text.upper()


def test_an_edit_that_comes_twice_is_drawn_anew_and_numbered():
    cases, _ = find_cases(invariance(Edit(EditKind.TYPOS), Edit(EditKind.TYPOS)), seed=0)
    assert [case.key for case in cases] == ["1/typos-1", "1/typos-2"]
    assert cases[0].after != cases[1].after


def test_cases_depend_on_seed_and_place_and_on_no_other_test():
    one = find_cases(invariance(Edit(EditKind.TYPOS)), seed=0)
    assert one == find_cases(invariance(Edit(EditKind.TYPOS)), seed=0)
    assert one != find_cases(invariance(Edit(EditKind.TYPOS)), seed=1)
    longer = find_cases(invariance(Edit(EditKind.TYPOS), texts=[RESUME, RESUME]), seed=0)
    assert one[0][0] == longer[0][0]


def test_pairs_are_cases_as_they_stand():
    test = BehaviorTest("t", BehaviorKind.DIRECTIONAL, (SampleText("1", "a", "b", ("x",)),))
    (case,), unchanged = find_cases(test, seed=0)
    assert (case.before, case.after, case.figures, unchanged) == ("a", "b", ("x",), 0)


def test_a_minimum_test_asks_about_the_text_alone_edited_or_not():
    plain = BehaviorTest("t", BehaviorKind.MINIMUM, (RESUME,), at_least=1)
    (case,), _ = find_cases(plain, seed=0)
    assert (case.key, case.before, case.after) == ("1", None, RESUME.text)
    edited = BehaviorTest("t", BehaviorKind.MINIMUM, (RESUME,), (Edit(EditKind.UPPER_CASE),), at_least=1)
    (case,), _ = find_cases(edited, seed=0)
    assert (case.key, case.before, case.after) == ("1/upper-case", None, RESUME.text.upper())


def test_words_that_filled_a_template_are_kept_or_the_only_ones_mistyped():
    item = SampleText("1", "Worked with Kubernetes always", filled=("Kubernetes",))
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert "Kubernetes" in apply_edit(Edit(EditKind.TYPOS, 1.0), item, rng)
        only = apply_edit(Edit(EditKind.TYPOS, 1.0, filled=Filled.ONLY), item, rng)
        assert only.startswith("Worked with K")
        assert only.split()[2] != "Kubernetes"
        assert only.endswith(" always")


def test_a_suite_knows_the_figures_that_it_names():
    texts = (SampleText("1", "a", "b", ("x", "y")), SampleText("2", "a", "b", ("y", "z")))
    test = BehaviorTest("t", BehaviorKind.DIRECTIONAL, texts)
    assert Suite("s", "skills", (test,), "").figures == ("x", "y", "z")
