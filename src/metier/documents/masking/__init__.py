"""Personal facts in resumes: found by kept rules, so that no score sees them."""
