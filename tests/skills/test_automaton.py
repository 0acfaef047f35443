from hypothesis import given
from hypothesis import strategies as st

from metier.skills.automaton import TokenAutomaton, TokenMatch
from metier.skills.tokens import tokenise

PATTERNS = [("c",), ("c", "sharp"), ("sharp", "edge", "detector"), ("java",), ("java", "script")]


def find(text):
    return TokenAutomaton(PATTERNS).find(tokenise(text))


def test_the_longest_name_wins():
    assert find("java script, java") == [TokenMatch(4, 0, 1), TokenMatch(3, 2, 2)]


def test_half_a_word_is_no_match():
    assert find("javascript cs") == []


def test_a_shorter_name_is_found_where_a_longer_one_breaks_off():
    assert find("c sharply") == [TokenMatch(0, 0, 0)]


def test_no_name_crosses_punctuation():
    assert find("c, sharp") == [TokenMatch(0, 0, 0)]


def test_an_empty_text_has_no_match():
    assert find("") == []


def leftmost_longest(tokens):
    """The same by brute force."""
    found, i = [], 0
    while i < len(tokens):
        best = None
        for number, pattern in enumerate(PATTERNS):
            piece = tokens[i : i + len(pattern)]
            fits = tuple(t.norm for t in piece) == pattern and all(t.joined for t in piece[1:])
            if fits and (best is None or len(pattern) > len(PATTERNS[best])):
                best = number
        if best is None:
            i += 1
        else:
            found.append(TokenMatch(best, i, i + len(PATTERNS[best]) - 1))
            i += len(PATTERNS[best])
    return found


@given(
    st.lists(st.sampled_from(["c", "sharp", "edge", "detector", "java", "script", ",", "cs", ".", "\n\n"]))
)
def test_equals_brute_force(words):
    tokens = tokenise(" ".join(words))
    assert TokenAutomaton(PATTERNS).find(tokens) == leftmost_longest(tokens)
