from dataclasses import replace

import pytest

from metier.training.model_text import read_template, trained_readme
from tests.training.float_models import CARD

TRAINED = replace(
    CARD,
    name="metier-small",
    base="tiny (sha256 00ff)",
    training_data={"pairs/vacancies-en/train.jsonl": "ab" * 32},
    metrics={"report": {"search": {"mrr": 0.5, "interval": [0.4, 0.6]}}, "say | so": "a\nb"},
)


def test_the_description_says_what_the_card_says():
    text = trained_readme(TRAINED, layers=6)
    assert text.startswith("# metier-small\n")
    for words in (
        "tiny (sha256 00ff)",
        "**Layers**: 6",
        "**Licence**: MIT",
        "vectors of 64 numbers",
        "at most 256 tokens",
        "a query gets the prefix `query: `, a passage gets the prefix `passage: `",
        "| pairs/vacancies-en/train.jsonl | abababababababab |",
        "| report / search / mrr | 0.5 |",
        "| report / search / interval | [0.4, 0.6] |",
        "| say \\| so | a b |",
        "`made up`",
    ):
        assert words in text
    assert "$" not in text


def test_what_is_not_on_record_is_said_to_be_so():
    bare = replace(CARD, training_data={}, metrics={}, prefixes={"query": ""}, languages=(), license="")
    text = trained_readme(bare, layers=2)
    assert text.count("Nothing is on record.") == 2
    for words in ("texts get no prefix", "no language on record", "none on record"):
        assert words in text


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "trained.md"])
def test_templates_come_with_the_package(name):
    assert len(read_template(name)) > 500
