"""Recipes: one encoder trained on many tasks at once, or heads on one that stays as it is."""
