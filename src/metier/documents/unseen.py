"""Whether words can be seen where colours are not settled."""

from __future__ import annotations

from functools import lru_cache

from metier.documents.color import is_unseen
from metier.documents.docx_color import CLEAR, Colors


@lru_cache(maxsize=1024)
def are_unseen(colors: Colors, grounds: Colors) -> bool:
    """Tell whether each colour that words may have is unseen on each that may be behind them.

    Args:
        colors: of the words; none at all means that they are unknown, and then they count as seen.
        grounds: what may be behind them; so for these.
    """
    pairs = [(color, ground) for color in colors - CLEAR for ground in grounds - CLEAR]
    return bool(pairs) and all(is_unseen(color, ground) for color, ground in pairs)
