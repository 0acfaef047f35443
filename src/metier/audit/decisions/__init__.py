"""Decisions about groups of people: rates, impact ratios, exposure, scores and counterfactuals."""
