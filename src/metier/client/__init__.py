"""A thin client of a metier server, for Python programs."""

from metier.client.client import Client

__all__ = ["Client"]
