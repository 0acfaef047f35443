import math
import re

import pytest

from metier.errors import InvalidInput
from metier.expertise.factor_words import factor_message
from metier.expertise.features import NAMES


@pytest.mark.parametrize("name", [*NAMES, "wording"])
@pytest.mark.parametrize("value", [0.0, 1.0, 2.5, 40.0, -2.0, None, math.nan])
def test_every_feature_has_one_sentence(name, value):
    for higher, word in ((True, "higher"), (False, "lower")):
        message = factor_message(name, value, higher)
        assert message[0].isupper() or message[0].isdigit() or message[0] == "-"
        assert message.endswith(f", which speaks for a {word} level.")
        assert not re.search(r"[{}]|nan", message)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("total_months", 110, "The experience told is 9 years 2 months in all"),
        ("months_since_job", 0, "The newest job ended 0 months ago"),
        ("newest_title_rank", 5, "The title of the newest job is that of a head, director or owner"),
        ("title_rank_change", -1, "From the first to the newest, titles went 1 step down"),
        ("degree", 3, "The highest degree named is master's"),
        ("studying", 1, "Studies still go on"),
        ("skills_in_jobs", 0.5, "50% of the skills said outright stand within a job"),
        ("budget_amount", 4.6e6, "The largest amount of money answered for is about 4.6 million"),
        ("team_size", None, "The document does not tell how many people were led"),
    ],
)
def test_sentences_say_the_number(name, value, words):
    assert factor_message(name, value, higher=True).startswith(words + ",")


def test_an_unknown_factor_is_refused():
    with pytest.raises(InvalidInput, match="must be a feature of expertise"):
        factor_message("height", 1.0, higher=True)
