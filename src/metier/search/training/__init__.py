"""Training of search: an encoder or a head on it learns from pairs of a query and what it should find."""
