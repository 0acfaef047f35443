"""Trains the models that choose: which answer type an answer earns, and which topic comes next."""
