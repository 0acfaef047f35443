"""Many documents in one run, in one process or on many machines."""

from metier.batch.assessing import BatchResult, Outcome, assess_source, assess_sources, run_fingerprint

__all__ = ["BatchResult", "Outcome", "assess_source", "assess_sources", "run_fingerprint"]
