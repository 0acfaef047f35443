"""What outlives a run: journals, and the store of documents, vectors and full text."""
