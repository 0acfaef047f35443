"""metier reads a resume once and says, with evidence, what it shows.

Start at `metier.engine.Engine`; the records it takes and returns are in `metier.types`.
"""

__version__ = "0.1.0"
