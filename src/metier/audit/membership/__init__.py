"""Whether it can be told from a model which texts it was trained on."""
