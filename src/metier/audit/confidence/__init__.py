"""Whether a classifier knows how sure it may be: calibration, texts of other domains, abstention."""
