"""A corpus, labelled rows and saved networks for the tests of shrinking."""

import csv

import numpy as np

CORPUS = "\n\n".join(
    " ".join(f"w{(7 * i + 3 * j + i * j) % 40}" for j in range(6 + i % 5))
    + ". "
    + " ".join(f"w{(5 * i + j) % 40}" for j in range(4 + i % 3))
    + "."
    for i in range(60)
)


def write_corpus(folder):
    path = folder / "texts.txt"
    path.write_text(CORPUS)
    return path


def write_classes(folder, name="rows.csv", n=40):
    """Write rows whose class is told by one word."""
    rng = np.random.default_rng(0)
    path = folder / name
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        for i in range(n):
            words = " ".join(f"w{k}" for k in rng.integers(4, 40, 6))
            rows.writerow((f"w{i % 2} {words}", ("no", "yes")[i % 2]))
    return path
