"""Assessments as a page that a person reads, keeps and hands on."""
