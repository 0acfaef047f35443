import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from encoders_sharing import count, markdown, variants


def test_counts_are_those_of_the_published_networks():
    counts = {name: count(name, preset, changes) for name, preset, changes in variants()}
    assert counts["bert-base"].total == 109_482_240
    assert counts["albert-base"].total == 11_683_584
    shared, apart = counts["albert-base"], counts["albert-base, layers not shared"]
    assert apart.layers == 12 * shared.layers
    assert apart.total - shared.total == 11 * shared.layers
    assert counts["albert-base, layers shared in 4 groups"].layers == 4 * shared.layers
    whole = counts["albert-base, embeddings not factorised"]
    assert whole.words == 30_000 * 768 + 768 * 768 + 768
    assert whole.layers == shared.layers


def test_the_table_says_the_share_of_the_first_network():
    counts = [count(*each) for each in variants()[:2]]
    assert markdown(counts).splitlines()[2].endswith("| 100.0% |")
    assert "| albert-base | 3,939,072 | 7,087,872 | 11,683,584 | 10.7% |" in markdown(counts)
