"""Pretraining: tokenizers, rows, masks, the tasks that they make, and a run of one of them."""
