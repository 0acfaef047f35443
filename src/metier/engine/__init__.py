"""Composes the capabilities: what every surface calls."""

from metier.engine.assess import STUFFING_CODE, Engine, Examination, Models, Ranked, Vacancy, rank

__all__ = ["STUFFING_CODE", "Engine", "Examination", "Models", "Ranked", "Vacancy", "rank"]
