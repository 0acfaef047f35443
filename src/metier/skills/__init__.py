"""Skill detection: taxonomies, mentions, their context, and what they imply."""
