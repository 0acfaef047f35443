"""Scores of short answers on the 0-5 scale, learned from answers that people graded against a reference."""
