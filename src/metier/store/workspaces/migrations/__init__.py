"""Revisions of the tables, each a step from the one before; a released one is never edited."""
