from itertools import islice

import numpy as np
from search_speed import entries_of, made_vectors, peak_mib, quantiles, tiny_texts, usual_texts

KNOWN = np.eye(3, 64, dtype=np.float32)


def test_made_vectors_are_near_known_ones_and_always_the_same():
    made = np.concatenate(list(made_vectors(KNOWN, 1500)))
    assert made.shape == (1500, 64)
    assert np.allclose(np.linalg.norm(made, axis=1), 1)
    assert 0.9 < (made @ KNOWN.T).max(axis=1).mean() < 0.99
    assert np.array_equal(made, np.concatenate(list(made_vectors(KNOWN, 1500))))


def test_there_is_a_document_for_each_vector():
    entries = list(entries_of(KNOWN, tiny_texts(), 12))
    assert [entry.id for entry in entries] == [f"d{i:07}" for i in range(12)]
    assert all(entry.text for entry in entries)


def test_usual_texts_are_made_of_the_sentences_of_vacancies():
    vacancies = ["We bake bread. You come early. We pay well.", "We mend cars. You know engines."]
    made = list(islice(usual_texts(vacancies), 20))
    sentences = {part for text in vacancies for part in text.replace(". ", ".\n").split("\n")}
    assert {line for text in made for line in text.split("\n")} <= sentences
    assert made == list(islice(usual_texts(vacancies), 20))


def test_quantiles_and_memory_are_numbers():
    assert quantiles([1.0, 2.0, 3.0])["p50_ms"] == 2
    assert peak_mib() > 1
