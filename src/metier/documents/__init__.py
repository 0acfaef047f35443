"""Bytes to `Document`: extraction, reading order, sections, periods, findings."""
