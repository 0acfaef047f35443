"""Models of levels that train a network on texts: an encoder with a head, and a causal language model."""
